"""What is wrong with a file somebody brought, or with what they asked to be written: one sentence for them."""


class BadImport(ValueError):
    """Nothing of the source can be read; the message says why, and what to do."""


class BadRow(ValueError):
    """One row cannot be taken; the message is the reason in the rejects file."""


class BadExport(ValueError):
    """The export cannot be made; the message says why, or what to ask instead."""
