"""What a mentor has earned, month by month."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from mentorship.db.models import Mentor
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.errors import NotFound
from mentorship.domain.money import Money, decimals
from mentorship.domain.sheets import csv_line
from mentorship.schemas.accounting import Earnings, MonthEarnings
from mentorship.schemas.catalog import Amount
from mentorship.services.context import Context
from mentorship.services.seats import require_mentor
from mentorship.services.texts import amount
from mentorship.services.use_case import use_case

MONTHS = 12
_COLUMNS = ("month", "currency", "orders", "gross", "discounts", "fees", "payments with unknown fee", "refunds", "net")


@dataclass(slots=True)
class _Sums:
    orders: int = 0
    gross: int = 0
    discounts: int = 0
    fees: int = 0
    unknown_fees: int = 0
    refunds: int = 0


@use_case(Access.MENTOR)
def mentor_earnings(ctx: Context) -> Earnings:
    """The calling mentor's last twelve months, this one included, by month of the mentor's zone and by currency.

    Raises:
        NotFound: the caller has the role, but no mentor's page yet.
    """
    if ctx.actor.mentor_id is None:
        raise NotFound("You have no mentor's page yet.")
    with ctx.begin(read_only=True) as uow:
        mentor = require_mentor(uow, ctx.actor.mentor_id)
        sums = _sum_up(ctx, uow, mentor)
    months = [_month(ctx, month, currency, sums[month, currency]) for month, currency in sorted(sums)]
    return Earnings(mentor.time_zone, sorted(months, key=lambda m: m.month, reverse=True))


def _sum_up(ctx: Context, uow: UnitOfWork, mentor: Mentor) -> dict[tuple[str, str], _Sums]:
    zone = ZoneInfo(mentor.time_zone)
    since = _first_instant(ctx.now, zone)
    sums: defaultdict[tuple[str, str], _Sums] = defaultdict(_Sums)
    for order in uow.accounts.orders_of_mentor(mentor.id, since):
        month = sums[_month_of(order.paid_at or order.created_at, zone), order.currency]
        month.orders += 1
        month.gross += order.original_minor
        month.discounts += order.original_minor - order.amount_minor
    for payment in uow.accounts.payments_of_mentor(mentor.id, since):
        month = sums[_month_of(payment.paid_at, zone), payment.currency]
        month.fees += payment.fee_minor or 0
        month.unknown_fees += payment.fee_minor is None
    for refund in uow.accounts.refunds_of_mentor(mentor.id, since):
        sums[_month_of(refund.settled_at or refund.created_at, zone), refund.currency].refunds += refund.amount_minor
    return sums


def _first_instant(now: datetime, zone: ZoneInfo) -> datetime:
    """When the oldest month that is shown began."""
    local = now.astimezone(zone)
    months = local.year * 12 + local.month - MONTHS
    return datetime(months // 12, months % 12 + 1, 1, tzinfo=zone)


def _month_of(instant: datetime, zone: ZoneInfo) -> str:
    return f"{instant.astimezone(zone):%Y-%m}"


def _month(ctx: Context, month: str, currency: str, sums: _Sums) -> MonthEarnings:
    def text(minor: int) -> Amount:
        return amount(Money(minor, currency), ctx.locale)

    return MonthEarnings(
        month=month,
        currency=currency,
        gross=text(sums.gross),
        discounts=text(sums.discounts),
        fees=text(sums.fees),
        unknown_fees=sums.unknown_fees,
        refunds=text(sums.refunds),
        net=text(sums.gross - sums.discounts - sums.fees - sums.refunds),
        orders=sums.orders,
    )


@use_case(Access.MENTOR)
def export_earnings(ctx: Context) -> Iterator[str]:
    """:func:`mentor_earnings` as lines of comma-separated values, amounts as plain decimals.

    Raises:
        NotFound: the caller has the role, but no mentor's page yet.
    """
    return _lines(mentor_earnings(ctx))


def _lines(earnings: Earnings) -> Iterator[str]:
    yield csv_line(_COLUMNS)
    for month in earnings.months:
        yield csv_line(
            [
                month.month,
                month.currency,
                str(month.orders),
                plain(month.gross),
                plain(month.discounts),
                plain(month.fees),
                str(month.unknown_fees),
                plain(month.refunds),
                plain(month.net),
            ]
        )


def plain(shown: Amount) -> str:
    """An amount as spreadsheets read it: "-12.50"."""
    return f"{Money(shown.minor, shown.currency).decimal:.{decimals(shown.currency)}f}"
