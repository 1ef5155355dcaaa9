"""How amounts are printed: in the reader's locale, with every decimal of the currency, computed by nobody else."""

import pytest
from babel.numbers import format_currency
from hypothesis import given
from hypothesis import strategies as st
from support.house import House

from mentorship.domain.money import Money, decimals
from mentorship.services.checkout import my_orders, start_checkout
from mentorship.services.context import Context
from mentorship.services.instructors import list_mentors
from mentorship.services.pricing import quote_price
from mentorship.services.texts import amount, reader_locale

PRINTED = {
    "JPY": {"de": "48.000 ¥", "fr": "48 000 JPY", "en": "¥48,000", "ja": "¥48,000"},
    "KWD": {"de": "48,000 KWD", "fr": "48,000 KWD", "en": "KWD48.000", "ja": "KWD48.000"},
    "USD": {"de": "480,00 $", "fr": "480,00 $US", "en": "$480.00", "ja": "$480.00"},
    "EUR": {"de": "480,00 €", "fr": "480,00 €", "en": "€480.00", "ja": "€480.00"},
}


def plain(text: str) -> str:
    """Without the differences between kinds of space and yen signs."""
    return " ".join(text.replace("\u202f", " ").split()).replace("\uffe5", "¥")


@pytest.mark.parametrize("currency", PRINTED)
@pytest.mark.parametrize("locale", ["de", "fr", "en", "ja"])
def test_each_reader_sees_their_own_form(currency: str, locale: str) -> None:
    printed = amount(Money(48_000, currency), locale)
    assert (printed.minor, printed.currency) == (48_000, currency)
    assert plain(printed.text) == PRINTED[currency][locale]


@given(st.sampled_from(sorted(PRINTED)), st.sampled_from(["de", "fr", "en", "ja"]), st.integers(-(10**12), 10**12))
def test_it_is_what_babel_prints_where_babel_knows_the_decimals(currency: str, locale: str, minor: int) -> None:
    money = Money(minor, currency)
    assert amount(money, locale).text == format_currency(money.decimal, currency, locale=locale)


@pytest.mark.parametrize(("currency", "text"), [("IQD", "IQD1.005"), ("MGA", "MGA10.05"), ("RSD", "RSD10.05")])
def test_no_decimal_is_lost_where_babel_prints_none(currency: str, text: str) -> None:
    assert plain(amount(Money(1_005, currency)).text).replace(" ", "") == text
    assert decimals(currency) in (2, 3)


@pytest.mark.parametrize(
    ("header", "locale"),
    [
        ("de-DE,de;q=0.9,en;q=0.8", "de_DE"),
        ("xx-YY, fr;q=0.4, ja;q=0.7", "ja"),
        ("en-GB", "en_GB"),
        ("*", "en"),
        ("", "en"),
        ("de;q=x", "en"),
        ("../../etc/passwd", "en"),
        (",".join(["zz"] * 5000), "en"),
    ],
)
def test_the_browser_says_which(header: str, locale: str) -> None:
    assert reader_locale(header) == locale


def test_every_price_a_reader_meets_is_in_their_locale(house: House) -> None:
    student, mentor = house.student(), house.mentor()

    def german() -> Context:
        return house.deps.context(student.actor, "de_DE")

    start_checkout(german(), product_id=mentor.product_id)
    (card,) = list_mentors(german())
    quote = quote_price(german(), product_id=mentor.product_id)
    (order,) = my_orders(german())
    assert card.offer is not None
    for shown in (card.offer.price, quote.total, order.amount):
        assert shown.text == "480,00\xa0€"
    assert my_orders(house.ctx(student))[0].amount.text == "€480.00"
