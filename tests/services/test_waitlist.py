"""The waitlist: joining, offers in their order, taking, declining and lapsing; and that nobody buys past the line."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from support.house import House, MentorPerson, Person

from mentorship.db.models import Mentor, SeatRow, User, WaitlistEntry
from mentorship.domain.errors import HasSeat, NotFound, SeatOnSale, SoldOut
from mentorship.domain.settle import ProviderState
from mentorship.services.checkout import cancel_order, get_order, start_checkout
from mentorship.services.clock import advance_clock
from mentorship.services.instructors import list_mentors, mentor_desk, set_capacity
from mentorship.services.packs import grant_pack, my_packs
from mentorship.services.previews import preview_checkout
from mentorship.services.seats import release_seat, seat_availability
from mentorship.services.sweeps import next_due, sweep
from mentorship.services.waitlist import join_waitlist, leave_waitlist, mentor_waitlist, my_waitlist

DAY = timedelta(hours=24)


def sold_out(house: House, seats: int = 1) -> tuple[MentorPerson, list[Person]]:
    """A mentor whose seats are taken, and who has them."""
    mentor = house.mentor(capacity=seats)
    holders = [house.student() for _ in range(seats)]
    for holder in holders:
        house.buy_pack(holder, mentor)
    return mentor, holders


def joined(house: House, mentor: MentorPerson, count: int) -> list[Person]:
    """So many people in line, one minute after the other."""
    people = [house.student(f"Number {n}") for n in range(1, count + 1)]
    for person in people:
        join_waitlist(house.ctx(person), mentor_id=mentor.mentor_id)
        house.pass_time(minutes=1)
    return people


def release(house: House, mentor: MentorPerson, holder: Person) -> None:
    release_seat(house.ctx(mentor), mentor_id=mentor.mentor_id, student_id=holder.id, reason="Asked for it")


def places(house: House, *people: Person) -> list[int | None]:
    """Each person's place: 0 under an offer, None where they are not in line."""
    found = [my_waitlist(house.ctx(person)) for person in people]
    return [mine[0].place if mine else None for mine in found]


def left(house: House, mentor: MentorPerson) -> tuple[int, int, int]:
    seats = seat_availability(house.ctx(), mentor_id=mentor.mentor_id)
    return seats.taken, seats.left, seats.waiting


def told(house: House, person: Person) -> list[str]:
    house.drain()
    return [m.subject for m in house.mails if m.to_address == person.me.email]


def pay(house: House, person: Person, mentor: MentorPerson) -> None:
    house.buy_pack(person, mentor)


def test_joining_is_for_who_has_no_seat_when_none_is_on_sale(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = house.student(), house.student()
    assert join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id).place == 1
    house.pass_time(minutes=1)
    assert join_waitlist(house.ctx(second), mentor_id=mentor.mentor_id).place == 2
    again = join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
    assert (again.place, again.waiting) == (1, 2)
    with pytest.raises(HasSeat):
        join_waitlist(house.ctx(holder), mentor_id=mentor.mentor_id)
    with pytest.raises(SeatOnSale):
        join_waitlist(house.ctx(first), mentor_id=house.mentor().mentor_id)
    with pytest.raises(NotFound):
        join_waitlist(house.ctx(first), mentor_id=mentor.product_id)
    assert left(house, mentor) == (1, 0, 2)


