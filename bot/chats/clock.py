"""Whether this machine's clock is right, as a platform's answers tell: wrong clocks break signatures and schedules."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from bot.chat import Finding

SKEW_SECONDS = 60.0


def clock_finding(platform: str, date: str) -> Finding:
    """`date` is the Date header of the platform's latest answer."""
    try:
        skew = (datetime.now(UTC) - parsedate_to_datetime(date)).total_seconds()
    except ValueError:
        return Finding(True, f"{platform} does not tell the time")
    if abs(skew) > SKEW_SECONDS:
        return Finding(False, f"the clock is {skew:+.0f} s off {platform}'s", "let this machine keep time by NTP")
    return Finding(True, f"the clock agrees with {platform}'s")
