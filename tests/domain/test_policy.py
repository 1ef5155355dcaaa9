"""The policy numbers, and a mentor's own in their place."""

from dataclasses import asdict, fields
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.policy import MentorOverrides, Policy, hours_text

LENGTHS = st.one_of(st.none(), st.timedeltas(timedelta(0), timedelta(days=90)))


def test_the_numbers_of_the_product() -> None:
    policy = Policy()
    assert policy.checkout_hold == timedelta(minutes=31)
    assert policy.grace == timedelta(hours=72)
    assert policy.final_warning == timedelta(hours=12)
    assert policy.waitlist_offer == timedelta(hours=24)
    assert policy.change_notice == policy.minimum_notice == timedelta(hours=24)
    assert policy.max_reschedules == 2
    assert policy.horizon == timedelta(days=60)
    assert policy.buffer == timedelta(minutes=10)


@given(st.builds(MentorOverrides, LENGTHS, LENGTHS, LENGTHS, LENGTHS, LENGTHS))
def test_an_override_replaces_its_number_and_no_other(overrides: MentorOverrides) -> None:
    own = Policy().for_mentor(overrides)
    for field in fields(Policy):
        set_to = asdict(overrides).get(field.name)
        assert getattr(own, field.name) == (getattr(Policy(), field.name) if set_to is None else set_to)


def test_an_override_of_nothing_at_all_counts() -> None:
    assert Policy().for_mentor(MentorOverrides(buffer=timedelta(0))).buffer == timedelta(0)


@pytest.mark.parametrize(
    ("length", "text"),
    [
        (timedelta(hours=72), "72 hours"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=31), "31 minutes"),
        (timedelta(minutes=90), "90 minutes"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(0), "0 minutes"),
    ],
)
def test_lengths_as_people_say_them(length: timedelta, text: str) -> None:
    assert hours_text(length) == text
