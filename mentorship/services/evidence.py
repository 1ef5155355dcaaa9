"""The evidence bundle of a dispute: what our books say about one order, as one ZIP for the provider."""

import csv
import io
import json
import zipfile
from collections.abc import Iterable, Sequence
from datetime import datetime
from uuid import UUID

from mentorship.db.models import Dispute, Mentor, Order, Pack, User
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.booking import SessionStatus
from mentorship.domain.errors import NotFound
from mentorship.domain.money import Money
from mentorship.schemas.refunds import Evidence
from mentorship.services.context import Context
from mentorship.services.receipt_pdf import print_receipt
from mentorship.services.receipt_views import receipt_view
from mentorship.services.seats import require_mentor
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

_STAMP = (1980, 1, 1, 0, 0, 0)
_README = """Evidence for dispute {reference}
Order {order}: {product}, {student} with {mentor}

order.txt      what was bought, when, for how much, under which version of the terms, and how it was paid
receipt.pdf    the receipt as the student has it; missing when none has been issued
receipt.json   the same receipt for machines
sessions.csv   every session booked from this pack: when, how it ended, when that was recorded and why
ledger.csv     every movement of the pack's credits, oldest first
notices.csv    what the student was told by mail about this order: when it was promised and when it was sent
timeline.csv   the audit log of order, pack and sessions: who changed what, and when
join_log.txt   what is known of each session having been held

All times are UTC. Everything is read from the books as they are; nothing was added for this bundle.
"""
_JOIN_LOG = """Who joined a video room, and when, is not recorded by this installation.
What is known of each session is what its mentor entered about it:

"""
_HELD = {
    SessionStatus.COMPLETED.value: "held",
    SessionStatus.NO_SHOW.value: "the student did not come",
    SessionStatus.CANCELED.value: "canceled",
}


@use_case(Access.ADMIN)
def dispute_evidence(ctx: Context, *, dispute_id: UUID) -> Evidence:
    """The evidence bundle of a dispute. The same books give the same bytes.

    Raises:
        NotFound: there is no such dispute.
    """
    with ctx.begin(read_only=True) as uow:
        dispute = uow.disputes.get(dispute_id)
        order = uow.orders.get(dispute.order_id) if dispute else None
        if dispute is None or order is None:
            raise NotFound()
        mentor = require_mentor(uow, order.mentor_id)
        student = uow.people.users([order.student_id])[order.student_id]
        files = _files(uow, dispute, order, mentor, student)
    return Evidence(f"evidence-{dispute.dispute_ref}.zip", _zip(files))


def _files(uow: UnitOfWork, dispute: Dispute, order: Order, mentor: Mentor, student: User) -> dict[str, str | bytes]:
    pack = uow.packs.of_order(order.id)
    files: dict[str, str | bytes] = {
        "README.txt": _README.format(
            reference=dispute.dispute_ref,
            order=order.id,
            product=_one_line(order.product_name),
            student=_one_line(student.name),
            mentor=_one_line(mentor.name),
        ),
        "order.txt": _order(uow, dispute, order, mentor, student),
        "sessions.csv": _sessions(uow, pack),
        "ledger.csv": _ledger(uow, pack),
        "notices.csv": _notices(uow, order, pack),
        "timeline.csv": _timeline(uow, order, pack),
        "join_log.txt": _join_log(uow, pack),
    }
    receipt = uow.receipts.of_order(order.id)
    if receipt is not None:
        files["receipt.pdf"] = print_receipt(receipt_view(uow, receipt))
        number = {"year": receipt.year, "serial": receipt.serial, "issued_at": _at(receipt.issued_at)}
        files["receipt.json"] = json.dumps(number | receipt.content, indent=2, sort_keys=True, default=str) + "\n"
    return files


