"""The storefront: every mentor with seats left, live."""

import reflex as rx

from mentorship.schemas.catalog import MentorCard
from mentorship.schemas.pages import MentorFace
from mentorship.services.instructors import list_mentors
from mentorship.state.calls import call, handler
from mentorship.state.faces import seat_row
from mentorship.state.live import watchers


class Storefront(rx.State):
    """The mentors in the storefront's order."""

    mentors: list[MentorFace] = []
    ready: bool = False

    @handler()
    async def load(self) -> None:
        """Read the mentors, and read them again whenever a seat is taken or given up."""
        watchers.watch(self, Storefront.load, "storefront")
        cards = await call(list_mentors)
        async with self:
            self.mentors = [_face(card) for card in cards]
            self.ready = True


def _face(card: MentorCard) -> MentorFace:
    offer = card.offer
    return MentorFace(
        slug=card.slug,
        name=card.name,
        headline=card.headline,
        portrait=card.portrait,
        expertise=tuple(card.expertise),
        price=offer.price.text if offer else "",
        terms=f"{offer.sessions} sessions of {offer.session_minutes} minutes" if offer else "Not on sale",
        seats=seat_row(card.seats),
    )
