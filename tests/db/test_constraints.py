"""Each rule that the database guards really refuses, on both engines, whatever the code above it does."""

import threading
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, text, update
from sqlalchemy.exc import IntegrityError
from support import rows
from support.rows import HOUR, NOW

from mentorship.db import constraints
from mentorship.db.engine import Database
from mentorship.db.inserts import Batch, insert_once, row, row_of
from mentorship.db.models import AuditRow, InboxEvent, LedgerRow, Mentor, Pack, SeatRow, Session, User
from mentorship.db.packs import Packs, balance
from mentorship.db.unit_of_work import begin
from mentorship.domain.booking import SessionStatus
from mentorship.domain.credits import MOVES, Balance, Entry, balance_of
from mentorship.domain.errors import DomainError, EmailTaken, SlotNotOffered, SoldOut, StudentBusy
from mentorship.domain.seats import SeatStatus


def no_jobs(*_: object) -> None:
    """Nothing here promises a job."""


def make_packs(
    database: Database, pairs: int = 1, *, same_mentor: bool = False, same_student: bool = False
) -> list[Pack]:
    """One pack for each of several pairs of mentor and student."""
    with database.session() as db:
        mentors = [rows.mentor(db).id for _ in range(1 if same_mentor else pairs)] * pairs
        students = [rows.user(db).id for _ in range(1 if same_student else pairs)] * pairs
        return [rows.pack(db, mentors[i], students[i]) for i in range(pairs)]


def store(database: Database, *what: Any) -> None:
    """Add rows in one transaction, with the database's refusals as the domain's."""
    with begin(database, no_jobs) as uow:
        for row in what:
            uow._session.add(row)
            uow._session.flush()


# No overlap


@pytest.mark.parametrize(
    ("shift", "length", "refused"),
    [
        (timedelta(0), HOUR, True),
        (timedelta(minutes=59, seconds=59), HOUR, True),
        (-timedelta(minutes=59, seconds=59), HOUR, True),
        (timedelta(minutes=15), timedelta(minutes=30), True),
        (-HOUR, 3 * HOUR, True),
        (HOUR, HOUR, False),
        (-HOUR, HOUR, False),
        (timedelta(days=1), HOUR, False),
    ],
)
@pytest.mark.parametrize("shared", ["mentor", "student", "nobody"])
def test_scheduled_sessions_of_one_person_never_overlap(
    database: Database, shared: str, shift: timedelta, length: timedelta, refused: bool
) -> None:
    first, second = make_packs(database, 2, same_mentor=shared == "mentor", same_student=shared == "student")
    store(database, rows.session(first, NOW))
    again = rows.session(second, NOW + shift, length)
    if refused and shared != "nobody":
        refusal: type[DomainError] = SlotNotOffered if shared == "mentor" else StudentBusy
        with pytest.raises(refusal):
            store(database, again)
    else:
        store(database, again)


def test_a_canceled_session_gives_its_time_back_and_cannot_return_to_it(database: Database) -> None:
    first, second = make_packs(database, 2, same_mentor=True)
    old, new = rows.session(first, NOW), rows.session(second, NOW)
    old_id = old.id
    old.status = SessionStatus.CANCELED.value
    store(database, old, new)
    with pytest.raises(SlotNotOffered), begin(database, no_jobs) as uow:
        uow._session.execute(update(Session).where(Session.id == old_id).values(status="scheduled"))


def test_a_session_may_be_moved_within_its_own_time_and_not_onto_another(database: Database) -> None:
    (pack,) = make_packs(database)
    one, two = rows.session(pack, NOW), rows.session(pack, NOW + 2 * HOUR)
    one_id = one.id
    store(database, one, two)

    def move(by: timedelta) -> None:
        with begin(database, no_jobs) as uow:
            uow._session.execute(
                update(Session).where(Session.id == one_id).values(starts_at=NOW + by, ends_at=NOW + HOUR + by)
            )

    move(timedelta(minutes=30))
    with pytest.raises((SlotNotOffered, StudentBusy)):
        move(timedelta(minutes=90))


def test_a_session_ends_after_it_begins(database: Database) -> None:
    (pack,) = make_packs(database)
    with pytest.raises(IntegrityError, match="ends_after_start"):
        store(database, rows.session(pack, NOW, timedelta(0)))


