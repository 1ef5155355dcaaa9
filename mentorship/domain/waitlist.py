"""The waitlist of a mentor: who waits, in which order, and whose offer it is."""

from enum import StrEnum


class EntryStatus(StrEnum):
    """Where a waitlist entry stands; only `waiting` and `offered` are in line."""

    WAITING = "waiting"
    OFFERED = "offered"
    TAKEN = "taken"
    LAPSED = "lapsed"
    LEFT = "left"

    @property
    def is_in_line(self) -> bool:
        return self in (EntryStatus.WAITING, EntryStatus.OFFERED)
