"""Paused people at the command line, and what a report says of people whose answers want a look."""

from sqlalchemy import insert, select

from bot.payload import unpack
from bot.project import Project
from storage import notes, projects
from storage.database import opened, run
from storage.schema import answers, runs
from storage.schema import people as people_table
from storage.schema_chats import outbox
from tests.cli.commands import come, somebody
from tests.worlds import add_items


def told(folder):
    """What the outbox holds, the oldest first."""
    with opened(f"sqlite:///{folder}/labelbot-data/labelbot.db") as database:
        rows = run(database, lambda tx: tx.all(select(outbox.c.payload).order_by(outbox.c.id)))
    return ["".join(part.text for part in unpack(row.payload).text) for row in rows]


def test_who_is_paused_and_who_may_go_on_is_told_as_in_the_chat(reviews, tmp_path):
    who = somebody(tmp_path)
    assert "(paused)" in reviews("people", "reviews", "--pause", who).out
    assert told(tmp_path) == [
        "⏸ An admin has paused you in “reviews”. Write here to ask or to explain; the admins read it."
    ]
    again = reviews("people", "reviews", "--pause", who)
    assert (again.code, "is paused already" in again.err) == (1, True)
    assert "(paused)" in reviews("people", "reviews").out
    assert "(paused)" not in reviews("people", "reviews", "--resume", who).out
    assert told(tmp_path)[1:] == ["▶ You can go on in “reviews”. Type /label for a card."]
    again = reviews("people", "reviews", "--resume", who)
    assert (again.code, "is not paused" in again.err) == (1, True)
    assert len(told(tmp_path)) == 2


def test_who_is_paused_at_the_terminal_is_told_why(reviews, tmp_path):
    who = somebody(tmp_path)
    assert reviews("people", "reviews", "--why", "A word").code == 2
    assert "(paused)" in reviews("people", "reviews", "--pause", who, "--why", "Let us talk about sarcasm.").out
    assert told(tmp_path) == [
        "⏸ An admin has paused you in “reviews”: “Let us talk about sarcasm.” "
        "Write here to ask or to explain; the admins read it."
    ]


def test_a_report_asks_for_a_look_and_tells_what_is_undecided(reviews, tmp_path):
    who = somebody(tmp_path)
    url = f"sqlite:///{tmp_path}/labelbot-data/labelbot.db"

    figures = {"right": 2, "all": 10, "low": 0.06, "high": 0.51, "usual": 0.9}

    def write(tx):
        person = tx.value(select(people_table.c.id).where(people_table.c.public == who))
        notes.raised(tx, projects.named(tx, "reviews").id, person, "gold", figures)

    with opened(url) as database:
        run(database, write)
    said = reviews("report", "reviews", "--names").out.splitlines()
    assert f"Look at Bo ({who}): 2 of 10 gold answers are right (6 % to 51 %); the others together: 90 %." in said
    assert "Too few people to say whose answers want a look: 0 of 6." in said
    plain = reviews("report", "reviews", "--json").json
    assert plain["watch"] == {
        "people": 0,
        "most": 0,
        "enough": False,
        "signs": [{"person": who, "kind": "gold", "figures": figures, "state": "open"}],
    }
    assert [(one["id"], one["state"]) for one in plain["people"]] == [(who, "active")]
    with opened(url) as database:
        assert "watch" in [row.kind for row in run(database, lambda tx: tx.all(select(runs)))]


def test_a_report_finds_the_careless_itself_and_says_nothing_where_the_watch_is_off(reviews, tmp_path):
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        careless = run(database, _labeled)
    said = reviews("report", "reviews", "--names").out
    figures = "Of 40 answers 75 % (63 % to 85 %) are right by those of others; usual here: 100 %."
    assert f"Look at Person 6 ({careless}): {figures}" in said
    assert said.count("Look at") == 1
    signs = reviews("report", "reviews", "--json").json["watch"]["signs"]
    assert [(one["person"], one["kind"], one["state"]) for one in signs] == [(careless, "careless", "seen")]
    file = tmp_path / "reviews.toml"
    file.write_text("watch = false\n" + file.read_text())
    assert reviews("apply", str(file)).code == 0
    assert reviews("report", "reviews", "--json").json["watch"] is None
    assert "Look at" not in reviews("report", "reviews").out


def test_where_items_are_many_a_process_beside_looks(reviews, tmp_path, monkeypatch):
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        careless = run(database, _labeled)
    monkeypatch.setattr("bot.cli.reporting.BESIDE", 1)
    assert reviews("report", "reviews").out.count(f"Look at {careless}: Of 40 answers 75 %") == 1


def _labeled(tx):
    """Seven people label forty items; the last one is wrong in every fourth. Their public id."""
    project = projects.named(tx, "reviews")
    heads = [come(tx, "reviews", f"Person {number}") for number in range(7)]
    made = add_items(tx, project.id, [{"state": "done"} for _ in range(40)], overlap=7)
    question = Project.from_config(projects.config_of(tx, project.id, project.version)).questions[0]
    first, second = (one.name for one in question.labels[:2])
    rows = []
    for number, item in enumerate(made):
        for head in heads:
            wrong = head is heads[-1] and number % 4 == 0
            said = (first, second)[(number // 3 + wrong) % 2]
            rows.append({"project": project.id, "item": item, "person": head.id, "kind": "label", "version": 1})
            rows[-1] |= {"label": {question.name: said}, "live": True, "answered_at": tx.now}
    tx.run(insert(answers), rows)
    return heads[-1].public
