"""A labeler in a process of its own: `python -m tests.storage.labeler URL INDEX` answers until nothing is left.

It is ready when it prints a line, starts when it reads one, and ends with the number of its answers.
"""

import sys

from storage.database import opened, run
from tests.storage.dealing import walk
from tests.worlds import World, again


def main(url: str, index: int) -> None:
    with opened(url) as database:
        world: World = run(database, again)
        say("ready")
        sys.stdin.readline()
        say(str(len(walk(database, world, index))))


def say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
