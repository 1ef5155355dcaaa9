"""What a mentor's plan must be; each refusal says what to do."""

from dataclasses import asdict
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from mentorship.domain.errors import InvalidInput
from mentorship.schemas.hours import BookingRules, HoursPlan
from mentorship.services.arguments import ZONES

FURTHEST = timedelta(days=3 * 366)
MOST_INTERVALS = 10
"""On one day."""

MOST_DATES = 400
_LONGEST_NAME = 120
_DAY_MINUTES = 24 * 60
_RANGES = {
    "buffer_minutes": (0, 60, "The buffer is between 0 and 60 minutes."),
    "minimum_notice_minutes": (0, 30 * _DAY_MINUTES, "The booking notice is between 0 hours and 30 days."),
    "horizon_minutes": (_DAY_MINUTES, 180 * _DAY_MINUTES, "The horizon is between 1 and 180 days."),
    "change_notice_minutes": (0, 30 * _DAY_MINUTES, "The notice for changes is between 0 hours and 30 days."),
    "sessions_per_day": (1, 48, "A day's cap is between 1 and 48 sessions; leave it empty for none."),
    "sessions_per_week": (1, 200, "A week's cap is between 1 and 200 sessions; leave it empty for none."),
}


def check_plan(plan: HoursPlan, usual: BookingRules, now: datetime) -> None:
    """Refuse a plan that could not be stored, or by which nothing could be booked by mistake.

    Raises:
        InvalidInput: the sentence says what is wrong.
    """
    if plan.time_zone not in ZONES:
        raise InvalidInput("This is not a time zone we know.", fix="Choose one from the list.")
    days = [[(r.start_minute, r.end_minute) for r in plan.rules if r.weekday == day] for day in range(7)]
    days += [list(override.intervals) for override in plan.overrides]
    if any(not 0 <= r.weekday <= 6 for r in plan.rules) or any(map(_is_impossible, days)):
        raise InvalidInput(
            "Each interval begins within its day and ends after its start, at the latest at the end of the next day.",
            fix=f"Correct it or remove it; a day takes at most {MOST_INTERVALS}.",
        )
    _check_dates(plan, now.astimezone(ZoneInfo(plan.time_zone)).date())
    _check_numbers(plan.booking, usual)


def _is_impossible(intervals: list[tuple[int, int]]) -> bool:
    return len(intervals) > MOST_INTERVALS or any(
        not (0 <= start < _DAY_MINUTES and start < end <= 2 * _DAY_MINUTES) for start, end in intervals
    )


def _check_dates(plan: HoursPlan, today: date) -> None:
    if len({o.day for o in plan.overrides}) < len(plan.overrides):
        raise InvalidInput("A date has its own hours once.", fix="Put all of its intervals into one override.")
    if any(h.last_day < h.first_day for h in plan.holidays):
        raise InvalidInput("A holiday ends on its first day or later.", fix="Swap the two days.")
    last_days = [o.day for o in plan.overrides] + [h.last_day for h in plan.holidays]
    if len(last_days) > MOST_DATES or any(day > today + FURTHEST for day in last_days):
        raise InvalidInput(
            "Dates are planned at most three years ahead.", fix=f"Choose an earlier day; {MOST_DATES} dates are kept."
        )
    if any(len(h.name) > _LONGEST_NAME or not h.name.isprintable() for h in plan.holidays):
        raise InvalidInput("A holiday's name is one line.", fix=f"Use at most {_LONGEST_NAME} characters.")


def _check_numbers(booking: BookingRules, usual: BookingRules) -> None:
    own = asdict(booking)
    for name, (least, most, sentence) in _RANGES.items():
        if own[name] is not None and not least <= own[name] <= most:
            raise InvalidInput(sentence, fix="Choose a number in that range.")
    notice, horizon = (
        getattr(usual, name) if own[name] is None else own[name]
        for name in ("minimum_notice_minutes", "horizon_minutes")
    )
    if notice >= horizon:
        raise InvalidInput(
            "With this notice and horizon nothing could ever be booked.", fix="Let the horizon be longer."
        )
