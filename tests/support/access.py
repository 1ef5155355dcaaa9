"""Who may do what: one expectation for every use case and every kind of person, and a world to try it in."""

import importlib
import pkgutil
import shutil
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from support.fakes import AdjustableClock
from support.house import PASSWORD, House, MentorPerson, Person, make_house

import mentorship.services
from mentorship.db.engine import Database
from mentorship.schemas.hours import HoursPlan
from mentorship.services.admin_inbox import list_events
from mentorship.services.availability import list_slots
from mentorship.services.calendar_files import create_feed
from mentorship.services.checkout import my_orders
from mentorship.services.hours import hours_desk
from mentorship.services.inbox import Delivery
from mentorship.services.outcomes import complete_session
from mentorship.services.promotions import create_promotion
from mentorship.services.refund_requests import refund_order, request_refund
from mentorship.services.refund_views import list_disputes
from mentorship.services.use_case import REGISTRY
from mentorship.services.waitlist import join_waitlist

for _module in pkgutil.walk_packages(mentorship.services.__path__, "mentorship.services."):
    importlib.import_module(_module.name)

OK, WHO, NO, GONE = "allowed", "sign_in_required", "not_allowed", "not_found"
PEOPLE = ("visitor", "student", "other_student", "mentor", "other_mentor", "admin")

NOTHING_THERE = (WHO, NO, NO, NO, NO, GONE)
ANYBODY = (OK, OK, OK, OK, OK, OK)
NOBODY = (WHO, NO, NO, NO, NO, NO)
SIGNED_IN = (WHO, OK, OK, OK, OK, OK)
STUDENTS = (WHO, OK, OK, NO, NO, NO)
ADMINS = (WHO, NO, NO, NO, NO, OK)
MENTORS = (WHO, NO, NO, OK, OK, NO)
NOT_CONNECTED = (WHO, NO, NO, GONE, GONE, NO)
NOT_SET_UP = (WHO, NO, NO, "calendar_not_offered", "calendar_not_offered", NO)
ITS_STUDENT_OR_ADMIN = (WHO, OK, GONE, GONE, GONE, OK)
ITS_PARTIES_OR_ADMIN = (WHO, OK, GONE, OK, GONE, OK)
ITS_MENTOR_OR_ADMIN = (WHO, NO, NO, OK, GONE, OK)
OWN_MENTOR_OR_ADMIN = (WHO, NO, NO, OK, NO, OK)

