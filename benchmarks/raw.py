"""The rows of one tap written by hand: prepared statements on Python's sqlite3, on the program's own tables."""

import sqlite3
import time
from typing import Any

from benchmarks.worlds import World

SEE = "INSERT INTO seen (account, key, at) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"
WHO = (
    "SELECT people.id, identities.chat, people.language FROM identities JOIN people ON people.id = identities.person "
    "WHERE identities.account = ? AND identities.external = ?"
)
HELD = (
    "SELECT cards.id, cards.item, cards.project, cards.version, cards.state, members.role FROM cards "
    "JOIN members ON members.project = cards.project AND members.person = cards.person WHERE cards.nonce = ?"
)
ANSWER = (
    "INSERT INTO answers (project, item, person, card, kind, label, version, live, milliseconds, answered_at) "
    "VALUES (?, ?, ?, ?, 'label', ?, 1, 1, 2500, ?)"
)
COUNT_ITEM = (
    "UPDATE items SET answers = answers + 1, "
    "state = CASE WHEN state = 'open' AND answers + 1 >= overlap THEN 'done' ELSE state END, "
    "done_at = CASE WHEN state = 'open' AND answers + 1 >= overlap THEN ? ELSE done_at END WHERE id = ?"
)
COUNT_MEMBER = "UPDATE members SET answered = answered + 1 WHERE project = ? AND person = ?"
DONE = "UPDATE cards SET state = 'done' WHERE id = ?"
NEXT = (
    "SELECT id, data, serve_seq FROM items WHERE project = ?1 AND priority = 0 "
    "AND state = 'open' AND taken < overlap AND serve_seq IS NOT NULL "
    "AND serve_seq > coalesce((SELECT seq FROM cursors WHERE person = ?2 AND project = ?1 AND priority = 0), 0) "
    "AND NOT EXISTS (SELECT 1 FROM answers WHERE item = items.id AND person = ?2 AND live = 1) "
    "AND NOT EXISTS (SELECT 1 FROM cards WHERE item = items.id AND person = ?2 AND state IN ('open', 'parked')) "
    "ORDER BY serve_seq LIMIT 1"
)
TAKE = "UPDATE items SET taken = taken + 1 WHERE id = ? AND state = 'open' AND taken < overlap"
PASS = (
    "INSERT INTO cursors (person, project, priority, seq) VALUES (?, ?, 0, ?) "
    "ON CONFLICT (person, project, priority) DO UPDATE SET seq = excluded.seq"
)
DEAL = (
    "INSERT INTO cards (nonce, project, item, person, chat, version, leased_until, served_at) "
    "VALUES (?, ?, ?, ?, ?, 1, ?, ?)"
)
SUPERSEDE = "DELETE FROM outbox WHERE card = ? AND state = 'pending'"
SEND = (
    "INSERT INTO outbox (account, chat, card, kind, payload, claimed_until, created_at) "
    "VALUES (?, ?, ?, 'card', ?, ?, ?)"
)
SENT = "DELETE FROM outbox WHERE id = ?"
STANDS = "UPDATE cards SET message = ?, shown = 'text' WHERE id = ?"
PAYLOAD = "x" * 700
"""As long as the program's card in its outbox."""


class ByHand:
    """One person taps; every statement that the rows of a tap need, and no other."""

    def __init__(self, world: World, connection: sqlite3.Connection) -> None:
        self._world = world
        self._run = connection.execute
        self._number = 0
        self._nonce = self._outbox = ""

    def begin(self) -> None:
        """The first card."""
        who = self._run(WHO, (self._world.account, self._world.user)).fetchone()
        self._serve(who[0], who[1], time.time_ns() // 1000)

    def tap(self) -> None:
        world, now = self._world, time.time_ns() // 1000
        self._number += 1
        self._run(SEE, (world.account, f"raw{self._number}", now))
        person, chat, _ = self._run(WHO, (world.account, world.user)).fetchone()
        card, item, project, _, _, _ = self._run(HELD, (self._nonce,)).fetchone()
        self._run(ANSWER, (project, item, person, card, '{"label":"positive"}', now))
        self._run(COUNT_ITEM, (now, item))
        self._run(COUNT_MEMBER, (project, person))
        self._run(DONE, (card,))
        self._serve(person, chat, now)

    def _serve(self, person: int, chat: int, now: int) -> None:
        world = self._world
        item, _, seq = self._run(NEXT, (world.project, person)).fetchone()
        self._run(TAKE, (item,))
        self._run(PASS, (person, world.project, seq))
        self._nonce = f"raw-{self._number:012d}"
        values: tuple[Any, ...] = (self._nonce, world.project, item, person, chat, now + 900_000_000, now)
        card = self._run(DEAL, values).lastrowid
        self._run(SUPERSEDE, (card,))
        sent = self._run(SEND, (world.account, chat, card, PAYLOAD, now + 60_000_000, now)).lastrowid
        self._run(SENT, (sent,))
        self._run(STANDS, ("100", card))
