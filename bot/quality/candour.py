"""How far the probability that a label is right may be believed, in one number of a project, its candour.

The odds are raised to it: 1 believes them, .5 takes their root, so that .95 is told as .81.
"""


def told(sure: float, candour: float | None) -> float:
    """The probability that is told of one that was computed, both 0..1; None believes it."""
    if candour is None or not 0 < sure < 1:
        return sure
    return float(1 / (1 + ((1 - sure) / sure) ** candour))