EXPECTED: dict[str, tuple[str, ...]] = {
    "accept_proposal": (WHO, NO, NO, "nothing_proposed", GONE, NO),
    "add_admin": NOBODY,
    "add_mentor": ADMINS,
    "add_product": ADMINS,
    "approve_refund": ITS_MENTOR_OR_ADMIN,
    "admin_overview": ADMINS,
    "advance_clock": NOBODY,
    "ask_provider": ADMINS,
    "book_plan": (WHO, OK, "no_seat", NO, NO, NO),
    "book_session": (WHO, OK, "no_seat", NO, NO, NO),
    "calendar_desk": MENTORS,
    "calendar_settings": MENTORS,
    "cancel_checkout": ANYBODY,
    "cancel_order": (WHO, OK, GONE, NO, NO, NO),
    "cancel_session": ITS_PARTIES_OR_ADMIN,
    "capture_checkout": (WHO, OK, GONE, NO, NO, NO),
    "change_time_zone": SIGNED_IN,
    "choose_calendars": NOT_CONNECTED,
    "check_zones": ADMINS,
    "clear_review": NOTHING_THERE,
    "close_finding": NOTHING_THERE,
    "complete_session": ITS_MENTOR_OR_ADMIN,
    "decline_proposal": (WHO, NO, NO, "nothing_proposed", GONE, NO),
    "decline_refund": ITS_MENTOR_OR_ADMIN,
    "deliver": NOBODY,
    "demo_accounts": ANYBODY,
    "disconnect_calendar": NOT_CONNECTED,
    "dispute_evidence": ADMINS,
    "explain_day": ITS_PARTIES_OR_ADMIN,
    "explain_time": ITS_PARTIES_OR_ADMIN,
    "feed_status": SIGNED_IN,
    "find_orders": ADMINS,
    "drop_refund": ADMINS,
    "change_price": ADMINS,
    "create_feed": SIGNED_IN,
    "create_promotion": ADMINS,
    "download_invitation": ITS_PARTIES_OR_ADMIN,
    "download_receipt": ITS_STUDENT_OR_ADMIN,
    "end_promotion": ADMINS,
    "export_accounting": ADMINS,
    "export_earnings": (WHO, NO, NO, OK, OK, NO),
    "find_students": ADMINS,
    "finish_connecting": NOT_SET_UP,
    "get_event": ADMINS,
    "get_mentor": ANYBODY,
    "get_order": ITS_STUDENT_OR_ADMIN,
    "get_receipt": ITS_STUDENT_OR_ADMIN,
    "get_session": ITS_PARTIES_OR_ADMIN,
    "grant_pack": ADMINS,
    "health": ANYBODY,
    "hours_desk": OWN_MENTOR_OR_ADMIN,
    "list_events": ADMINS,
    "list_disputes": ADMINS,
    "issue_receipt": NOBODY,
    "join_waitlist": STUDENTS,
    "leave_waitlist": ITS_STUDENT_OR_ADMIN,
    "list_mentors": ANYBODY,
    "list_promotions": ADMINS,
    "list_slots": ANYBODY,
    "list_starts": ANYBODY,
    "mark_no_show": ITS_MENTOR_OR_ADMIN,
    "mentor_agenda": MENTORS,
    "mentor_desk": (WHO, NO, NO, OK, OK, NO),
    "mentor_earnings": (WHO, NO, NO, OK, OK, NO),
    "mentor_sessions": (WHO, NO, NO, OK, OK, NO),
    "mentor_waitlist": OWN_MENTOR_OR_ADMIN,
    "my_orders": SIGNED_IN,
    "my_packs": SIGNED_IN,
    "my_refunds": SIGNED_IN,
    "my_sessions": SIGNED_IN,
    "my_waitlist": SIGNED_IN,
    "order_events": ADMINS,
    "order_file": ADMINS,
    "pack_statement": ITS_PARTIES_OR_ADMIN,
    "policy_in_force": ANYBODY,
    "preview_hours": OWN_MENTOR_OR_ADMIN,
    "preview_checkout": (WHO, OK, GONE, NO, NO, NO),
    "hand_out": NOBODY,
    "process_event": NOBODY,
    "propose_plan": (WHO, OK, "no_seat", NO, NO, NO),
    "quote_grant": ADMINS,
    "reconcile": ADMINS,
    "reconcile_nightly": NOBODY,
    "reconciliation_desk": ADMINS,
    "verify_delivery": ANYBODY,
    "store_events": NOBODY,
    "read_calendar": NOBODY,
    "read_feed": ANYBODY,
    "read_calendar_now": NOT_CONNECTED,
    "receive_push": ("bad_signature",) * 6,
    "quote_refund_of": ITS_STUDENT_OR_ADMIN,
    "refund_desk": ADMINS,
    "refund_order": ADMINS,
    "quote_price": ANYBODY,
    "refund_payment": NOBODY,
    "refund_requests": (WHO, NO, NO, OK, OK, NO),
    "release_seat": OWN_MENTOR_OR_ADMIN,
    "repair_finding": NOTHING_THERE,
    "repair_zone": (WHO, NO, NO, NO, NO, "nothing_to_repair"),
    "replay_event": ADMINS,
    "report_lockout": NOBODY,
    "request_refund": (WHO, OK, GONE, NO, NO, NO),
    "reschedule_session": ITS_PARTIES_OR_ADMIN,
    "revoke_feed": SIGNED_IN,
    "retry_refund": ADMINS,
    "save_hours": OWN_MENTOR_OR_ADMIN,
    "seat_availability": ANYBODY,
    "set_capacity": ADMINS,
    "sign_in": ANYBODY,
    "sign_out": ANYBODY,
    "sign_up": ANYBODY,
    "start_checkout": STUDENTS,
    "start_connecting": NOT_SET_UP,
    "sweep": NOBODY,
    "sync_attempt": NOBODY,
    "sync_event": NOBODY,
    "update_session": ITS_MENTOR_OR_ADMIN,
    "verify_checkout": ITS_STUDENT_OR_ADMIN,
    "waive_session": ITS_MENTOR_OR_ADMIN,
    "who_is": ANYBODY,
    "withdraw_refund": (WHO, OK, GONE, NO, NO, NO),
}


