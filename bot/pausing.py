"""Why somebody is paused, as they are told."""

from bot.wording import Phrase, phrase


def reason(kind: str, title: str) -> Phrase:
    """What a paused person is told: why, and how to answer."""
    known = kind in ("spammer", "careless", "fast", "same", "drift", "gold")
    return phrase(f"paused.{kind}", title=title) if known else phrase("paused.other", title=title)
