"""Everything that is stored, read at once, and what must be true of it at every moment."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID

from sqlalchemy import select

from mentorship.db.engine import Database
from mentorship.db.models import (
    AuditRow,
    Dispute,
    InboxEvent,
    LedgerRow,
    Mentor,
    Notification,
    Order,
    Pack,
    Payment,
    PaymentAttempt,
    Refund,
    SeatRow,
    Session,
    Table,
    WaitlistEntry,
)
from mentorship.db.packs import balance, seat_state
from mentorship.domain.booking import SessionStatus
from mentorship.domain.credits import Entry, balance_of
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundReason, RefundStatus
from mentorship.domain.policy import Policy
from mentorship.domain.seats import SeatStatus

_FLEETING = {"next_check_at", "checks", "tries"}


@dataclass(frozen=True, eq=False)
class Books:
    """Every row of money, seats, credits, sessions and notices; the audit log in the order it was written."""

    mentors: list[Mentor]
    orders: list[Order]
    attempts: list[PaymentAttempt]
    payments: list[Payment]
    refunds: list[Refund]
    disputes: list[Dispute]
    packs: list[Pack]
    ledger: list[LedgerRow]
    seats: list[SeatRow]
    waitlist: list[WaitlistEntry]
    sessions: list[Session]
    notices: list[Notification]
    inbox: list[InboxEvent]
    audit: list[AuditRow]

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """What was decided, without deliveries, looks at the provider and the log: equal when nothing has changed."""
        kept = [f.name for f in fields(self) if f.name not in ("inbox", "audit")]
        return {name: [_values(row) for row in getattr(self, name)] for name in kept}

    def seats_taken(self, mentor_id: UUID, now: datetime, *, except_for: UUID | None = None) -> int:
        """Seats that count, said once more in this test's own words."""
        return sum(
            s.status in ("active", "grace") or (s.status == "held" and s.hold_expires_at > now)
            for s in self.seats
            if s.mentor_id == mentor_id and s.student_id != except_for
        )

    def has_counting_seat(self, mentor_id: UUID, student_id: UUID, now: datetime) -> bool:
        return self.seats_taken(mentor_id, now) > self.seats_taken(mentor_id, now, except_for=student_id)

    def line(self, mentor_id: UUID, now: datetime) -> list[UUID]:
        """Who needs a seat, in order, said once more in this test's own words."""
        waiting = [e for e in self.waitlist if e.mentor_id == mentor_id and e.status == "waiting"]
        waiting = [e for e in waiting if not self.has_counting_seat(mentor_id, e.student_id, now)]
        return [e.student_id for e in sorted(waiting, key=lambda e: (0 if e.is_first else 1, e.joined_at, e.id))]

    def may_buy(self, mentor: Mentor, student_id: UUID, now: datetime) -> bool:
        """Whether a seat is the student's own, or free and left by those who come before them in line."""
        free = mentor.max_active_students - self.seats_taken(mentor.id, now, except_for=student_id)
        if self.has_counting_seat(mentor.id, student_id, now):
            return free > 0
        line = self.line(mentor.id, now)
        return free > (line.index(student_id) if student_id in line else len(line))


def read_books(database: Database) -> Books:
    """Read every table in one transaction."""
    with database.session(read_only=True) as db:

        def rows(table: type[Table], *order: str) -> list[Any]:
            return list(db.scalars(select(table).order_by(*(getattr(table, c) for c in order or ("id",)))))

        return Books(
            rows(Mentor),
            rows(Order),
            rows(PaymentAttempt),
            rows(Payment),
            rows(Refund),
            rows(Dispute),
            rows(Pack),
            rows(LedgerRow, "at", "id"),
            rows(SeatRow),
            rows(WaitlistEntry),
            rows(Session, "starts_at"),
            rows(Notification),
            rows(InboxEvent),
            rows(AuditRow, "at", "id"),
        )


def _values(row: Table) -> dict[str, Any]:
    return {c.key: getattr(row, c.key) for c in row.__table__.columns if c.key not in _FLEETING}


def check_books(books: Books, now: datetime) -> None:
    """Assert every rule that holds at every moment."""
    _check_seats(books, now)
    _check_waitlist(books, now)
    _check_credits(books)
    _check_sessions(books)
    _check_money(books)
    _check_graces(books)


