"""How places in line become the finished texts of their pages."""

from mentorship.schemas.desk import WaitingFace
from mentorship.schemas.students import PlaceFace
from mentorship.schemas.waitlist import WaitingStudent, WaitlistPlace
from mentorship.state import times

AT_THE_END = "If you join again, you start at the end of the line."


def place_face(place: WaitlistPlace, zone: str) -> PlaceFace:
    """One's own place or offer, for a reader in ``zone``."""
    name = place.mentor_name.partition(" ")[0]
    if place.offer_expires_at is not None:
        until = times.moment(place.offer_expires_at, zone)
        return PlaceFace(
            mentor_id=str(place.mentor_id),
            mentor_name=place.mentor_name,
            mentor_slug=place.mentor_slug,
            portrait=place.portrait,
            is_offer=True,
            headline=f"A seat with {name} is held for you until {until}",
            text="Buy a pack in time and it is yours. After that it is offered to the next in line.",
            until=times.iso(place.offer_expires_at),
            question=f"Decline the seat with {place.mentor_name}?",
            consequence=f"The seat goes to the next in line at once. {AT_THE_END}",
            leave_label="Decline the seat",
        )
    return PlaceFace(
        mentor_id=str(place.mentor_id),
        mentor_name=place.mentor_name,
        mentor_slug=place.mentor_slug,
        portrait=place.portrait,
        headline=_headline(place, name),
        text="A seat that is given up is offered to one person at a time. When it is your turn you get a mail, and the "
        "seat is held for you.",
        question=f"Leave the waitlist of {place.mentor_name}?",
        consequence=f"You give up place {place.place} of {place.waiting}. {AT_THE_END}",
        leave_label="Leave the waitlist",
    )


def waiting_face(waiting: WaitingStudent, zone: str) -> WaitingFace:
    """Somebody in line, for their mentor who reads in ``zone``."""
    offered = waiting.offer_expires_at
    return WaitingFace(
        student_id=str(waiting.student_id),
        name=waiting.student_name,
        status="Seat offered" if offered else f"Number {waiting.place}",
        tone="good" if offered else "neutral",
        since=f"Since {times.moment(waiting.joined_at, zone)}" + (", paid before" if waiting.is_first else ""),
        until=times.iso(offered),
    )


def _headline(place: WaitlistPlace, name: str) -> str:
    if place.place == 1:
        return f"You are next in the waitlist of {name}"
    return f"You are number {place.place} of {place.waiting} in the waitlist of {name}"
