"""Recurring events of the stand-in for Google Calendar: a master with a rule, its instances, and what differs of them.

Rules by days and weeks are understood; an instance is an event of its own as soon as it is changed or canceled.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from .google_store import GoogleTx, Json
from .google_values import CANCELLED, GoogleError, instant

MOST_INSTANCES = 730
_DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_INSTANCE = re.compile(r"([a-v0-9]{5,1024})_([0-9]{8}(?:T[0-9]{6}Z)?)")


@dataclass(frozen=True)
class _Rule:
    weeks: bool
    interval: int
    weekdays: frozenset[int]
    count: int
    until: str


def check_rule(event: Json) -> None:
    """Refuse a recurrence that this stand-in does not understand.

    Raises:
        GoogleError: it is not one RRULE by days or weeks. What is left out is deleted as an instance.
    """
    if event.get("recurrence"):
        _rule(event)


def instances(tx: GoogleTx, calendar_id: str, master: Json, start: datetime, end: datetime) -> list[Json]:
    """The instances of a master within a period that are as it says; those that differ are events of their own."""
    changed = {
        instant(event["originalStartTime"])
        for _, event in tx.events(calendar_id)
        if event.get("recurringEventId") == master["id"]
    }
    length = instant(master["end"]) - instant(master["start"])
    found: list[Json] = []
    for original in _starts(master):
        if instant(original) >= end or len(found) == MOST_INSTANCES:
            break
        if instant(original) + length > start and instant(original) not in changed:
            found.append(_instance(master, original))
    return found


def find(tx: GoogleTx, calendar_id: str, event_id: str) -> Json | None:
    """An event by its id, also an instance that is nowhere but in its master's rule."""
    stored = tx.event(calendar_id, event_id)
    named = _INSTANCE.fullmatch(event_id)
    if stored is not None or named is None:
        return stored
    master = tx.event(calendar_id, named[1])
    if master is None or not master.get("recurrence") or master["status"] == CANCELLED:
        return None
    for number, original in enumerate(_starts(master)):
        if _suffix(original) == named[2]:
            return _instance(master, original)
        if number > MOST_INSTANCES:
            break
    return None


def _instance(master: Json, original: Json) -> Json:
    kept = {name: value for name, value in master.items() if name != "recurrence"}
    length = instant(master["end"]) - instant(master["start"])
    suffix = _suffix(original)
    return kept | {
        "id": f"{master['id']}_{suffix}",
        "recurringEventId": master["id"],
        "originalStartTime": original,
        "start": original,
        "end": _later(original, length),
    }


def _suffix(start: Json) -> str:
    if "date" in start:
        return str(start["date"]).replace("-", "")
    return instant(start).strftime("%Y%m%dT%H%M%SZ")


def _later(start: Json, length: timedelta) -> Json:
    if "date" in start:
        return {"date": (date.fromisoformat(start["date"]) + length).isoformat()}
    zone = ZoneInfo(start["timeZone"])
    return {"dateTime": (instant(start) + length).astimezone(zone).isoformat(), "timeZone": start["timeZone"]}


def _starts(master: Json) -> Iterator[Json]:
    """When the instances start, in order: the wall-clock time of the master's zone stays the same."""
    rule, first = _rule(master), master["start"]
    if "date" in first:
        local, zone = datetime.fromisoformat(first["date"]), None
    else:
        zone = ZoneInfo(first.get("timeZone") or "UTC")
        local = instant(first).astimezone(zone).replace(tzinfo=None)
    monday, made = local - timedelta(days=local.weekday()), 0
    weekdays = rule.weekdays or frozenset({local.weekday()})
    day = local
    while rule.count == 0 or made < rule.count:
        if day.year > min(local.year + 50, 9_998):
            return
        number = (day - monday).days // 7 if rule.weeks else (day - local).days
        if number % rule.interval == 0 and (not rule.weeks or day.weekday() in weekdays):
            start: Json = {"date": day.date().isoformat()}
            if zone is not None:
                start = {"dateTime": day.replace(tzinfo=zone).isoformat(), "timeZone": zone.key}
            if rule.until and _suffix(start)[: len(rule.until)] > rule.until:
                return
            made += 1
            yield start
        day += timedelta(days=1)


def _rule(master: Json) -> _Rule:
    given = master["recurrence"]
    lines = given if isinstance(given, list) else []
    if len(lines) != 1 or not isinstance(lines[0], str) or not lines[0].startswith("RRULE:"):
        raise GoogleError(400, "invalid", "This stand-in takes one RRULE.")
    parts = dict(part.partition("=")[::2] for part in lines[0].removeprefix("RRULE:").split(";"))
    days = [day for day in parts.pop("BYDAY", "").split(",") if day]
    frequency, count, interval = parts.pop("FREQ", ""), parts.pop("COUNT", "0"), parts.pop("INTERVAL", "1")
    until = parts.pop("UNTIL", "")
    known = frequency in ("DAILY", "WEEKLY") and set(days) <= set(_DAYS) and not (days and frequency == "DAILY")
    numbers = all(re.fullmatch(r"[0-9]{1,4}", text) for text in (count, interval)) and int(interval) > 0
    if parts or not known or not numbers or not re.fullmatch(r"|[0-9]{8}(T[0-9]{6}Z)?", until):
        raise GoogleError(400, "invalid", "This stand-in repeats by days and weeks only.")
    weekdays = frozenset(_DAYS.index(day) for day in days)
    return _Rule(frequency == "WEEKLY", int(interval), weekdays, int(count), until)
