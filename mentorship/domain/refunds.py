"""Refunds: unused credits ÷ bought × paid, in minor units, rounded half up; the quote is the outcome."""

from dataclasses import dataclass
from enum import StrEnum

from mentorship.domain.errors import InvalidInput, NothingToRefund, RefundTooLarge
from mentorship.domain.money import Money, fits
from mentorship.domain.orders import RefundReason


class SeatAfter(StrEnum):
    """What becomes of the seat once a refund has settled."""

    KEPT = "kept"
    GRACE = "grace"
    RELEASED = "released"


@dataclass(frozen=True, slots=True)
class Refundable:
    """What a refund is computed from: one order, its payment, its pack, and the pair's other packs.

    ``left_minor`` is what has neither gone back nor been promised or asked for. ``reserved`` credits include the
    ``upcoming`` sessions and those that wait for their outcome. ``elsewhere`` counts open credits of other packs. The
    provider pays back multiples of ``unit`` only, in minor units.
    """

    paid: Money
    left_minor: int
    bought: int
    available: int = 0
    reserved: int = 0
    upcoming: int = 0
    elsewhere: int = 0
    unit: int = 1


@dataclass(frozen=True, slots=True)
class Quote:
    """What a refund pays back and what it takes: credits, sessions that are canceled, and maybe the seat."""

    amount: Money
    credits: int
    sessions_canceled: int
    seat: SeatAfter


def quote_refund(reason: RefundReason, of: Refundable, typed_minor: int | None = None) -> Quote:
    """What a refund for this reason comes to now. Only a goodwill refund has a typed amount.

    Raises:
        NothingToRefund: it would pay nothing.
        RefundTooLarge: a goodwill amount is not less than what is left; all of it is a full refund.
        InvalidInput: a goodwill amount has no exact form at the provider.
    """
    if reason is RefundReason.GOODWILL:
        return _goodwill(of, typed_minor or 0)
    if reason is RefundReason.FULL:
        minor, credits, canceled = of.left_minor, of.available + of.upcoming, of.upcoming
    else:
        minor, credits, canceled = unused_minor(of.available, of), of.available, 0
    if minor <= 0:
        raise NothingToRefund()
    return Quote(Money(minor, of.paid.currency), credits, canceled, _seat_after(reason, of, minor))


def unused_minor(credits: int, of: Refundable) -> int:
    """The share of what was paid that belongs to some credits, rounded half up and never more than is left."""
    if of.bought == 0:
        return 0
    one = of.bought * of.unit
    return min((2 * credits * of.paid.minor + one) // (2 * one) * of.unit, of.left_minor)


def credits_lost(lost_minor: int, of: Refundable, available: int) -> int:
    """How many available credits go with a part of the payment that was lost, rounded half up."""
    if of.paid.minor == 0:
        return 0
    return min((2 * lost_minor * of.bought + of.paid.minor) // (2 * of.paid.minor), available)


def _goodwill(of: Refundable, minor: int) -> Quote:
    if of.left_minor <= 0 or minor <= 0:
        raise NothingToRefund()
    if minor >= of.left_minor:
        raise RefundTooLarge(fix="Type less, or choose a full refund, which also ends the pack.")
    if not fits(Money(minor, of.paid.currency), of.unit):
        step = Money(of.unit, of.paid.currency).decimal.normalize()
        raise InvalidInput(f"The provider pays back multiples of {step:f} {of.paid.currency} only.")
    return Quote(Money(minor, of.paid.currency), 0, 0, SeatAfter.KEPT)


def _seat_after(reason: RefundReason, of: Refundable, minor: int) -> SeatAfter:
    stays = of.elsewhere if reason is RefundReason.FULL else of.elsewhere + of.reserved
    if stays:
        return SeatAfter.KEPT
    return SeatAfter.RELEASED if minor == of.left_minor else SeatAfter.GRACE
