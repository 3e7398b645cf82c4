"""Names of labels for formats that part their columns by spaces."""

from collections.abc import Sequence


class Names:
    """White space becomes _, and no two names become one. Of the project's names those without any stay as they are,
    so that reading finds each again."""

    def __init__(self, known: Sequence[str]) -> None:
        self._made: dict[str, str] = {}
        self._taken: dict[str, str] = {}
        for name in sorted(known, key=lambda name: len(name.split()) > 1):
            self(name)

    def __call__(self, name: str) -> str:
        """What `name` is written as."""
        if name not in self._made:
            plain = "_".join(name.split()) or "_"
            made, number = plain, 2
            while made in self._taken:
                made, number = f"{plain}_{number}", number + 1
            self._made[name], self._taken[made] = made, name
        return self._made[name]

    def back(self, made: str) -> str | None:
        """Which name is written so."""
        return self._taken.get(made)
