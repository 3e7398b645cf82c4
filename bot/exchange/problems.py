"""What is wrong with a file somebody brought, or with what they asked to be written: one sentence for them."""

import logging

log = logging.getLogger("labelbot.exchange")


class BadImport(ValueError):
    """Nothing of the source can be read; the message says why, and what to do."""


class BadRow(ValueError):
    """One row cannot be taken; the message is the reason in the rejects file."""


def reason(problem: Exception, line: int) -> str:
    """Why a row cannot be taken, for the rejects file. What nobody foresaw is our mistake: it is logged, and costs that
    one row instead of the import."""
    if isinstance(problem, BadRow):
        return str(problem)
    if isinstance(problem, RecursionError):
        return "it is nested too deeply"
    log.error("line %d could not be taken", line, exc_info=problem)
    return f"labelbot could not take it ({type(problem).__name__}); please report this line"


class BadExport(ValueError):
    """The export cannot be made; the message says why, or what to ask instead."""
