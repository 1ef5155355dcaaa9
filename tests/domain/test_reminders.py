"""Reminders: each lead once, and never two at a time."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.policy import Policy
from mentorship.domain.reminders import due_session_reminder, reached_lead, renewal_due

STARTS = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LEADS = Policy().session_reminders
DAY, HOUR, TEN = LEADS


@pytest.mark.parametrize(
    ("before", "reached"),
    [
        (DAY + timedelta(seconds=1), None),
        (DAY, DAY),
        (HOUR + timedelta(seconds=1), DAY),
        (HOUR, HOUR),
        (TEN, TEN),
        (timedelta(seconds=1), TEN),
        (timedelta(0), None),
        (-HOUR, None),
    ],
)
def test_the_tightest_lead_that_has_come(before: timedelta, reached: timedelta | None) -> None:
    assert reached_lead(STARTS, LEADS, STARTS - before) == reached


@given(st.lists(st.integers(-60, 3 * 24 * 60), max_size=20, unique=True).map(lambda found: sorted(found, reverse=True)))
def test_sweeps_at_any_moments_send_each_reminder_once_and_in_order(minutes_before: list[int]) -> None:
    sent: list[timedelta] = []
    for minutes in minutes_before:
        now = STARTS - timedelta(minutes=minutes)
        last = sent[-1] if sent else None
        if (lead := due_session_reminder(STARTS, last, LEADS, now)) is not None:
            assert timedelta(0) < STARTS - now <= lead
            sent.append(lead)
        assert due_session_reminder(STARTS, sent[-1] if sent else None, LEADS, now) is None
    assert sent == sorted(set(sent), reverse=True)


def test_every_minute_sends_all_three() -> None:
    sent: list[timedelta] = []
    for minutes in range(25 * 60, -1, -1):
        lead = due_session_reminder(STARTS, sent[-1] if sent else None, LEADS, STARTS - timedelta(minutes=minutes))
        sent += [lead] if lead else []
    assert sent == list(LEADS)


@pytest.mark.parametrize(("left", "due"), [(0, True), (1, True), (2, False), (4, False)])
def test_a_renewal_is_suggested_with_one_and_with_none_left(left: int, due: bool) -> None:
    assert renewal_due(left) is due
