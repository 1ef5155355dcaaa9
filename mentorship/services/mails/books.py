"""Letters to admins about books that do not agree."""

from uuid import UUID

from mentorship.db.models import Finding
from mentorship.services.mails.letter import Button, Fact, Letter, Notice

MOST_SHOWN = 5


def books_differ(notice: Notice) -> Letter | None:
    """To an admin: what was found. Nothing once all of it is gone again."""
    found = [notice.uow.reconciliation.get(UUID(finding)) for finding in notice.data["findings"]]
    still = [finding for finding in found if finding is not None and finding.resolved_at is None]
    if not still:
        return None
    number = "One difference" if len(still) == 1 else f"{len(still)} differences"
    more = len(still) - MOST_SHOWN
    return Letter(
        subject=f"{number} between the books",
        preview=still[0].reason,
        heading=f"{number} between the books",
        lines=["What the payment providers state was compared with what is booked, and not all of it agrees."],
        facts=[
            Fact(finding.difference.replace("_", " ").capitalize(), finding.reason, _whose(notice, finding))
            for finding in still[:MOST_SHOWN]
        ],
        button=Button("Look at the differences", notice.url("/admin/reconciliation")),
        after=[f"There are {more} more on that page."] if more > 0 else [],
    )


def _whose(notice: Notice, finding: Finding) -> str:
    order = notice.uow.orders.get(finding.order_id) if finding.order_id else None
    student = notice.uow.people.user(order.student_id) if order else None
    return f"Order of {student.name}" if student else ""
