"""95 % intervals of a share and of the difference of two, right for few answers and for shares near 0 and 1."""

import math
from typing import Final, TypeAlias

Interval: TypeAlias = tuple[float, float]
Z: Final = 1.959963984540054
"""The normal quantile of 97.5 %."""


def wilson(hits: float, n: int, z: float = Z) -> Interval:
    """Of a share, `n` > 0; of `hits` there may be parts, and `z` is another normal quantile where another level is
    wanted. E. B. Wilson, "Probable Inference, the Law of Succession, and Statistical Inference", 1927."""
    share, spread = hits / n, z * z / n
    middle = share + spread / 2
    reach = z * math.sqrt(share * (1 - share) / n + spread / (4 * n))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))


def newcombe(hits: int, n: int, other_hits: int, other_n: int) -> Interval:
    """Of the first share less the second. R. G. Newcombe, "Interval Estimation for the Difference Between Independent
    Proportions", 1998, method 10."""
    one, other = hits / n, other_hits / other_n
    (low, high), (other_low, other_high) = wilson(hits, n), wilson(other_hits, other_n)
    down = math.hypot(one - low, other_high - other)
    up = math.hypot(high - one, other - other_low)
    return one - other - down, one - other + up
