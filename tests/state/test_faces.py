"""The texts and shapes that pages are given."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.orders import OrderStatus
from mentorship.schemas.catalog import Amount, SeatAvailability
from mentorship.schemas.checkout import OrderView
from mentorship.schemas.packs import PackView
from mentorship.schemas.waitlist import WaitlistPlace
from mentorship.state import month, times
from mentorship.state.auth import _local
from mentorship.state.faces import order_face, pack_face, seat_row
from mentorship.state.waitlist_faces import place_face

NOW = datetime(2026, 3, 27, 23, 30, tzinfo=UTC)
ZONES = st.sampled_from(["UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Pacific/Apia", "Asia/Kolkata"])
INSTANTS = st.datetimes(datetime(2025, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))
COUNTS = st.integers(0, 12)


@given(st.integers(0, 30), st.integers(0, 40), st.booleans())
def test_seats_are_dots_and_a_sentence(total: int, taken: int, mine: bool) -> None:
    row = seat_row(SeatAvailability(uuid4(), total, taken, max(total - taken, 0)), mine=mine)
    assert len(row.dots) == min(total, 24)
    assert row.sold_out == (taken >= total)
    assert row.dots.count("mine") == (1 if mine and total else 0)
    assert row.label == ("Sold out" if row.sold_out else f"{total - taken} of {total} seats left")


@given(st.integers(0, 10), st.integers(0, 10), st.integers(0, 10), st.booleans())
def test_a_free_seat_that_somebody_waits_for_is_not_shown_as_free(
    total: int, taken: int, waiting: int, invite: bool
) -> None:
    left = max(total - taken - waiting, 0)
    row = seat_row(SeatAvailability(uuid4(), total, taken, left, waiting), invite=invite)
    assert row.dots.count("free") == left
    assert row.sold_out == (left == 0)
    assert ("join the waitlist" in row.label) == (invite and row.sold_out)
    assert row.waiting.partition(" ")[0] == (str(waiting) if waiting else "")


def place(number: int, offer_expires_at: datetime | None = None) -> WaitlistPlace:
    return WaitlistPlace(uuid4(), "Grace Mentor", "grace", "/p.svg", number, 3, NOW, False, offer_expires_at)


def test_a_place_says_how_many_are_before_and_an_offer_until_when() -> None:
    assert place_face(place(1), "UTC").headline == "You are next in the waitlist of Grace"
    assert place_face(place(2), "UTC").headline == "You are number 2 of 3 in the waitlist of Grace"
    offer = place_face(place(0, NOW), "Europe/Berlin")
    assert offer.is_offer
    assert "until Sat 28 Mar, 00:30" in offer.headline
    assert offer.until == NOW.isoformat()
    assert "next in line" in offer.consequence


def test_an_order_that_came_too_late_says_that_its_buyer_is_first_in_line() -> None:
    late = order(OrderStatus.REFUNDED, "sold_out")
    assert "first in Grace's waitlist" not in order_face(late, "UTC").text
    assert "first in Grace's waitlist" in order_face(replace(late, is_first_in_line=True), "UTC").text


@given(COUNTS, COUNTS, COUNTS, COUNTS, COUNTS, COUNTS)
def test_a_pack_shows_every_credit_once(
    left: int, reserved: int, consumed: int, expired: int, refunded: int, frozen: int
) -> None:
    granted = left + reserved + consumed + expired + refunded + frozen
    pack = PackView(
        uuid4(), "Pack", uuid4(), uuid4(), "active", 60, granted, left, reserved, consumed, expired, refunded, frozen,
        None, NOW,
    )  # fmt: skip
    face = pack_face(pack, None, "UTC")
    assert len(face.pips) == granted
    assert face.pips.count("available") == left
    assert face.pips.count("booked") == reserved
    assert face.renew_label == ""


def order(status: OrderStatus, refund: str = "", *, provider: str = "stripe", declined: bool = False) -> OrderView:
    money = Amount(48_000, "EUR", "€480.00")
    hosted_url = "https://provider.example/pay" if status.is_open else None
    return OrderView(
        uuid4(), status.value, uuid4(), "Grace Mentor", "grace", "Four sessions", 4, money, money,
        Amount(0, "EUR", "€0.00"), "", "", NOW, None, None, None,
        money if refund else None, refund, hosted_url, uuid4(), provider, declined,
    )  # fmt: skip


@pytest.mark.parametrize("status", OrderStatus)
def test_every_state_of_an_order_has_words(status: OrderStatus) -> None:
    face = order_face(order(status, "requested" if "refunded" in status else ""), "Europe/Berlin")
    assert face.status
    assert face.text.endswith(".")
    assert face.when == "Sat 28 Mar, 00:30"


@pytest.mark.parametrize(("reason", "said"), [("sold_out", "last seat was taken"), ("duplicate_payment", "paid for")])
def test_a_refund_says_why(reason: str, said: str) -> None:
    face = order_face(order(OrderStatus.REFUNDED, reason), "UTC")
    assert face.phase == "refunded"
    assert said in face.text
    assert "€480.00" in face.text


@pytest.mark.parametrize(("provider", "said"), [("stripe", "card"), ("paypal", "PayPal")])
def test_money_goes_back_the_way_it_came(provider: str, said: str) -> None:
    for reason in ("requested", "sold_out"):
        assert said in order_face(order(OrderStatus.REFUNDED, reason, provider=provider), "UTC").text


def test_a_decline_leads_back_to_the_provider_or_to_another_way() -> None:
    declined = order(OrderStatus.PENDING, provider="paypal", declined=True)
    face = order_face(declined, "UTC")
    assert face.phase == "declined"
    assert face.checkout_href == f"/checkout?product={declined.product_id}"
    assert "Nothing was charged" in face.text


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_a_month_is_whole_weeks_with_each_of_its_days_once(day: date) -> None:
    weeks = month.weeks_of(day, month.free_by_day([], day, "UTC"), day)
    days = [d for week in weeks for d in week.days]
    assert [d.column for d in days] == list(range(7)) * len(weeks)
    inside = [date.fromisoformat(d.iso) for d in days if d.in_month]
    assert inside[0] == day.replace(day=1)
    assert inside[-1] + timedelta(days=1) == month.next_month(day)
    assert all(later - earlier == timedelta(days=1) for earlier, later in pairwise(inside))
    assert sum(d.today for d in days) == 1


@given(
    st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    st.sampled_from(["Europe/Berlin", "America/Havana", "Asia/Beirut", "Australia/Lord_Howe", "Pacific/Kiritimati"]),
    st.sets(st.integers(-2000, 2000), max_size=60),
)
def test_free_times_are_counted_on_the_day_they_fall_on_in_the_readers_zone(
    day: date, zone: str, half_hours: set[int]
) -> None:
    noon = int(datetime.combine(day, time(12), UTC).timestamp())
    starts = tuple(sorted(noon + n * 1800 for n in half_hours))
    falls_on = Counter(datetime.fromtimestamp(s, ZoneInfo(zone)).date() for s in starts)
    shown = [d for d in falls_on if d.replace(day=1) == day.replace(day=1)]
    assert +month.free_by_day(starts, day, zone) == {d: falls_on[d] for d in shown}


@given(st.dates(date(2025, 1, 1), date(2030, 12, 31)))
def test_turning_the_month_back_and_forth_ends_where_it_began(day: date) -> None:
    assert month.previous_month(month.next_month(day)) == day.replace(day=1)


@given(INSTANTS, ZONES, ZONES)
def test_the_other_clock_is_shown_exactly_where_it_differs(instant: datetime, zone: str, other: str) -> None:
    said = times.for_other(instant, zone, other, "Sofia Moretti")
    here, there = instant.astimezone(ZoneInfo(zone)), instant.astimezone(ZoneInfo(other))
    if here.replace(tzinfo=None) == there.replace(tzinfo=None):
        assert said == ""
    else:
        assert f"{there:%H:%M} for Sofia ({other})" in said
        assert (times.day(instant, other) in said) == (here.date() != there.date())


@pytest.mark.parametrize("path", ["//evil.example", "/\\evil.example", "https://evil.example", "", "javascript:x"])
def test_signing_in_leads_nowhere_else(path: str) -> None:
    assert _local(path) == ""


def test_signing_in_leads_back() -> None:
    assert _local("/calendar?mentor=sofia") == "/calendar?mentor=sofia"
