"""How refunds, quotes and disputes become the finished texts of their pages."""

from mentorship.domain.disputes import DisputeStatus
from mentorship.domain.orders import RefundReason, RefundStatus
from mentorship.schemas.pages import Tone
from mentorship.schemas.refund_faces import DisputeFace, QuoteFace, RefundFace
from mentorship.schemas.refunds import DisputeView, RefundQuote, RefundView
from mentorship.state.calls import site
from mentorship.state.desk_faces import count
from mentorship.state.times import iso, moment

_STATUS: dict[str, tuple[str, Tone]] = {
    RefundStatus.REQUESTED: ("Waiting for a decision", "warning"),
    RefundStatus.PENDING: ("On its way", "good"),
    RefundStatus.SUCCEEDED: ("Paid back", "good"),
    RefundStatus.DECLINED: ("Declined", "neutral"),
    RefundStatus.WITHDRAWN: ("Withdrawn", "neutral"),
    RefundStatus.FAILED: ("Failed", "bad"),
}
_REASONS = {
    RefundReason.SOLD_OUT: "the mentor was sold out",
    RefundReason.DUPLICATE_PAYMENT: "the order was paid twice",
    RefundReason.UNUSED: "unused sessions",
    RefundReason.FULL: "all that was paid",
    RefundReason.GOODWILL: "goodwill",
    RefundReason.PROVIDER: "made at the payment provider",
    RefundReason.DISPUTE: "a lost dispute",
}
_DISPUTES: dict[str, tuple[str, Tone]] = {
    DisputeStatus.OPEN: ("Answer it", "bad"),
    DisputeStatus.IN_REVIEW: ("In review", "warning"),
    DisputeStatus.WON: ("Won", "good"),
    DisputeStatus.LOST: ("Lost", "neutral"),
}


def titled(product: str, mentor: str) -> str:
    """What was bought and from whom; a product whose name says so already keeps it."""
    return product if mentor in product else f"{product} with {mentor}"


def refund_face(view: RefundView, zone: str, *, for_student: bool = False) -> RefundFace:
    """A refund as a row. Students read what it is for; others read whose it is."""
    status, tone = _STATUS[view.status]
    held = view.status in (RefundStatus.REQUESTED.value, RefundStatus.PENDING.value)
    taken = f"; {count(view.credits, 'session')} {'kept back for it' if held else 'taken'}" if view.credits else ""
    why = [f"“{view.note}”"] if view.note and not for_student else []
    if view.decision:
        why.append(view.decision)
    return RefundFace(
        id=str(view.id),
        order_id=str(view.order_id),
        title="Refund" if for_student else f"{view.student_name}: {titled(view.product_name, view.mentor_name)}",
        amount=view.amount.text,
        when=moment(view.created_at, zone),
        line=f"For {_REASONS[RefundReason(view.reason)]}{taken}",
        why=" · ".join(why),
        status=status,
        tone=tone,
    )


def quote_face(quote: RefundQuote, *, for_student: bool) -> QuoteFace:
    """What a refund would pay back and take, each consequence a sentence of its own."""
    whose = "your" if for_student else f"{quote.student_name}'s"
    lines = []
    if quote.credits:
        lines.append(f"{count(quote.credits, 'session')} of {quote.bought} can no longer be booked, from now on.")
    if quote.sessions_canceled:
        lines.append(f"{count(quote.sessions_canceled, 'booked session')} will be canceled now, and both are told.")
    elif quote.sessions_kept:
        lines.append(f"What is booked still takes place: {count(quote.sessions_kept, 'session')}.")
    lines.append(quote.seat_text.replace("The seat", f"{whose[0].upper()}{whose[1:]} seat", 1))
    lines.append(f"{quote.amount.text} of {quote.paid.text} goes back the way it was paid. {quote.arrives}")
    if quote.needs_approval:
        lines.append(f"{quote.mentor_name} or one of us decides about it first. Until then you can take it back.")
    return QuoteFace(
        order_id=str(quote.order_id),
        title=titled(quote.product_name, quote.mentor_name),
        amount=quote.amount.text,
        lines=tuple(lines),
    )


def dispute_face(view: DisputeView, zone: str) -> DisputeFace:
    """A dispute as a row, with the time that is left to answer it."""
    status, tone = _DISPUTES[view.status]
    is_open = view.status == DisputeStatus.OPEN.value
    said = [view.reason.replace("_", " ").capitalize() or "No reason given"]
    if view.openings > 1:
        said.append("Taken up again after it was decided")
    if view.closed_at is None:
        frozen = view.frozen_credits
        said.append(f"{count(frozen, 'session')} frozen" if frozen else "Nothing was left to freeze")
    return DisputeFace(
        id=str(view.id),
        title=f"{view.student_name}: {titled(view.product_name, view.mentor_name)}",
        amount=view.amount.text,
        when=moment(view.opened_at, zone),
        due_at=iso(view.due_at) if is_open else "",
        due_when=moment(view.due_at, zone) if view.due_at and is_open else "",
        line=". ".join([*said, f"{view.provider.capitalize()} {view.reference}"]),
        status=status,
        tone=tone,
        evidence_href=f"{site().api_url}/api/admin/disputes/{view.id}/evidence",
    )
