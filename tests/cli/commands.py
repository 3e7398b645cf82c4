"""What a command at the terminal answers, and who is there to be managed by it."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from storage import accounts, people, projects
from storage.database import Transaction, opened, run

REVIEWS = """review,body,stars,gold
r1,Works perfectly and looks good too,5,A
r2,"Broke, on the second day, at the hinge",1,
r3,It is grey and has two pockets in all,3,
"""


@dataclass(frozen=True)
class Said:
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> object:
        return json.loads(self.out)


Labelbot = Callable[..., Said]


def somebody(folder: Path) -> str:
    """An annotator who has come in; their public id."""
    with opened(f"sqlite:///{folder}/labelbot-data/labelbot.db") as database:
        return run(database, lambda tx: come(tx, "reviews").public)


def come(tx: Transaction, project: str, name: str = "Bo", role: str = "annotator") -> people.Person:
    account = accounts.account(tx, "browser", "local")
    person = people.welcome(tx, account, name, name, name, "en")
    people.set_role(tx, projects.named(tx, project).id, person.id, role)
    return person


def findings(said: Said) -> dict[str, str]:
    """What is wrong, and what mends it."""
    return {one["what"]: one["mend"] for one in json.loads(said.out) if not one["ok"]}
