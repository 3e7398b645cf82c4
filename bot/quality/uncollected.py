"""Python's collector of garbage, kept from work that makes next to none."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Nearly all that a summary makes is kept until its end: the collector would only look through it time and again,
    which took a third of the time of a million transcripts."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
