"""One pack's ledger, as a statement."""

import reflex as rx

from mentorship.domain.actors import Access
from mentorship.domain.errors import InvalidInput, NotFound
from mentorship.schemas.packs import LedgerEntry
from mentorship.schemas.pages import LedgerLine, PackFace
from mentorship.services.packs import my_packs, pack_statement
from mentorship.services.seats import student_topic
from mentorship.state import times
from mentorship.state.auth import reader_zone
from mentorship.state.calls import call, handler, last_part, me
from mentorship.state.faces import pack_face
from mentorship.state.live import watchers

_WHAT = {
    "grant": "Credits granted",
    "reserve": "Session booked",
    "return": "Credit returned",
    "consume": "Credit used",
    "restore": "Credit restored",
    "expire": "Credits expired",
    "refund": "Credits refunded",
    "freeze": "Credits frozen",
    "thaw": "Credits thawed",
}


class Pack(rx.State):
    """The pack in the page's address, as its owner may see it."""

    pack: PackFace | None = None
    lines: list[LedgerLine] = []
    receipt: str = ""
    shown: str = ""
    missing: bool = False

    @handler(Access.SIGNED_IN)
    async def load(self) -> None:
        """Read the statement, and again whenever something of its student's changes."""
        try:
            statement = await call(pack_statement, pack_id=last_part(self))
        except (NotFound, InvalidInput):
            watchers.watch(self, Pack.load)
            async with self:
                self.pack, self.lines, self.missing = None, [], True
            return
        watchers.watch(self, Pack.load, student_topic(statement.pack.student_id))
        zone = await reader_zone(self)
        known, seat = me(), None
        if known and known.user_id == statement.pack.student_id:
            holdings = await call(my_packs)
            seat = next((s for s in holdings.seats if s.mentor_id == statement.pack.mentor_id), None)
        async with self:
            self.pack, self.missing = pack_face(statement.pack, seat, zone), False
            self.receipt = statement.receipt
            self.lines = [_line(number, e, zone) for number, e in enumerate(statement.entries)][::-1]


def _line(number: int, entry: LedgerEntry, zone: str) -> LedgerLine:
    about = f"For the session on {times.moment(entry.session_starts_at, zone)}" if entry.session_starts_at else ""
    change = f"{entry.change:+d}".replace("-", "−") if entry.change else "0"
    return LedgerLine(
        id=str(number),
        when=times.moment(entry.at, zone),
        what=_WHAT[entry.entry],
        why=". ".join(part for part in (about, entry.reason) if part),
        change=change,
        balance=str(entry.balance),
    )