# Credits


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.sampled_from(Entry), st.integers(1, 3)), max_size=14))
def test_the_parts_of_a_pack_are_the_sum_of_its_ledger(database: Database, wished: list[tuple[Entry, int]]) -> None:
    """Entries that the domain allows are stored and move the parts; the others are refused and move nothing."""
    (pack,) = make_packs(database)
    wished = [(Entry.GRANT, 4), *wished]
    written: list[tuple[Entry, int]] = []
    for entry, credits in wished:
        row = rows.ledger(pack.id, entry, credits)
        try:
            balance_of([*written, (entry, credits)])
        except ValueError:
            with pytest.raises(IntegrityError, match="parts_not_negative"):
                store(database, row)
        else:
            store(database, row)
            written.append((entry, credits))
    with database.session(read_only=True) as db:
        stored = Packs(db).get(pack.id)
        assert stored is not None
        assert balance(stored) == balance_of(written)
        assert stored.granted == balance_of(written).granted


@pytest.mark.parametrize("entry", [entry for entry in Entry if MOVES[entry][0] is not None])
def test_no_part_goes_below_zero(database: Database, entry: Entry) -> None:
    (pack,) = make_packs(database)
    with pytest.raises(IntegrityError, match="parts_not_negative"):
        store(database, rows.ledger(pack.id, entry))


def test_parts_that_do_not_add_up_are_refused(database: Database) -> None:
    (pack,) = make_packs(database)
    with pytest.raises(IntegrityError, match="parts_add_up"), database.session() as db:
        db.execute(update(Pack).where(Pack.id == pack.id).values(available=1))


@pytest.mark.parametrize("credits", [0, -1])
def test_a_ledger_row_moves_at_least_one_credit(database: Database, credits: int) -> None:
    (pack,) = make_packs(database)
    with pytest.raises(IntegrityError, match="credits_positive"):
        store(database, rows.ledger(pack.id, Entry.GRANT, credits))


def test_one_key_moves_credits_once(database: Database) -> None:
    (pack,) = make_packs(database)
    row = rows.ledger(pack.id, Entry.GRANT, 4)
    again = rows.ledger(pack.id, Entry.GRANT, 4)
    again.key = row.key
    store(database, row)
    with pytest.raises(IntegrityError):
        store(database, again)
    with database.session(read_only=True) as db:
        assert balance(db.get_one(Pack, pack.id)) == Balance(available=4)


def test_the_returned_pack_is_the_pack_after_the_entry(database: Database) -> None:
    (pack,) = make_packs(database)
    with begin(database, no_jobs) as uow:
        assert balance(uow.packs.write(Entry.GRANT, rows.entry(pack.id, Entry.GRANT, 4))) == Balance(available=4)
        assert balance(uow.packs.write(Entry.RESERVE, rows.entry(pack.id, Entry.RESERVE))) == Balance(
            available=3, reserved=1
        )


@pytest.mark.parametrize("change", [update(LedgerRow).values(credits=9), delete(LedgerRow)])
def test_the_ledger_is_never_rewritten(database: Database, change: Any) -> None:
    (pack,) = make_packs(database)
    store(database, rows.ledger(pack.id, Entry.GRANT, 4))
    with pytest.raises(IntegrityError, match="credit_ledger_immutable"), database.session() as db:
        db.execute(change)


@pytest.mark.parametrize("change", [update(AuditRow).values(action="nothing"), delete(AuditRow)])
def test_the_audit_log_is_never_rewritten(database: Database, change: Any) -> None:
    store(database, AuditRow(at=NOW, actor_role="system", action="grant_pack", subject_type="pack", subject_id="1"))
    with pytest.raises(IntegrityError, match="audit_log_immutable"), database.session() as db:
        db.execute(change)


# Seats


def make_seats(database: Database, capacity: int, seats: int) -> tuple[UUID, list[UUID]]:
    """A mentor and several held seats."""
    with database.session() as db:
        mentor = rows.mentor(db, capacity)
        found = [rows.add(db, rows.seat(mentor.id, rows.user(db).id, SeatStatus.HELD)).id for _ in range(seats)]
        return mentor.id, found


def activate(database: Database, seat_id: UUID) -> None:
    with begin(database, no_jobs) as uow:
        uow._session.execute(update(SeatRow).where(SeatRow.id == seat_id).values(status="active"))


def counted(database: Database) -> int:
    with database.session(read_only=True) as db:
        return len(db.scalars(select(SeatRow.id).where(SeatRow.status.in_(["active", "grace"]))).all())


@pytest.mark.parametrize("status", [SeatStatus.ACTIVE, SeatStatus.GRACE])
def test_no_seat_beyond_the_capacity(database: Database, status: SeatStatus) -> None:
    mentor_id, (first, second, third) = make_seats(database, 2, 3)
    activate(database, first)
    activate(database, second)
    with pytest.raises(SoldOut):
        activate(database, third)
    with database.session() as db:
        newcomer = rows.user(db).id
    with pytest.raises(SoldOut):
        store(database, rows.seat(mentor_id, newcomer, status))
    store(database, rows.seat(mentor_id, newcomer, SeatStatus.HELD))