def _check_seats(books: Books, now: datetime) -> None:
    for mentor in books.mentors:
        assert books.seats_taken(mentor.id, now) <= mentor.max_active_students, "more seats than there are"
    assert max(Counter((s.mentor_id, s.student_id) for s in books.seats).values(), default=1) == 1
    left: Counter[tuple[UUID, UUID]] = Counter()
    for pack in books.packs:
        left[pack.mentor_id, pack.student_id] += pack.available + pack.reserved + pack.frozen
    for seat in books.seats:
        pair = seat.mentor_id, seat.student_id
        if seat.status == SeatStatus.GRACE.value:
            assert left[pair] == 0, "grace while something is available, scheduled or frozen"
        if seat.status == SeatStatus.ACTIVE.value:
            assert left[pair] > 0, "a seat without anything left and without grace"


def _check_waitlist(books: Books, now: datetime) -> None:
    in_line = [e for e in books.waitlist if e.status in ("waiting", "offered")]
    assert _unique((e.mentor_id, e.student_id) for e in in_line), "two places of one person in one line"
    seats = {(s.mentor_id, s.student_id): s for s in books.seats}
    for entry in in_line:
        seat = seats.get((entry.mentor_id, entry.student_id))
        assert seat is None or seat.status not in ("active", "grace"), "in line with a seat"
        if entry.status == "offered" and entry.offer_expires_at > now:
            assert seat is not None, "an offer without its seat"
            assert seat.status == "held", "an offer without its seat"
            assert seat.hold_expires_at >= entry.offer_expires_at, "an offer was shortened"


def _check_credits(books: Books) -> None:
    by_pack, by_session = defaultdict[UUID, list[LedgerRow]](list), defaultdict[UUID, list[LedgerRow]](list)
    for row in books.ledger:
        by_pack[row.pack_id].append(row)
        if row.session_id is not None:
            by_session[row.session_id].append(row)
    scheduled = Counter(s.pack_id for s in books.sessions if s.status == SessionStatus.SCHEDULED.value)
    for pack in books.packs:
        summed = balance_of((Entry(r.entry), r.credits) for r in by_pack[pack.id])
        assert summed == balance(pack), "the pack is not the sum of its ledger"
        assert summed.granted == pack.granted
        assert pack.reserved == scheduled[pack.id], "reserved credits are scheduled sessions"
        assert (pack.status == "depleted") == (pack.consumed == pack.granted)
        grants = [r.key for r in by_pack[pack.id] if r.entry == Entry.GRANT.value]
        assert sum(not key.startswith("regrant:") for key in grants) == 1
    for session in books.sessions:
        entries = [r.entry for r in by_session[session.id]]
        assert entries in _LIVES[SessionStatus(session.status)], f"{session.status} with {entries}"


_USED = [["reserve", "consume"], ["reserve", "consume", "restore"]]
_LIVES = {
    SessionStatus.SCHEDULED: [["reserve"]],
    SessionStatus.CANCELED: [["reserve", "return"], *_USED],
    SessionStatus.COMPLETED: _USED,
    SessionStatus.NO_SHOW: _USED,
}


def _check_sessions(books: Books) -> None:
    scheduled = [s for s in books.sessions if s.status == SessionStatus.SCHEDULED.value]
    for person in ("mentor_id", "student_id"):
        mine = defaultdict[UUID, list[Session]](list)
        for session in scheduled:
            mine[getattr(session, person)].append(session)
        for sessions in mine.values():
            assert all(a.ends_at <= b.starts_at for a, b in pairwise(sessions)), f"two sessions of one {person}"


def _check_money(books: Books) -> None:
    assert _unique(p.payment_ref for p in books.payments)
    assert _unique(p.attempt_id for p in books.payments)
    attempts = {a.id: a for a in books.attempts}
    packs = {p.order_id for p in books.packs}
    back = defaultdict[UUID, list[Refund]](list)
    for refund in books.refunds:
        back[refund.payment_id].append(refund)
    kept = Counter[UUID]()
    for payment in books.payments:
        refunds = back[payment.id]
        assert attempts[payment.attempt_id].status == AttemptStatus.PAID.value, "a paid attempt was undone"
        ours = [r for r in refunds if r.reason not in _THEIRS]
        if ours == refunds:
            spoken_for = sum(r.amount_minor for r in ours if r.status in _SPOKEN_FOR)
            assert spoken_for <= payment.amount_minor, "more is promised back than came"
        settled = sum(r.amount_minor for r in refunds if r.status == RefundStatus.SUCCEEDED.value)
        assert payment.refunded_minor == settled
        kept[payment.order_id] += not any(r.reason == RefundReason.DUPLICATE_PAYMENT.value for r in refunds)
    for order in books.orders:
        assert kept[order.id] == OrderStatus(order.status).has_money, f"{kept[order.id]} payments, {order.status}"
        if kept[order.id]:
            promised = any(r.order_id == order.id for r in books.refunds)
            assert (order.id in packs) or promised, "paid, and neither a seat nor a refund"
    _check_refunded_packs(books)


