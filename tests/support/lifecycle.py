"""Seats, packs and credits through all their days: a state machine that does anything anybody may do, in any order."""

from collections.abc import Callable, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from uuid import UUID

from hypothesis import strategies as st
from hypothesis.stateful import initialize, invariant, precondition, rule
from sqlalchemy import Connection, event
from support.books import Books, check_at_rest, check_books, read_books
from support.deliveries import receive_event
from support.house import House, MentorPerson, Person, make_house
from support.promises import check_promise
from support.waitlist_rules import MENTORS, STUDENTS, WaitlistRules

from mentorship.db.engine import Database
from mentorship.db.models import Pack, Session
from mentorship.domain.errors import DomainError, ProviderUnavailable, SlotNotOffered, SoldOut
from mentorship.domain.settle import ProviderState
from mentorship.schemas.bookings import HoursRule
from mentorship.schemas.packs import PackView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session, reschedule_session
from mentorship.services.checkout import cancel_order, start_checkout, verify_checkout
from mentorship.services.deliveries import process_event
from mentorship.services.outcomes import complete_session, mark_no_show, waive_session
from mentorship.services.packs import grant_pack, my_packs
from mentorship.services.seats import release_seat
from mentorship.services.settling import sync_attempt
from mentorship.services.sweeps import next_due, sweep

TWO_HOURS = [HoursRule(weekday, 10 * 60, 12 * 60) for weekday in range(7)]
STEPS = [timedelta(minutes=6), timedelta(minutes=32), *(timedelta(hours=h) for h in (13, 25, 61, 80))]

OUTCOMES = [ProviderState(state) for state in ("paid", "paid", "processing", "failed", "expired")]

ANY = st.integers(0, 5)


@dataclass(frozen=True)
class Cast:
    """The people of every run: two mentors who offer little, three students who want it, and an admin."""

    mentors: tuple[MentorPerson, ...]
    students: tuple[Person, ...]
    admin: Person


def make_cast(database: Database) -> Cast:
    """Store the people in a fresh database: one seat and packs of 1, two seats and packs of 2 for four days."""
    house = make_house(database)
    mentors = (
        house.mentor("One", capacity=1, hours=TWO_HOURS, sessions=1),
        house.mentor("Two", capacity=2, hours=TWO_HOURS, sessions=2, validity_days=4),
    )
    return Cast(mentors, tuple(house.student() for _ in range(3)), house.admin())


@dataclass
class _Checkout:
    reference: str
    order_id: UUID
    student: Person
    delivery: tuple[bytes, str] | None = None


