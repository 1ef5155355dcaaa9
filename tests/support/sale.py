"""One sale and all that can become of it: what the tests of refunds and disputes start from."""

from support.house import House, MentorPerson, Person

from mentorship.domain.money import Money
from mentorship.schemas.packs import PackStatement, PackView
from mentorship.schemas.refunds import RefundView
from mentorship.services.checkout import get_order
from mentorship.services.outcomes import complete_session
from mentorship.services.packs import my_packs, pack_statement
from mentorship.services.refund_requests import refund_order, request_refund


class Sale:
    """A student who has bought a mentor's four sessions for 480.00, and an admin."""

    def __init__(self, house: House, capacity: int = 10, **product: object) -> None:
        self.house = house
        self.student: Person = house.student()
        self.mentor: MentorPerson = house.mentor(capacity=capacity, **product)
        self.admin: Person = house.admin()
        self.pack_id = house.buy_pack(self.student, self.mentor).id
        self.order_id = house.order_of(self.pack)
        house.mails.clear()

    @property
    def pack(self) -> PackView:
        return next(p for p in my_packs(self.house.ctx(self.student)).packs if p.id == self.pack_id)

    @property
    def parts(self) -> tuple[int, int, int, int, int]:
        """available, reserved, consumed, refunded, frozen"""
        p = self.pack
        return p.remaining_sessions, p.reserved, p.consumed, p.refunded, p.frozen

    @property
    def status(self) -> str:
        return get_order(self.house.ctx(self.student), order_id=self.order_id).status

    @property
    def seat(self) -> str:
        return my_packs(self.house.ctx(self.student)).seats[0].status

    @property
    def refunded(self) -> int:
        return self.house.payment_of(self.order_id).refunded_minor

    @property
    def statement(self) -> PackStatement:
        return pack_statement(self.house.ctx(self.student), pack_id=self.pack_id)

    def use(self, sessions: int) -> None:
        """Hold so many sessions."""
        for _ in range(sessions):
            session = self.house.book(self.student, self.mentor)
            self.house.drain()
            self.house.pass_time(seconds=(session.ends_at - self.house.clock.now()).total_seconds())
            complete_session(self.house.ctx(self.mentor), session_id=session.id)

    def ask(self, **asked: str) -> RefundView:
        return request_refund(self.house.ctx(self.student), order_id=self.order_id, **asked)

    def make(self, reason: str, key: str = "one-click-one-refund", **more: int) -> RefundView:
        return refund_order(
            self.house.ctx(self.admin),
            order_id=self.order_id,
            reason=reason,
            note="Agreed by mail",
            request_key=key,
            **more,
        )

    def bounce(self) -> None:
        """The newest refund bounces at the bank."""
        reference = list(self.house.payments.refunds)[-1]
        self.house.payments.fail_refund(reference)
        self.house.tell("refund.failed", reference)

    def console(self, minor: int, kind: str = "refund.created") -> str:
        """Somebody pays back at the provider's own console, which tells us."""
        paid = self.house.payment_of(self.order_id)
        reference = self.house.payments.refund_at_console(paid.payment_ref, Money(minor, "EUR"))
        self.house.tell(kind, reference)
        return reference

    def subjects(self, who: Person) -> list[str]:
        return [m.subject for m in self.house.mails if m.to_address == who.me.email]
