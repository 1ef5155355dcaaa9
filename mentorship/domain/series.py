"""A series of times: the same wall time every week or every other week, whatever the clock does in between."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_WEEK = timedelta(weeks=1)


@dataclass(frozen=True, slots=True)
class Step:
    """One time of a series: the wall time, without a zone, and its instant in UTC; None where it does not exist."""

    wall: datetime
    starts_at: datetime | None


def repeat(first: datetime, zone: str, *, weeks: int, count: int) -> list[Step]:
    """A series of `count` times from `first` on, `weeks` apart on the wall clock of a zone.

    A time that the clock skips has no instant; one that occurs twice is the first of the two, unless it is `first`.

    Raises: ValueError when `weeks` or `count` is not positive.
    """
    if weeks <= 0 or count <= 0:
        raise ValueError("a series has at least one time, and its times are at least a week apart")
    local = first.astimezone(ZoneInfo(zone))
    start = local.replace(tzinfo=None, fold=0)
    steps = [Step(start, first.astimezone(UTC))]
    for n in range(1, count):
        wall = start + n * weeks * _WEEK
        instant = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)
        exists = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None, fold=0) == wall
        steps.append(Step(wall, instant if exists else None))
    return steps
