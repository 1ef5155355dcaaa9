"""A student's home: the next session, seats, packs and orders; live."""

from typing import Any

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.schemas.packs import Holdings, PackView, SeatView
from mentorship.schemas.pages import PackFace
from mentorship.schemas.students import OrderFace, OwnSession, PlaceFace, SeatFace
from mentorship.services.bookings import my_sessions
from mentorship.services.checkout import my_orders
from mentorship.services.packs import my_packs
from mentorship.services.seats import student_topic
from mentorship.services.waitlist import my_waitlist
from mentorship.state import times
from mentorship.state.auth import HOMES, reader_zone
from mentorship.state.calls import call, dependencies, handler, me
from mentorship.state.faces import order_face, pack_face
from mentorship.state.live import watchers
from mentorship.state.session_faces import own_session
from mentorship.state.waitlist_faces import place_face

RECENT_ORDERS = 5
OVER = ("depleted", "expired", "refunded")


class Dashboard(rx.State):
    """What the signed-in student has."""

    next_session: OwnSession | None = None
    urgent: list[SeatFace] = []
    places: list[PlaceFace] = []
    packs: list[PackFace] = []
    earlier: list[PackFace] = []
    orders: list[OrderFace] = []
    can_book: bool = False
    ready: bool = False

    @handler(Access.SIGNED_IN)
    async def load(self) -> Any:
        """Read everything, and again whenever something of the student's changes."""
        known = me()
        if known is None or known.role != Role.STUDENT:
            return rx.redirect(HOMES[known.role] if known else "/sign-in")
        watchers.watch(self, Dashboard.load, student_topic(known.user_id))
        zone = await reader_zone(self)
        holdings, sessions, orders = await call(my_packs), await call(my_sessions), await call(my_orders)
        places = await call(my_waitlist)
        seats = {seat.mentor_id: seat for seat in holdings.seats}
        current = current_packs(holdings)
        earlier = [p for p in holdings.packs if p not in current]
        coming = sessions.upcoming[0] if sessions.upcoming else None
        async with self:
            portrait = seats[coming.mentor_id].portrait if coming and coming.mentor_id in seats else ""
            self.next_session = own_session(coming, portrait, zone, dependencies().clock.now()) if coming else None
            self.urgent = [
                _urgent(s, holdings) for s in holdings.seats if s.status in ("grace", "held") and not s.is_offered
            ]
            self.places = [place_face(place, zone) for place in places]
            self.packs = [pack_face(p, seats.get(p.mentor_id), zone) for p in current]
            self.earlier = [pack_face(p, seats.get(p.mentor_id), zone) for p in earlier]
            self.orders = [order_face(order, zone) for order in orders[:RECENT_ORDERS]]
            self.can_book = any(s.status == "active" and s.remaining_sessions for s in holdings.seats)
            self.ready = True
        return None


def current_packs(holdings: Holdings) -> list[PackView]:
    """Packs that still matter: those in use, and the newest of each mentor with whom all are over."""
    current = [p for p in holdings.packs if p.status not in OVER]
    for pack in holdings.packs:
        if all(p.mentor_id != pack.mentor_id for p in current):
            current.append(pack)
    return current


def _urgent(seat: SeatView, holdings: Holdings) -> SeatFace:
    newest = next((p for p in holdings.packs if p.mentor_id == seat.mentor_id), None)
    href = f"/checkout?renew={newest.id}" if newest else f"/mentors/{seat.mentor_slug}"
    return SeatFace(
        mentor_name=seat.mentor_name,
        mentor_slug=seat.mentor_slug,
        status=seat.status,
        next_line=seat.next_step,
        until=times.iso(seat.release_at if seat.status == "grace" else seat.held_until),
        renew_href=href,
    )
