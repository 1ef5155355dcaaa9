"""Deciding about refunds that students ask for: for their mentor and for admins."""

from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access, Role
from mentorship.schemas.refund_faces import RefundFace
from mentorship.services.refund_requests import approve_refund, decline_refund
from mentorship.services.refund_views import refund_desk, refund_requests
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.refund_faces import refund_face

NONE = RefundFace()


class RefundDecisions(rx.State):
    """What waits for a decision, and the one being decided. Its page reads it again when something changes."""

    requests: list[RefundFace] = []
    asked: RefundFace = NONE
    approving: bool = False
    declining: bool = False
    busy: str = ""

    @handler(Access.MENTOR_OR_ADMIN)
    async def load(self) -> None:
        """Read what waits for the reader's decision."""
        reader = me()
        if reader is None:
            return
        waiting = (await call(refund_desk)).requested if reader.role == Role.ADMIN else await call(refund_requests)
        async with self:
            self.requests = [refund_face(r, reader.time_zone) for r in waiting]

    @handler(Access.MENTOR_OR_ADMIN)
    async def ask_approve(self, refund_id: UUID) -> None:
        """Open the dialog that says what approving does."""
        await self._choose(refund_id, approving=True)

    @handler(Access.MENTOR_OR_ADMIN)
    async def ask_decline(self, refund_id: UUID) -> None:
        """Open the dialog that asks why it is declined."""
        await self._choose(refund_id, approving=False)

    async def _choose(self, refund_id: UUID, *, approving: bool) -> None:
        async with self:
            self.asked = next((r for r in self.requests if r.id == str(refund_id)), NONE)
            self.approving = approving and bool(self.asked.id)
            self.declining = not approving and bool(self.asked.id)

    @handler(Access.MENTOR_OR_ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; the request waits on."""
        async with self:
            self.approving = self.declining = False

    @handler(Access.MENTOR_OR_ADMIN)
    async def approve(self) -> Any:
        """Agree: the money goes back."""
        async with self:
            asked = self.asked
        async with doing(self, "approve"):
            await call(approve_refund, refund_id=asked.id)
            async with self:
                self.approving = False
            await tell(self, f"{asked.amount} is on its way back.")
        return RefundDecisions.load

    @handler(Access.MENTOR_OR_ADMIN)
    async def decline(self, form: dict[str, Any]) -> Any:
        """Decline, with the reason that the student reads."""
        async with self:
            asked = self.asked
        async with doing(self, "decline"):
            await call(decline_refund, refund_id=asked.id, reason=form.get("reason", ""))
            async with self:
                self.declining = False
            await tell(self, "The request is declined. The sessions can be booked again.")
        return RefundDecisions.load