@dataclass(frozen=True)
class World:
    """A student's pack with a session that is over, one that has begun and one to come, and two unpaid orders.

    A goodwill refund of the pack has failed, a refund of a second pack is asked for, and the other student's payment is
    disputed. A third mentor has no seats, and the student waits for one.
    """

    house: House
    student: Person
    other_student: Person
    mentor: MentorPerson
    other_mentor: MentorPerson
    admin: Person
    pack_id: UUID
    over: UUID
    begun: UUID
    coming: UUID
    free: str
    order_id: UUID
    cancel_link: str
    at_paypal: str
    paid_order: UUID
    asked_refund: UUID
    failed_refund: UUID
    dispute_id: UUID
    promotion_id: UUID
    receipt: str
    feed: str
    sold_out: UUID

    def person(self, kind: str) -> Person | None:
        return None if kind == "visitor" else getattr(self, kind)

    def copied(self, folder: Path) -> "World":
        """The same world in a folder of its own."""
        path = folder / "copy.db"
        shutil.copy(self.path, path)
        house = make_house(
            Database(f"sqlite:///{path}"),
            clock=AdjustableClock(self.house.clock.now()),
            payments=self.house.payments.copy(),
            paypal=self.house.paypal.copy(),
        )
        return replace(self, house=house)

    @property
    def path(self) -> Path:
        return Path(self.house.deps.database.url.removeprefix("sqlite:///"))

    def contents(self) -> str:
        """Every row of every table."""
        connection = sqlite3.connect(self.path)
        try:
            return "\n".join(connection.iterdump())
        finally:
            connection.close()


def make_world(database: Database) -> World:
    """Build the world, then close its file so that it can be copied."""
    house = make_house(database)
    student, mentor, other_mentor = house.student(), house.mentor(), house.mentor()
    pack = house.buy_pack(student, mentor)
    over, begun, coming = house.book(student, mentor), house.book(student, mentor), house.book(student, mentor, 60)
    house.clock.advance(begun.starts_at + timedelta(minutes=5) - house.clock.now())
    complete_session(house.ctx(mentor), session_id=over.id)
    order, reference = house.checkout(student, other_mentor)
    _, at_paypal = house.checkout(student, house.mentor(), provider="paypal")
    cancel_url = house.payments.checkouts[reference].request.cancel_url
    free = list_slots(house.ctx(), mentor_id=mentor.mentor_id).slots[0].starts_at.isoformat()
    admin, other_student = house.admin(), house.student()
    paid, second = house.order_of(pack), house.order_of(house.buy_pack(student, mentor))
    failed = refund_order(
        house.ctx(admin),
        order_id=paid,
        reason="goodwill",
        amount_minor=100,
        note="Bad line",
        request_key="world-goodwill",
    )
    house.drain()
    house.payments.fail_refund(next(iter(house.payments.refunds)))
    house.tell("refund.failed", next(iter(house.payments.refunds)))
    asked = request_refund(house.ctx(student), order_id=second)
    disputed = house.payment_of(house.order_of(house.buy_pack(other_student, other_mentor)))
    house.tell("charge.dispute.created", house.payments.dispute(disputed.payment_ref, disputed.amount))
    (dispute,) = list_disputes(house.ctx(admin))
    sold_out = house.mentor(capacity=0).mentor_id
    join_waitlist(house.ctx(student), mentor_id=sold_out)
    world = World(
        house=house,
        student=student,
        other_student=other_student,
        mentor=mentor,
        other_mentor=other_mentor,
        admin=admin,
        pack_id=pack.id,
        over=over.id,
        begun=begun.id,
        coming=coming.id,
        free=free,
        order_id=order.id,
        cancel_link=cancel_url.partition("link=")[2],
        at_paypal=at_paypal,
        paid_order=paid,
        asked_refund=asked.id,
        failed_refund=failed.id,
        dispute_id=dispute.id,
        promotion_id=create_promotion(house.system(), code="WORLD", percent=10).id,
        receipt=my_orders(house.ctx(student))[-1].receipt,
        feed=create_feed(house.ctx(student)).address.rpartition("/")[2].removesuffix(".ics"),
        sold_out=sold_out,
    )
    database.close()
    return world


