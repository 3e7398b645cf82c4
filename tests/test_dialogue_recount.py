"""After days of random work in the chat, by taps and commands, every figure of the report equals a naive recount of the
raw rows, and so do the figures of work done and the counts that people are weighed by."""

import random
from collections import Counter, defaultdict
from datetime import UTC, timedelta
from functools import partial
from itertools import combinations
from statistics import mean, median

import krippendorff
import pytest

from bot import settling, stored
from bot.project import Review
from bot.quality import work as working
from bot.quality.report import summary
from storage import notes, queue
from storage.database import run
from storage.schema import answers, items
from storage.schema import people as people_table
from storage.schema_quality import decisions, skills
from tests.dialogue import project, question

COLOURS = ("Red", "Green", "Blue")
SAID = ("on the hill", "a red boat", "a red coat", "nobody knows why")
QUESTIONS = {
    "choice": question("choice", *COLOURS),
    "rating": question("rating"),
    "transcript": question("transcript"),
}
GOLD = {"choice": "green", "rating": 4, "transcript": SAID[0]}
GOLDS, ITEMS, HEADS, EVENTS = 5, 14, 5, 130


class Days:
    """Random things that people do; `happened` counts them."""

    def __init__(self, talk, kind, seed):
        self.kind, self.random, self.happened = kind, random.Random(f"{kind} {seed}"), Counter()
        self.dialogue = talk(project(QUESTIONS[kind], overlap=3, gold_share=0.3, review=Review()), items=ITEMS)
        gold = {"state": "gold", "gold": {"label": GOLD[kind]}}
        golden = [gold | {"data": {"text": f"Known {number}"}} for number in range(GOLDS)]
        self.dialogue.add_items("reviews", golden, "known-")
        self.people = [self.dialogue.member(f"Person {number}") for number in range(HEADS)]
        self.rita = self.dialogue.member("Rita", role="reviewer")
        self.project = self.dialogue.ids["reviews"]

    def pass_by(self):
        acts = {self.answer: 10, self.skip: 1, self.undo: 2, self.flag: 1, self.old_card: 2, self.lapse: 1}
        acts |= {self.review: 3}
        rare = {40: self.set_aside, 80: self.take_out, 100: self.set_aside}
        for event in range(EVENTS):
            act = rare.get(event) or self.random.choices(list(acts), list(acts.values()))[0]
            self.dialogue.clock.advance(timedelta(seconds=self.random.choice((2, 40, 200, 400, 4000))))
            self.happened[act.__name__] += bool(act(self.random.choice(self.people)))

    def say(self, who, card):
        if self.kind == "transcript":
            who.types(self.random.choice(SAID), to=card)
        else:
            who.taps(self.random.choice(COLOURS if self.kind == "choice" else "12345"), on=card)

    def answer(self, who):
        if not who.cards:
            who.says("label")
        if not who.cards:
            return False
        self.say(who, who.card)
        return True

    def skip(self, who):
        return bool(who.cards) and who.says("skip", "unclear") is not None

    def undo(self, who):
        return who.says("undo") is not None

    def flag(self, who):
        if not who.cards or "⋯" not in who.titles:
            return False
        who.taps("⋯")
        broken = [one for one in who.cards[-1].every_button() if "broken" in one.title] if who.cards else []
        if not broken:
            return False  # the card was stale
        who.presses(broken[0].data, who.cards[-1])
        who.taps("without a note")
        return True

    def lapse(self, who):
        """Whoever has a card loses it."""
        self.dialogue.wait(minutes=20)
        return True

    def old_card(self, who):
        """Somebody comes back to a card that they have had, too late perhaps."""
        if not who.cards:
            return False
        before = who.cards[0]
        self.dialogue.wait(minutes=20)
        for other in self.people:
            if other is not who:
                self.answer(other)
        self.say(who, before)
        return True

    def review(self, who):
        self.rita.says("review")
        shown = next(one for one in reversed(self.rita.room.bubbles) if not one.mine)
        buttons = list(shown.every_button())
        counting = [one for one in buttons if one.title[0] not in "↻🗑↩⭐➕" and one.title != "Later"]
        others = [one for one in buttons if one.title == "Later" or one.title[0] in "↻🗑"]
        if not buttons or not (counting or others):
            return False
        taken = self.random.choice(counting if counting and self.random.random() < 0.8 else others)
        self.rita.presses(taken.data, shown)
        return taken in counting

    def set_aside(self, who):
        """As an admin does from a note."""
        person = next(row for row in self.dialogue.rows(people_table) if row.name == who.name)
        return run(self.dialogue.database, lambda tx: self._serve_again(tx, person.id))

    def _serve_again(self, tx, person):
        row, asked = stored.by_id(tx, self.project)
        served = []
        with settling.changed(tx, row.id, asked, row.version, served):
            served += notes.serve_again(tx, row.id, person, 3)
        return served

    def take_out(self, who):
        taken = self.random.choice(self.dialogue.rows(items))
        run(self.dialogue.database, lambda tx: queue.set_item_state(tx, taken.id, self.project, "withdrawn"))
        return True


