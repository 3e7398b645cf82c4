"""People who label through the fakes and remember what they were promised, to be compared with the database."""

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol
from zlib import crc32

from bot.wording import phrase, say
from tests.fakes.slack import FakeSlack
from tests.fakes.slack_delivery import Delivery
from tests.fakes.slack_person import Person as SlackPerson
from tests.fakes.telegram import FakeTelegram
from tests.fakes.telegram_people import Person as TelegramPerson
from tests.running import Home, nonces, wait

LABELS = ("Positive", "Negative")
REFUSED = (
    "There is no open card",
    say("en", phrase("reply.unclear")),
    "That card is answered",
    "That card is no longer open",
    "That button no longer leads",
    "Too late: that item",
)


@dataclass(frozen=True)
class Sight:
    """A card as a person sees it; `labels` are buttons that answer it: (data, the platform's name of the button)."""

    message: str
    text: str
    nonce: str
    labels: dict[str, tuple[str, str]]


@dataclass(eq=False)
class Claim:
    """Something a person did: a tap (`said` is the label) or a text in reply to a card. `answer` is what the platform
    showed beside the tap, None where it shows nothing."""

    who: str
    sight: Sight
    said: str
    typed: bool
    acknowledged: Callable[[], bool]
    answer: Callable[[], str | None] = lambda: None


class Hand(Protocol):
    """One person at one chat."""

    name: str

    def join(self, code: str) -> None: ...

    def newest(self) -> Sight | None:
        """The newest message with a card's buttons on it."""

    def visible(self) -> set[str]:
        """Cards with buttons in the chat."""

    def words(self) -> list[str]:
        """What the bot says there now."""

    def tap(self, sight: Sight, label: str) -> Claim: ...

    def reply(self, sight: Sight, text: str) -> Claim: ...


class TelegramHand:
    def __init__(self, tg: FakeTelegram, name: str) -> None:
        self.name = name
        self.person: TelegramPerson = tg.user(name)
        self._tg = tg

    def join(self, code: str) -> None:
        self.person.start(code)

    def newest(self) -> Sight | None:
        for message in reversed(self.person.chat.from_bot):
            found = nonces(button.data for button in message.all_buttons)
            # An answered card leaves one line with a way back.
            if found and len(message.all_buttons) > 1:
                labels = {one.text: (one.data, "") for one in message.all_buttons if one.text in LABELS}
                return Sight(str(message.id), message.text, found.pop(), labels)
        return None

    def visible(self) -> set[str]:
        return nonces(button.data for message in self.person.chat.from_bot for button in message.all_buttons)

    def words(self) -> list[str]:
        return [message.text for message in self.person.chat.from_bot]

    def tap(self, sight: Sight, label: str) -> Claim:
        update = self.person.press_data(sight.labels[label][0], int(sight.message))
        query = self._tg.update(update)["callback_query"]["id"]
        return Claim(
            self.name, sight, label, False, lambda: self._answer(query) is not None, lambda: self._answer(query)
        )

    def _answer(self, query: str) -> str | None:
        for call in self._tg.calls:
            if call.params.get("callback_query_id") == query and call.status == 200:
                return str(call.params.get("text", ""))
        return None

    def reply(self, sight: Sight, text: str) -> Claim:
        update = self.person.say(text, int(sight.message))
        return Claim(self.name, sight, text, True, lambda: update not in self._tg.pending)


class SlackHand:
    def __init__(self, slack: FakeSlack, name: str) -> None:
        self.name = name
        self.person: SlackPerson = slack.user(name)

    def join(self, code: str) -> None:
        self.person.command("/label", f"join {code}")

    def newest(self) -> Sight | None:
        for message in reversed(self.person.dm.from_bot):
            found = nonces(button.value or "" for button in message.buttons)
            if found and len(message.buttons) > 1:
                labels = {one.text: (one.value or "", one.action_id) for one in message.buttons if one.text in LABELS}
                return Sight(message.ts, message.shown, found.pop(), labels)
        return None

    def visible(self) -> set[str]:
        return nonces(button.value or "" for message in self.person.dm.from_bot for button in message.buttons)

    def words(self) -> list[str]:
        return [message.shown for message in [*self.person.dm.from_bot, *self.person.ephemerals]]

    def tap(self, sight: Sight, label: str) -> Claim:
        data, action = sight.labels[label]
        delivery = self.person.press_forged(action, data, sight.message)
        return Claim(self.name, sight, label, False, lambda: delivery.acknowledged)

    def reply(self, sight: Sight, text: str) -> Claim:
        delivery: Delivery = self.person.say(text, thread_ts=sight.message)
        return Claim(self.name, sight, text, True, lambda: delivery.acknowledged)


