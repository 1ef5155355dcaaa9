"""The admin's overview: counts, takings, seats, and the newest orders, deliveries and audit rows, live."""

from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.admin import Overview
from mentorship.schemas.catalog import SeatAvailability
from mentorship.schemas.desk import AuditLine, CapacityFace, Count, Errand, EventLine, OrderLine, TakingsFace
from mentorship.services.admin import admin_overview
from mentorship.services.instructors import set_capacity
from mentorship.services.record import ADMIN_TOPIC
from mentorship.state.admin_faces import (
    audit_line,
    capacity_face,
    counts,
    errands,
    event_line,
    order_line,
    takings_face,
)
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.desk_faces import now
from mentorship.state.live import watchers


class Admin(rx.State):
    """The overview, and changing a mentor's number of seats."""

    ready: bool = False
    busy: str = ""
    facts: list[Count] = []
    desk: list[Errand] = []
    deliveries: list[Count] = []
    takings: list[TakingsFace] = []
    mentors: list[CapacityFace] = []
    orders: list[OrderLine] = []
    events: list[EventLine] = []
    audit: list[AuditLine] = []
    asked: CapacityFace = CapacityFace()
    asking: bool = False
    today: str = ""
    year_began: str = ""

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read the overview, and read it again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, Admin.load, ADMIN_TOPIC)
        seen = await call(admin_overview)
        zone = reader.time_zone
        async with self:
            self.facts = counts(seen)
            self.desk = errands(seen.desk)
            self.deliveries = [Count(state.capitalize(), str(n), _tone(state)) for state, n in seen.deliveries.items()]
            self.takings = [takings_face(t) for t in seen.takings]
            self.mentors = [capacity_face(name, seats) for name, seats in seen.seats]
            self.orders = [order_line(o, zone) for o in seen.newest_orders]
            self.events = [event_line(e, zone) for e in seen.newest_events]
            self.audit = [audit_line(i, a, zone) for i, a in enumerate(seen.audit)]
            self.today = now().date().isoformat()
            self.year_began = now().date().replace(month=1, day=1).isoformat()
            self.ready = True

    @handler(Access.ADMIN)
    async def ask_capacity(self, mentor_id: UUID) -> None:
        """Open the dialog for one mentor's number of seats."""
        async with doing(self, f"ask {mentor_id}"):
            name, seats = _find(await call(admin_overview), mentor_id)
            async with self:
                self.asked = capacity_face(name, seats)
                self.asking = True

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; the number stays."""
        async with self:
            self.asking = False

    @handler(Access.ADMIN)
    async def change_capacity(self, form: dict[str, Any]) -> None:
        """Give the mentor this many seats from now on."""
        async with self:
            asked = self.asked
        async with doing(self, "capacity"):
            wanted = form.get("seats")
            if not (isinstance(wanted, str) and wanted.isdecimal() and len(wanted) <= 4):
                raise InvalidInput("The number of seats must be a whole number from 0 to 1000.")
            seats = await call(set_capacity, mentor_id=asked.mentor_id, max_active_students=int(wanted))
            async with self:
                self.asking = False
            await tell(self, f"{asked.name} now has {seats} seats. The storefront shows it already.")


def _find(seen: Overview, mentor_id: UUID) -> tuple[str, SeatAvailability]:
    for name, seats in seen.seats:
        if seats.mentor_id == mentor_id:
            return name, seats
    raise NotFound()


def _tone(state: str) -> Any:
    return "bad" if state == "failed" else "neutral"
