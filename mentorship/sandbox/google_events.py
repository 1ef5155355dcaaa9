"""Events of the stand-in for Google Calendar: what it takes, how one looks, and what busy means."""

import re
from datetime import UTC, datetime
from typing import Any

from .google_recurrence import check_rule, find, instances
from .google_store import Calendar, GoogleTx, Json
from .google_values import CANCELLED, GoogleError, instant, not_found

_ID = re.compile(r"[a-v0-9]{5,1024}")
_OWN_FIELDS = {
    "kind",
    "etag",
    "id",
    "created",
    "updated",
    "creator",
    "organizer",
    "htmlLink",
    "iCalUID",
    "sequence",
    "recurringEventId",
    "originalStartTime",
}


def insert(tx: GoogleTx, calendar: Calendar, given: Json, now: datetime) -> Json:
    """Store a new event.

    Raises:
        GoogleError: its id is or was taken, or something in it is not valid.
    """
    event_id = given.get("id") or f"sb{tx.next_number('event'):08d}".replace("-", "")
    if not isinstance(event_id, str) or not _ID.fullmatch(event_id):
        raise GoogleError(400, "invalid", "Invalid resource id value.")
    if tx.event(calendar.id, event_id) is not None:
        raise GoogleError(409, "duplicate", "The requested identifier already exists.")
    person = {"email": calendar.account, "self": True}
    fresh = {
        "kind": "calendar#event",
        "id": event_id,
        "status": "confirmed",
        "htmlLink": f"https://www.google.com/calendar/event?eid={event_id}",
        "created": _stamp(now),
        "creator": person,
        "organizer": person if calendar.is_primary else {"email": calendar.id, "displayName": calendar.name},
        "iCalUID": f"{event_id}@google.com",
        "sequence": 0,
        "reminders": {"useDefault": True},
        "eventType": "default",
    }
    return _store(tx, calendar, {**fresh, **_taken(given)}, now)


def change(tx: GoogleTx, calendar: Calendar, event_id: str, given: Json, now: datetime, *, whole: bool) -> Json:
    """Patch an event, or with `whole` replace everything that is the caller's to say.

    Raises:
        GoogleError: there is none, or something in it is not valid.
    """
    old = find(tx, calendar.id, event_id)
    if old is None:
        raise not_found()
    if whole:
        kept = {name: value for name, value in old.items() if name in _OWN_FIELDS | {"eventType", "reminders"}}
        changed = {**kept, "status": "confirmed", **_taken(given)}
    else:
        changed = _merge(old, _taken(given))
    moved = (old.get("start"), old.get("end")) != (changed.get("start"), changed.get("end"))
    return _store(tx, calendar, {**changed, "sequence": old["sequence"] + moved}, now)


def delete(tx: GoogleTx, calendar: Calendar, event_id: str, now: datetime) -> None:
    """Delete an event; its id stays taken. With a recurring one go all its instances.

    Raises:
        GoogleError: there is none, or it is deleted already.
    """
    old = find(tx, calendar.id, event_id)
    if old is None:
        raise not_found()
    if old["status"] == CANCELLED:
        raise GoogleError(410, "deleted", "Resource has been deleted")
    _store(tx, calendar, {**old, "status": CANCELLED}, now)
    for _, event in tx.events(calendar.id):
        if event.get("recurringEventId") == event_id and event["status"] != CANCELLED:
            _store(tx, calendar, {**event, "status": CANCELLED}, now)


def _store(tx: GoogleTx, calendar: Calendar, event: Json, now: datetime) -> Json:
    _check(event)
    number = tx.next_number("change")
    stored = {**event, "etag": f'"{3_000_000_000_000 + number * 2}"', "updated": _stamp(now)}
    tx.put_event(calendar.id, stored, number)
    for channel in tx.channels(calendar.id, int(now.timestamp() * 1000)):
        tx.queue_push(channel.id, "exists")
    return stored


def _taken(given: Json) -> Json:
    return {name: value for name, value in given.items() if name not in _OWN_FIELDS}


def _merge(old: Any, new: Any) -> Any:
    """JSON merge patch: null removes, objects merge, all else replaces."""
    if not (isinstance(old, dict) and isinstance(new, dict)):
        return new
    merged = dict(old)
    for name, value in new.items():
        if value is None:
            merged.pop(name, None)
        else:
            merged[name] = _merge(merged.get(name), value)
    return merged


def _check(event: Json) -> None:
    start, end = event.get("start"), event.get("end")
    if not (isinstance(start, dict) and isinstance(end, dict)) or ("date" in start) != ("date" in end):
        raise GoogleError(400, "required", "Missing or mismatched start and end times.")
    if instant(start) > instant(end):
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    check_rule(event)
    if event["status"] not in ("confirmed", "tentative", CANCELLED):
        raise GoogleError(400, "invalid", "Invalid value for status.")
    if event.get("transparency") not in (None, "opaque", "transparent"):
        raise GoogleError(400, "invalid", "Invalid value for transparency.")


def expanded(tx: GoogleTx, calendar_id: str, found: list[Json], start: datetime, end: datetime) -> list[Json]:
    """Events with the instances within a period in place of each recurring one."""
    single: list[Json] = []
    for event in found:
        if event.get("recurrence") and event["status"] != CANCELLED:
            single += instances(tx, calendar_id, event, start, end)
        elif not event.get("recurrence"):
            single.append(event)
    return single


def busy(tx: GoogleTx, calendar_id: str, start: datetime, end: datetime) -> list[tuple[datetime, datetime]]:
    """When a calendar is busy, merged, within the period; free ("transparent") events do not count."""
    found: list[tuple[datetime, datetime]] = []
    for event in expanded(tx, calendar_id, [event for _, event in tx.events(calendar_id)], start, end):
        begins, ends = instant(event["start"]), instant(event["end"])
        blocks = event["status"] != CANCELLED and event.get("transparency") != "transparent"
        if blocks and begins < end and ends > start and begins < ends:
            found.append((max(begins, start), min(ends, end)))
    merged: list[tuple[datetime, datetime]] = []
    for begins, ends in sorted(found):
        if merged and begins <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(merged[-1][1], ends)
        else:
            merged.append((begins, ends))
    return merged


def zulu(moment: datetime) -> str:
    """An instant as Google writes it in free/busy answers."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"
