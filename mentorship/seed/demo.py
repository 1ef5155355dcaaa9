"""Fills an empty sandbox with people, mentors and a little history, through the use cases and as often as you like."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import date, timedelta
from uuid import UUID

from mentorship.domain.actors import SYSTEM, Actor, Role
from mentorship.domain.errors import CodeTaken, EmailTaken, HasSeat, SeatOnSale
from mentorship.schemas.hours import HolidayDays, OverrideDay
from mentorship.seed.mentors import MENTORS, DemoMentor
from mentorship.services.accounts import actor_of, sign_in, sign_up
from mentorship.services.admin import add_admin
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session
from mentorship.services.context import Dependencies
from mentorship.services.demo import ACCOUNTS, CODE, PASSWORD, PERCENT
from mentorship.services.hours import hours_desk, save_hours
from mentorship.services.instructors import add_mentor, add_product, get_mentor
from mentorship.services.packs import grant_pack
from mentorship.services.promotions import create_promotion
from mentorship.services.waitlist import join_waitlist

STUDENTS = {
    "lena@demo.example": ("Lena Fischer", "Europe/Berlin"),
    "noah@demo.example": ("Noah Williams", "America/Los_Angeles"),
    "aisha@demo.example": ("Aisha Rahman", "Asia/Dhaka"),
    "marco@demo.example": ("Marco Bianchi", "Europe/Rome"),
    "hanna@demo.example": ("Hanna Weber", "Europe/Vienna"),
    "diego@demo.example": ("Diego Ramos", "America/Bogota"),
}
"""Lena and Noah are on the sign-in page, Aisha and Marco take seats, Hanna and Diego wait for one."""


def seed_demo(deps: Dependencies) -> list[str]:
    """Create what is missing of the demo; returns a line for each thing created, none when all is there."""
    lines: list[str] = []
    admin = next(a for a in ACCOUNTS if a.role == Role.ADMIN)
    _unless_there(
        lines, admin.name, lambda: add_admin(deps.system(), email=admin.email, name=admin.name, password=PASSWORD)
    )
    for email, (name, zone) in STUDENTS.items():
        _unless_there(
            lines,
            name,
            lambda e=email, n=name, z=zone: sign_up(deps.system(), email=e, name=n, password=PASSWORD, time_zone=z),
        )
    for position, mentor in enumerate(MENTORS):
        _unless_there(lines, mentor.name, lambda m=mentor, p=position: _add(deps, m, p))
    if lines:
        _take_seats(deps)
        _wait_for_seats(deps)
        _start_history(deps)
    with suppress(CodeTaken):
        create_promotion(deps.system(), code=CODE, percent=PERCENT, once_per_student=True, note="The sandbox's own")
        lines.append(f"Code {CODE}")
    return lines


def _unless_there(lines: list[str], name: str, create: Callable[[], object]) -> None:
    try:
        create()
    except EmailTaken:
        return
    lines.append(name)


def _add(deps: Dependencies, mentor: DemoMentor, position: int) -> None:
    mentor_id = add_mentor(
        deps.system(),
        slug=mentor.slug,
        email=f"{mentor.slug}@demo.example",
        name=mentor.name,
        password=PASSWORD,
        time_zone=mentor.zone,
        headline=mentor.headline,
        about=mentor.about,
        portrait=f"/portraits/{mentor.slug}.svg",
        expertise=mentor.expertise,
        expectations=mentor.expectations,
        testimonials=mentor.testimonials,
        max_active_students=mentor.seats,
        position=position,
    )
    add_product(
        deps.system(),
        mentor_id=mentor_id,
        name=f"{mentor.sessions} sessions of {mentor.session_minutes} minutes with {mentor.name}",
        price_minor=mentor.price_minor,
        currency=mentor.currency,
        sessions=mentor.sessions,
        session_minutes=mentor.session_minutes,
        validity_days=mentor.validity_days,
    )
    _set_hours(deps, mentor_id, mentor)


def _set_hours(deps: Dependencies, mentor_id: UUID, mentor: DemoMentor) -> None:
    desk = hours_desk(deps.system(), mentor_id=mentor_id)

    def day(ahead: int) -> date:
        return desk.today + timedelta(days=ahead)

    plan = replace(desk.plan, rules=tuple(mentor.rules), booking=mentor.booking)
    if mentor.override is not None:
        ahead, intervals = mentor.override
        plan = replace(plan, overrides=(OverrideDay(day(ahead), tuple(intervals)),))
    if mentor.holiday is not None:
        first, last, name = mentor.holiday
        plan = replace(plan, holidays=(HolidayDays(day(first), day(last), name),))
    save_hours(deps.system(), mentor_id=mentor_id, was=desk.plan, plan=plan)


def _take_seats(deps: Dependencies) -> None:
    """Some seats are taken, all of them with the mentor who is sold out."""
    takers = [_student(deps, email) for email in ("aisha@demo.example", "marco@demo.example", "noah@demo.example")]
    for mentor in MENTORS:
        wanted = mentor.seats if mentor.sold_out else len(mentor.slug) % 3
        for taker in takers[:wanted]:
            _grant(deps, mentor, taker)


def _wait_for_seats(deps: Dependencies) -> None:
    """Two people wait for the mentor who is sold out, as long as there is no seat to buy."""
    for mentor in (m for m in MENTORS if m.sold_out):
        mentor_id = get_mentor(deps.context(SYSTEM), slug=mentor.slug).card.id
        for email in ("hanna@demo.example", "diego@demo.example"):
            with suppress(SeatOnSale, HasSeat):
                join_waitlist(deps.context(_student(deps, email)), mentor_id=mentor_id)


def _start_history(deps: Dependencies) -> None:
    """Lena has a pack with Sofia and one session booked."""
    lena, sofia = _student(deps, "lena@demo.example"), next(m for m in MENTORS if m.slug == "sofia-moretti")
    mentor_id = _grant(deps, sofia, lena)
    free = list_slots(deps.context(lena), mentor_id=mentor_id).next_free
    if free:
        book_session(
            deps.context(lena), mentor_id=mentor_id, starts_at=free[-1].starts_at, request_key="demo-first-session"
        )


def _student(deps: Dependencies, email: str) -> Actor:
    return actor_of(sign_in(deps.system(), email=email, password=PASSWORD).me)


def _grant(deps: Dependencies, mentor: DemoMentor, student: Actor) -> UUID:
    mentor_id = get_mentor(deps.context(SYSTEM), slug=mentor.slug).card.id
    grant_pack(
        deps.system(),
        student_id=student.user_id,
        mentor_id=mentor_id,
        sessions=mentor.sessions,
        session_minutes=mentor.session_minutes,
        validity_days=mentor.validity_days,
        reason="Demo",
        request_key=f"demo-{mentor.slug}",
    )
    return mentor_id
