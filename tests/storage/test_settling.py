"""Whatever becomes of items, their answers, gold, decisions, labels and overlap: the counts that are kept are those of
a recount of the answers, exactly, and with adaptive overlap an item wants no more people than they ask for."""

import json
from collections import Counter
from dataclasses import replace
from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from bot import goldmaking, settling, spreading, stored, weighing
from bot.project import Adaptive, LabelDef, Question
from bot.quality.candour import told
from bot.reviewing import plainly
from storage import answers, cards, notes, people, projects, queue, reviews, skills
from storage.database import Transaction, run
from storage.items import Batch, Incoming, IncomingAnswer, take_in
from storage.schema import answers as given_answers
from storage.schema import cards as all_cards
from storage.schema import items as item_table
from storage.schema_quality import decisions, pooled
from storage.schema_quality import reviews as queued
from tests.storage.dealing import nonce, undo
from tests.worlds import LEASE, SENTIMENT, deal, make

VERSIONS = (
    (LabelDef("positive", "+"), LabelDef("neutral", "0"), LabelDef("negative", "-")),
    (LabelDef("good", "+", was=("positive",)), LabelDef("neutral", "0"), LabelDef("negative", "-")),
    (LabelDef("good", "+", was=("positive",)), LabelDef("bad", "-", was=("negative", "neutral"))),
    (LabelDef("fine", "+", was=("positive", "good")), LabelDef("bad", "-", was=("negative", "neutral"))),
    (LabelDef("bad", "-", was=("negative", "neutral")), LabelDef("other", "?")),
)
RULES = (
    Adaptive(2, 4, 0.75),
    Adaptive(1, 3, 0.9),
    2,
    Adaptive(3, 3, 0.5),
    3,
    1,
    Adaptive(2, 5, 0.6),
    Adaptive(3, 5, 0.99),
)
SAID = ("the kettle is on and whistles", "the kettle is on and whistle", "the cattle is on the hill", "nothing")
"""The first two are near each other."""
HEADS, ITEMS = 5, 4
WORLDS = count()


def asked(labels: int, rules: int):
    rule = RULES[rules % len(RULES)]
    adaptive = None if isinstance(rule, int) else rule
    named = VERSIONS[labels % len(VERSIONS)]
    questions = (
        Question("label", "How does the writer feel?", "choice", named),
        Question("stars", "How good is it?", "rating", options={"scale": 3}),
        Question("topics", "What is it about?", "tags", named),
        Question("words", "What is said?", "transcript"),
    )
    return replace(SENTIMENT, questions=questions, adaptive=adaptive, overlap=adaptive.min if adaptive else rule)


