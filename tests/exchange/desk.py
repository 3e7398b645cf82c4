"""A desk to try imports and exports at: a project, a folder, and people who answer without a chat."""

import json
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import select

from bot.exchange.exports import export_project
from bot.exchange.imports import import_source
from bot.exchange.plan import plan_import
from bot.exchange.wanted import Wanted
from bot.media.preparer import Preparer
from bot.project import LabelDef, Project, Question
from storage import accounts, answers, people, projects, queue
from storage.database import Database, run
from storage.files import Files
from storage.schema import cards as card_table
from storage.schema import items

SENTIMENT = Question(
    "label", "How?", "choice", (LabelDef("positive", "Good"), LabelDef("negative", "Bad", was=("bad",)))
)
TOPICS = Question("topics", "What?", "tags", (LabelDef("billing", "Billing"), LabelDef("bug", "Bug")))
URGENCY = Question("urgency", "When?", "choice", (LabelDef("now", "Now"), LabelDef("later", "Later")))
REVIEWS = Project("reviews", "Reviews", (SENTIMENT,), overlap=2)
TICKETS = Project("tickets", "Tickets", (TOPICS, URGENCY))


@dataclass
class Desk:
    database: Database
    folder: Path
    preparer: Preparer
    files: Files
    project: str = "reviews"
    people: int = 0

    def have(self, project: Project) -> "Desk":
        """The same desk at another project."""
        run(self.database, lambda tx: projects.save(tx, project.name, project.as_config()))
        return replace(self, project=project.name)

    def file(self, name: str, content: str | bytes) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    def jsonl(self, name: str, *rows: object) -> Path:
        return self.file(name, "".join(json.dumps(row) + "\n" for row in rows))

    def plan(self, *sources: Path, **asked):
        return plan_import(self.database, self.project, list(sources), **asked)

    def bring(self, *sources: Path, **asked):
        plan = self.plan(*sources, **asked)
        return import_source(
            self.database, self.files, plan, preparer=self.preparer, rejects=self.folder / "rejects.jsonl"
        )

    def rejects(self):
        lines = (self.folder / "rejects.jsonl").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]

    def items(self):
        """Rows by key, withdrawn ones too."""
        return run(self.database, self._items)

    def _items(self, tx):
        project = projects.named(tx, self.project).id
        return {row.key: row for row in tx.all(select(items).where(items.c.project == project).order_by(items.c.id))}

    def person(self, name: str) -> int:
        def welcome(tx):
            account = accounts.account(tx, "browser", "local")
            person = people.welcome(tx, account, name, name, name, "en")
            people.set_role(tx, projects.named(tx, self.project).id, person.id, "annotator")
            return person.id

        return run(self.database, welcome)

    def answer(self, person: int, *labels) -> list[str]:
        """One item after another gets one of `labels` each ({question: label}; None skips); the items' keys."""
        return [run(self.database, lambda tx, label=label: self._answer(tx, person, label)) for label in labels]

    def _answer(self, tx, person, label):
        card = self._claim(tx, person)
        if label is None:
            answers.skip(tx, card, "Not sure", 3)
        else:
            answers.record(tx, card, label)
        return card.key

    def _claim(self, tx, person):
        project = projects.named(tx, self.project)
        account = accounts.account(tx, "browser", "local")
        nonce = f"n{tx.value(select(card_table.c.id).order_by(card_table.c.id.desc()).limit(1)) or 0}"
        deal = queue.Deal(
            project=project.id, person=person, chat=accounts.chat(tx, account, "c"), chat_external="c",
            version=project.version, nonce=nonce, lease=timedelta(minutes=15), moment=tx.now, role="annotator",
            answered=0, total=project.total,
        )  # fmt: skip
        return queue.claim(tx, deal, gold=False)

    def claim(self, person: int):
        return run(self.database, lambda tx: self._claim(tx, person))

    def export(self, name: str, **wanted):
        """(result, path) of an export into the desk's folder."""
        out = self.folder / name
        return export_project(self.database, self.files, self.project, Wanted(**wanted), out), out

    def exported(self, name: str = "out/x.jsonl", **wanted):
        _, out = self.export(name, **({"format": "jsonl"} | wanted))
        return [json.loads(line) for line in out.read_text(encoding="utf-8").splitlines()]
