"""Letters about the waitlist: a seat is offered, an offer has lapsed."""

from mentorship.db.models import Mentor, WaitlistEntry
from mentorship.db.packs import seat_state
from mentorship.db.waitlist import has_open_offer
from mentorship.domain.seats import SeatStatus
from mentorship.domain.waitlist import EntryStatus
from mentorship.services.mails.letter import Button, Fact, Letter, Notice


def seat_offered(notice: Notice) -> Letter | None:
    """To who is next in line: a seat is held, and until when. Silent once it is taken, declined or over."""
    entry, mentor = _entry(notice)
    if entry is None or mentor is None or not has_open_offer(entry, notice.ctx.now) or entry.offer_expires_at is None:
        return None
    until = notice.when(entry.offer_expires_at)
    return Letter(
        subject=f"A seat with {mentor.name} is held for you until {until}",
        preview="Buy a pack in time and the seat is yours.",
        heading=f"A seat with {mentor.name} is free",
        lines=[
            "You are the next in the waitlist, so nobody else can take this seat while it is held for you.",
            "Buy a pack in time and it is yours; after that it is offered to the next in line.",
        ],
        facts=[Fact("The seat is held until", until)],
        button=Button("Buy a pack", notice.url(f"/mentors/{mentor.slug}")),
        after=["If you do not want it any more, decline it on the same page: then nobody has to wait for you."],
    )


def offer_lapsed(notice: Notice) -> Letter | None:
    """To who did not take an offer in time. Silent once they have a seat or are in line again."""
    entry, mentor = _entry(notice)
    if entry is None or mentor is None or entry.status != EntryStatus.LAPSED.value:
        return None
    seat = seat_state(notice.uow.seats.get(mentor.id, notice.reader.id))
    if seat.status in (SeatStatus.ACTIVE, SeatStatus.GRACE) or notice.uow.waitlist.of_pair(mentor.id, notice.reader.id):
        return None
    until = notice.when(entry.offer_expires_at or notice.promised_at)
    return Letter(
        subject=f"The seat with {mentor.name} is no longer held for you",
        preview="You can join the waitlist again.",
        heading="The time to take the seat is over",
        lines=[
            f"The seat with {mentor.name} that was offered to you has not been taken in time, so it goes to the next "
            "in line.",
            "You are not in the waitlist any more. If you would still like a seat, join it again.",
        ],
        facts=[Fact("The seat was held until", until)],
        button=Button("See seats and waitlist", notice.url(f"/mentors/{mentor.slug}")),
    )


def _entry(notice: Notice) -> tuple[WaitlistEntry | None, Mentor | None]:
    entry = notice.uow.waitlist.get(notice.id("entry_id"))
    return entry, notice.uow.catalog.mentor(entry.mentor_id) if entry else None
