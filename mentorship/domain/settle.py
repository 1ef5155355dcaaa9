"""Settling: what a provider's facts mean for an order and its attempt. Pure, and the same for every delivery order."""

from dataclasses import dataclass
from enum import StrEnum

from mentorship.domain.money import Money
from mentorship.domain.orders import AttemptStatus, OrderStatus


class ProviderState(StrEnum):
    """Where the hosted checkout stands at the provider.

    Approved: the buyer agreed, the money is ours to capture. Declined: the capture was refused by what the buyer pays
    with; the checkout is still open for something else.
    """

    OPEN = "open"
    APPROVED = "approved"
    DECLINED = "declined"
    PROCESSING = "processing"
    PAID = "paid"
    FAILED = "failed"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """What the provider itself says, read with our own key."""

    reference: str
    state: ProviderState
    amount: Money
    live: bool
    payment_reference: str | None = None
    fee_minor: int | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What we asked for."""

    reference: str
    amount: Money
    live: bool


class Step(StrEnum):
    NOTHING = "nothing"
    REVIEW = "review"
    CAPTURE = "capture"
    DECLINE = "decline"
    PROCESSING = "processing"
    PAY = "pay"
    REFUND_DUPLICATE = "refund_duplicate"
    FAIL = "fail"
    EXPIRE = "expire"


@dataclass(frozen=True, slots=True)
class Settlement:
    """The one step to take; ``reason`` says what did not match when it is a review."""

    step: Step
    reason: str = ""


_PROGRESS = {
    ProviderState.PROCESSING: Step.PROCESSING,
    ProviderState.FAILED: Step.FAIL,
    ProviderState.EXPIRED: Step.EXPIRE,
}


def settle(order: OrderStatus, attempt: AttemptStatus, expected: Expected, facts: ProviderFacts) -> Settlement:
    """Decide what facts about one attempt change.

    A paid attempt is never undone by a failed or expired one, facts that do not match ours are flagged and never
    granted, and a second payment of one order is refunded. Repeating the same facts changes nothing.
    """
    if attempt is AttemptStatus.PAID:
        return Settlement(Step.NOTHING)
    if mismatch := _mismatch(expected, facts):
        return Settlement(Step.REVIEW, mismatch) if facts.state is not ProviderState.OPEN else Settlement(Step.NOTHING)
    if facts.state is ProviderState.PAID:
        return Settlement(Step.REFUND_DUPLICATE if order.has_money else Step.PAY)
    if not attempt.is_live:
        return Settlement(Step.NOTHING)
    return Settlement(_progress(order, attempt, facts.state))


def _progress(order: OrderStatus, attempt: AttemptStatus, state: ProviderState) -> Step:
    if state in (ProviderState.APPROVED, ProviderState.DECLINED):
        step = Step.CAPTURE if state is ProviderState.APPROVED else Step.DECLINE
        return step if order.is_open else Step.NOTHING
    step = _PROGRESS.get(state, Step.NOTHING)
    return Step.NOTHING if step is Step.PROCESSING and attempt is AttemptStatus.PROCESSING else step


def _mismatch(expected: Expected, facts: ProviderFacts) -> str:
    if facts.reference != expected.reference:
        return "reference"
    if facts.live != expected.live:
        return "mode"
    if facts.amount.currency != expected.amount.currency:
        return "currency"
    return "amount" if facts.amount.minor != expected.amount.minor else ""