class History:
    """A project of its own and what happens in it; each event returns the items of which answers changed."""

    def __init__(self, database, clock):
        self.database, self.clock, self.number = database, clock, next(WORLDS)
        self.labels, self.rules = 0, 0
        self.world = run(database, self._begin)

    def _begin(self, tx):
        named = replace(self.now(), name=f"project{self.number}")
        world = make(tx, ITEMS, HEADS, named.overlap, named, first=1000 + HEADS * self.number)
        people.set_role(tx, world.project, world.people[0], "reviewer")
        return world

    def now(self):
        return replace(asked(self.labels, self.rules), name=f"project{self.number}")

    def does(self, kind, who, item, label):
        self.clock.advance(timedelta(seconds=7))
        touched = run(self.database, lambda tx: getattr(self, kind)(tx, who, self.world.items[item], label))
        if kind in ("rename", "rule", "believe"):
            spreading.spread(self.database, self.world.project)
        return touched or ()

    def _changed(self, tx, *items):
        return settling.changed(tx, *self._where(tx), items)

    def _where(self, tx):
        row, project = stored.by_id(tx, self.world.project)
        return row.id, project, row.version

    def _card(self, tx, who):
        card = cards.open_card(tx, self.world.people[who])
        if card is None:
            row = projects.by_id(tx, self.world.project)
            card = queue.claim(tx, replace(deal(tx, self.world, who, nonce()), version=row.version), False)
        return card

    def _label(self, tx, version, label):
        """An answer by the labels of that version."""
        config = projects.config_of(tx, self.world.project, version)
        names = [one["name"] for one in config["questions"][0]["labels"]]
        chosen = names[label % len(names)]
        topics, words = names if label > 2 else [chosen], SAID[label % len(SAID)]
        return {"label": chosen, "stars": 1 + label % 3, "topics": topics, "words": words}

    def answer(self, tx, who, item, label):
        card = self._card(tx, who)
        if card is not None:
            with self._changed(tx, card.item):
                answers.record(tx, card, self._label(tx, card.version, label))
            return (card.item,)

    def unsure(self, tx, who, item, label):
        card = self._card(tx, who)
        if card is not None:
            with self._changed(tx, card.item):
                answers.record(tx, card, {}, unsure=True)
            return (card.item,)

    def hold(self, tx, who, item, label):
        self._card(tx, who)

    def undo(self, tx, who, item, label):
        found = answers.latest(tx, self.world.people[who], self.world.project)
        if found is not None and reviews.standing(tx, found.item) is None:
            with self._changed(tx, found.item):
                undo(tx, self.world, who, 2)
            return (found.item,)

    def correct(self, tx, who, item, label):
        found = answers.latest(tx, self.world.people[who], self.world.project)
        if found is not None and found.kind == "label":
            with self._changed(tx, found.item):
                answers.correct(tx, found, self._label(tx, found.version, label))
            return (found.item,)

    def skip(self, tx, who, item, label):
        card = self._card(tx, who)
        if card is not None:
            answers.skip(tx, card, "", 3)

    def flag(self, tx, who, item, label):
        card = self._card(tx, who)
        if card is not None:
            answers.flag(tx, card, "", 2)

    def release(self, tx, who, item, label):
        card = self._card(tx, who)
        if card is not None:
            queue.release(tx, card)

    def lapse(self, tx, who, item, label):
        self.clock.advance(LEASE * 2)
        queue.expire(tx)

    def put_back(self, tx, who, item, label):
        queue.set_item_state(tx, item, self.world.project, "open")

    def _review(self, tx, item):
        reviews.enqueue(tx, item, "disputed")
        return reviews.claim(tx, self.world.project, self.world.people[0], nonce(), tx.now + LEASE)

    def decide(self, tx, who, item, label):
        found = self._review(tx, item) if reviews.item_state(tx, item) in ("done", "flagged") else None
        if found is not None:
            found = reviews.lock(tx, found)
            version = projects.by_id(tx, self.world.project).version
            with self._changed(tx, found.item):
                reviews.decide(tx, found, self.world.people[0], self._label(tx, version, label), version)
            return (found.item,)

    def take_back(self, tx, who, item, label):
        closed = tx.value(select(queued.c.nonce).where(queued.c.item == item).order_by(queued.c.id.desc()))
        found = reviews.known(tx, closed) if closed else None
        if found is not None:
            with self._changed(tx, item):
                reviews.take_back(tx, reviews.lock(tx, found), self.world.people[0], tx.now + LEASE)
            return (item,)

    def send_back(self, tx, who, item, label):
        found = self._review(tx, item) if reviews.item_state(tx, item) in ("done", "flagged") else None
        if found is not None:
            with self._changed(tx, found.item):
                reviews.send_back(tx, reviews.lock(tx, found))
            return (found.item,)

    def gold(self, tx, who, item, label):
        version = projects.by_id(tx, self.world.project).version
        return (item,) if goldmaking.make(tx, self.world.project, item, self._label(tx, version, label), None) else ()

    def no_gold(self, tx, who, item, label):
        return (item,) if goldmaking.unmake(tx, self.world.project, item, None) else ()

    def serve_again(self, tx, who, item, label):
        some = []
        with settling.changed(tx, *self._where(tx), some):
            some += notes.serve_again(tx, self.world.project, self.world.people[who], 1)
        return some

    def imported(self, tx, who, item, label):
        row = tx.one(select(item_table).where(item_table.c.id == item))
        version = projects.by_id(tx, self.world.project).version
        text = json.dumps(self._label(tx, version, label))
        given = IncomingAnswer(
            public=f"import{self.number}-{who}", name="", kind="label", label=text, note=None, version=version,
            milliseconds=1, answered_at=tx.micros, superseded_at=None,
        )  # fmt: skip
        incoming = Incoming(key=row.key, digest=row.digest, data='{"text": ""}', answers=(given,))
        batch = Batch(
            project=self.world.project,
            import_id=0,
            since=tx.now,
            overlap=2,
            shuffled=False,
            skip_limit=3,
            flags_needed=2,
        )
        some = []
        with settling.changed(tx, *self._where(tx), some):
            some += take_in(tx, batch, [incoming])[2]
        return some

    def rename(self, tx, who, item, label):
        self.labels += 1
        projects.save(tx, f"project{self.number}", self.now().as_config())

    def rule(self, tx, who, item, label):
        self.rules += 1
        projects.save(tx, f"project{self.number}", self.now().as_config())

    def believe(self, tx, who, item, label):
        """From now on by another candour: all items are looked at anew."""
        before, found = skills.candour(tx, self.world.project), (None, 1.0, 0.7, 0.4)[label % 4]
        skills.note_candour(tx, self.world.project, found)
        return self.world.items if before != found and self.now().adaptive is not None else ()

    def check(self, tx: Transaction, touched):
        _, project, version = self._where(tx)
        if weighing.weighs(project):
            self._check_counts(tx, project, version)
        if project.adaptive is not None:
            self._check_items(tx, project, version, touched)
        else:
            assert not any(one.hard or one.needed for one in skills.placed(tx, self.world.items))

    def _check_counts(self, tx, project, version):
        total = Counter()
        anew = settling.recount(tx, project, version, self.world.items)
        for standing, _ in anew.values():
            total.update(weighing.contributed(standing))
        kept = skills.every(tx, self.world.project)
        assert kept == total
        assert {cell: times for cell, times in kept.items() if cell[1] == "label"} == self._by_hand(tx, project)
        together = Counter()
        for (_, question, truth, said), times in kept.items():
            together[question, truth, skills.pooled_as(truth, said)] += times
        assert {
            tuple(one)[1:4]: one.count for one in tx.all(select(pooled)) if one.project == self.world.project
        } == together

    def _by_hand(self, tx, project):
        """The counts of the choice, from the rows of the tables."""
        question, cells = project.questions[0], Counter()

        def now(label):
            found = question.label(label["label"]) if label and "label" in label else None
            return found and found.name

        given = tx.all(select(given_answers).where(given_answers.c.live, given_answers.c.kind == "label"))
        decided = {row.item: row.label for row in tx.all(select(decisions).where(decisions.c.live))}
        for item in tx.all(select(item_table).where(item_table.c.project == self.world.project)):
            votes = [(row.person, now(row.label)) for row in given if row.item == item.id and now(row.label)]
            leaders = Counter(label for _, label in votes).most_common(2)
            alone = len(votes) > 1 and (len(leaders) == 1 or leaders[0][1] > leaders[1][1])
            known = now(item.gold) if item.gold is not None else now(decided.get(item.id))
            truth = known or (leaders[0][0] if alone else None)
            cells.update((person, "label", truth, label) for person, label in votes if truth)
        return cells

    def _check_items(self, tx, project, version, touched):
        anew = settling.recount(tx, project, version, self.world.items)
        labels, held = self._held(tx)
        candour = skills.candour(tx, self.world.project)
        for one in skills.placed(tx, self.world.items):
            assert (one.standing or []) == anew[one.id][0]
            if touched and (one.id == max(touched) or len(touched) == ITEMS):
                assert one.confidence == told(anew[one.id][1], candour)
            assert (one.answers, one.taken) == (labels[one.id], labels[one.id] + held[one.id])
            if one.needed is not None:
                assert one.overlap == max(one.needed, one.taken)
                assert one.needed <= max(project.adaptive.max, one.answers, one.least or 0)
                assert one.needed >= (one.least or 0) or one.decided is not None
                assert (
                    one.decided is not None
                    or one.state not in ("open", "done")
                    or ((one.state == "done") == (one.answers >= one.overlap))
                )
            assert not one.hard or (one.state != "done" and one.needed > one.answers)

    def _held(self, tx):
        """Live labels and cards in people's hands, by item."""
        live = select(given_answers.c.item).where(
            given_answers.c.project == self.world.project, given_answers.c.live, given_answers.c.kind == "label"
        )
        held = select(all_cards.c.item).where(
            all_cards.c.project == self.world.project, all_cards.c.state.in_(("open", "parked"))
        )
        return tuple(Counter(row.item for row in tx.all(one)) for one in (live, held))


EVENTS = (
    *("answer",) * 8,
    *("hold",) * 6,
    *("undo", "correct", "skip", "flag", "release", "lapse", "unsure", "put_back", "decide", "take_back", "send_back"),
    *("gold", "no_gold", "no_gold", "serve_again", "imported", "imported", "rename", "rule", "rule", "believe"),
)


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.tuples(st.sampled_from(EVENTS), st.integers(0, HEADS - 1), st.integers(0, ITEMS - 1), st.integers(0, 5)),
        min_size=25,
        max_size=60,
    )
)
def test_all_that_is_kept_equals_a_recount_after_whatever_happens(database, clock, events):
    history = History(database, clock)
    for event in events:
        touched = history.does(*event)
        run(database, lambda tx, touched=touched: history.check(tx, touched))


def test_a_project_of_one_answer_an_item_or_by_the_plain_vote_asks_nothing_of_the_database():
    for asked in (SENTIMENT, replace(SENTIMENT, overlap=3, consensus="majority")):
        with settling.changed(None, 1, asked, 1, (1,)):
            pass
        assert weighing.judge(None, 1, asked, 1) is plainly
