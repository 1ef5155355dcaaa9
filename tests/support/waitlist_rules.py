"""What people do about waitlists, as rules of the lifecycle."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, precondition, rule
from support.books import Books
from support.house import House, MentorPerson, Person

from mentorship.domain.errors import HasSeat, SeatOnSale
from mentorship.services.waitlist import join_waitlist, leave_waitlist, my_waitlist

STUDENTS, MENTORS = st.integers(0, 2), st.integers(0, 1)


class WaitlistRules(RuleBasedStateMachine):
    """A part of the lifecycle, which has the cast, the house and the books."""

    cast: Any
    house: House
    _books: Callable[[], Books]
    _pass: Callable[[timedelta, bool], None]

    def _may_buy(self, student: Person, mentor: MentorPerson) -> bool:
        books = self._books()
        whose = next(m for m in books.mentors if m.id == mentor.mentor_id)
        return books.may_buy(whose, student.id, self.house.clock.now())

    @rule(student=STUDENTS, mentor=MENTORS)
    def joins_the_waitlist(self, student: int, mentor: int) -> None:
        who, whom = self.cast.students[student], self.cast.mentors[mentor]
        may_buy = self._may_buy(who, whom)
        try:
            join_waitlist(self.house.ctx(who), mentor_id=whom.mentor_id)
        except (SeatOnSale, HasSeat):
            assert may_buy, "sent away from the waitlist although no seat is on sale"

    @rule(student=STUDENTS, mentor=MENTORS)
    def leaves_the_waitlist(self, student: int, mentor: int) -> None:
        who, whom = self.cast.students[student], self.cast.mentors[mentor]
        leave_waitlist(self.house.ctx(who), mentor_id=whom.mentor_id)
        assert whom.mentor_id not in [place.mentor_id for place in my_waitlist(self.house.ctx(who))]

    @precondition(lambda self: any(e.status == "offered" for e in self._books().waitlist))
    @rule(swept=st.booleans())
    def an_offer_lapses(self, swept: bool) -> None:
        ends = min(e.offer_expires_at for e in self._books().waitlist if e.status == "offered")
        self._pass(max(ends - self.house.clock.now(), timedelta(0)), swept)
