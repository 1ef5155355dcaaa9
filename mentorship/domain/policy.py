"""The policy numbers, in one typed object. Lengths are timedeltas; mentors may override some of them."""

from dataclasses import dataclass, fields, replace
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class MentorOverrides:
    """What one mentor has set differently; ``None`` keeps the platform's number."""

    grace: timedelta | None = None
    change_notice: timedelta | None = None
    minimum_notice: timedelta | None = None
    horizon: timedelta | None = None
    buffer: timedelta | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """Numbers from the product's rules (section 5)."""

    checkout_hold: timedelta = timedelta(minutes=31)
    delayed_payment_hold: timedelta = timedelta(days=14)
    grace: timedelta = timedelta(hours=72)
    final_warning: timedelta = timedelta(hours=12)
    waitlist_offer: timedelta = timedelta(hours=24)
    change_notice: timedelta = timedelta(hours=24)
    max_reschedules: int = 2
    minimum_notice: timedelta = timedelta(hours=24)
    horizon: timedelta = timedelta(days=60)
    buffer: timedelta = timedelta(minutes=10)
    correction_window: timedelta = timedelta(days=7)
    returned_credit_validity: timedelta = timedelta(days=14)
    refund_needs_approval: bool = True
    session_reminders: tuple[timedelta, ...] = (timedelta(hours=24), timedelta(hours=1), timedelta(minutes=10))

    def for_mentor(self, overrides: MentorOverrides) -> "Policy":
        """This policy with the mentor's own numbers in place."""
        own = {f.name: getattr(overrides, f.name) for f in fields(overrides)}
        return replace(self, **{name: value for name, value in own.items() if value is not None})


def hours_text(length: timedelta) -> str:
    """A length as people say it: "72 hours", "31 minutes", "1 hour"."""
    minutes = int(length.total_seconds() // 60)
    count, unit = (minutes // 60, "hour") if minutes % 60 == 0 and minutes else (minutes, "minute")
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
