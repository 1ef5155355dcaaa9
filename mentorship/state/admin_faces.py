"""How an admin's facts become the finished texts of the admin's pages."""

from mentorship.domain.orders import OrderStatus
from mentorship.schemas.admin import AdminEvent, AdminOrder, AuditEntry, MoneyDesk, Overview, Takings
from mentorship.schemas.catalog import SeatAvailability
from mentorship.schemas.desk import AuditLine, CapacityFace, Count, Errand, EventLine, OrderLine, TakingsFace
from mentorship.schemas.pages import Tone
from mentorship.services.texts import when
from mentorship.state.faces import seat_row

ORDER_TONES: dict[str, Tone] = {OrderStatus.PAID: "good", OrderStatus.FAILED: "bad"}
EVENT_TONES: dict[str, Tone] = {"processed": "good", "failed": "bad"}


def counts(seen: Overview) -> list[Count]:
    """The numbers at the top of the overview, each summed up in a word or two."""
    failed = seen.inbox.get("failed", 0)
    return [
        Count("People", str(seen.people)),
        Count("Orders", _summed(seen.orders)),
        Count("Sessions", _summed(seen.sessions)),
        Count("Deliveries from providers", _summed(seen.inbox), "bad" if failed else "neutral"),
    ]


def errands(desk: MoneyDesk) -> list[Errand]:
    """The pages about money, each with how much there asks for a look."""
    found = (
        ("Orders under review", "/admin/orders?only=review", desk.under_review),
        ("Deliveries that failed", "/admin/inbox?only=failed", desk.failed_events),
        ("Differences between the books", "/admin/reconciliation", desk.open_findings),
    )
    return [Errand(label, href, str(number), "bad" if number else "good") for label, href, number in found]


def takings_face(takings: Takings) -> TakingsFace:
    """Takings in one currency."""
    return TakingsFace(takings.paid.text, takings.refunded.text)


def capacity_face(name: str, seats: SeatAvailability) -> CapacityFace:
    """A mentor with the seats that are taken."""
    return CapacityFace(str(seats.mentor_id), name, seat_row(seats), seats.total, seats.taken)


def order_line(order: AdminOrder, zone: str) -> OrderLine:
    """An order for an admin who reads in ``zone``."""
    return OrderLine(
        id=str(order.id),
        title=f"{order.student} with {order.mentor}",
        amount=order.amount.text,
        when=when(order.created_at, zone),
        status=words(order.status),
        tone=ORDER_TONES.get(order.status, "neutral"),
        review=words(order.review),
    )


def event_line(event: AdminEvent, zone: str) -> EventLine:
    """A provider's delivery."""
    return EventLine(
        id=str(event.id),
        title=f"{event.provider}: {event.type}",
        when=when(event.received_at, zone),
        status=words(event.state),
        tone=EVENT_TONES.get(event.state, "neutral"),
        error=event.error,
    )


def audit_line(number: int, entry: AuditEntry, zone: str) -> AuditLine:
    """An audit row."""
    return AuditLine(
        id=str(number),
        title=f"{entry.actor}: {words(entry.action).lower()}",
        when=when(entry.at, zone),
        subject=entry.subject,
        change=entry.change,
    )


def words(name: str) -> str:
    """A stored name as people read it: "partially_refunded" is "Partially refunded"."""
    return name.replace("_", " ").capitalize()


def _summed(numbers: dict[str, int]) -> str:
    parts = ", ".join(f"{number} {words(name).lower()}" for name, number in sorted(numbers.items()))
    return parts or "none yet"
