"""Zones change by law: what a wall time means under the rules that are installed now."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_EXACTLY = timedelta(minutes=1)
"""Wall times are kept to the minute."""


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of this name, or None when there is none (any more)."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def shifted_to(stored_at: datetime, wall_time: str, zone: ZoneInfo) -> datetime | None:
    """The instant that a wall time ("2026-11-02T09:00") means now, in UTC; None while that is still the stored one.

    A time that occurs twice may mean either; once it has shifted it means the first. One that is skipped means the time
    that the clock then shows.
    """
    local = datetime.fromisoformat(wall_time)
    first, second = (local.replace(tzinfo=zone, fold=fold).astimezone(UTC) for fold in (0, 1))
    # The second reading of a skipped time lies before the gap: the clock shows another time then.
    meant = (first, second) if second > first else (first,)
    return None if any(timedelta(0) <= stored_at - instant < _EXACTLY for instant in meant) else first
