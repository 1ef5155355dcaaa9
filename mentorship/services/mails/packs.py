"""Letters about packs and seats: granted, running out, in grace, released."""

from datetime import datetime, timedelta

from mentorship.db.models import Mentor
from mentorship.db.packs import seat_state
from mentorship.domain.policy import hours_text
from mentorship.domain.seats import SeatStatus
from mentorship.services.mails.letter import Fact, Letter, Notice, sessions_text
from mentorship.services.mails.orders import valid_until
from mentorship.services.policies import policy


def pack_granted(notice: Notice) -> Letter | None:
    """To the student: a pack that nobody paid for, and why."""
    pack = notice.uow.packs.get(notice.id("pack_id"))
    mentor = notice.uow.catalog.mentor(pack.mentor_id) if pack else None
    if pack is None or mentor is None:
        return None
    count = sessions_text(pack.granted)
    return Letter(
        subject=f"You have been given {count} with {mentor.name}",
        preview="There is nothing to pay.",
        heading=f"You have been given {count}",
        lines=[f"A pack with {mentor.name} is in your account, and your seat is active. There is nothing to pay."],
        facts=[
            Fact("Pack", f"{pack.name} with {mentor.name}", f"{count} of {pack.session_minutes} minutes"),
            Fact("Valid until", valid_until(notice, pack.expires_at)),
            Fact("Reason", notice.data["reason"]),
        ],
        button=notice.book(mentor, "Book a session"),
        after=[f"Every credit is accounted for here: {notice.url(f'/packs/{pack.id}')}"],
    )


def renewal(notice: Notice) -> Letter | None:
    """To the student: one session is left. Silent once that has changed."""
    mentor = notice.uow.catalog.mentor(notice.id("mentor_id"))
    if mentor is None or notice.uow.packs.left_to_complete(mentor.id, notice.reader.id) != notice.data["left"]:
        return None
    pack = next(p for p in notice.uow.packs.of_pair(mentor.id, notice.reader.id) if p.available + p.reserved)
    session = notice.uow.bookings.next_of_pack(pack.id)
    grace = hours_text(policy(notice.uow, mentor).grace)
    last = (
        Fact("Your last session", notice.when(session.starts_at))
        if session
        else Fact("Your last session", "Not booked yet", f"Valid until: {valid_until(notice, pack.expires_at)}")
    )
    return Letter(
        subject=f"One session left with {mentor.name}",
        preview=f"Renew to keep your seat. After the last session it is kept for {grace}.",
        heading=f"One session left with {mentor.name}",
        lines=[
            "If you would like to go on, renew any time: the new pack adds to this one, and your seat stays yours.",
            f"After the last session the seat is kept for {grace}, then it goes to the waitlist or back on sale.",
        ],
        facts=[last],
        button=notice.renew(mentor),
        after=[_NOTHING_BY_ITSELF],
    )


def pack_complete(notice: Notice) -> Letter | None:
    """To the student: nothing is left, the seat is in grace. Silent once it is not."""
    found = _in_grace(notice)
    if found is None:
        return None
    mentor, until = found
    ends = datetime.fromisoformat(notice.data["ends"])
    if seat_state(notice.uow.seats.get(mentor.id, notice.reader.id)).grace_ends_at != ends:
        return None
    packs = notice.uow.packs.of_pair(mentor.id, notice.reader.id)
    ended = packs[0].expired > 0
    kept = hours_text(_whole_minutes(ends - notice.promised_at))
    return Letter(
        subject=f"Keep your seat with {mentor.name}: renew by {notice.when(until)}",
        preview=f"Your seat is kept for {kept}.",
        heading="Your pack has ended" if ended else "Your pack is complete",
        lines=[
            f"The time of your pack with {mentor.name} is over."
            if ended
            else f"You have used every session of your pack with {mentor.name}. We hope it took you further.",
            f"Your seat is kept for {kept}. Renew in time and it stays yours; otherwise it goes to the "
            "waitlist or back on sale.",
        ],
        facts=[Fact("Your seat is kept until", notice.when(until))],
        button=notice.renew(mentor, "Renew and keep the seat"),
        after=[_NOTHING_BY_ITSELF],
    )


def grace_warning(notice: Notice) -> Letter | None:
    """To the student, once: grace is nearly over. Silent once the seat is safe or gone."""
    found = _in_grace(notice)
    if found is None:
        return None
    mentor, until = found
    return Letter(
        subject=f"Last reminder: renew with {mentor.name} by {notice.when(until)}",
        preview="After that your seat goes to the waitlist or back on sale.",
        heading="Your seat is about to be released",
        lines=[
            f"Your seat with {mentor.name} is still kept for you. This is the last reminder: "
            "renew in time and it stays yours.",
        ],
        facts=[Fact("Your seat is kept until", notice.when(until))],
        button=notice.renew(mentor, "Renew and keep the seat"),
        after=["If you would rather stop here, there is nothing to do. Thank you for having been here."],
    )


def seat_released(notice: Notice) -> Letter | None:
    """To the student: the seat has been released, and why. Silent once they have one again."""
    mentor = notice.uow.catalog.mentor(notice.id("mentor_id"))
    if mentor is None:
        return None
    if seat_state(notice.uow.seats.get(mentor.id, notice.reader.id)).status in (SeatStatus.ACTIVE, SeatStatus.GRACE):
        return None
    reason = notice.data["reason"]
    return Letter(
        subject=f"Your seat with {mentor.name} has been released",
        preview="You are welcome back whenever there is a seat.",
        heading="Your seat has been released",
        lines=[
            f"Your seat with {mentor.name} has been released."
            if reason
            else f"The time to renew is over, so your seat with {mentor.name} has been released.",
            "You are welcome back: a new pack takes a seat again, as long as there is one left.",
        ],
        facts=[
            *([Fact("Reason", reason)] if reason else []),
            Fact("Seats at the moment", f"{notice.seats_left(mentor)} of {mentor.max_active_students} left"),
        ],
        button=notice.renew(mentor, "See packs and seats"),
    )


_NOTHING_BY_ITSELF = "Nothing renews by itself: you pay only if you choose to."


def _in_grace(notice: Notice) -> tuple[Mentor, datetime] | None:
    """The mentor and the instant of release, while the reader's seat is in grace."""
    mentor = notice.uow.catalog.mentor(notice.id("mentor_id"))
    if mentor is None:
        return None
    seat = seat_state(notice.uow.seats.get(mentor.id, notice.reader.id))
    until = seat.release_at(policy(notice.uow, mentor))
    return (mentor, until) if until is not None and until > notice.ctx.now else None


def _whole_minutes(length: timedelta) -> timedelta:
    return timedelta(minutes=round(length / timedelta(minutes=1)))
