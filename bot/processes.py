"""Child processes for work that is heavy on the processor or on memory."""

import multiprocessing
import signal
from concurrent.futures import Executor, ProcessPoolExecutor


def child() -> Executor:
    """One process, made anew and not forked: this one has threads that hold locks."""
    return ProcessPoolExecutor(1, multiprocessing.get_context("spawn"), initializer=_leave_signals)


def _leave_signals() -> None:
    """Ctrl+C is for the parent, which ends its children itself."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