def _order(uow: UnitOfWork, dispute: Dispute, order: Order, mentor: Mentor, student: User) -> str:
    facts = [
        ("Dispute", dispute.dispute_ref),
        ("Dispute opened", _at(dispute.opened_at)),
        ("Reason given", dispute.reason),
        ("Disputed amount", amount(Money(dispute.amount_minor, dispute.currency)).text),
        ("Order", str(order.id)),
        ("Student", f"{student.name} <{student.email}>"),
        ("Account since", _at(student.created_at)),
        ("Mentor", mentor.name),
        ("Product", f"{order.product_name}: {order.sessions} sessions of {order.session_minutes} minutes"),
        ("Price", amount(Money(order.original_minor, order.currency)).text),
        ("To pay", amount(Money(order.amount_minor, order.currency)).text),
        ("Promotion", order.promotion_code or "none"),
        ("Version of the terms", order.terms_version or "not recorded"),
        ("Ordered", _at(order.created_at)),
        ("Paid", _at(order.paid_at)),
        ("Status", order.status),
    ]
    for payment in uow.orders.payments(order.id):
        paid = amount(Money(payment.amount_minor, payment.currency)).text
        back = amount(Money(payment.refunded_minor, payment.currency)).text
        facts.append((f"Payment {payment.payment_ref}", f"{payment.provider}, {paid}, of which {back} went back"))
    return "".join(f"{label}: {_one_line(value)}\n" for label, value in facts)


def _sessions(uow: UnitOfWork, pack: Pack | None) -> str:
    rows = uow.bookings.of_pack(pack.id) if pack else []
    return _csv(
        ["session", "booked_at", "starts_at", "ends_at", "status", "recorded_at", "times_moved", "reason"],
        (
            [s.id, _at(s.created_at), _at(s.starts_at), _at(s.ends_at), s.status, _at(s.closed_at), s.moves, s.reason]
            for s in rows
        ),
    )


def _join_log(uow: UnitOfWork, pack: Pack | None) -> str:
    rows = uow.bookings.of_pack(pack.id) if pack else []
    lines = [
        f"{_at(s.starts_at)} to {_at(s.ends_at)}: "
        + (f"{_HELD[s.status]}, entered {_at(s.closed_at)}" if s.status in _HELD else "nothing has been entered")
        for s in rows
    ]
    return _JOIN_LOG + "".join(f"{line}\n" for line in lines or ["No session was booked from this pack."])


def _ledger(uow: UnitOfWork, pack: Pack | None) -> str:
    rows = uow.packs.ledger(pack.id) if pack else []
    return _csv(
        ["at", "entry", "credits", "session", "reason"],
        ([_at(r.at), r.entry, r.credits, r.session_id or "", r.reason] for r in rows),
    )


def _notices(uow: UnitOfWork, order: Order, pack: Pack | None) -> str:
    """What the student was told of this order, its pack and its sessions."""
    about = {str(order.id)} | ({str(pack.id)} | {str(s.id) for s in uow.bookings.of_pack(pack.id)} if pack else set())
    sent = uow.disputes.notices_of(order.student_id, order.created_at)
    return _csv(
        ["promised_at", "kind", "channel", "state", "sent_at"],
        (
            [_at(notice.created_at), notice.kind, delivery.channel, delivery.state, _at(delivery.sent_at)]
            for notice, delivery in sent
            if about & {str(value) for value in notice.data.values()}
        ),
    )


def _timeline(uow: UnitOfWork, order: Order, pack: Pack | None) -> str:
    subjects = [("order", order.id)]
    if pack is not None:
        subjects += [("pack", pack.id), *(("session", s.id) for s in uow.bookings.of_pack(pack.id))]
    rows = [row for kind, subject in subjects for row in uow.audit.about(kind, str(subject))]
    return _csv(
        ["at", "who", "action", "subject", "before", "after"],
        (
            [
                _at(row.at),
                row.actor_role,
                row.action,
                f"{row.subject_type} {row.subject_id}",
                json.dumps(row.before, sort_keys=True),
                json.dumps(row.after, sort_keys=True),
            ]
            for row in sorted(rows, key=lambda row: (row.at, row.id))
        ),
    )


def _csv(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(header)
    writer.writerows([_harmless(str(value)) for value in row] for row in rows)
    return out.getvalue()


def _harmless(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _at(instant: datetime | None) -> str:
    return instant.isoformat(timespec="seconds") if instant else ""


def _zip(files: dict[str, str | bytes]) -> bytes:
    """The files in the order of their names, all with one fixed date."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as bundle:
        for name in sorted(files):
            entry = zipfile.ZipInfo(name, _STAMP)
            entry.compress_type = zipfile.ZIP_DEFLATED
            bundle.writestr(entry, files[name])
    return out.getvalue()
