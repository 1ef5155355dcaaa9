"""How amounts and instants are printed for people. Babel only prints; it never computes."""

from datetime import datetime
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from babel.numbers import format_currency

from mentorship.domain.money import Money
from mentorship.schemas.catalog import Amount

LOCALE = "en"
ARRIVES = "How long it takes to show on the account depends on the bank; usually a few days."


def amount(money: Money) -> Amount:
    """An amount with its printed form, as "€480.00"."""
    text = format_currency(money.decimal, money.currency, locale=LOCALE)
    return Amount(money.minor, money.currency, text)


def when(instant: datetime, zone: str) -> str:
    """An instant in a person's zone, with weekday and zone named: "Tue 24 Nov 2026, 18:00 (Europe/London)"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM yyyy, HH:mm', locale=LOCALE)} ({zone})"
