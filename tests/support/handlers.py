"""Every event handler of ours: who may call it, and what it is called with."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from reflex_base.registry import RegistrationContext
from support.house import House, MentorPerson, Person

import mentorship.pages  # noqa: F401 - the pages register their handlers
from mentorship.domain.actors import Access

PEOPLE = ("visitor", "student", "other_student", "mentor", "other_mentor", "admin")
ROLES = {
    Access.PUBLIC: PEOPLE,
    Access.SIGNED_IN: PEOPLE[1:],
    Access.STUDENT: ("student", "other_student"),
    Access.MENTOR: ("mentor", "other_mentor"),
    Access.MENTOR_OR_ADMIN: ("mentor", "other_mentor", "admin"),
    Access.ADMIN: ("admin",),
}


@dataclass(frozen=True)
class Cast:
    """Two pairs of student and mentor with a booked session each, and an admin."""

    house: House
    student: Person
    other_student: Person
    mentor: MentorPerson
    other_mentor: MentorPerson
    admin: Person
    session_id: str
    other_session_id: str

    def token(self, kind: str) -> str | None:
        return None if kind == "visitor" else str(getattr(self, kind).token)

    def foreign(self, kind: str) -> "Foreign":
        """Ids that are real and not this person's."""
        first = kind in ("other_student", "other_mentor")
        session = self.session_id if first else self.other_session_id
        student = self.student if first else self.other_student
        mentor = self.mentor if first else self.other_mentor
        return Foreign(session, str(student.id), str(mentor.mentor_id), mentor.slug)


@dataclass(frozen=True)
class Foreign:
    session_id: str
    student_id: str
    mentor_id: str
    mentor_slug: str


Arguments = Callable[[Foreign], dict[str, Any]]


def _nothing(_: Foreign) -> dict[str, Any]:
    return {}


def _form(**fields: str) -> Arguments:
    return lambda f: {"form": {name: getattr(f, value, value) for name, value in fields.items()}}