class Raw:
    """The rows, and what is counted from them by plain loops."""

    def __init__(self, dialogue):
        self.items = {row.id: row for row in dialogue.rows(items)}
        self.every = dialogue.rows(answers)
        self.public = {row.id: row.public for row in dialogue.rows(people_table)}
        self.decisions = {row.item: row.label for row in dialogue.rows(decisions) if row.live}
        standing = [row for row in self.every if row.live and row.kind == "label"]
        standing = [row for row in standing if self.items[row.item].state != "withdrawn"]
        self.labels = [row for row in standing if self.items[row.item].gold is None]
        self.on_gold = [row for row in standing if self.items[row.item].gold is not None]
        self.together = defaultdict(dict)
        for row in self.labels:
            self.together[row.item][row.person] = row.label["label"]
        self.several = [unit for unit in self.together.values() if len(unit) > 1]

    def counts(self, kind):
        """By person; a copy of what was set aside is nobody's work."""
        own = [row for row in self.every if row.kind != "late" or row.milliseconds is not None]
        gone = kind == "superseded"
        return Counter(
            self.public[row.person] for row in own if (not row.live if gone else row.live and row.kind == kind)
        )


def edits(one, other):
    """The edit distance of two texts, by the table of Wagner and Fischer, by the longer one's length."""
    row = list(range(len(other) + 1))
    for down, sign in enumerate(one, 1):
        before, row[0] = row[0], down
        for across, letter in enumerate(other, 1):
            before, row[across] = row[across], min(row[across] + 1, row[across - 1] + 1, before + (sign != letter))
    return row[-1] / max(len(one), len(other))


def apart(kind, one, other):
    return edits(one, other) if kind == "transcript" else float(one != other)


def alpha(kind, several):
    """By `krippendorff` where it knows the distance, else by two loops."""
    if kind != "transcript":
        people = sorted({person for unit in several for person in unit})
        values = sorted({label for unit in several for label in unit.values()})
        codes = {value: float(place) for place, value in enumerate(values)}
        if len(codes) < 2:
            return 1.0
        table = [[codes[unit[person]] if person in unit else float("nan") for unit in several] for person in people]
        level = "ordinal" if kind == "rating" else "nominal"
        return krippendorff.alpha(table, level_of_measurement=level)
    every = [label for unit in several for label in unit.values()]
    observed = sum(sum(edits(a, b) for a in u.values() for b in u.values()) / (len(u) - 1) for u in several)
    expected = sum(edits(a, b) for a in every for b in every) / (len(every) - 1)
    return 1 - observed / expected if expected else 1.0


def gwet(raw):
    """AC1: chance is spread evenly over the labels, by how common each is on an item (Gwet 2008)."""
    equal = mean(mean(a == b for a, b in combinations(unit.values(), 2)) for unit in raw.several)
    units = [list(unit.values()) for unit in raw.together.values()]
    labels = {label for unit in units for label in unit}
    shares = [mean(unit.count(label) / len(unit) for unit in units) for label in labels]
    chance = sum(share * (1 - share) for share in shares) / (len(labels) - 1)
    return (equal - chance) / (1 - chance)


@pytest.fixture(params=[(kind, seed) for kind in QUESTIONS for seed in range(2)], ids=lambda one: f"{one[0]}-{one[1]}")
def past(request, talk):
    kind, seed = request.param
    days = Days(talk, kind, seed)
    days.pass_by()
    dialogue = days.dialogue
    row, asked = run(dialogue.database, lambda tx: stored.by_id(tx, days.project))
    with dialogue.database.reading() as connection:
        report = summary(connection, row, asked, dialogue.clock())
    begin, end = (dialogue.clock() + timedelta(days=by) for by in (-999, 1))
    with dialogue.database.reading() as connection:
        done = working.recount(connection, row.id, asked, begin, end)
    return kind, days, report, done, Raw(dialogue)


def test_the_report_and_the_work_equal_a_recount(past):
    kind, days, report, done, raw = past
    assert {"answer", "undo", "old_card", "lapse", "set_aside", "take_out"} <= set(+days.happened)
    totals(report, raw)
    labels(kind, report.questions[0], raw)
    agreement(kind, report.questions[0], raw)
    gold(kind, report, raw)
    people(kind, report, raw)
    work(kind, report, done, raw)
    weights(kind, days.dialogue, raw)


def weights(kind, dialogue, raw):
    """By what people are weighed in `/item` and review: who said what of an item where gold, a reviewer or else most
    people said what. Of a transcript nothing is counted."""
    cells, units = Counter(), defaultdict(list)
    for row in raw.every:
        if row.live and row.kind == "label" and kind != "transcript":
            units[row.item].append((row.person, row.label["label"]))
    for item, given in units.items():
        known = (raw.items[item].gold or raw.decisions.get(item) or {}).get("label")
        (most, times), *others = Counter(label for _, label in given).most_common()
        alone = len(given) > 1 and all(count < times for _, count in others)
        truth = most if known is None and alone else known
        cells.update((person, str(truth), str(label)) for person, label in given if truth is not None)
    kept = [row for row in dialogue.rows(skills) if row.question == "label"]
    assert {(row.person, row.truth, row.given): row.count for row in kept} == cells
    assert bool(cells) == (kind != "transcript")