class Lifecycle(WaitlistRules):
    """Set ``cast`` and ``open_database`` (a fresh copy of the cast's database) in a subclass."""

    cast: ClassVar[Cast]
    open_database: ClassVar[Callable[[], Database]]

    @initialize()
    def open_house(self) -> None:
        self.database = type(self).open_database()
        self.house: House = make_house(self.database)
        self.checkouts: list[_Checkout] = []
        self.seat_ids: dict[tuple[UUID, UUID], UUID] = {}
        self.promises: dict[tuple[UUID, UUID], datetime] = {}
        self.grants = 0
        self.latest: Books | None = None
        self.checked: tuple[Books, datetime] | None = None
        event.listen(self.database.engine, "commit", self._committed)

    # The buyer, the provider and the doors

    @rule(student=STUDENTS, mentor=MENTORS)
    def starts_checkout(self, student: int, mentor: int) -> None:
        self._start(self.cast.students[student], self.cast.mentors[mentor])

    def _start(self, student: Person, mentor: MentorPerson) -> _Checkout | None:
        books, now = self._books(), self.house.clock.now()
        capacity = next(m.max_active_students for m in books.mentors if m.id == mentor.mentor_id)
        has_room = books.seats_taken(mentor.mentor_id, now, except_for=student.id) < capacity
        may_buy, known_attempts = self._may_buy(student, mentor), len(books.attempts)
        try:
            started = start_checkout(self.house.ctx(student), product_id=mentor.product_id)
        except SoldOut:
            assert not may_buy, "refused although a seat is free"
            return None
        except ProviderUnavailable:
            assert self.house.payments.down
            return None
        if len(self._books().attempts) > known_attempts:
            assert may_buy or not has_room, "bought past the line"
        checkout = _Checkout(started.url.rpartition("/")[2], started.order_id, student)
        known = next((c for c in self.checkouts if c.reference == checkout.reference), None)
        if known is None:
            self.checkouts.append(checkout)
        return known or checkout

    @precondition(lambda self: self.checkouts)
    @rule(which=ANY, outcome=st.sampled_from(OUTCOMES))
    def something_happens_at_the_provider(self, which: int, outcome: ProviderState) -> None:
        self._settle(self._checkout(which), outcome)

    def _settle(self, checkout: _Checkout, outcome: ProviderState) -> None:
        state = self.house.payments.checkouts[checkout.reference].state
        if state is ProviderState.OPEN or (
            state is ProviderState.PROCESSING and outcome in (ProviderState.PAID, ProviderState.FAILED)
        ):
            self.house.payments.settle(checkout.reference, outcome)

    @precondition(lambda self: self.checkouts)
    @rule(which=ANY, again=st.booleans(), at_once=st.booleans())
    def provider_tells(self, which: int, again: bool, at_once: bool) -> None:
        self._tell(self._checkout(which), again=again)
        if at_once:
            self._work()

    def _tell(self, checkout: _Checkout, *, again: bool) -> None:
        if checkout.delivery is None or not again:
            checkout.delivery = self.house.payments.delivery("checkout.session.completed", checkout.reference)
        payload, signature = checkout.delivery
        receive_event(self.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})

    @precondition(lambda self: self.house.payments.refunds)
    @rule(which=ANY)
    def provider_tells_of_a_refund(self, which: int) -> None:
        refunds = list(self.house.payments.refunds)
        payload, signature = self.house.payments.delivery("refund.updated", refunds[which % len(refunds)])
        receive_event(self.house.ctx(), provider="stripe", payload=payload, headers={"stripe-signature": signature})
        self._work()

    @precondition(lambda self: self.checkouts)
    @rule(which=ANY)
    def comes_back_to_the_return_page(self, which: int) -> None:
        paid = self._checkout(which)
        verify_checkout(self.house.ctx(paid.student), order_id=paid.order_id)

    @precondition(lambda self: self.checkouts)
    @rule(which=ANY)
    def gives_up(self, which: int) -> None:
        checkout = self._checkout(which)
        with suppress(ProviderUnavailable):
            cancel_order(self.house.ctx(checkout.student), order_id=checkout.order_id)

    @rule()
    def provider_goes_down_or_up(self) -> None:
        self.house.payments.down = not self.house.payments.down

    @rule(student=STUDENTS, mentor=MENTORS)
    def buys(self, student: int, mentor: int) -> None:
        checkout = self._start(self.cast.students[student], self.cast.mentors[mentor])
        if checkout is not None:
            self._settle(checkout, ProviderState.PAID)
            self._tell(checkout, again=False)
            self._work()

    @rule(student=STUDENTS, mentor=MENTORS)
    def pays_too_late(self, student: int, mentor: int) -> None:
        """The hold lapses while the buyer looks for the card; nobody has told us of the payment yet."""
        checkout = self._start(self.cast.students[student], self.cast.mentors[mentor])
        if checkout is not None:
            self._pass(timedelta(minutes=32), swept=False)
            self._settle(checkout, ProviderState.PAID)

    @rule()
    def jobs_run(self) -> None:
        self._work()

    @rule()
    def a_process_dies_with_its_jobs(self) -> None:
        self.house.jobs.waiting.clear()

    def _work(self) -> None:
        """Run every job that waits; one that finds the provider down waits on. No job may fail in another way."""
        self.house.hand_out()
        jobs, postponed = self.house.jobs, []
        while jobs.waiting:
            job = jobs.waiting.pop(0)
            try:
                if job.name != "deliver":
                    self.house.run(job)
            except ProviderUnavailable:
                postponed.append(job)
        jobs.waiting.extend(postponed)

    # Sessions

    @precondition(lambda self: self._books().packs)
    @rule(which=ANY, nth=ANY)
    def books(self, which: int, nth: int) -> None:
        who, whom = self._pair(self._books().packs, which)
        if not (free := self._free(who, whom)):
            return
        at = free[nth % min(3, len(free))]
        try:
            book_session(self.house.ctx(who), mentor_id=whom.mentor_id, starts_at=at)
        except SlotNotOffered as refused:
            raise AssertionError("refused what is listed") from refused
        except DomainError:
            return

    @rule(student=STUDENTS, mentor=MENTORS, aside=st.sampled_from([15, 60 * 6, -60 * 24 * 3]))
    def asks_for_a_time_that_is_not_listed(self, student: int, mentor: int, aside: int) -> None:
        who, whom = self.cast.students[student], self.cast.mentors[mentor]
        listed = self._free(who, whom) or [self.house.clock.now() + timedelta(days=2)]
        at = listed[0] + timedelta(minutes=aside)
        with suppress(DomainError):
            book_session(self.house.ctx(who), mentor_id=whom.mentor_id, starts_at=at)
            raise AssertionError("booked what is not listed")

    def _free(self, student: Person, mentor: MentorPerson) -> list[datetime]:
        now = self.house.clock.now()
        end = now + timedelta(days=8)
        found = list_slots(self.house.ctx(student), mentor_id=mentor.mentor_id, start=now, end=end)
        return [slot.starts_at for slot in found.slots]

    @precondition(lambda self: self._books().sessions)
    @rule(which=ANY, by_mentor=st.booleans())
    def cancels(self, which: int, by_mentor: bool) -> None:
        session, student, mentor = self._session(which)
        late = session.starts_at - self.house.clock.now() < timedelta(hours=24)
        try:
            cancel_session(self.house.ctx(mentor if by_mentor else student), session_id=session.id)
        except DomainError:
            return
        entries = [row.entry for row in self._books().ledger if row.session_id == session.id]
        used = late and not by_mentor
        assert entries == ["reserve", "consume" if used else "return"], "a cancel and its credit do not match"

    @precondition(lambda self: self._books().sessions)
    @rule(which=ANY, nth=ANY, by_mentor=st.booleans())
    def moves(self, which: int, nth: int, by_mentor: bool) -> None:
        session, student, mentor = self._session(which)
        at = self._free(student, mentor)[nth]
        try:
            reschedule_session(self.house.ctx(mentor if by_mentor else student), session_id=session.id, starts_at=at)
        except SlotNotOffered as refused:
            raise AssertionError("refused what is listed") from refused
        except DomainError:
            return

    @precondition(lambda self: self._books().sessions)
    @rule(which=ANY, came=st.booleans())
    def ends(self, which: int, came: bool) -> None:
        session, _, mentor = self._session(which)
        with suppress(DomainError):
            (complete_session if came else mark_no_show)(self.house.ctx(mentor), session_id=session.id)

    @precondition(lambda self: self._books().sessions)
    @rule(which=ANY, swept=st.booleans())
    def takes_place(self, which: int, swept: bool) -> None:
        session, _, mentor = self._session(which)
        until = session.ends_at - self.house.clock.now()
        if until > timedelta(0):
            self._pass(until, swept)
        with suppress(DomainError):
            complete_session(self.house.ctx(mentor), session_id=session.id)

    @precondition(lambda self: self._books().sessions)
    @rule(which=ANY)
    def is_waived(self, which: int) -> None:
        session, _, mentor = self._session(which)
        with suppress(DomainError):
            waive_session(self.house.ctx(mentor), session_id=session.id, reason="Bad line")

    # Admins and time

    @rule(student=STUDENTS, mentor=MENTORS, twice=st.booleans())
    def admin_grants(self, student: int, mentor: int, twice: bool) -> None:
        self.grants += 1
        who, whom = self.cast.students[student], self.cast.mentors[mentor]

        def grant() -> PackView:
            return grant_pack(
                self.house.ctx(self.cast.admin),
                student_id=who.id,
                mentor_id=whom.mentor_id,
                sessions=1,
                reason="Goodwill",
                validity_days=4,
                request_key=f"grant-number-{self.grants}",
            )

        with suppress(SoldOut):
            granted = grant()
            assert not twice or grant().id == granted.id, "granted twice"

    @rule(student=STUDENTS, mentor=MENTORS)
    def admin_releases(self, student: int, mentor: int) -> None:
        who, whom = self.cast.students[student], self.cast.mentors[mentor]
        self._pass(timedelta(seconds=1), swept=False)  # nobody releases a seat twice within one instant
        ctx = self.house.ctx(self.cast.admin)
        with suppress(DomainError):
            release_seat(ctx, mentor_id=whom.mentor_id, student_id=who.id, reason="Asked for it")

    @rule(by=st.sampled_from(STEPS), swept=st.booleans())
    def time_passes(self, by: timedelta, swept: bool) -> None:
        self._pass(by, swept)

    def _pass(self, by: timedelta, swept: bool) -> None:
        """Move the clock; with sweeps, stop and sweep at the first few moments at which something is due."""
        goal = self.house.clock.now() + by
        for _ in range(8 if swept else 0):
            if (now := self.house.clock.now()) == goal:
                break
            self.house.clock.advance(next_due(self.house.system(), now, goal) - now)
            self._sweep_and_work()
        self.house.clock.advance(goal - self.house.clock.now())

    @rule()
    def sweeps(self) -> None:
        sweep(self.house.system())

    @rule()
    def sweeping_twice_is_sweeping_once(self) -> None:
        self._sweep_and_work()
        once = self._books().state()
        self._sweep_and_work()
        assert self._books().state() == once

    def _sweep_and_work(self) -> None:
        sweep(self.house.system())
        self._work()

    @precondition(lambda self: self.checkouts and not self.house.payments.down)
    @rule(which=ANY)
    def replaying_changes_nothing(self, which: int) -> None:
        checkout = self._checkout(which)
        for attempt in self._books().attempts:
            sync_attempt(self.house.system(), attempt_id=attempt.id)
        self._work()
        before = self._books()
        for again in (True, False):
            self._tell(checkout, again=again)
        for stored in before.inbox:
            process_event(self.house.system(), event_id=stored.id)
        self._work()
        assert self._books().state() == before.state()

    # What is always true

    @invariant()
    def books_are_in_order(self) -> None:
        now, books = self.house.clock.now(), self._books()
        if self.checked == (books, now):
            return
        self.checked = books, now
        check_books(books, now)
        for seat in books.seats:
            kept = self.seat_ids.setdefault((seat.mentor_id, seat.student_id), seat.id)
            assert kept == seat.id, "a renewal made another seat"
        with_seat = {seat.student_id for seat in books.seats}
        for student in (s for s in self.cast.students if s.id in with_seat):
            for view in my_packs(self.house.ctx(student)).seats:
                check_promise(view, student.me.time_zone, self.promises, books, now)

    def teardown(self) -> None:
        if not hasattr(self, "house"):
            return
        with closing(self.database):
            self._come_to_rest()

    def _come_to_rest(self) -> None:
        """Lost deliveries, dead processes and a provider that was down cost time, never money or seats."""
        self.house.payments.down = False
        for _ in range(4):
            self.house.clock.advance(timedelta(minutes=33))
            self._sweep_and_work()
        paid = [ref for ref, c in self.house.payments.checkouts.items() if c.state is ProviderState.PAID]
        now, books = self.house.clock.now(), self._books()
        check_books(books, now)
        check_at_rest(books, paid, now)

    def _committed(self, connection: Connection) -> None:
        if not connection.get_execution_options().get("read_only"):
            self.latest = None

    def _books(self) -> Books:
        """The books as they are now; read again only when something has been written."""
        if self.latest is None:
            self.latest = read_books(self.database)
        return self.latest

    def _checkout(self, which: int) -> _Checkout:
        return self.checkouts[which % len(self.checkouts)]

    def _session(self, which: int) -> tuple[Session, Person, MentorPerson]:
        sessions = self._books().sessions
        return sessions[which % len(sessions)], *self._pair(sessions, which)

    def _pair(self, rows: Sequence[Pack] | Sequence[Session], which: int) -> tuple[Person, MentorPerson]:
        row = rows[which % len(rows)]
        student = next(s for s in self.cast.students if s.id == row.student_id)
        return student, next(m for m in self.cast.mentors if m.mentor_id == row.mentor_id)
