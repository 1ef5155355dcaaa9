"""Which use case does which job, on behalf of the system."""

from uuid import UUID

from mentorship.domain.errors import ProviderUnavailable
from mentorship.jobs.engine import Job
from mentorship.services.calendar_events import sync_event
from mentorship.services.calendar_sync import read_calendar
from mentorship.services.context import Dependencies
from mentorship.services.deliveries import process_event
from mentorship.services.notifications import deliver
from mentorship.services.receipts import issue_receipt
from mentorship.services.reconciliation import reconcile
from mentorship.services.refunds import refund_payment
from mentorship.services.settling import sync_attempt


def jobs_for(deps: Dependencies) -> dict[str, Job]:
    """Every job that a use case may promise, by its name. A job's argument is the id of its row, or a night."""
    return {
        "deliver": lambda row: deliver(deps.system(), delivery_id=UUID(row)),
        "process_event": lambda row: process_event(deps.system(), event_id=UUID(row)),
        "refund_payment": lambda row: refund_payment(deps.system(), refund_id=UUID(row)),
        "issue_receipt": lambda row: issue_receipt(deps.system(), order_id=UUID(row)),
        "check_attempt": lambda row: sync_attempt(deps.system(), attempt_id=UUID(row)),
        "sync_event": lambda row: sync_event(deps.system(), session_id=UUID(row)),
        "read_calendar": lambda row: read_calendar(deps.system(), mentor_id=UUID(row)),
        "reconcile": lambda _: reconcile_all(deps),
    }


def reconcile_all(deps: Dependencies) -> None:
    """Compare the books with every provider.

    Raises:
        ProviderUnavailable: one of them did not answer; everything else was compared.
    """
    if unanswered := reconcile(deps.system()).unanswered:
        raise ProviderUnavailable(f"No statement from {', '.join(unanswered)}.")
