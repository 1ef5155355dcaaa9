"""Whatever people, providers and time do, in any order: no seat is sold twice, no credit and no money is lost."""

import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import func, select
from sqlalchemy.exc import DBAPIError
from support.lifecycle import Lifecycle

from mentorship.db.models import LedgerRow, Pack, SeatRow
from mentorship.db.packs import Packs, Seats
from mentorship.domain import booking
from mentorship.domain import settle as settling
from mentorship.domain.credits import Entry
from mentorship.domain.errors import DomainError
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundStatus
from mentorship.domain.seats import Seat, SeatStatus
from mentorship.domain.settle import Settlement, Step
from mentorship.services import bookings, checkout, packs, payments, seats, sweeps

EXAMPLES = int(os.environ.get("LIFECYCLE_EXAMPLES", "12"))
"""More of them, each time other ones, for a long local run: ``LIFECYCLE_EXAMPLES=2000``."""

ENOUGH = 40
"""Within so many examples every seeded fault is found."""


def _settings(examples: int, steps: int = 30) -> settings:
    return settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        derandomize="LIFECYCLE_EXAMPLES" not in os.environ,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
        print_blob=False,
        report_multiple_bugs=False,
    )


def test_the_whole_life_on_sqlite(sqlite_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(sqlite_machine, settings=_settings(EXAMPLES))


def test_the_whole_life_on_postgresql(postgres_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(postgres_machine, settings=_settings(max(3, EXAMPLES // 10), steps=20))


Patch = Callable[..., None]


def _one_seat_too_many(patch: Patch) -> None:
    def has_room(ctx: Any, uow: Any, mentor: Any, student_id: Any) -> bool:
        return uow.seats.taken_by_others(mentor.id, student_id, ctx.now) <= mentor.max_active_students

    for module in (seats, checkout, payments):
        patch(module, "has_room", has_room)


def _lapsed_holds_count(patch: Patch) -> None:
    patch(Seats, "_counts", staticmethod(lambda now: SeatRow.status != SeatStatus.RELEASED.value))


def _holds_do_not_count(patch: Patch) -> None:
    patch(
        Seats,
        "_counts",
        staticmethod(lambda now: SeatRow.status.in_([SeatStatus.ACTIVE.value, SeatStatus.GRACE.value])),
    )


def _grants_have_no_key_of_their_own(patch: Patch) -> None:
    real = packs.move_credit

    def move_credit(ctx: Any, uow: Any, pack_id: Any, entry: Entry, key: str, **more: Any) -> Pack:
        return real(ctx, uow, pack_id, entry, f"{key}:{uuid4()}"[:96] if entry is Entry.GRANT else key, **more)

    patch(packs, "move_credit", move_credit)


def _a_canceled_session_can_be_canceled(patch: Patch) -> None:
    def cancel_outcome(_: Any, *more: Any) -> booking.CancelOutcome:
        return booking.cancel_outcome(booking.SessionStatus.SCHEDULED, *more)

    patch(bookings, "cancel_outcome", cancel_outcome)


def _late_cancels_are_free(patch: Patch) -> None:
    def cancel_outcome(*args: Any) -> booking.CancelOutcome:
        return replace(booking.cancel_outcome(*args), credit_returns=True)

    patch(bookings, "cancel_outcome", cancel_outcome)


def _release_does_not_wait_for_the_warning(patch: Patch) -> None:
    patch(Seat, "release_at", lambda self, policy: self.grace_ends_at)


def _grace_while_a_session_is_scheduled(patch: Patch) -> None:
    def left_to_complete(self: Packs, mentor_id: Any, student_id: Any) -> int:
        available = select(func.coalesce(func.sum(Pack.available), 0))
        return int(self._db.scalar(available.where(Pack.mentor_id == mentor_id, Pack.student_id == student_id)))

    patch(Packs, "left_to_complete", left_to_complete)


def _a_settled_refund_settles_again(patch: Patch) -> None:
    patch(RefundStatus, "may_become", lambda self, other: True)


def _a_credit_can_be_waived_twice(patch: Patch) -> None:
    def waivable(self: Packs, session_ids: Any) -> set[Any]:
        rows = select(LedgerRow.session_id).where(LedgerRow.entry == Entry.CONSUME.value)
        return set(self._db.scalars(rows.where(LedgerRow.session_id.in_(session_ids))))

    patch(Packs, "waivable", waivable)


def _a_paid_attempt_is_undone(patch: Patch) -> None:
    def settle(order: OrderStatus, attempt: AttemptStatus, *more: Any) -> Settlement:
        return Settlement(Step.EXPIRE) if attempt is AttemptStatus.PAID else settling.settle(order, attempt, *more)

    patch(payments, "settle", settle)


def _a_paid_attempt_pays_again(patch: Patch) -> None:
    def settle(order: OrderStatus, attempt: AttemptStatus, *more: Any) -> Settlement:
        return settling.settle(order, AttemptStatus.OPEN if attempt is AttemptStatus.PAID else attempt, *more)

    patch(payments, "settle", settle)


def _warnings_are_forgotten(patch: Patch) -> None:
    patch(Seat, "warned", lambda self, now: self)


def _any_time_can_be_booked(patch: Patch) -> None:
    patch(bookings, "check_slot", lambda *args: None)


def _nobody_asks_the_provider(patch: Patch) -> None:
    patch(sweeps, "_check_attempts", lambda ctx: 0)
    patch(sweeps, "_heal", lambda ctx: 0)


def _sold_out_money_is_kept(patch: Patch) -> None:
    patch(payments, "_promise_refund", lambda *args: None)


_SESSIONS = ("admin_grants", "books", "takes_place")
_PAYMENTS = ("buys", "starts_checkout", "something_happens_at_the_provider", "provider_tells", "time_passes")
FAULTS: list[tuple[Callable[[Patch], None], tuple[str, ...]]] = [
    (_one_seat_too_many, ("starts_checkout",)),
    (_lapsed_holds_count, ("starts_checkout", "time_passes")),
    (_holds_do_not_count, ("starts_checkout",)),
    (_grants_have_no_key_of_their_own, ("admin_grants",)),
    (_a_canceled_session_can_be_canceled, ("admin_grants", "books", "cancels")),
    (_late_cancels_are_free, ("admin_grants", "books", "cancels", "time_passes")),
    (_release_does_not_wait_for_the_warning, (*_SESSIONS, "time_passes", "sweeping_twice_is_sweeping_once")),
    (_grace_while_a_session_is_scheduled, _SESSIONS),
    (_a_settled_refund_settles_again, (*_PAYMENTS, "provider_tells_of_a_refund")),
    (_a_credit_can_be_waived_twice, (*_SESSIONS, "is_waived")),
    (_a_paid_attempt_is_undone, ("buys", "provider_tells")),
    (_a_paid_attempt_pays_again, ("buys", "provider_tells")),
    (_warnings_are_forgotten, (*_SESSIONS, "time_passes", "sweeps")),
    (_any_time_can_be_booked, ("admin_grants", "asks_for_a_time_that_is_not_listed")),
    (_nobody_asks_the_provider, ("starts_checkout", "something_happens_at_the_provider")),
    (_sold_out_money_is_kept, _PAYMENTS),
]


def _narrowed(machine: type[Lifecycle], names: tuple[str, ...]) -> type[Lifecycle]:
    """The machine with the rules that lead to a fault, so that few examples find it; its invariants are all there."""
    always = {"open_house", "books_are_in_order", "teardown", "cast", "open_database"}
    hidden = [name for name in vars(Lifecycle) if not name.startswith("_") and name not in always.union(names)]
    return type("Narrowed", (machine,), dict.fromkeys(hidden))


@pytest.mark.parametrize(("fault", "names"), FAULTS, ids=[fault.__name__.strip("_") for fault, _ in FAULTS])
def test_a_seeded_fault_is_caught(
    fault: Callable[[Patch], None],
    names: tuple[str, ...],
    sqlite_machine: type[Lifecycle],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch.setattr)
    with pytest.raises((AssertionError, DomainError, DBAPIError)):
        run_state_machine_as_test(_narrowed(sqlite_machine, names), settings=_settings(ENOUGH, steps=20))
