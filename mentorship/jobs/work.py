"""Which use case each job runs."""

from collections.abc import Callable, Mapping
from uuid import UUID

from mentorship.services.context import Dependencies
from mentorship.services.notifications import deliver
from mentorship.services.payments import process_event, refund_payment, sync_attempt


def jobs_for(deps: Dependencies) -> Mapping[str, Callable[[str], object]]:
    """Job names, each with what it does to the id it is given."""
    return {
        "deliver": lambda i: deliver(deps.system(), delivery_id=UUID(i)),
        "process_event": lambda i: process_event(deps.system(), event_id=UUID(i)),
        "refund_payment": lambda i: refund_payment(deps.system(), refund_id=UUID(i)),
        "check_attempt": lambda i: sync_attempt(deps.system(), attempt_id=UUID(i)),
    }
