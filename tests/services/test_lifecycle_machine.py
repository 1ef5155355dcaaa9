"""Whatever people, providers and time do, in any order: no seat is sold twice, no credit and no money is lost."""

import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test
from sqlalchemy import ColumnElement, bindparam, func, select
from sqlalchemy.exc import DBAPIError
from support.lifecycle import Lifecycle
from support.waitlist_rules import WaitlistRules

from mentorship.db import packs as seats_table
from mentorship.db.models import LedgerRow, Pack, SeatRow
from mentorship.db.packs import Packs
from mentorship.db.waitlist import Waitlist
from mentorship.domain import booking
from mentorship.domain import settle as rules
from mentorship.domain.credits import Balance, Entry
from mentorship.domain.errors import DomainError
from mentorship.domain.orders import AttemptStatus, OrderStatus, RefundStatus
from mentorship.domain.seats import Seat, SeatStatus
from mentorship.domain.settle import ProviderState, Settlement, Step
from mentorship.domain.waitlist import EntryStatus
from mentorship.services import bookings, checkout, packs, seats, settling, sweeps

EXAMPLES = int(os.environ.get("LIFECYCLE_EXAMPLES", "40"))
"""More of them, each time other ones, for a long local run: ``LIFECYCLE_EXAMPLES=2000``."""

ENOUGH = 40
"""Within so many examples a seeded fault is found."""

COMPLAINTS = (AssertionError, DomainError, DBAPIError)


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


