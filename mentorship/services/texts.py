"""How amounts and instants are printed for people. Babel only prints; it never computes."""

from copy import copy
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from babel import Locale, UnknownLocaleError
from babel.dates import format_date, format_datetime

from mentorship.domain.money import Money, decimals
from mentorship.schemas.catalog import Amount

LOCALE = "en"
_PROVIDERS = {"stripe": "Stripe", "paypal": "PayPal"}
LONGEST_HEADER = 200
ARRIVES = "How long it takes to show on the account depends on the bank; usually a few days."


def amount(money: Money, locale: str = LOCALE) -> Amount:
    """An amount with its printed form in a reader's locale, as "€480.00" or "480,00 €", with all of its decimals."""
    places = decimals(money.currency)
    pattern = copy(Locale.parse(locale).currency_formats["standard"])
    pattern.frac_prec = (places, places)
    text = pattern.apply(money.decimal, locale, currency=money.currency, currency_digits=False)
    return Amount(money.minor, money.currency, text)


@lru_cache(maxsize=512)
def reader_locale(accept_language: str) -> str:
    """The first locale of a browser's ``Accept-Language`` that we can print amounts for; "en" where there is none."""
    wanted = []
    for place, part in enumerate(accept_language[:LONGEST_HEADER].split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            wanted.append((-float(weight or 1), place, str(Locale.parse(tag.strip(), sep="-"))))
        except (ValueError, UnknownLocaleError, TypeError):
            continue
    return min(wanted)[2] if wanted else LOCALE


def when(instant: datetime, zone: str) -> str:
    """An instant in a person's zone, with weekday and zone named: "Tue 24 Nov 2026, 18:00 (Europe/London)"."""
    local = instant.astimezone(ZoneInfo(zone))
    return f"{format_datetime(local, 'EEE d MMM yyyy, HH:mm', locale=LOCALE)} ({zone})"


def day(instant: datetime, zone: str) -> str:
    """The date of an instant in a person's zone: "24 November 2026"."""
    return format_date(instant.astimezone(ZoneInfo(zone)).date(), "d MMMM yyyy", locale=LOCALE)


def provider_name(name: str) -> str:
    """A provider's name as it writes itself."""
    return _PROVIDERS.get(name, name.capitalize())
