"""The storefront and the list of mentors: everybody with seats left, live."""

import reflex as rx

from mentorship.schemas.pages import MentorFace
from mentorship.schemas.students import Quote
from mentorship.services.instructors import get_mentor, list_mentors
from mentorship.state.calls import call, handler
from mentorship.state.faces import mentor_face
from mentorship.state.live import watchers

MOST_QUOTES = 3


class Storefront(rx.State):
    """The mentors in the storefront's order, and what students say about the first of them."""

    mentors: list[MentorFace] = []
    quotes: list[Quote] = []
    ready: bool = False

    @handler()
    async def load(self) -> None:
        """Read the mentors, and read them again whenever a seat is taken or given up."""
        watchers.watch(self, Storefront.load, "storefront")
        cards = await call(list_mentors)
        mentors = [mentor_face(card) for card in cards]
        async with self:
            # A visitor's page is read again as soon as their zone is known; what is the same is not sent twice.
            if mentors != self.mentors:
                self.mentors = mentors
            self.ready = True
        if not self.quotes:
            pages = [await call(get_mentor, slug=card.slug) for card in cards[:MOST_QUOTES]]
            async with self:
                self.quotes = [Quote(t.quote, t.author, p.card.name) for p in pages for t in p.testimonials[:1]]
