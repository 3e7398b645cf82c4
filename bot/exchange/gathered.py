"""What of a project goes into an export: its items, each with the answers that were asked for or what they come to."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection

from bot.exchange.exported import LIVE_STATUS, Exported, Given, Merged, Merger, Note, decided, given, noted, present
from bot.exchange.problems import BadExport
from bot.exchange.wanted import Wanted
from bot.project import Project
from storage import exporting, figures
from storage.database import Row
from storage.exporting import AnswerRow, ItemRow
from storage.projects import ProjectRow


@dataclass(slots=True)
class Gathered:
    """Of the pass over `items` that came last, `pictured`: some item has media; `unanswered`: how many items no answer
    at all; `unsaid`: some note is of a person without an answer in the export."""

    connection: Connection
    row: ProjectRow
    project: Project
    wanted: Wanted
    pictured: bool = False
    unanswered: int = 0
    unsaid: bool = False
    _merger: Merger | None = None

    def items(self, progress: Callable[[int, int], None] = lambda items, total: None) -> Iterator[Exported]:
        """What is exported, in the order it was imported; `progress` is told how many items were read, of how many."""
        merger = self._merging() if self.wanted.level == "items" else None
        total = exporting.item_count(self.connection, self.row.id)
        done = self.unanswered = 0
        for page in exporting.pages(self.connection, self.row.id, self.wanted.superseded):
            for item in page.items:
                notes = tuple(noted(row) for row in page.notes.get(item.id, ()))
                answers = page.answers.get(item.id, ())
                if merger is None:
                    one = self._with_answers(item, answers, notes)
                else:
                    one = self._merged(item, answers, notes, merger, page.decided.get(item.id))
                if one is not None:
                    yield one
            done += len(page.items)
            progress(done, total)

    def _merging(self) -> Merger:
        """It reads all answers once, before the first item is written."""
        if self._merger is None:
            from bot.quality.crowd.answered import crowds

            try:
                found = crowds(self.connection, self.row.id, self.project)
            except ValueError as error:
                raise BadExport(f"consensus: {error}") from error
            people = figures.participants(self.connection, self.row.id)
            self._merger = Merger(self.project, found, {one.public: one.id for one in people})
        return self._merger

    def _with_answers(self, item: ItemRow, rows: Sequence[AnswerRow], notes: tuple[Note, ...]) -> Exported | None:
        """The item with the answers that are wanted; None where there is none."""
        chosen = tuple(answer for answer in self._recent(rows) if self.wanted.keeps_answer(answer))
        self.unanswered += not rows and item.state != "withdrawn"
        said = tuple(note for note in notes if any(note.person == answer.person for answer in chosen))
        self.unsaid = self.unsaid or len(said) < len(notes)
        return self._exported(item, chosen, said) if chosen else None

    def _merged(
        self, item: ItemRow, rows: Sequence[AnswerRow], notes: tuple[Note, ...], merger: Merger, decision: Row | None
    ) -> Exported | None:
        """The item with what its labels come to; None where it is not wanted."""
        labels = [answer for answer in self._recent(rows) if answer.status == "live"]
        if not self.wanted.keeps_item(item.state, bool(labels)) or (self.wanted.since is not None and not labels):
            return None
        merged = merger.merge(item.id, labels)
        if decision is not None:
            merged = decided(merged, self._present(decision.label) or {})
        return self._exported(item, (), notes, merged)

    def _recent(self, rows: Sequence[AnswerRow]) -> list[Given]:
        since = self.wanted.since
        return [given(row, self.project, self.row.version) for row in rows if since is None or row.answered_at >= since]

    def _exported(
        self, item: ItemRow, answers: tuple[Given, ...], notes: tuple[Note, ...], merged: Merged | None = None
    ) -> Exported:
        self.pictured = self.pictured or item.media is not None
        return Exported(
            key=item.key,
            data=item.data,
            media=item.media or (),
            gold=self._present(item.gold),
            suggestion=self._suggestion(item.suggestion),
            priority=item.priority,
            overlap=item.own_overlap,
            answers=answers,
            merged=merged,
            notes=notes,
            explanation=item.explanation,
        )

    def _suggestion(self, value: dict[str, Any] | None) -> dict[str, Any] | None:
        return {**value, "label": self._present(value["label"])} if value and value.get("label") else value

    def _present(self, labels: dict[str, Any] | None) -> dict[str, Any] | None:
        return present(self.project, labels) if labels and self.row.version > 1 else labels

    def left_out(self) -> Iterator[str]:
        """Sentences on what of the project was not asked for."""
        if self.unsaid:
            yield "Notes of people without an answer in it are not in it; --level items has them."
        if self.wanted.level == "answers" and "all" not in self.wanted.only:
            yield from self._answers_left_out()
        if self.unanswered:
            yield f"Items without an answer left out: {self.unanswered:,}; --level items has them."

    def _answers_left_out(self) -> Iterator[str]:
        left: dict[str, int] = {}
        for (kind, live), count in exporting.counts(self.connection, self.row.id).items():
            name = kind if live else "superseded"
            if not self.wanted.keeps_kind(name):
                left[LIVE_STATUS.get(name, name)] = left.get(LIVE_STATUS.get(name, name), 0) + count
        if left:
            told = ", ".join(f"{count:,} {name}" for name, count in sorted(left.items()))
            yield f"Answers left out: {told}; --only all keeps them."
