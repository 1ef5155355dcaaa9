"""The lifecycle with refunds and disputes notices a fault that is seeded, and is quiet without it."""

from collections.abc import Callable

import pytest
from support.lifecycle import Lifecycle

from mentorship.db.refunds import Refunds
from mentorship.domain.disputes import DisputeStatus
from mentorship.services import refund_requests, refunds
from tests.services.test_lifecycle_machine import COMPLAINTS, Patch, Walk, _go


def _a_declined_request_gives_nothing_back(patch: Patch) -> None:
    patch(refund_requests, "give_back", lambda *args, **kwargs: None)


def _requests_do_not_speak_for_their_amount(patch: Patch) -> None:
    patch(Refunds, "spoken_for", lambda self, payment_id: 0)


def _a_lost_dispute_takes_the_money_only(patch: Patch) -> None:
    patch(refunds, "take_credits", lambda *args, **kwargs: None)


FAULTS: list[tuple[Callable[[Patch], None], str, Walk]] = [
    (
        _a_declined_request_gives_nothing_back,
        "frozen without anybody to decide it",
        [("buys", 0, 0), ("asks_for_a_refund", 0), ("is_decided", 0, "decline")],
    ),
    (
        _requests_do_not_speak_for_their_amount,
        "more is promised back than came",
        [("buys", 0, 1), *[("admin_refunds", 0, "goodwill", 3, False)] * 4],
    ),
    (
        _a_lost_dispute_takes_the_money_only,
        "took less than it says",
        [("buys", 0, 1), ("is_disputed", 0, DisputeStatus.LOST, 10)],
    ),
]


@pytest.mark.parametrize(("fault", "complaint", "walk"), FAULTS, ids=[f.__name__.strip("_") for f, _, _ in FAULTS])
def test_a_walk_is_quiet_until_its_fault_is_seeded(
    fault: Callable[[Patch], None],
    complaint: str,
    walk: Walk,
    refund_machine: type[Lifecycle],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _go(refund_machine, walk)
    fault(monkeypatch.setattr)
    with pytest.raises(COMPLAINTS, match=complaint):
        _go(refund_machine, walk)
