"""How orders, deliveries and differences become the finished texts of the admin's pages about money."""

from urllib.parse import urlencode

from mentorship.domain.reconciliation import Difference, Repair
from mentorship.schemas.money_desk import EventFace, FindingFace, HistoryFace, OrderFace, Paging
from mentorship.schemas.oversight import EventRow, HistoryLine, OrderRow
from mentorship.schemas.pages import Tone
from mentorship.schemas.reconciliation import FindingView
from mentorship.services.texts import provider_name, when
from mentorship.state.admin_faces import ORDER_TONES, words

_EVENT_TONES: dict[str, Tone] = {"processed": "good", "unmatched": "bad"}
_TITLES = {
    Difference.PAYMENT_MISSING: "Payment not booked",
    Difference.PAYMENT_UNKNOWN: "Payment unknown to the provider",
    Difference.AMOUNT_DIFFERS: "Amounts differ",
    Difference.PAID_TWICE: "Paid twice",
    Difference.REFUND_MISSING: "Refund not booked",
    Difference.REFUND_UNKNOWN: "Refund unknown to the provider",
    Difference.REFUND_DIFFERS: "Refunds differ",
    Difference.ORDER_DIFFERS: "Order and money differ",
    Difference.PAID_WITHOUT_PACK: "Paid without a pack",
    Difference.PACK_WITHOUT_PAYMENT: "Pack without a payment",
    Difference.CREDITS_DIFFER: "Credits and ledger differ",
    Difference.DISPUTE_MISSING: "Dispute not booked",
    Difference.DISPUTE_DIFFERS: "Disputes differ",
}
_REPAIRS = {
    Repair.SYNC_ATTEMPT: (
        "Book the payment",
        "The checkout is read at the provider and settled like any delivery: the order is paid and the pack granted, "
        "or the money goes back where no seat is free.",
    ),
    Repair.BOOK_REFUND: (
        "Book the refund",
        "The refund is read at the provider and booked as it stands there. No money moves.",
    ),
    Repair.CARRY_OUT_REFUND: (
        "Carry out the refund",
        "The provider is asked to send the promised money back. It goes back once, however often it is asked.",
    ),
    Repair.BOOK_DISPUTE: (
        "Book the dispute",
        "The dispute is read at the provider and booked as it stands there; credits that are left are frozen.",
    ),
    Repair.RECOUNT: (
        "Count again",
        "What went back is summed up from the refunds, and the order's state follows from it. No money moves.",
    ),
    Repair.GRANT_PACK: (
        "Grant the pack",
        "The student gets the pack that was paid for, a seat and a mail. Where no seat is free, the money goes back.",
    ),
    Repair.REFUND_PAYMENT: (
        "Send the payment back",
        "The second payment is sent back in full, and the student gets a mail.",
    ),
    Repair.LOOK: ("", ""),
}


def order_face(row: OrderRow, zone: str) -> OrderFace:
    """An order for an admin who reads in ``zone``."""
    return OrderFace(
        id=str(row.id),
        href=f"/admin/orders/{row.id}",
        student=row.student,
        email=row.email,
        product=row.product if row.mentor in row.product else f"{row.product} with {row.mentor}",
        when=when(row.created_at, zone),
        amount=row.amount.text,
        paid=row.paid.text,
        refunded=row.refunded.text,
        providers=", ".join(provider_name(provider) for provider in row.providers),
        code=row.code,
        status=words(row.status),
        tone=ORDER_TONES.get(row.status, "neutral"),
        review=words(row.review),
    )


def history_face(number: int, line: HistoryLine, zone: str) -> HistoryFace:
    """One line of an order's history."""
    return HistoryFace(str(number), when(line.at, zone), line.who, words(line.about), line.what, line.detail)


def event_face(row: EventRow, zone: str) -> EventFace:
    """A delivery with what it did."""
    failed = bool(row.error) or row.state == "unmatched"
    return EventFace(
        id=str(row.id),
        href=f"/admin/inbox/{row.id}",
        title=f"{provider_name(row.provider)}: {row.type}",
        when=when(row.received_at, zone),
        number=row.event_id,
        reference=row.reference,
        status=words(row.state),
        tone="bad" if failed else _EVENT_TONES.get(row.state, "neutral"),
        error=row.error,
        effect=_effect(row),
        tries="looked into once" if row.tries == 1 else f"looked into {row.tries} times",
    )


def _effect(row: EventRow) -> str:
    if row.effects:
        return words(", ".join(row.effects))
    return {
        "processed": "Changed nothing: what it told was known already.",
        "unmatched": "Belongs to nothing of ours.",
        "ignored": "Kept; nothing follows from its kind.",
    }.get(row.state, "Not looked into yet.")


def finding_face(finding: FindingView, zone: str) -> FindingFace:
    """A difference with its proposed repair and what that would do."""
    label, consequence = _REPAIRS[Repair(finding.repair)]
    about = (finding.student and f"Order of {finding.student}", provider_name(finding.provider), finding.reference)
    return FindingFace(
        id=str(finding.id),
        title=_TITLES[Difference(finding.difference)],
        reason=finding.reason,
        whose=" · ".join(part for part in about if part),
        when=when(finding.resolved_at or finding.found_at, zone),
        order_href=f"/admin/orders/{finding.order_id}" if finding.order_id else "",
        repair=label,
        consequence=consequence,
        resolution=finding.resolution,
    )


def paging(path: str, query: dict[str, str], *, total: int, page: int, pages: int, what: str) -> Paging:
    """How many there are, and the addresses of the pages beside this one."""

    def address(number: int) -> str:
        kept = {name: value for name, value in query.items() if value}
        return f"{path}?{urlencode(kept | {'page': str(number)})}"

    summary = f"{total} {what}" + ("" if total == 1 else "s")
    return Paging(
        summary=summary if pages == 1 else f"{summary}, page {page} of {pages}",
        newer=address(page - 1) if 1 < page <= pages else "",
        older=address(page + 1) if page < pages else "",
    )
