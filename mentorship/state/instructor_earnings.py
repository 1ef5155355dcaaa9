"""A mentor's earnings, month by month."""

from datetime import date
from typing import Any

import reflex as rx
from babel.dates import format_date

from mentorship.domain.actors import Access
from mentorship.domain.errors import DomainError
from mentorship.schemas.accounting import MonthEarnings
from mentorship.schemas.price_faces import EarningsLine
from mentorship.services.earnings import mentor_earnings
from mentorship.services.seats import mentor_topic
from mentorship.state.calls import call, handler, me
from mentorship.state.desk_faces import count
from mentorship.state.live import watchers
from mentorship.state.times import LOCALE


class InstructorEarnings(rx.State):
    """The calling mentor's last twelve months."""

    ready: bool = False
    problem: str = ""
    zone: str = ""
    months: list[EarningsLine] = []

    @handler(Access.MENTOR)
    async def load(self) -> Any:
        """Read the months, and read them again whenever something of this mentor changes."""
        reader = me()
        if reader is not None and reader.mentor_id is not None:
            watchers.watch(self, InstructorEarnings.load, mentor_topic(reader.mentor_id))
        try:
            earnings = await call(mentor_earnings)
        except DomainError as refusal:
            async with self:
                self.problem, self.ready = str(refusal), True
            return
        async with self:
            self.zone = earnings.zone
            self.months = [_line(month) for month in earnings.months]
            self.problem, self.ready = "", True


def _line(month: MonthEarnings) -> EarningsLine:
    first = date.fromisoformat(f"{month.month}-01")
    known = month.orders == 0 or month.unknown_fees == 0 or month.fees.minor > 0
    note = f"not known for {count(month.unknown_fees, 'payment')}" if month.unknown_fees else ""
    return EarningsLine(
        id=f"{month.month}-{month.currency}",
        month=format_date(first, "MMMM yyyy", locale=LOCALE),
        orders=count(month.orders, "order"),
        gross=month.gross.text,
        discounts=_less(month.discounts.minor, month.discounts.text),
        fees=_less(month.fees.minor, month.fees.text) if known else "",
        fees_note=note,
        refunds=_less(month.refunds.minor, month.refunds.text),
        net=month.net.text,
    )


def _less(minor: int, text: str) -> str:
    """An amount that is taken off."""
    return f"−{text}" if minor else text
