"""Invites, roles and removal at the command line."""

import re

from sqlalchemy import select

from storage import invites, people
from storage.database import opened, run
from storage.schema import people as people_table
from tests.cli.commands import come, somebody


def test_an_invite_is_a_code_and_the_links_that_carry_it(reviews):
    found = reviews("invite", "reviews", "--json", LABELBOT_PUBLIC_URL="https://label.example.org").json
    assert re.fullmatch(r"[\w-]{22}", found["code"])
    assert found["links"] == {"browser": f"https://label.example.org/join/{found['code']}"}
    platforms = {"TELEGRAM_BOT_TOKEN": "1:x", "SLACK_BOT_TOKEN": "xoxb-1", "SLACK_COMMAND": "/annotate"}
    links = reviews("invite", "reviews", "--json", **platforms).json["links"]
    assert set(links) == {"telegram", "slack", "browser"}
    assert links["slack"].startswith("type: /annotate join ")
    said = reviews("invite", "--owner", "--qr")
    assert said.code == 0
    assert re.search(r"Code: [\w-]{22} \(the owner, once\)", said.out)
    assert "(5 reviewers of reviews)" in reviews("invite", "reviews", "--role", "reviewer", "--uses", "5").out
    assert said.out.count("█") > 20


def test_people_are_listed_renamed_given_a_role_and_removed(reviews, tmp_path):
    who = somebody(tmp_path)
    assert reviews("people", "reviews", "--json").json[0]["name"] == "Bo"
    assert "Ada" in reviews("people", "reviews", "--rename", f"{who[:6]}=Ada").out
    assert reviews("people", "reviews", "--role", f"{who}=reviewer", "--json").json[0]["role"] == "reviewer"
    assert "nobody here" in reviews("people", "reviews", "--remove", "zzzz").err
    left = reviews("people", "reviews", "--remove", who, "--json").json
    assert [one["role"] for one in left] in ([], [None])


def test_who_is_removed_does_not_come_back_by_a_code_that_was_revoked(reviews, tmp_path):
    who = somebody(tmp_path)
    assert "still" not in reviews("people", "reviews", "--remove", who).err
    other = reviews("invite", "--owner", "--json").json["code"]
    codes = [reviews("invite", "reviews", "--json").json["code"] for _ in range(2)]
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        ada = run(database, lambda tx: come(tx, "reviews", "Ada").public)
        said = reviews("people", "reviews", "--remove", ada, "--json")
        assert "2 codes handed out still let people in" in said.err
        assert (said.json, said.err.count("\n"), "labelbot invite reviews --revoke" in said.err) == ([], 1, True)
        assert reviews("invite", "reviews", "--revoke").out.startswith("2 invites revoked")
        assert [run(database, lambda tx, code=code: people.spend(tx, code)) for code in codes] == [None, None]
        assert run(database, lambda tx: invites.read(tx, other))
    assert reviews("invite", "reviews", "--revoke", "--json").json == {"revoked": 0}
    assert reviews("invite", "--owner", "--revoke").out.startswith("1 invite revoked")


def test_the_last_who_may_run_a_project_is_not_removed_from_it(reviews, tmp_path):
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        ada = run(database, lambda tx: come(tx, "reviews", "Ada", "owner").public)
        bo = run(database, lambda tx: come(tx, "reviews").public)
    for change in (("--remove", ada), ("--role", f"{ada}=annotator")):
        said = reviews("people", "reviews", *change)
        assert (said.code, "nobody would own or administer" in said.err) == (1, True)
    roles = {one["id"]: one["role"] for one in reviews("people", "reviews", "--json").json}
    assert roles == {ada: "owner", bo: "annotator"}
    assert reviews("people", "reviews", "--role", f"{bo}=admin").code == 0
    assert reviews("people", "reviews", "--remove", ada).code == 0


def test_the_owner_of_all_is_said_to_stay_so_when_removed_from_a_project(reviews, tmp_path):
    who = somebody(tmp_path)
    with opened(f"sqlite:///{tmp_path}/labelbot-data/labelbot.db") as database:
        run(
            database,
            lambda tx: people.make_owner(tx, tx.value(select(people_table.c.id).where(people_table.c.public == who))),
        )
    said = reviews("people", "reviews", "--remove", who)
    assert (said.code, "Bo owns this whole labelbot" in said.err) == (0, True)
