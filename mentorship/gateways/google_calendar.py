"""Google Calendar through its own client. The same code talks to Google and to the sandbox; only addresses differ."""

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from mentorship.domain.calendars import merged
from mentorship.domain.errors import CalendarAccessLost, CalendarRefused, CalendarUnavailable
from mentorship.domain.slots import Interval
from mentorship.gateways.google_oauth import GoogleAddresses
from mentorship.gateways.ports import (
    AccountCalendar,
    BusyAnswer,
    CursorExpired,
    EventChanged,
    EventChanges,
    EventFacts,
    EventGone,
    EventIdTaken,
    EventText,
    WatchedChannel,
)

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
LONGEST_QUERY = timedelta(days=60)
MOST_CALENDARS = 50
PAGE = 2500
SESSION_PROPERTY = "mentorship_session"
_EVENT = "id,etag,status,start,end"
_PASSING = {"rateLimitExceeded", "userRateLimitExceeded", "quotaExceeded", "dailyLimitExceeded"}
_NO_ACCESS = {"insufficientPermissions", "authError", "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}


class GoogleCalendars:
    """Opens accounts. Where Google announces changes is the address of our own route, over https."""

    def __init__(
        self, client_id: str, client_secret: str, push_url: str, addresses: GoogleAddresses, *, retries: int = 2
    ) -> None:
        self._client_id, self._client_secret, self._addresses = client_id, client_secret, addresses
        self._push_url, self._retries = push_url, retries

    def open(self, refresh_token: str) -> "GoogleAccount":
        """The account behind a token. Not for several threads: the client mixes up their answers."""
        import google_auth_httplib2
        import httplib2
        from google.oauth2.credentials import Credentials
        from googleapiclient.discovery import build

        credentials = Credentials(  # type: ignore[no-untyped-call]
            token=None,
            refresh_token=refresh_token,
            token_uri=self._addresses.token,
            client_id=self._client_id,
            client_secret=self._client_secret,
        )
        proxy = {"proxy_info": None} if self._addresses.is_here else {}
        http = google_auth_httplib2.AuthorizedHttp(credentials, http=httplib2.Http(timeout=TIMEOUT_SECONDS, **proxy))
        service = build(
            "calendar",
            "v3",
            http=http,
            static_discovery=True,
            cache_discovery=False,
            client_options={"api_endpoint": self._addresses.api},
        )
        return GoogleAccount(service, self._push_url, self._retries)


class GoogleAccount:
    """One person's account, for one piece of work."""

    def __init__(self, service: Any, push_url: str, retries: int) -> None:
        self._service, self._push_url, self._retries = service, push_url, retries

    def calendars(self) -> Sequence[AccountCalendar]:
        """Every calendar in the account's list; ours to write are those it owns."""
        asked = self._service.calendarList()
        request = asked.list(
            maxResults=250, fields="nextPageToken,items(id,summary,summaryOverride,primary,accessRole)"
        )
        found: list[AccountCalendar] = []
        while request is not None:
            answer = self._execute(request)
            for item in answer.get("items", []):
                name = item.get("summaryOverride") or item.get("summary") or item["id"]
                is_owner = item.get("accessRole") == "owner"
                found.append(AccountCalendar(item["id"], name[:255], bool(item.get("primary")), is_owner))
            request = asked.list_next(request, answer)
        return found

    def busy(self, calendar_ids: Sequence[str], period: Interval) -> Mapping[str, BusyAnswer]:
        """Each calendar's busy blocks in a period, or why it cannot be read."""
        blocks: dict[str, list[Interval]] = {name: [] for name in calendar_ids}
        problems: dict[str, str] = {}
        for first in range(0, len(calendar_ids), MOST_CALENDARS):
            group = calendar_ids[first : first + MOST_CALENDARS]
            for part in _parts(period):
                body = {
                    "timeMin": part.start.isoformat(),
                    "timeMax": part.end.isoformat(),
                    "items": [{"id": name} for name in group],
                }
                answer = self._execute(self._service.freebusy().query(body=body)).get("calendars", {})
                for name in group:
                    entry = answer.get(name, {"errors": [{"reason": "missing"}]})
                    if entry.get("errors"):
                        problems[name] = str(entry["errors"][0].get("reason", "unknown"))
                    blocks[name] += [Interval(_instant(b["start"]), _instant(b["end"])) for b in entry.get("busy", [])]
        return {
            name: BusyAnswer([], problems[name]) if name in problems else BusyAnswer(merged(blocks[name]))
            for name in calendar_ids
        }

    def insert(self, calendar_id: str, event_id: str, period: Interval, text: EventText) -> EventFacts:
        """Write a new event; the id makes that happen once."""
        body = {
            "id": event_id,
            "summary": text.title,
            "description": text.description,
            "extendedProperties": {"private": {SESSION_PROPERTY: str(text.session_id)}},
            **_times(period),
        }
        request = self._service.events().insert(calendarId=calendar_id, body=body, sendUpdates="none", fields=_EVENT)
        return _facts(self._execute(request))

    def get(self, calendar_id: str, event_id: str) -> EventFacts:
        """The event as it is now; a deleted one says so."""
        return _facts(
            self._execute(self._service.events().get(calendarId=calendar_id, eventId=event_id, fields=_EVENT))
        )

    def move(self, calendar_id: str, event_id: str, period: Interval, *, etag: str) -> EventFacts:
        """Give the event another time, if it is still the one with this etag."""
        # A patch keeps what it does not name: without the nulls an event of whole days would keep its dates.
        body = {name: time | {"date": None} for name, time in _times(period).items()}
        request = self._service.events().patch(
            calendarId=calendar_id, eventId=event_id, body=body, sendUpdates="none", fields=_EVENT
        )
        request.headers["If-Match"] = etag
        moved = _facts(self._execute(request))
        if moved.is_deleted:
            raise EventGone()
        return moved

    def delete(self, calendar_id: str, event_id: str) -> None:
        """Delete the event; one that is not there is deleted."""
        try:
            self._execute(self._service.events().delete(calendarId=calendar_id, eventId=event_id, sendUpdates="none"))
        except EventGone:
            return

    def changes(self, calendar_id: str, cursor: str, *, since: datetime) -> EventChanges:
        """Events that changed since the cursor; without one, those that end after ``since``."""
        asked = self._service.events()
        fields = f"nextPageToken,nextSyncToken,items({_EVENT})"
        start = {"syncToken": cursor} if cursor else {"timeMin": since.isoformat()}
        request = asked.list(calendarId=calendar_id, maxResults=PAGE, fields=fields, **start)
        found: list[EventFacts] = []
        answer: dict[str, Any] = {}
        while request is not None:
            answer = self._execute(request)
            found += [_facts(item) for item in answer.get("items", [])]
            request = asked.list_next(request, answer)
        return EventChanges(found, str(answer.get("nextSyncToken", "")))

    def watch(self, calendar_id: str, channel_id: UUID, token: str, expires_at: datetime) -> WatchedChannel | None:
        """Have changes announced; None where Google cannot, as for a calendar of somebody else."""
        if not self._push_url:
            return None
        body = {
            "id": str(channel_id),
            "type": "web_hook",
            "address": self._push_url,
            "token": token,
            "expiration": str(int(expires_at.timestamp() * 1000)),
        }
        try:
            answer = self._execute(self._service.events().watch(calendarId=calendar_id, body=body))
        except (CalendarRefused, EventGone) as error:
            log.info("changes of a calendar are not announced: %s", error)
            return None
        ends = datetime.fromtimestamp(int(answer["expiration"]) / 1000, UTC)
        return WatchedChannel(str(answer["resourceId"]), min(ends, expires_at))

    def unwatch(self, channel_id: UUID, resource_id: str) -> None:
        """End a channel; one that has ended is ended."""
        body = {"id": str(channel_id), "resourceId": resource_id}
        try:
            self._execute(self._service.channels().stop(body=body))
        except (CalendarRefused, EventGone):
            return

    def _execute(self, request: Any) -> Any:
        with _errors():
            return request.execute(num_retries=self._retries)


@contextmanager
def _errors() -> Iterator[None]:
    """Turn everything that can go wrong into the port's words."""
    import httplib2
    from google.auth.exceptions import RefreshError, TransportError
    from googleapiclient.errors import HttpError

    try:
        yield
    except HttpError as error:
        raise _refusal(int(error.resp.status), error.content) from error
    except RefreshError as error:
        answer = error.args[1] if len(error.args) > 1 and isinstance(error.args[1], dict) else {}
        if answer.get("error") == "invalid_grant":
            raise CalendarAccessLost() from error
        log.error("Google gives out no access: %s", answer.get("error", "no reason"))
        raise CalendarUnavailable() from error
    except (TransportError, httplib2.HttpLib2Error, OSError) as error:
        raise CalendarUnavailable() from error


def _refusal(status: int, content: bytes) -> Exception:
    reason = _reason(content)
    if status == 429 or status >= 500 or reason in _PASSING:
        return CalendarUnavailable()
    if status == 401 or reason in _NO_ACCESS:
        return CalendarAccessLost()
    known: dict[int, type[Exception]] = {404: EventGone, 409: EventIdTaken, 410: EventGone, 412: EventChanged}
    if status == 410 and reason in ("fullSyncRequired", "updatedMinTooLongAgo"):
        return CursorExpired()
    return known[status]() if status in known else CalendarRefused(f"Google Calendar refused this: {reason}.")


def _reason(content: bytes) -> str:
    try:
        error = json.loads(content)["error"]
        return str(error["errors"][0]["reason"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "unknown"


def _parts(period: Interval) -> Iterator[Interval]:
    start = period.start
    while start < period.end:
        end = min(start + LONGEST_QUERY, period.end)
        yield Interval(start, end)
        start = end


def _times(period: Interval) -> dict[str, dict[str, Any]]:
    return {
        "start": {"dateTime": period.start.isoformat(), "timeZone": "UTC"},
        "end": {"dateTime": period.end.isoformat(), "timeZone": "UTC"},
    }


def _facts(item: dict[str, Any]) -> EventFacts:
    is_deleted = item.get("status") == "cancelled"
    start, end = item.get("start", {}), item.get("end", {})
    starts_at = ends_at = None
    if "dateTime" in start and "dateTime" in end and not is_deleted:
        starts_at, ends_at = _instant(start["dateTime"]), _instant(end["dateTime"])
    elif "date" in start and not is_deleted:
        starts_at = datetime.fromisoformat(start["date"]).replace(tzinfo=UTC)
    return EventFacts(item["id"], str(item.get("etag", "")), starts_at, ends_at, is_deleted)


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)
