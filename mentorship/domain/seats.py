"""Seats: one per student and mentor, scarce, never oversold, never lost, never blocked by an abandoned checkout."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from mentorship.domain.policy import Policy


class SeatStatus(StrEnum):
    HELD = "held"
    ACTIVE = "active"
    GRACE = "grace"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Seat:
    """The state of one pair's seat. Instants are UTC.

    ``hold_expires_at`` is the deadline of the latest running checkout, or of an offer from the waitlist where that is
    later: it decides while the seat is held, and keeps a seat in grace from being released in the middle of a renewal.
    """

    status: SeatStatus = SeatStatus.RELEASED
    hold_expires_at: datetime | None = None
    grace_ends_at: datetime | None = None
    warned_at: datetime | None = None

    def counts(self, now: datetime) -> bool:
        """Whether this seat takes one of the mentor's places at ``now``; a lapsed hold does not, swept or not."""
        if self.status is SeatStatus.HELD:
            return self.is_held_until(now)
        return self.status in (SeatStatus.ACTIVE, SeatStatus.GRACE)

    def is_held_until(self, now: datetime) -> bool:
        return self.hold_expires_at is not None and self.hold_expires_at > now

    def held(self, until: datetime) -> "Seat":
        """The seat with a checkout running until ``until``; an active or grace seat stays what it is."""
        if self.status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
            return replace(self, hold_expires_at=until)
        return Seat(SeatStatus.HELD, hold_expires_at=until)

    def let_go(self) -> "Seat":
        """The seat once its checkout has ended unpaid; an active or grace seat stays what it is."""
        if self.status is SeatStatus.HELD:
            return self.released()
        return replace(self, hold_expires_at=None)

    def activated(self) -> "Seat":
        """The seat once a payment has settled; a renewal keeps the same seat and ends its grace."""
        return Seat(SeatStatus.ACTIVE)

    def in_grace(self, now: datetime, policy: Policy) -> "Seat":
        """The seat once nothing is available and nothing scheduled any more."""
        return replace(self, status=SeatStatus.GRACE, grace_ends_at=now + policy.grace, warned_at=None)

    def warned(self, now: datetime) -> "Seat":
        return replace(self, warned_at=now)

    def released(self) -> "Seat":
        return Seat(SeatStatus.RELEASED)

    def given_up(self, now: datetime) -> "Seat":
        """The seat once all that was paid for it has gone back; a checkout that is running still holds it."""
        if self.hold_expires_at is not None and self.is_held_until(now):
            return Seat(SeatStatus.HELD, hold_expires_at=self.hold_expires_at)
        return self.released()

    def warning_due(self, now: datetime, policy: Policy) -> bool:
        """Whether the one warning before release is to go out now."""
        return (
            self.status is SeatStatus.GRACE
            and self.warned_at is None
            and self.grace_ends_at is not None
            and self.grace_ends_at - policy.final_warning <= now
        )

    def release_at(self, policy: Policy) -> datetime | None:
        """When the seat is released: after grace, and never sooner than the warning promised."""
        if self.status is not SeatStatus.GRACE or self.grace_ends_at is None:
            return None
        if self.warned_at is None:
            return self.grace_ends_at
        return max(self.grace_ends_at, self.warned_at + policy.final_warning)

    def release_due(self, now: datetime, policy: Policy) -> bool:
        """Whether grace is over; a warned seat whose renewal checkout is running waits for its deadline."""
        due = self.release_at(policy)
        return due is not None and self.warned_at is not None and due <= now and not self.is_held_until(now)

    def hold_lapsed(self, now: datetime) -> bool:
        return self.status is SeatStatus.HELD and not self.is_held_until(now)


def seats_left(capacity: int, taken: int, waiting: int = 0) -> int:
    """Seats on sale: the free ones, without those that belong to people waiting for one.

    Never negative, also after a mentor has lowered the capacity.
    """
    return max(0, capacity - taken - waiting)


def should_enter_grace(status: SeatStatus, open_credits: int) -> bool:
    """Whether the pair has nothing available, nothing scheduled and nothing frozen in any of its packs."""
    return status is SeatStatus.ACTIVE and open_credits == 0
