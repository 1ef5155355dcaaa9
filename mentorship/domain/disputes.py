"""Disputes: a buyer's bank or the provider takes the money back until somebody decides."""

from enum import StrEnum


class DisputeStatus(StrEnum):
    """Open while the provider waits for our answer, in review while it decides."""

    OPEN = "open"
    IN_REVIEW = "in_review"
    WON = "won"
    LOST = "lost"

    @property
    def is_closed(self) -> bool:
        return self in (DisputeStatus.WON, DisputeStatus.LOST)