def test_the_whole_life_with_refunds_and_disputes(refund_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(refund_machine, settings=_settings(EXAMPLES))


def test_the_whole_life_on_postgresql(postgres_machine: type[Lifecycle]) -> None:
    run_state_machine_as_test(postgres_machine, settings=_settings(max(3, EXAMPLES // 5), steps=20))


Patch = Callable[..., None]


def _one_seat_too_many(patch: Patch) -> None:
    def has_room(ctx: Any, uow: Any, mentor: Any, student_id: Any) -> bool:
        return uow.seats.taken_by_others(mentor.id, student_id, ctx.now) <= mentor.max_active_students

    for module in (seats, settling):
        patch(module, "has_room", has_room)
    patch(checkout, "is_on_sale_to", has_room)


def _lapsed_holds_count(patch: Patch) -> None:
    _count(patch, SeatRow.status != SeatStatus.RELEASED.value)


def _holds_do_not_count(patch: Patch) -> None:
    _count(patch, SeatRow.status.in_([SeatStatus.ACTIVE.value, SeatStatus.GRACE.value]))


def _count(patch: Patch, counted: ColumnElement[bool]) -> None:
    """Have other seats count, for everybody and when the last one is asked for."""
    patch(seats_table, "counts", lambda now: counted)
    mine = SeatRow.mentor_id == bindparam("mentor_id"), SeatRow.student_id != bindparam("student_id")
    patch(seats_table, "_TAKEN_BY_OTHERS", select(func.count()).where(*mine, counted))


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
    patch(Balance, "open", property(lambda self: self.available))


def _a_settled_refund_settles_again(patch: Patch) -> None:
    patch(RefundStatus, "may_become", lambda self, other: True)


def _a_credit_can_be_waived_twice(patch: Patch) -> None:
    def waivable(self: Packs, session_ids: Any) -> set[Any]:
        rows = select(LedgerRow.session_id).where(LedgerRow.entry == Entry.CONSUME.value)
        return set(self._db.scalars(rows.where(LedgerRow.session_id.in_(session_ids))))

    patch(Packs, "waivable", waivable)


def _a_paid_attempt_is_undone(patch: Patch) -> None:
    def settle(order: OrderStatus, attempt: AttemptStatus, *more: Any) -> Settlement:
        return Settlement(Step.EXPIRE) if attempt is AttemptStatus.PAID else rules.settle(order, attempt, *more)

    patch(settling, "settle", settle)


def _a_paid_attempt_pays_again(patch: Patch) -> None:
    def settle(order: OrderStatus, attempt: AttemptStatus, *more: Any) -> Settlement:
        return rules.settle(order, AttemptStatus.OPEN if attempt is AttemptStatus.PAID else attempt, *more)

    patch(settling, "settle", settle)


def _warnings_are_forgotten(patch: Patch) -> None:
    patch(Seat, "warned", lambda self, now: self)


def _any_time_can_be_booked(patch: Patch) -> None:
    patch(bookings, "check_slot", lambda *args: None)


def _nobody_asks_the_provider(patch: Patch) -> None:
    patch(sweeps, "_check_attempts", lambda ctx: 0)
    patch(sweeps, "_heal", lambda ctx: 0)


def _sold_out_money_is_kept(patch: Patch) -> None:
    patch(settling, "promise_repayment", lambda *args: None)


def _the_line_is_ignored(patch: Patch) -> None:
    patch(checkout, "is_on_sale_to", seats.has_room)


def _free_seats_are_not_offered(patch: Patch) -> None:
    patch(seats, "offer_seats", lambda *args: 0)
    patch(sweeps, "make_offers", lambda ctx: 0)


def _a_checkout_shortens_the_offer(patch: Patch) -> None:
    patch(Waitlist, "offered_until", lambda *args: None)


def _who_buys_stays_in_line(patch: Patch) -> None:
    real = seats.change_entry

    def change_entry(ctx: Any, uow: Any, entry: Any, status: EntryStatus) -> None:
        if status is not EntryStatus.TAKEN:
            real(ctx, uow, entry, status)

    patch(seats, "change_entry", change_entry)


Walk = list[tuple[Any, ...]]
TWO_WANT_ONE_SEAT: Walk = [("starts_checkout", 0, 0), ("starts_checkout", 1, 0)]
A_SESSION: Walk = [("admin_grants", 0, 1, False), ("books", 0, 0)]
GRACE: Walk = [*A_SESSION, ("takes_place", 0, False)]
TOLD_AGAIN: Walk = [("buys", 0, 0), ("provider_tells", 0, False, True)]
SOLD_MEANWHILE: Walk = [("pays_too_late", 0, 0), ("buys", 1, 0), ("provider_tells", 0, False, True)]
A_LINE: Walk = [("buys", 0, 0), ("joins_the_waitlist", 1, 0)]
AN_OFFER: Walk = [*A_LINE, ("admin_releases", 0, 0)]
FAULTS: list[tuple[Callable[[Patch], None], str, Walk]] = [
    (_one_seat_too_many, "more seats than there are", TWO_WANT_ONE_SEAT),
    (_holds_do_not_count, "more seats than there are", TWO_WANT_ONE_SEAT),
    (_grants_have_no_key_of_their_own, "granted twice", [("admin_grants", 0, 0, True)]),
    (
        _a_canceled_session_can_be_canceled,
        "UNIQUE constraint failed: credit_ledger.key",
        [*A_SESSION, ("cancels", 0, False), ("cancels", 0, False)],
    ),
    (
        _lapsed_holds_count,
        "refused although a seat is free",
        [("starts_checkout", 0, 0), ("time_passes", timedelta(minutes=32), False), ("starts_checkout", 1, 0)],
    ),
    (
        _late_cancels_are_free,
        "a cancel and its credit do not match",
        [*A_SESSION, ("time_passes", timedelta(hours=13), False), ("cancels", 0, False)],
    ),
    (
        _release_does_not_wait_for_the_warning,
        "released too soon after the warning",
        [*GRACE, ("time_passes", timedelta(hours=80), False), ("sweeping_twice_is_sweeping_once",)],
    ),
    (
        _grace_while_a_session_is_scheduled,
        "grace while something is available, scheduled or frozen",
        [*A_SESSION, *A_SESSION, ("takes_place", 0, False)],
    ),
    (
        _a_settled_refund_settles_again,
        "ck_payments_refunded_within_paid",
        [*SOLD_MEANWHILE, ("provider_tells_of_a_refund", 0)],
    ),
    (
        _a_credit_can_be_waived_twice,
        "UNIQUE constraint failed: credit_ledger.key",
        [*GRACE, ("is_waived", 0), ("is_waived", 0)],
    ),
    (_a_paid_attempt_is_undone, "a paid attempt was undone", TOLD_AGAIN),
    (_a_paid_attempt_pays_again, "UNIQUE constraint failed: payments", TOLD_AGAIN),
    (
        _warnings_are_forgotten,
        "warned twice",
        [*GRACE, ("time_passes", timedelta(hours=61), False), ("sweeps",), ("sweeps",)],
    ),
    (
        _any_time_can_be_booked,
        "booked what is not listed",
        [("admin_grants", 0, 0, False), ("asks_for_a_time_that_is_not_listed", 0, 0, 15)],
    ),
    (
        _nobody_asks_the_provider,
        "paid at the provider, unknown to us",
        [("starts_checkout", 0, 0), ("something_happens_at_the_provider", 0, ProviderState.PAID)],
    ),
    (_sold_out_money_is_kept, "paid, and neither a seat nor a refund", SOLD_MEANWHILE),
    (
        _the_line_is_ignored,
        "bought past the line",
        [
            ("starts_checkout", 0, 0),
            ("joins_the_waitlist", 1, 0),
            ("time_passes", timedelta(minutes=32), False),
            ("starts_checkout", 2, 0),
        ],
    ),
    (_free_seats_are_not_offered, "a free seat while somebody waits", AN_OFFER),
    (_a_checkout_shortens_the_offer, "an offer was shortened", [*AN_OFFER, ("starts_checkout", 1, 0)]),
    (_who_buys_stays_in_line, "in line with a seat", [*AN_OFFER, ("buys", 1, 0)]),
]
NAMES = [fault.__name__.strip("_") for fault, _, _ in FAULTS]


def _go(machine: type[Lifecycle], walk: Walk) -> None:
    """Take these steps and no others, looking at the books after each, and come to rest."""
    run = machine()
    run.open_house()
    try:
        for rule, *arguments in walk:
            getattr(run, rule)(*arguments)
            run.books_are_in_order()
    except BaseException:
        run.database.close()
        raise
    run.teardown()


@pytest.mark.parametrize(("fault", "complaint", "walk"), FAULTS, ids=NAMES)
def test_a_walk_is_quiet_until_its_fault_is_seeded(
    fault: Callable[[Patch], None],
    complaint: str,
    walk: Walk,
    sqlite_machine: type[Lifecycle],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    _go(sqlite_machine, walk)
    fault(monkeypatch.setattr)
    with pytest.raises(COMPLAINTS, match=complaint):
        _go(sqlite_machine, walk)


def _narrowed(machine: type[Lifecycle], walk: Walk) -> type[Lifecycle]:
    """The machine with the rules of a walk only, so that few examples find its fault; its invariants are all there."""
    kept = {"open_house", "books_are_in_order", "teardown", *(rule for rule, *_ in walk)}
    own = {**vars(WaitlistRules), **vars(Lifecycle)}
    rules = [name for name, value in own.items() if callable(value) and not name.startswith("_")]
    return type("Narrowed", (machine,), dict.fromkeys(name for name in rules if name not in kept))


@pytest.mark.parametrize(("fault", "complaint", "walk"), FAULTS[:4], ids=NAMES[:4])
def test_a_seeded_fault_is_found_without_a_guide(
    fault: Callable[[Patch], None],
    complaint: str,
    walk: Walk,
    sqlite_machine: type[Lifecycle],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fault(monkeypatch.setattr)
    with pytest.raises(COMPLAINTS, match=complaint):
        run_state_machine_as_test(_narrowed(sqlite_machine, walk), settings=_settings(ENOUGH, steps=20))