EXPECTED: dict[str, tuple[Access, Arguments]] = {
    "Admin.ask_capacity": (Access.ADMIN, lambda f: {"mentor_id": f.mentor_id}),
    "Admin.change_capacity": (Access.ADMIN, _form(seats="3", mentor_id="mentor_id")),
    "Admin.load": (Access.ADMIN, _nothing),
    "Admin.put_away": (Access.ADMIN, _nothing),
    "AdminEvent.load": (Access.ADMIN, _nothing),
    "AdminEvent.replay": (Access.ADMIN, _nothing),
    "AdminGrant.ask": (Access.ADMIN, _form(student_id="student_id", mentor_id="mentor_id", sessions="4", reason="Why")),
    "AdminGrant.choose": (Access.ADMIN, lambda f: {"student_id": f.student_id}),
    "AdminGrant.grant": (Access.ADMIN, _nothing),
    "AdminGrant.put_away": (Access.ADMIN, _nothing),
    "AdminGrant.search": (Access.ADMIN, _form(words="student")),
    "AdminGrant.start_again": (Access.ADMIN, _nothing),
    "AdminInbox.load": (Access.ADMIN, _nothing),
    "AdminOrder.ask_the_provider": (Access.ADMIN, _nothing),
    "AdminOrder.ask_to_clear": (Access.ADMIN, _nothing),
    "AdminOrder.clear": (Access.ADMIN, _form(reason="Because")),
    "AdminOrder.load": (Access.ADMIN, _nothing),
    "AdminOrder.put_away": (Access.ADMIN, _nothing),
    "AdminOrders.load": (Access.ADMIN, _nothing),
    "AdminReconciliation.ask_to_close": (Access.ADMIN, lambda f: {"finding_id": f.session_id}),
    "AdminReconciliation.ask_to_repair": (Access.ADMIN, lambda f: {"finding_id": f.session_id}),
    "AdminReconciliation.close": (Access.ADMIN, _form(reason="Because")),
    "AdminReconciliation.compare": (Access.ADMIN, _nothing),
    "AdminReconciliation.load": (Access.ADMIN, _nothing),
    "AdminReconciliation.put_away": (Access.ADMIN, _nothing),
    "AdminReconciliation.repair": (Access.ADMIN, _nothing),
    "AdminDisputes.load": (Access.ADMIN, _nothing),
    "AdminRefunds.ask": (Access.ADMIN, _form(order_id="session_id", amount="1", note="Because")),
    "AdminRefunds.ask_drop": (Access.ADMIN, lambda f: {"refund_id": f.session_id}),
    "AdminRefunds.choose_kind": (Access.ADMIN, lambda f: {"kind": "full"}),
    "AdminRefunds.drop": (Access.ADMIN, _form(reason="Because", refund_id="session_id")),
    "AdminRefunds.load": (Access.ADMIN, _nothing),
    "AdminRefunds.put_away": (Access.ADMIN, _nothing),
    "AdminRefunds.refund": (Access.ADMIN, _nothing),
    "AdminRefunds.retry": (Access.ADMIN, lambda f: {"refund_id": f.session_id}),
    "AdminPromotions.ask_price": (Access.ADMIN, _form(priced="product", price="10", keep_former="on")),
    "AdminPromotions.ask_to_end": (Access.ADMIN, lambda f: {"promotion_id": f.session_id}),
    "AdminPromotions.choose_kind": (Access.ADMIN, lambda f: {"kind": "amount"}),
    "AdminPromotions.create": (Access.ADMIN, _form(code="SPRING", value="ten")),
    "AdminPromotions.end": (Access.ADMIN, _nothing),
    "AdminPromotions.load": (Access.ADMIN, _nothing),
    "AdminPromotions.put_away": (Access.ADMIN, _nothing),
    "AdminZones.ask": (Access.ADMIN, lambda f: {"session_id": f.session_id, "keep": "instant"}),
    "AdminZones.load": (Access.ADMIN, _nothing),
    "AdminZones.put_away": (Access.ADMIN, _nothing),
    "AdminZones.repair": (Access.ADMIN, _nothing),
    "Auth.change_zone": (Access.SIGNED_IN, lambda f: {"zone": "Nowhere/Land"}),
    "Auth.load": (Access.PUBLIC, _nothing),
    "Auth.see_zone": (Access.PUBLIC, lambda f: {"zone": "Asia/Tokyo"}),
    "Calendar.choose_mentor": (Access.STUDENT, lambda f: {"slug": f.mentor_slug}),
    "Calendar.confirm": (Access.STUDENT, _nothing),
    "Calendar.load": (Access.SIGNED_IN, _nothing),
    "Calendar.pick_day": (Access.STUDENT, lambda f: {"day": "2030-01-07"}),
    "Calendar.pick_time": (Access.STUDENT, lambda f: {"starts_at": "2030-01-07T09:00:00+00:00"}),
    "Calendar.put_back": (Access.PUBLIC, _nothing),
    "Calendar.refresh": (Access.STUDENT, _nothing),
    "Calendar.show_next": (Access.STUDENT, _nothing),
    "Calendar.show_previous": (Access.STUDENT, _nothing),
    "Calendar.show_this_week": (Access.STUDENT, _nothing),
    "CalendarFeed.ask": (Access.SIGNED_IN, lambda f: {"what": "remove"}),
    "CalendarFeed.load": (Access.SIGNED_IN, _nothing),
    "CalendarFeed.make": (Access.SIGNED_IN, _nothing),
    "CalendarFeed.put_away": (Access.SIGNED_IN, _nothing),
    "CalendarFeed.remove": (Access.SIGNED_IN, _nothing),
    "CalendarFeed.say_copied": (Access.SIGNED_IN, _nothing),
    "CalendarProposals.accept": (Access.MENTOR, _nothing),
    "CalendarProposals.ask": (Access.MENTOR, lambda f: {"session_id": f.session_id}),
    "CalendarProposals.decline": (Access.MENTOR, lambda f: {"session_id": f.session_id}),
    "CalendarProposals.put_away": (Access.MENTOR, _nothing),
    "Checkout.apply_code": (Access.STUDENT, _form(code="SPRING")),
    "Checkout.ask_to_give_up": (Access.STUDENT, _nothing),
    "Checkout.give_up": (Access.STUDENT, _nothing),
    "Checkout.keep": (Access.PUBLIC, _nothing),
    "Checkout.load": (Access.PUBLIC, _nothing),
    "Checkout.remove_code": (Access.STUDENT, _nothing),
    "Checkout.pay": (Access.STUDENT, lambda f: {"way": "stripe"}),
    "Dashboard.load": (Access.SIGNED_IN, _nothing),
    "InstructorAgenda.confirm": (Access.MENTOR, _nothing),
    "InstructorAgenda.load": (Access.MENTOR, _nothing),
    "InstructorAgenda.pick": (Access.MENTOR, lambda f: {"key": f.session_id}),
    "InstructorAgenda.put_away": (Access.MENTOR, _nothing),
    "InstructorAgenda.put_back": (Access.MENTOR, _nothing),
    "InstructorAgenda.show_next": (Access.MENTOR, _nothing),
    "InstructorAgenda.show_previous": (Access.MENTOR, _nothing),
    "InstructorAgenda.show_today": (Access.MENTOR, _nothing),
    "InstructorAvailability.add_holiday": (Access.MENTOR, _form(first="2030-01-07", last="", name="Away")),
    "InstructorAvailability.add_interval": (Access.MENTOR, lambda f: {"place": "0"}),
    "InstructorAvailability.choose_length": (Access.MENTOR, lambda f: {"minutes": "60"}),
    "InstructorAvailability.copy_monday": (Access.MENTOR, _nothing),
    "InstructorAvailability.load": (Access.MENTOR, _nothing),
    "InstructorAvailability.pick_day": (Access.MENTOR, lambda f: {"day": "2030-01-07"}),
    "InstructorAvailability.remove_holiday": (Access.MENTOR, lambda f: {"index": 0}),
    "InstructorAvailability.remove_interval": (Access.MENTOR, lambda f: {"place": "0", "index": 0}),
    "InstructorAvailability.save": (Access.MENTOR, _nothing),
    "InstructorAvailability.set_number": (Access.MENTOR, lambda f: {"name": "buffer", "text": "5"}),
    "InstructorAvailability.set_time": (
        Access.MENTOR,
        lambda f: {"place": "0", "index": 0, "edge": "start", "clock": "10:00"},
    ),
    "InstructorAvailability.set_zone": (Access.MENTOR, lambda f: {"zone": "Asia/Tokyo"}),
    "InstructorAvailability.show_next": (Access.MENTOR, _nothing),
    "InstructorAvailability.show_previous": (Access.MENTOR, _nothing),
    "InstructorAvailability.show_week": (Access.MENTOR, lambda f: {"weeks": 1}),
    "InstructorAvailability.undo": (Access.MENTOR, _nothing),
    "InstructorAvailability.use_hours": (Access.MENTOR, lambda f: {"kind": "closed"}),
    "InstructorCalendar.ask_to_leave": (Access.MENTOR, _nothing),
    "InstructorCalendar.connect": (Access.MENTOR, _nothing),
    "InstructorCalendar.leave": (Access.MENTOR, _nothing),
    "InstructorCalendar.load": (Access.MENTOR, _nothing),
    "InstructorCalendar.read_now": (Access.MENTOR, _nothing),
    "InstructorCalendar.save": (Access.MENTOR, _form(write="nobody@else.example", when_unread="keep")),
    "InstructorCalendar.stay": (Access.MENTOR, _nothing),
    "InstructorDashboard.load": (Access.MENTOR, _nothing),
    "InstructorEarnings.load": (Access.MENTOR, _nothing),
    "InstructorSessions.load": (Access.MENTOR, _nothing),
    "InstructorStudents.ask_release": (Access.MENTOR, lambda f: {"student_id": f.student_id}),
    "InstructorStudents.load": (Access.MENTOR, _nothing),
    "InstructorStudents.put_away": (Access.MENTOR, _nothing),
    "InstructorStudents.release": (Access.MENTOR, _form(reason="Because", student_id="student_id")),
    "Mentor.load": (Access.PUBLIC, _nothing),
    "Notice.dismiss": (Access.PUBLIC, _nothing),
    "Orders.ask": (Access.STUDENT, lambda f: {"order_id": f.session_id}),
    "Orders.keep": (Access.PUBLIC, _nothing),
    "Orders.load": (Access.SIGNED_IN, _nothing),
    "Orders.request": (Access.STUDENT, _form(reason="Because")),
    "Orders.withdraw": (Access.STUDENT, lambda f: {"refund_id": f.session_id}),
    "Pack.load": (Access.SIGNED_IN, _nothing),
    "Plan.change_count": (Access.STUDENT, lambda f: {"count": "2"}),
    "Plan.change_rhythm": (Access.STUDENT, lambda f: {"weeks": "2"}),
    "Plan.confirm": (Access.STUDENT, _nothing),
    "Plan.load": (Access.SIGNED_IN, _nothing),
    "Plan.put_back": (Access.STUDENT, lambda f: {"key": "2030-01-07T09:00"}),
    "Plan.replace": (Access.STUDENT, lambda f: {"key": "2030-01-07T09:00", "starts_at": "2030-01-07T10:00:00+00:00"}),
    "Plan.skip": (Access.STUDENT, lambda f: {"key": "2030-01-07T09:00"}),
    "RefundDecisions.approve": (Access.MENTOR_OR_ADMIN, _nothing),
    "RefundDecisions.ask_approve": (Access.MENTOR_OR_ADMIN, lambda f: {"refund_id": f.session_id}),
    "RefundDecisions.ask_decline": (Access.MENTOR_OR_ADMIN, lambda f: {"refund_id": f.session_id}),
    "RefundDecisions.decline": (Access.MENTOR_OR_ADMIN, _form(reason="Because")),
    "RefundDecisions.load": (Access.MENTOR_OR_ADMIN, _nothing),
    "RefundDecisions.put_away": (Access.MENTOR_OR_ADMIN, _nothing),
    "Receipt.load": (Access.SIGNED_IN, _nothing),
    "SessionDesk.ask": (Access.MENTOR, lambda f: {"session_id": f.session_id, "what": "cancel"}),
    "SessionDesk.complete": (Access.MENTOR, lambda f: {"session_id": f.session_id}),
    "SessionDesk.decide": (Access.MENTOR, _form(reason="Because", session_id="session_id", what="cancel")),
    "SessionDesk.put_away": (Access.MENTOR, _nothing),
    "SessionDesk.save_notes": (Access.MENTOR, _form(notes="Mine", recording_url="", session_id="session_id")),
    "Sessions.ask_to_cancel": (Access.STUDENT, lambda f: {"session_id": f.session_id}),
    "Sessions.cancel": (Access.STUDENT, _form(reason="Because")),
    "Sessions.keep": (Access.PUBLIC, _nothing),
    "Sessions.load": (Access.SIGNED_IN, _nothing),
    "Settings.load": (Access.SIGNED_IN, _nothing),
    "SignIn.load": (Access.PUBLIC, _nothing),
    "Storefront.load": (Access.PUBLIC, _nothing),
    "Success.check_again": (Access.SIGNED_IN, _nothing),
    "Success.go_back": (Access.SIGNED_IN, _nothing),
    "Success.load": (Access.SIGNED_IN, _nothing),
    "Success.look_after": (Access.SIGNED_IN, _nothing),
    "WhyNot.ask": (Access.STUDENT, _form(wanted="2030-01-07T09:00")),
    "WhyNot.ask_day": (Access.STUDENT, lambda f: {"day": "2030-01-07"}),
    "WhyNot.ask_place": (Access.STUDENT, lambda f: {"day": "2030-01-07", "minute": 540}),
    "WhyNot.put_away": (Access.PUBLIC, _nothing),
    "Waitlist.ask_to_leave": (Access.STUDENT, lambda f: {"mentor_id": f.mentor_id}),
    "Waitlist.join": (Access.STUDENT, lambda f: {"mentor_id": f.mentor_id}),
    "Waitlist.leave": (Access.STUDENT, _nothing),
    "Waitlist.stay": (Access.PUBLIC, _nothing),
    "Zones.load": (Access.PUBLIC, _nothing),
}


def handlers() -> dict[str, tuple[str, Any]]:
    """Every handler that a browser can name and that is not Reflex's: its short name, with its full one."""
    found = {}
    for name, registered in RegistrationContext.get().event_handlers.items():
        function = registered.handler.fn
        if function.__module__.startswith("mentorship."):
            found[function.__qualname__] = (name, function)
    return found