def totals(report, raw):
    assert report.labels == len(raw.labels) > 20
    assert dict(report.days) == Counter(row.answered_at.astimezone(UTC).date() for row in raw.labels)
    times = [row.milliseconds for row in (*raw.labels, *raw.on_gold) if row.milliseconds is not None]
    assert report.median_seconds == pytest.approx(median(times) / 1000)
    assert report.active_people == len({row.person for row in (*raw.labels, *raw.on_gold)})
    kinds = {"skips": "skip", "flags": "flag", "late": "late", "superseded": "superseded"}
    assert {name: getattr(report, name) for name in kinds} == {
        name: raw.counts(kind).total() for name, kind in kinds.items()
    }
    assert report.reviewed.decided == len(raw.decisions)
    differing = [
        item
        for item, unit in raw.together.items()
        if len(set(unit.values())) > 1 and raw.items[item].state == "done" and item not in raw.decisions
    ]
    assert report.disputes == len(differing)


def labels(kind, question, raw):
    assert question.answers == len(raw.labels)
    if kind == "transcript":
        assert question.labels is None
    else:
        given = Counter(str(row.label["label"]) for row in raw.labels)
        assert {one.name: one.count for one in question.labels if one.count} == given


def agreement(kind, question, raw):
    found = question.agreement
    assert (found.items, found.answers) == (len(raw.several), sum(map(len, raw.several)))
    near = partial(pytest.approx, abs=1e-9)
    assert found.alpha == near(alpha(kind, raw.several))
    assert found.percent == near(
        1 - mean(mean(apart(kind, *pair) for pair in combinations(u.values(), 2)) for u in raw.several)
    )
    assert (found.ac1 is None) == (kind == "transcript")
    if found.ac1 is not None:
        assert all(len(unit) > 1 for unit in raw.together.values()) or found.ac1 <= 1
    for one in question.per_label:
        has = [{person: str(label) == one.name for person, label in unit.items()} for unit in raw.several]
        if any(any(unit.values()) for unit in has):
            assert one.alpha == near(alpha("choice", has))
    met = defaultdict(list)
    for unit in raw.several:
        for a, b in combinations(sorted(unit), 2):
            met[frozenset((raw.public[a], raw.public[b]))].append(1 - apart(kind, unit[a], unit[b]))
    assert {frozenset((one.one, one.other)): (one.items, near(one.percent)) for one in question.pairs} == {
        pair: (len(alike), near(mean(alike))) for pair, alike in met.items() if len(alike) >= 5
    }


def gold(kind, report, raw):
    right = [apart(kind, row.label["label"], raw.items[row.item].gold["label"]) == 0 for row in raw.on_gold]
    assert (report.gold.right, report.gold.labels) == (sum(right), len(right))
    assert len(right) > 3


def people(kind, report, raw):
    alike = defaultdict(list)
    for unit in raw.several:
        for person, label in unit.items():
            others = [apart(kind, label, other) for who, other in unit.items() if who != person]
            alike[raw.public[person]].append(1 - mean(others))
    given = Counter(raw.public[row.person] for row in raw.labels)
    golden = Counter(raw.public[row.person] for row in raw.on_gold)
    for one in report.people:
        assert (one.labels, one.gold.labels) == (given[one.id], golden[one.id])
        assert one.alike.items == len(alike[one.id])
        assert one.alike.share == (pytest.approx(mean(alike[one.id])) if alike[one.id] else None)
        counts = one.skips, one.flags, one.late, one.superseded
        assert counts == tuple(raw.counts(name)[one.id] for name in ("skip", "flag", "late", "superseded"))


def work(kind, report, done, raw):
    accepted = Counter()
    for row in raw.every:
        decided = raw.decisions.get(row.item)
        if row.live and row.kind == "label" and decided is not None:
            accepted[raw.public[row.person]] += apart(kind, row.label["label"], decided["label"]) == 0
    for one in report.people:
        found = done.get(one.id, working.Work())
        assert (found.skips, found.flags, found.late, found.superseded) == (
            one.skips,
            one.flags,
            one.late,
            one.superseded,
        )
        assert found.answers == raw.counts("label")[one.id]
        assert found.accepted == accepted[one.id]
        assert found.active_seconds == seconds(raw, one.id)


def seconds(raw, public):
    """Since the card was shown or the answer before, five minutes at most."""
    total, before = 0, None
    mine = [row for row in raw.every if raw.public[row.person] == public]
    mine = [row for row in mine if row.kind != "late" or row.milliseconds is not None]
    for row in sorted(mine, key=lambda row: (row.answered_at, row.id)):
        stretch = min(timedelta(milliseconds=row.milliseconds), timedelta(minutes=5))
        if before is not None:
            stretch = min(stretch, row.answered_at - before)
        total, before = total + stretch / timedelta(seconds=1), row.answered_at
    return int(total)
