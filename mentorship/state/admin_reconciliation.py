"""The admin's page of differences between the books: comparing, repairing, closing; live."""

from typing import Any
from uuid import UUID

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.schemas.money_desk import FindingFace
from mentorship.schemas.reconciliation import Reconciled
from mentorship.services.reconciliation import close_finding, reconcile, reconciliation_desk
from mentorship.services.record import ADMIN_TOPIC
from mentorship.services.repairs import repair_finding
from mentorship.services.texts import provider_name, when
from mentorship.state.calls import call, doing, handler, me, tell
from mentorship.state.live import watchers
from mentorship.state.money_faces import finding_face

NONE = FindingFace()


class AdminReconciliation(rx.State):
    """Open differences and lately resolved ones. One dialog is open at a time: to repair, or to close."""

    ready: bool = False
    busy: str = ""
    open: list[FindingFace] = []
    resolved: list[FindingFace] = []
    last_run: str = ""
    asked: FindingFace = NONE
    repairing: bool = False
    closing: bool = False

    @handler(Access.ADMIN)
    async def load(self) -> None:
        """Read the differences, and again whenever something that admins oversee changes."""
        reader = me()
        if reader is None:
            return
        watchers.watch(self, AdminReconciliation.load, ADMIN_TOPIC)
        desk, zone = await call(reconciliation_desk), reader.time_zone
        last_run = f"Last compared on {when(desk.last_run_at, zone)}." if desk.last_run_at else "Never compared yet."
        if desk.last_run_unanswered:
            last_run += f" No answer came from {_names(desk.last_run_unanswered)}."
        async with self:
            self.open = [finding_face(f, zone) for f in desk.open]
            self.resolved = [finding_face(f, zone) for f in desk.resolved]
            self.last_run, self.ready = last_run, True

    @handler(Access.ADMIN)
    async def compare(self) -> Any:
        """Compare the books now."""
        async with doing(self, "compare"):
            done = await call(reconcile)
            await tell(self, _summary(done), tone="bad" if done.unanswered else "warning" if done.open else "good")
        return AdminReconciliation.load

    @handler(Access.ADMIN)
    async def ask_to_repair(self, finding_id: UUID) -> None:
        """Open the dialog that says what the repair would do."""
        async with self:
            self.asked = next((f for f in self.open if f.id == str(finding_id)), NONE)
            self.repairing, self.closing = bool(self.asked.repair), False

    @handler(Access.ADMIN)
    async def ask_to_close(self, finding_id: UUID) -> None:
        """Open the dialog that asks for the reason."""
        async with self:
            self.asked = next((f for f in self.open if f.id == str(finding_id)), NONE)
            self.repairing, self.closing = False, bool(self.asked.id)

    @handler(Access.ADMIN)
    async def put_away(self) -> None:
        """Close the dialog; nothing changes."""
        async with self:
            self.repairing = self.closing = False

    @handler(Access.ADMIN)
    async def repair(self) -> Any:
        """Do what the difference proposes."""
        async with self:
            asked = self.asked
        async with doing(self, "repair"):
            outcome = await call(repair_finding, finding_id=asked.id)
            await self._dismiss()
            await tell(self, outcome.text, tone="good" if outcome.done else "bad")
        return AdminReconciliation.load

    @handler(Access.ADMIN)
    async def close(self, form: dict[str, Any]) -> Any:
        """Close the difference with the reason given."""
        async with self:
            asked = self.asked
        async with doing(self, "close"):
            await call(close_finding, finding_id=asked.id, reason=form.get("reason", ""))
            await self._dismiss()
            await tell(self, "Closed. It stays closed, and your reason stands beside it.")
        return AdminReconciliation.load

    async def _dismiss(self) -> None:
        async with self:
            self.repairing = self.closing = False
            self.asked = NONE


def _summary(done: Reconciled) -> str:
    if done.unanswered:
        return f"No answer from {_names(done.unanswered)}; the rest was compared. {done.open} differences are open."
    if not done.open:
        return "The books agree."
    differences = "One difference is" if done.open == 1 else f"{done.open} differences are"
    gone = f" {done.resolved} of those known before went by themselves." if done.resolved else ""
    return f"{differences} open, {done.new} of them new.{gone}"


def _names(providers: list[str]) -> str:
    return " and ".join(provider_name(provider) for provider in providers)