def test_a_seat_that_is_given_up_is_offered_to_the_first_in_line(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    assert places(house, first, second) == [0, 1]
    (offer,) = my_waitlist(house.ctx(first))
    assert offer.offer_expires_at == house.clock.now() + DAY
    assert left(house, mentor) == (1, 0, 1)
    assert any("is held for you until" in subject for subject in told(house, first))
    assert told(house, second) == []
    for stranger in (second, house.student()):
        with pytest.raises(SoldOut) as refused:
            start_checkout(house.ctx(stranger), product_id=mentor.product_id)
        assert "waitlist" in str(refused.value.fix)
    (held,) = my_packs(house.ctx(first)).seats
    assert (held.status, held.is_offered) == ("held", True)
    pay(house, first, mentor)
    assert places(house, first, second) == [None, 1]
    assert my_packs(house.ctx(first)).seats[0].status == "active"
    house.pass_time(hours=25)
    assert "offers lapsed" not in sweep(house.system()).counts


def test_an_offer_that_nobody_takes_goes_to_the_next_in_line(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    now = house.clock.now()
    assert next_due(house.system(), now, now + 2 * DAY) == now + DAY
    house.clock.advance(DAY - timedelta(minutes=1))
    assert "offers lapsed" not in sweep(house.system()).counts
    house.pass_time(minutes=1)
    assert places(house, first) == [None], "lapsed by comparison with the clock, before any sweep"
    assert left(house, mentor) == (0, 0, 1), "the free seat belongs to the line"
    with pytest.raises(SoldOut):
        start_checkout(house.ctx(first), product_id=mentor.product_id)
    assert sweep(house.system()).counts["offers lapsed"] == 1
    assert places(house, first, second) == [None, 0]
    assert "no longer held" in told(house, first)[-1]
    assert sweep(house.system()).counts == {}
    assert join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id).place == 1


def test_with_nobody_left_in_line_the_seat_is_on_sale_the_moment_the_offer_lapses(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    joined(house, mentor, 1)
    release(house, mentor, holder)
    assert left(house, mentor) == (1, 0, 0)
    house.clock.advance(DAY)
    assert left(house, mentor) == (0, 1, 0)
    pay(house, house.student(), mentor)


def test_who_joins_again_before_the_sweep_has_another_place(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    house.clock.advance(DAY)
    assert join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id).place == 2
    sweep(house.system())
    assert places(house, first, second) == [1, 0]
    assert told(house, first)[1:] == [], "in line again, so nothing is said about the lapsed offer"


def test_a_checkout_under_an_offer_does_not_shorten_it(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    until = house.clock.now() + DAY
    order, _ = house.checkout(first, mentor)
    assert my_packs(house.ctx(first)).seats[0].held_until == until
    cancel_order(house.ctx(first), order_id=order.id)
    assert my_packs(house.ctx(first)).seats[0].held_until == until
    house.checkout(first, mentor)
    house.pass_time(minutes=40)
    sweep(house.system())
    house.drain()
    assert my_packs(house.ctx(first)).seats[0].held_until == until
    assert places(house, first, second) == [0, 1]


def test_a_checkout_begun_late_in_an_offer_lasts_to_its_own_end(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    house.clock.advance(DAY - timedelta(minutes=10))
    order, reference = house.checkout(first, mentor)
    house.pass_time(minutes=15)
    assert "offers lapsed" not in sweep(house.system()).counts
    assert places(house, second) == [1]
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    assert get_order(house.ctx(first), order_id=order.id).status == "paid"
    assert places(house, first, second) == [None, 1]


def test_a_late_checkout_that_is_given_up_after_the_offer_frees_the_seat_for_the_next(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    house.clock.advance(DAY - timedelta(minutes=10))
    order, _ = house.checkout(first, mentor)
    cancel_order(house.ctx(first), order_id=order.id)
    assert places(house, first, second) == [0, 1], "back to the offer's own deadline"
    again, _ = house.checkout(first, mentor)
    house.pass_time(minutes=15)
    cancel_order(house.ctx(first), order_id=again.id)
    assert places(house, first, second) == [None, 0]


def test_leaving_gives_the_place_and_the_offered_seat_to_the_next(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second, third = joined(house, mentor, 3)
    leave_waitlist(house.ctx(second), mentor_id=mentor.mentor_id)
    leave_waitlist(house.ctx(second), mentor_id=mentor.mentor_id)
    assert places(house, first, second, third) == [1, None, 2]
    release(house, mentor, holder)
    leave_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
    assert places(house, first, third) == [None, 0]
    with pytest.raises(NotFound):
        leave_waitlist(house.ctx(first), mentor_id=mentor.mentor_id, student_id=third.id)
    leave_waitlist(house.ctx(house.admin()), mentor_id=mentor.mentor_id, student_id=third.id)
    assert places(house, third) == [None]
    assert left(house, mentor) == (0, 1, 0)
    assert told(house, first) == [], "what was declined before the mail went out is not offered by mail"


def test_declining_an_offer_keeps_the_seat_for_the_checkout_that_is_running(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    house.checkout(first, mentor)
    leave_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
    assert my_packs(house.ctx(first)).seats[0].held_until == house.clock.now() + timedelta(minutes=31)
    assert places(house, second) == [1]
    house.pass_time(minutes=32)
    sweep(house.system())
    house.drain()
    sweep(house.system())
    assert places(house, second) == [0]


def test_a_hold_that_lapses_is_offered_by_the_sweep(house: House) -> None:
    mentor, late = house.mentor(capacity=1), house.student()
    house.checkout(late, mentor)
    first, second = joined(house, mentor, 2)
    house.pass_time(minutes=40)
    with pytest.raises(SoldOut):
        house.checkout(second, mentor)
    assert left(house, mentor) == (0, 0, 2)
    counts = sweep(house.system()).counts
    assert counts["waitlist offers"] == 1
    assert places(house, first, second) == [0, 1]
    house.drain()
    sweep(house.system())
    assert places(house, first, second) == [0, 1], "letting the old hold go changes nothing about the offer"


def test_the_first_in_line_may_buy_before_any_sweep_has_offered(house: House) -> None:
    mentor, late = house.mentor(capacity=1), house.student()
    house.checkout(late, mentor)
    first, second = joined(house, mentor, 2)
    house.pass_time(minutes=40)
    pay(house, first, mentor)
    assert places(house, first, second) == [None, 1]


def test_more_seats_are_offered_to_as_many_in_line(house: House) -> None:
    mentor, _ = sold_out(house)
    people = joined(house, mentor, 3)
    set_capacity(house.ctx(house.admin()), mentor_id=mentor.mentor_id, max_active_students=3)
    assert places(house, *people) == [0, 0, 1]
    set_capacity(house.ctx(house.admin()), mentor_id=mentor.mentor_id, max_active_students=5)
    assert places(house, *people) == [0, 0, 0]
    assert left(house, mentor) == (4, 1, 0)


def test_a_grant_takes_the_place_in_line(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    admin = house.admin()
    with pytest.raises(SoldOut):
        grant_pack(house.ctx(admin), student_id=second.id, mentor_id=mentor.mentor_id, sessions=1, reason="Goodwill")
    grant_pack(house.ctx(admin), student_id=first.id, mentor_id=mentor.mentor_id, sessions=1, reason="Goodwill")
    assert places(house, first, second) == [None, 1]


def test_nobody_is_offered_a_seat_who_cannot_come(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    with house.deps.database.session() as db:
        db.execute(update(User).where(User.id == first.id).values(disabled_at=house.clock.now()))
    assert left(house, mentor) == (1, 0, 1)
    release(house, mentor, holder)
    assert places(house, second) == [0]


def test_who_is_not_listed_any_more_offers_nothing(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    (first,) = joined(house, mentor, 1)

    def list_mentor(is_listed: bool) -> None:
        with house.deps.database.session() as db:
            db.execute(update(Mentor).where(Mentor.id == mentor.mentor_id).values(is_listed=is_listed))

    list_mentor(False)
    release(house, mentor, holder)
    assert "waitlist offers" not in sweep(house.system()).counts
    assert places(house, first) == [1]
    with pytest.raises(NotFound):
        join_waitlist(house.ctx(house.student()), mentor_id=mentor.mentor_id)
    list_mentor(True)
    assert sweep(house.system()).counts["waitlist offers"] == 1
    assert places(house, first) == [0]


def test_the_mentor_sees_the_line_and_how_many_wait(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    line = mentor_waitlist(house.ctx(mentor), mentor_id=mentor.mentor_id)
    assert [(w.student_name, w.place) for w in line] == [("Number 1", 0), ("Number 2", 1)]
    assert line[0].offer_expires_at == house.clock.now() + DAY
    assert mentor_desk(house.ctx(mentor)).seats.waiting == 1
    assert next(m for m in list_mentors(house.ctx()) if m.id == mentor.mentor_id).seats.waiting == 1
    (offered,) = mentor_desk(house.ctx(mentor)).students
    assert (offered.student_id, offered.is_offered) == (first.id, True)
    assert places(house, second) == [1]


def test_the_checkout_page_knows_for_whom_the_seat_is(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    mine = preview_checkout(house.ctx(first), product_id=mentor.product_id)
    assert (mine.on_sale, mine.offered_until) == (True, house.clock.now() + DAY)
    theirs = preview_checkout(house.ctx(second), product_id=mentor.product_id)
    assert (theirs.on_sale, theirs.offered_until) == (False, None)


def test_every_step_is_audited_and_everybody_in_line_sees_it_live(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    house.live.topics.clear()
    release(house, mentor, holder)
    assert {f"student:{p.id}" for p in (holder, first, second)} <= set(house.live.topics)
    with house.system().begin(read_only=True) as uow:
        actions = [row.action for row in uow.audit.newest(20)]
    assert {"waitlist_joined", "waitlist_offered", "seat_offered", "seat_released"} <= set(actions)


def test_the_sandbox_clock_stops_at_each_offers_end(house: House) -> None:
    mentor, (holder,) = sold_out(house)
    first, second = joined(house, mentor, 2)
    release(house, mentor, holder)
    lines = advance_clock(house.system(), by=timedelta(hours=50))
    assert sum("offers lapsed: 1" in line for line in lines) == 2
    assert places(house, first, second) == [None, None]
    subjects = [m.subject for m in house.mails if m.to_address == second.me.email]
    assert "is held for you" in subjects[0]
    assert "no longer held" in subjects[1]
    assert left(house, mentor) == (0, 1, 0)


def test_who_paid_too_late_is_refunded_first_in_line_and_gets_the_next_seat(house: House) -> None:
    mentor, late = house.mentor(capacity=1), house.student("Late")
    order, reference = house.checkout(late, mentor)
    house.pass_time(minutes=32)
    taker = house.student()
    pay(house, taker, mentor)
    others = joined(house, mentor, 2)
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    refunded = get_order(house.ctx(late), order_id=order.id)
    assert (refunded.status, refunded.refund_reason, refunded.is_first_in_line) == ("refunded", "sold_out", True)
    assert places(house, late, *others) == [1, 2, 3]
    (mail,) = [m for m in house.mails if m.to_address == late.me.email and "sold out" in m.subject]
    assert "first in the waitlist" in mail.text
    house.tell("checkout.session.completed", reference)
    assert places(house, late, *others) == [1, 2, 3]
    release(house, mentor, taker)
    assert places(house, late, *others) == [0, 1, 2]
    pay(house, late, mentor)
    assert my_packs(house.ctx(late)).seats[0].status == "active"


def test_who_waits_already_and_pays_too_late_comes_to_the_front(house: House) -> None:
    mentor, late = house.mentor(capacity=1), house.student("Late")
    _, reference = house.checkout(late, mentor)
    house.pass_time(minutes=32)
    pay(house, house.student(), mentor)
    (other,) = joined(house, mentor, 1)
    join_waitlist(house.ctx(late), mentor_id=mentor.mentor_id)
    assert places(house, other, late) == [1, 2]
    house.payments.settle(reference, ProviderState.PAID)
    house.tell("checkout.session.completed", reference)
    assert places(house, other, late) == [2, 1]


def test_there_is_one_place_for_each_pair(house: House) -> None:
    mentor, _ = sold_out(house)
    (first,) = joined(house, mentor, 1)
    for _ in range(3):
        join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
        leave_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
    join_waitlist(house.ctx(first), mentor_id=mentor.mentor_id)
    with house.deps.database.session(read_only=True) as db:
        statuses = sorted(row.status for row in db.query(WaitlistEntry))
        assert db.query(SeatRow).filter_by(student_id=first.id).count() == 0
    assert statuses == ["left"] * 3 + ["waiting"]