class Crowd:
    """Taps and types as fast as told, in a thread of its own, until stopped; whatever the program does meanwhile."""

    def __init__(self, hands: Sequence[Hand], seed: int) -> None:
        self.hands = hands
        self.claims: list[Claim] = []
        self.trouble: list[BaseException] = []
        self._random = random.Random(seed)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="crowd", daemon=True)
        self._rate = 0.0
        self._last: dict[str, Claim] = {}

    @contextmanager
    def busy(self, rate: float) -> Iterator[None]:
        """So many taps and texts a second, by people chosen at random."""
        self._rate = rate
        self._thread.start()
        try:
            yield
        finally:
            self._stop.set()
            self._thread.join()
        if self.trouble:
            raise self.trouble[0]

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._random.expovariate(self._rate)):
                self.act(self._random.choice(self.hands))
        except BaseException as error:
            self.trouble.append(error)

    def act(self, hand: Hand) -> Claim | None:
        """Answers the newest card; once in a while taps twice, or once more where nothing seems to happen."""
        sight = hand.newest()
        if sight is None:
            return None
        last = self._last.get(hand.name)
        again = last is not None and last.sight.nonce == sight.nonce
        # Nobody types the same text twice, and few tap the same button twice.
        if again and (not sight.labels or self._random.random() < 0.7):
            return None
        return self._answer(hand, sight)

    def _answer(self, hand: Hand, sight: Sight) -> Claim:
        """The same card always gets the same answer."""
        if not sight.labels:
            claim = hand.reply(sight, f"{hand.name} hears {sight.nonce}")
        else:
            claim = hand.tap(sight, LABELS[crc32(sight.nonce.encode()) % 2])
        self.claims.append(claim)
        self._last[hand.name] = claim
        return claim

    def act_anew(self, hand: Hand) -> Claim:
        """Answers the card that stands there once it is another one than the last they answered, or the same one again
        if what they did never reached anybody."""
        last = self._last.get(hand.name)

        def unanswered() -> bool:
            sight = hand.newest()
            return sight is not None and (last is None or last.sight.nonce != sight.nonce or not last.acknowledged())

        wait(unanswered, 10, lambda: f"{hand.name} finds no new card; the last was {last}")
        sight = hand.newest()
        assert sight is not None
        return self._answer(hand, sight)


def everybody_sees_their_card(home: Home, hands: Sequence[Hand], timeout: float = 20.0) -> None:
    """Each open card stands, with its present buttons, in the chat of its person."""
    with home.reader() as ask:

        def missing() -> list[str]:
            visible = set().union(*(hand.visible() for hand in hands))
            rows = ask(OPEN_CARDS)
            return [row["name"] for row in rows if row["nonce"] not in visible]

        wait(lambda: not missing(), timeout, lambda: f"without their card: {missing()}")


OPEN_CARDS = "SELECT c.nonce, p.name FROM cards c JOIN people p ON p.id = c.person WHERE c.state = 'open'"
OVER = """
SELECT i.key, i.overlap, i.answers, i.taken, count(a.id) AS live FROM items i
LEFT JOIN answers a ON a.item = i.id AND a.live = true AND a.kind = 'label'
GROUP BY i.id, i.key, i.overlap, i.answers, i.taken
HAVING count(a.id) > i.overlap OR i.taken > i.overlap OR count(a.id) <> i.answers
"""
TWICE = "SELECT item, person, count(*) AS times FROM cards GROUP BY item, person HAVING count(*) > 1"
UNSERVED = """
SELECT a.id FROM answers a LEFT JOIN cards c ON c.id = a.card
WHERE c.id IS NULL OR c.person <> a.person OR c.item <> a.item
"""
ANSWERED = """
SELECT c.nonce, a.kind, a.label, i.data, p.name FROM answers a JOIN cards c ON c.id = a.card
JOIN items i ON i.id = a.item JOIN people p ON p.id = a.person
"""


def check(home: Home, crowd: Crowd) -> Counter[str]:
    """Compares what people were promised with what is kept; returns what became of the claims."""
    with home.reader() as ask:
        assert ask(OVER) == []
        assert ask(TWICE) == []
        assert ask(UNSERVED) == []
        answers = ask(ANSWERED)
    by_nonce = {row["nonce"]: row for row in answers}
    assert len(by_nonce) == len(answers), "a card was answered twice"
    by_text = {row["label"]["label"]: row for row in answers}
    fates: Counter[str] = Counter()
    untold: Counter[str] = Counter()
    for claim in crowd.claims:
        if not claim.acknowledged():
            fates["unacknowledged"] += 1
        elif claim.typed:
            kept = by_text.get(claim.said)
            fates["kept" if kept else "refused"] += 1
            untold[claim.who] += kept is None
            assert kept is None or _is_shown(kept, claim), claim
        else:
            fates[_fate_of_tap(claim, by_nonce.get(claim.sight.nonce))] += 1
    for hand in crowd.hands:
        told = sum(any(words in text for words in REFUSED) for text in hand.words())
        assert untold[hand.name] <= told, f"{hand.name} lost {untold[hand.name]} texts and was told of {told}"
    return fates


def _fate_of_tap(claim: Claim, kept: dict[str, Any] | None) -> str:
    if kept is not None:
        assert kept["label"] == {"label": claim.said.lower()}, claim
        assert _is_shown(kept, claim), claim
        return "kept"
    answer = claim.answer()
    refused = answer is not None and any(answer.startswith(words) for words in REFUSED)
    assert refused, f"acknowledged with {answer!r} and lost: {claim}"
    return "refused"


def _is_shown(kept: dict[str, Any], claim: Claim) -> bool:
    data = kept["data"] if isinstance(kept["data"], dict) else json.loads(kept["data"])
    return kept["name"].lower() == claim.who.lower() and data["text"] in claim.sight.text.splitlines()