_THEIRS = (RefundReason.PROVIDER.value, RefundReason.DISPUTE.value)
_SPOKEN_FOR = ("requested", "pending", "succeeded")


def _check_refunded_packs(books: Books) -> None:
    """What is frozen is what somebody is to decide; what has gone back leaves nothing to book."""
    orders = {o.id: o for o in books.orders}
    frozen, taken = Counter[UUID](), Counter[UUID]()
    with_entry = {r.key for r in books.ledger}
    for refund in books.refunds:
        if refund.status in ("requested", "pending") and f"freeze:{refund.id}" in with_entry:
            frozen[refund.order_id] += refund.credits
        if refund.status == "succeeded":
            taken[refund.order_id] += refund.credits
    for dispute in books.disputes:
        if dispute.status in ("open", "in_review"):
            frozen[dispute.order_id] += dispute.frozen_credits
    for pack in (p for p in books.packs if p.order_id is not None):
        assert pack.frozen == frozen[pack.order_id], "frozen without anybody to decide it"
        assert pack.refunded >= taken[pack.order_id], "a refund that has settled took less than it says"
        if orders[pack.order_id].status == OrderStatus.REFUNDED.value:
            assert pack.available == 0, "all has gone back, and something can still be booked"


def _check_graces(books: Books) -> None:
    """Walk through each seat's log: one warning in each grace, and no release before it has lasted."""
    rules = Policy()
    warnings, releases = Counter[str](), Counter[str]()
    log = defaultdict[str, list[AuditRow]](list)
    for row in books.audit:
        log[row.subject_id].append(row)
    for seat in books.seats:
        began: datetime | None = None
        warned: datetime | None = None
        for row in log[str(seat.id)]:
            match row.action:
                case "seat_in_grace":
                    began, warned = row.at, None
                case "seat_warned":
                    assert warned is None, "warned twice"
                    assert began is not None
                    warned = row.at
                    warnings[str(seat.student_id)] += 1
                case "seat_released":
                    if row.after.get("reason") == "Grace is over":
                        _check_release(row.at, began, warned, rules)
                    releases[str(seat.student_id)] += 1
    told = Counter((n.kind, str(n.user_id)) for n in books.notices)
    for kind, counted in (("grace_warning", warnings), ("seat_released", releases)):
        assert {who: n for (k, who), n in told.items() if k == kind} == dict(counted), f"{kind}: told once each"


def _check_release(at: datetime, began: datetime | None, warned: datetime | None, rules: Policy) -> None:
    assert began is not None, "released without grace"
    assert at - began >= rules.grace, "released before grace was over"
    assert warned is not None, "released without a warning"
    assert at - warned >= rules.final_warning, "released too soon after the warning"


def check_at_rest(books: Books, paid_references: Sequence[str], now: datetime) -> None:
    """Assert what must be true once everything promised was done and the provider was asked about everything."""
    assert all(e.state != "received" for e in books.inbox), "a delivery nobody looked into"
    assert all(r.status != RefundStatus.PENDING.value for r in books.refunds), "a refund nobody carried out"
    orders = {o.id: OrderStatus(o.status) for o in books.orders}
    attempts = {a.provider_ref: a for a in books.attempts}
    for reference in paid_references:
        assert attempts[reference].status == AttemptStatus.PAID.value, "paid at the provider, unknown to us"
        assert orders[attempts[reference].order_id].has_money
    for mentor in books.mentors:
        free = mentor.max_active_students - books.seats_taken(mentor.id, now)
        assert free == 0 or not books.line(mentor.id, now), "a free seat while somebody waits"
    late = [e for e in books.waitlist if e.status == "offered" and e.offer_expires_at <= now - timedelta(hours=1)]
    assert all(books.has_counting_seat(e.mentor_id, e.student_id, now) for e in late), "an offer that nobody closed"
    processing = {(o.mentor_id, o.student_id) for o in books.orders if o.status == OrderStatus.PROCESSING.value}
    for seat in books.seats:
        if (seat.mentor_id, seat.student_id) not in processing:
            assert not seat_state(seat).hold_lapsed(now - timedelta(hours=1)), "a hold that nobody let go"


def _unique(values: Iterable[object]) -> bool:
    return all(n == 1 for n in Counter(values).values())
