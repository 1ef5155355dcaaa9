"""One mentor's page: who they are, what it costs, and how soon there is time; live."""

import reflex as rx

from mentorship.domain.errors import NotFound
from mentorship.domain.policy import Policy, hours_text
from mentorship.schemas.catalog import MentorPage, StartList
from mentorship.schemas.packs import SeatView
from mentorship.schemas.students import PlaceFace, Portfolio, Quote
from mentorship.services.availability import NEXT_FREE, list_starts
from mentorship.services.instructors import get_mentor
from mentorship.services.packs import my_packs
from mentorship.services.policies import policy_in_force
from mentorship.services.seats import mentor_topic
from mentorship.services.waitlist import my_waitlist
from mentorship.state.auth import reader_zone
from mentorship.state.calls import call, handler, last_part, me
from mentorship.state.faces import seat_row, slot_time, terms, validity
from mentorship.state.live import watchers
from mentorship.state.waitlist_faces import place_face


class Mentor(rx.State):
    """The mentor in the page's address."""

    mentor: Portfolio = Portfolio()
    shown: str = ""
    missing: bool = False

    @handler()
    async def load(self) -> None:
        """Read the mentor, and read again whenever their seats or free times change."""
        slug = last_part(self)
        try:
            page = await call(get_mentor, slug=slug)
        except NotFound:
            watchers.watch(self, Mentor.load)
            async with self:
                self.mentor, self.shown, self.missing = Portfolio(), slug, True
            return
        watchers.watch(self, Mentor.load, mentor_topic(page.card.id))
        zone = await reader_zone(self)
        free = await call(list_starts, mentor_id=page.card.id)
        mine = await call(my_packs) if me() else None
        seat = next((s for s in mine.seats if s.mentor_id == page.card.id), None) if mine else None
        line = await call(my_waitlist) if me() else []
        place = next((place_face(p, zone) for p in line if p.mentor_id == page.card.id), PlaceFace())
        rules = None if page.card.seats.left else await call(policy_in_force)
        async with self:
            self.mentor, self.shown, self.missing = _portfolio(page, free, seat, place, rules, zone), slug, False


def _portfolio(
    page: MentorPage, free: StartList, seat: SeatView | None, place: PlaceFace, rules: Policy | None, zone: str
) -> Portfolio:
    card, offer = page.card, page.card.offer
    own = {
        "active": "You have a seat with {}. Buying again adds a pack to it.",
        "grace": "Your seat with {} is in its grace period. Buying a pack keeps it.",
        "held": "A seat with {} is held for your running checkout.",
    }.get(seat.status if seat and not place.is_offer else "", "")
    return Portfolio(
        id=str(card.id),
        name=card.name,
        headline=card.headline,
        portrait=card.portrait,
        about=page.about,
        zone=card.time_zone,
        expertise=tuple(card.expertise),
        expectations=tuple(page.expectations),
        testimonials=tuple(Quote(t.quote, t.author) for t in page.testimonials),
        product_id=str(offer.id) if offer else "",
        price=offer.price.text if offer else "",
        terms=terms(offer) if offer else "",
        validity=validity(offer) if offer else "",
        seats=seat_row(card.seats, mine=bool(own) or place.is_offer, invite=bool(offer) and not place.mentor_id),
        offered_for=hours_text(rules.waitlist_offer) if rules else "",
        own_seat=own.format(card.name.partition(" ")[0]),
        place=place,
        next_free=tuple(slot_time(start, zone, card.time_zone) for start in free.starts[:NEXT_FREE]),
    )