def _delivery(world: World) -> dict[str, Any]:
    payload, signature = world.house.payments.delivery("customer.created", "cus_1")
    return {"provider": "stripe", "delivery": Delivery(payload, {"stripe-signature": signature})}


def _delivered(world: World) -> dict[str, Any]:
    return {"event_id": list_events(world.house.system(), state="processed").rows[0].id}


def _plan(world: World) -> HoursPlan:
    return hours_desk(world.house.system(), mentor_id=world.mentor.mentor_id).plan


_FAR = date(2027, 1, 4)
"""On nobody's calendar over."""

_NEW_ACCOUNT = {"email": "new@example.com", "name": "New", "password": PASSWORD}
_NEW_MENTOR = {
    "slug": "new-mentor",
    "time_zone": "UTC",
    "headline": "New",
    "about": "",
    "portrait": "/portraits/one.svg",
    "expertise": [],
    "expectations": [],
    "testimonials": [],
}

ARGUMENTS: dict[str, Callable[[World], dict[str, Any]]] = {
    "accept_proposal": lambda w: {"session_id": w.coming},
    "add_admin": lambda w: _NEW_ACCOUNT,
    "add_mentor": lambda w: _NEW_ACCOUNT | _NEW_MENTOR,
    "add_product": lambda w: {
        "mentor_id": w.mentor.mentor_id,
        "name": "One",
        "price_minor": 100,
        "currency": "EUR",
    },
    "approve_refund": lambda w: {"refund_id": w.asked_refund},
    "advance_clock": lambda w: {"by": timedelta(hours=1)},
    "ask_provider": lambda w: {"order_id": w.order_id},
    "book_plan": lambda w: {"mentor_id": w.mentor.mentor_id, "starts": [w.free]},
    "book_session": lambda w: {"mentor_id": w.mentor.mentor_id, "starts_at": w.free},
    "cancel_checkout": lambda w: {"link": w.cancel_link},
    "cancel_order": lambda w: {"order_id": w.order_id},
    "cancel_session": lambda w: {"session_id": w.coming, "reason": "ill"},
    "capture_checkout": lambda w: {"reference": w.at_paypal},
    "change_time_zone": lambda w: {"time_zone": "Asia/Tokyo"},
    "clear_review": lambda w: {"order_id": w.order_id, "reason": "Because"},
    "close_finding": lambda w: {"finding_id": w.order_id, "reason": "Because"},
    "choose_calendars": lambda w: {"read": [], "write": "", "when_unread": "keep"},
    "complete_session": lambda w: {"session_id": w.begun},
    "decline_proposal": lambda w: {"session_id": w.coming},
    "decline_refund": lambda w: {"refund_id": w.asked_refund, "reason": "Because"},
    "deliver": lambda w: {"delivery_id": w.order_id},
    "dispute_evidence": lambda w: {"dispute_id": w.dispute_id},
    "drop_refund": lambda w: {"refund_id": w.failed_refund, "reason": "Because"},
    "change_price": lambda w: {"product_id": w.mentor.product_id, "price_minor": 9_900, "keep_former": True},
    "create_promotion": lambda w: {"code": "spring", "percent": 10},
    "download_invitation": lambda w: {"session_id": w.coming},
    "download_receipt": lambda w: {"number": w.receipt},
    "end_promotion": lambda w: {"promotion_id": w.promotion_id},
    "export_accounting": lambda w: {"since": "2026-01-01", "until": "2026-12-31"},
    "explain_day": lambda w: {"mentor_id": w.mentor.mentor_id, "day": w.free[:10], "session_id": w.coming},
    "explain_time": lambda w: {"mentor_id": w.mentor.mentor_id, "starts_at": w.free, "session_id": w.coming},
    "find_students": lambda w: {"words": w.student.me.email[:4]},
    "get_event": _delivered,
    "finish_connecting": lambda w: {"state": "made up", "code": "made up"},
    "get_mentor": lambda w: {"slug": w.mentor.slug},
    "get_order": lambda w: {"order_id": w.order_id},
    "get_receipt": lambda w: {"number": w.receipt},
    "get_session": lambda w: {"session_id": w.coming},
    "grant_pack": lambda w: {
        "student_id": w.student.id,
        "mentor_id": w.mentor.mentor_id,
        "sessions": 1,
        "reason": "Because",
    },
    "hours_desk": lambda w: {"mentor_id": w.mentor.mentor_id},
    "issue_receipt": lambda w: {"order_id": w.order_id},
    "join_waitlist": lambda w: {"mentor_id": w.sold_out},
    "leave_waitlist": lambda w: {"mentor_id": w.sold_out, "student_id": w.student.id},
    "list_slots": lambda w: {"mentor_id": w.mentor.mentor_id},
    "list_starts": lambda w: {"mentor_id": w.mentor.mentor_id},
    "mentor_agenda": lambda w: {"start": "2026-03-02"},
    "mark_no_show": lambda w: {"session_id": w.begun},
    "mentor_waitlist": lambda w: {"mentor_id": w.mentor.mentor_id},
    "order_events": lambda w: {"order_id": w.order_id},
    "order_file": lambda w: {"order_id": w.order_id},
    "pack_statement": lambda w: {"pack_id": w.pack_id},
    "preview_hours": lambda w: {"mentor_id": w.mentor.mentor_id, "plan": _plan(w), "day": _FAR},
    "preview_checkout": lambda w: {"renew": w.pack_id},
    "hand_out": lambda w: {"but": set()},
    "process_event": lambda w: {"event_id": w.order_id},
    "propose_plan": lambda w: {"mentor_id": w.mentor.mentor_id, "first": w.free, "count": 1},
    "quote_grant": lambda w: {"student_id": w.student.id, "mentor_id": w.mentor.mentor_id, "sessions": 1},
    "verify_delivery": _delivery,
    "store_events": lambda w: {"provider": "stripe", "events": []},
    "read_calendar": lambda w: {"mentor_id": w.mentor.mentor_id},
    "read_feed": lambda w: {"token": w.feed},
    "receive_push": lambda w: {"channel_id": str(w.order_id), "token": "x", "state": "exists", "number": "2"},
    "quote_refund_of": lambda w: {"order_id": w.paid_order},
    "refund_order": lambda w: {
        "order_id": w.paid_order,
        "reason": "unused",
        "note": "Because",
        "request_key": "a-key-of-a-click",
    },
    "quote_price": lambda w: {"product_id": w.mentor.product_id, "code": "world"},
    "refund_payment": lambda w: {"refund_id": w.order_id},
    "release_seat": lambda w: {"mentor_id": w.mentor.mentor_id, "student_id": w.student.id, "reason": "Because"},
    "repair_finding": lambda w: {"finding_id": w.order_id},
    "repair_zone": lambda w: {"session_id": w.coming, "keep": "instant"},
    "replay_event": _delivered,
    "report_lockout": lambda w: {"provider": "stripe"},
    "request_refund": lambda w: {"order_id": w.paid_order},
    "retry_refund": lambda w: {"refund_id": w.failed_refund},
    "reschedule_session": lambda w: {"session_id": w.coming, "starts_at": w.free},
    "seat_availability": lambda w: {"mentor_id": w.mentor.mentor_id},
    "save_hours": lambda w: {"mentor_id": w.mentor.mentor_id, "was": _plan(w), "plan": HoursPlan("UTC")},
    "set_capacity": lambda w: {"mentor_id": w.mentor.mentor_id, "max_active_students": 1},
    "sign_in": lambda w: {"email": w.student.me.email, "password": PASSWORD},
    "sign_out": lambda w: {"token": w.other_student.token},
    "sign_up": lambda w: _NEW_ACCOUNT,
    "start_checkout": lambda w: {"product_id": w.mentor.product_id},
    "sync_attempt": lambda w: {"attempt_id": w.order_id},
    "sync_event": lambda w: {"session_id": w.coming},
    "update_session": lambda w: {"session_id": w.begun, "status": "no_show", "notes": "Did not come."},
    "verify_checkout": lambda w: {"order_id": w.order_id},
    "waive_session": lambda w: {"session_id": w.over, "reason": "Because"},
    "withdraw_refund": lambda w: {"refund_id": w.asked_refund},
    "who_is": lambda w: {"token": w.student.token},
}


def arguments(name: str, world: World) -> dict[str, Any]:
    """What the use case is called with: something that the rightful caller is allowed."""
    return ARGUMENTS[name](world) if name in ARGUMENTS else {}


def use_cases() -> list[str]:
    """Every use case there is."""
    return sorted(REGISTRY)