def test_seats_stay_when_a_mentor_lowers_the_capacity(database: Database) -> None:
    mentor_id, (first, second, third) = make_seats(database, 3, 3)
    activate(database, first)
    activate(database, second)
    with database.session() as db:
        db.execute(update(Mentor).where(Mentor.id == mentor_id).values(max_active_students=1))
        db.execute(update(SeatRow).where(SeatRow.id == first).values(status="grace"))
    activate(database, first)
    with pytest.raises(SoldOut):
        activate(database, third)


def race_for_seats(database: Database) -> int:
    """Eight students pay at the same moment for three seats; returns how many got one."""
    _, seats = make_seats(database, 3, 8)
    start = threading.Barrier(len(seats))

    def pay(seat_id: UUID) -> None:
        start.wait()
        try:
            activate(database, seat_id)
        except SoldOut:
            return

    threads = [threading.Thread(target=pay, args=(seat_id,)) for seat_id in seats]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return counted(database)


def test_a_race_never_oversells(database: Database) -> None:
    assert race_for_seats(database) == 3


def test_without_the_rule_the_race_oversells(database: Database) -> None:
    """The control: the same race shows that the rule is what stops it."""
    with database.engine.begin() as connection:
        constraints.uninstall(connection.exec_driver_sql, database.dialect, "seats")
    assert race_for_seats(database) == 8


# Keys


def test_one_seat_for_each_pair(database: Database) -> None:
    (pack,) = make_packs(database)
    store(database, rows.seat(pack.mentor_id, pack.student_id, SeatStatus.RELEASED))
    with pytest.raises(IntegrityError):
        store(database, rows.seat(pack.mentor_id, pack.student_id, SeatStatus.RELEASED))


@pytest.mark.parametrize("missing", ["hold_expires_at", "grace_ends_at"])
def test_a_held_seat_has_a_deadline_and_grace_an_end(database: Database, missing: str) -> None:
    (pack,) = make_packs(database)
    seat = rows.seat(
        pack.mentor_id, pack.student_id, SeatStatus.HELD if missing == "hold_expires_at" else SeatStatus.GRACE
    )
    setattr(seat, missing, None)
    with pytest.raises(IntegrityError):
        store(database, seat)


def test_one_account_for_each_address(database: Database) -> None:
    def account() -> User:
        return User(email="a@example.com", name="A", role="student", time_zone="UTC", created_at=NOW)

    store(database, account())
    with pytest.raises(EmailTaken):
        store(database, account())


def test_a_state_that_nobody_knows_is_refused(database: Database) -> None:
    (pack,) = make_packs(database)
    session = rows.session(pack, NOW)
    session.status = "postponed"
    with pytest.raises(IntegrityError, match="status_known"):
        store(database, session)


def test_a_row_that_points_nowhere_is_refused(database: Database) -> None:
    (pack,) = make_packs(database)
    with pytest.raises(IntegrityError), database.session() as db:
        db.execute(delete(Mentor).where(Mentor.id == pack.mentor_id))


def test_one_row_for_each_delivery_however_often_it_arrives(database: Database) -> None:
    def receive(*event_ids: str) -> list[bool]:
        more = {"provider": "stripe", "type": "checkout", "topic": "checkout", "raw": "{}", "received_at": NOW}
        received = [row(InboxEvent, event_id=event_id, **more) for event_id in event_ids]
        with database.session() as db:
            new = insert_once(db, InboxEvent, received)
        return [event["id"] in new for event in received]

    assert receive("evt_1") == [True]
    assert receive("evt_1") == [False]
    assert receive("evt_2", "evt_1", "evt_3", "evt_3") == [True, False, True, False]
    with database.session(read_only=True) as db:
        assert db.scalar(text("SELECT count(*) FROM inbox_events")) == 3


def test_a_refusal_leaves_nothing_of_its_transaction(database: Database) -> None:
    (pack,) = make_packs(database)
    twice = [row_of(rows.session(pack, NOW)) for _ in range(2)]

    with pytest.raises(DomainError), begin(database, no_jobs) as uow:
        uow.packs.write(Entry.GRANT, rows.entry(pack.id, Entry.GRANT, 4))
        uow.keep(Batch(Session, twice))
    with database.session(read_only=True) as db:
        assert db.scalar(select(Session.id)) is None
        assert balance(db.get_one(Pack, pack.id)) == Balance()
