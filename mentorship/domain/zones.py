"""Zones change by law: what a day or a wall time means under the rules that are installed now."""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

_EXACTLY = timedelta(minutes=1)
"""Wall times are kept to the minute."""


def find_zone(name: str) -> ZoneInfo | None:
    """The zone of this name, or None when there is none (any more)."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return None


def midnight(day: date, zone: str) -> datetime:
    """When a day begins in a zone, in UTC; where its midnight does not exist, that is when the clock goes forward."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def day_bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """When a day begins and ends in a zone, in UTC."""
    return midnight(day, zone), midnight(day + timedelta(days=1), zone)


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
