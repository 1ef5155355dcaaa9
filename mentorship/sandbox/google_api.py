"""Google Calendar's API, version 3: the part the app uses, with Google's errors, etags, sync tokens and channels."""

import base64
import binascii
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit
from uuid import uuid4

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from . import google_events as events
from .google_fields import only_fields
from .google_oauth import PREFIX
from .google_parts import GoogleParts
from .google_recurrence import find
from .google_store import OWNER, Calendar, Channel, GoogleTx, Json, Token
from .google_values import CANCELLED, GoogleError, instant, not_found
from .parts import TooLargeError, read_body

MAX_BODY = 262_144
SLOW_SECONDS = 12.0
MOST_CALENDARS = 50
LONGEST_CHANNEL_MS = 7 * 86_400_000
INSTANCES_FOR = timedelta(days=365)
_ALWAYS = {"alt", "fields", "key", "prettyPrint", "quotaUser", "userIp", "access_token", "oauth_token", "callback"}
_LIST = {"maxResults", "pageToken", "syncToken", "showDeleted", "timeMin", "timeMax", "singleEvents"}
_NOT_WITH_SYNC_TOKEN = {"timeMin", "timeMax", "orderBy", "q", "iCalUID", "updatedMin", "privateExtendedProperty"}


@dataclass(frozen=True)
class Call:
    """One authorised request."""

    tx: GoogleTx
    token: Token
    query: Mapping[str, str]
    body: Json
    if_match: str
    now: datetime
    address: str

    def owned(self, calendar_id: str) -> Calendar:
        """A calendar that the account owns: only those are within the scope.

        Raises:
            GoogleError: there is none, or it is somebody else's.
        """
        calendar = self.tx.calendar(self.token.account, calendar_id)
        if calendar is None:
            raise not_found()
        if calendar.role != OWNER:
            raise GoogleError(403, "requiredAccessLevel", "You need to have owner access to this calendar.")
        return calendar


Answer = Json | None
Method = Callable[..., Answer]


def api_routes(google: GoogleParts) -> list[Route]:
    """Everything below `/google/calendar/v3`."""
    base = "/google/calendar/v3"
    event = base + "/calendars/{calendar}/events/{event}"
    methods: list[tuple[str, str, str, Method, set[str]]] = [
        ("GET", base + "/users/me/calendarList", "calendar.calendarlist.readonly", _calendars, {"maxResults"}),
        ("POST", base + "/freeBusy", "calendar.freebusy", _freebusy, set()),
        ("POST", base + "/channels/stop", "calendar.events.owned", _stop, set()),
        ("POST", base + "/calendars/{calendar}/events/watch", "calendar.events.owned", _watch, set()),
        ("GET", base + "/calendars/{calendar}/events", "calendar.events.owned", _list, _LIST),
        ("POST", base + "/calendars/{calendar}/events", "calendar.events.owned", _insert, {"sendUpdates"}),
        ("GET", event, "calendar.events.owned", _get, set()),
        ("PATCH", event, "calendar.events.owned", _patch, {"sendUpdates"}),
        ("PUT", event, "calendar.events.owned", _update, {"sendUpdates"}),
        ("DELETE", event, "calendar.events.owned", _delete, {"sendUpdates"}),
    ]
    return [
        Route(path, _endpoint(google, scope, method, known), methods=[verb])
        for verb, path, scope, method, known in methods
    ]


def _endpoint(google: GoogleParts, scope: str, method: Method, known: set[str]) -> Callable[[Request], object]:
    async def endpoint(request: Request) -> Response:
        try:
            raw = await read_body(request, MAX_BODY)
        except TooLargeError:
            return _refuse(GoogleError(413, "uploadTooLarge", "Request is too large."))
        return await run_in_threadpool(answer, request, raw)

    def answer(request: Request, raw: bytes) -> Response:
        try:
            _fail_on_request(google)
            if unknown := set(request.query_params) - known - _ALWAYS:
                raise GoogleError(400, "invalidParameter", f"This stand-in does not know {', '.join(sorted(unknown))}.")
            body = _body(raw)
            with google.store.write() as tx:
                call = Call(
                    tx,
                    _authorise(tx, request.headers.get("authorization", ""), scope),
                    request.query_params,
                    body,
                    request.headers.get("if-match", ""),
                    google.parts.now(),
                    f"{google.parts.public_url}/google/calendar/v3",
                )
                found = method(call, **request.path_params)
        except GoogleError as refusal:
            return _refuse(refusal)
        if found is None:
            return Response(status_code=204)
        headers = {"ETag": found["etag"]} if "etag" in found else {}
        fields = request.query_params.get("fields")
        return JSONResponse(only_fields(found, fields) if fields else found, headers=headers)

    return endpoint


def _fail_on_request(google: GoogleParts) -> None:
    """Do what the tester's buttons ask for."""
    with google.store.write() as tx:
        used = next((kind for kind in ("429", "403", "500", "slow") if tx.use_fault(kind)), None)
    match used:
        case "429":
            raise GoogleError(429, "rateLimitExceeded", "Rate Limit Exceeded")
        case "403":
            raise GoogleError(403, "rateLimitExceeded", "Rate Limit Exceeded")
        case "500":
            raise GoogleError(500, "backendError", "Backend Error")
        case "slow":
            time.sleep(SLOW_SECONDS)


def _authorise(tx: GoogleTx, header: str, scope: str) -> Token:
    token = tx.token(header.removeprefix("Bearer "), "access")
    if token is None:
        raise GoogleError(401, "authError", "Invalid Credentials")
    if PREFIX + scope not in token.scopes:
        raise GoogleError(403, "insufficientPermissions", "Request had insufficient authentication scopes.")
    return token


def _body(raw: bytes) -> Json:
    try:
        body = json.loads(raw) if raw.strip() else {}
    except (ValueError, RecursionError):
        raise GoogleError(400, "parseError", "Parse Error") from None
    if not isinstance(body, dict):
        raise GoogleError(400, "parseError", "Parse Error")
    return body


def _refuse(error: GoogleError) -> Response:
    return JSONResponse(error.body(), error.status)


def _calendars(call: Call) -> Answer:
    items = [
        {
            "kind": "calendar#calendarListEntry",
            "etag": f'"{calendar.position + 1}"',
            "id": calendar.id,
            "summary": calendar.name,
            "timeZone": "UTC",
            "accessRole": calendar.role,
            "selected": True,
        }
        | ({"primary": True} if calendar.is_primary else {})
        for calendar in call.tx.calendars(call.token.account)
    ]
    return {"kind": "calendar#calendarList", "etag": '"1"', "items": items}


def _freebusy(call: Call) -> Answer:
    start, end = _moment(call.body.get("timeMin")), _moment(call.body.get("timeMax"))
    items = call.body.get("items")
    if not isinstance(items, list) or end <= start:
        raise GoogleError(400, "timeRangeEmpty", "The specified time range is empty.")
    if len(items) > MOST_CALENDARS:
        raise GoogleError(400, "invalid", "Too many calendars.")
    found: dict[str, Json] = {}
    for name in [item.get("id") for item in items if isinstance(item, dict)]:
        calendar = call.tx.calendar(call.token.account, str(name))
        if calendar is None:
            found[str(name)] = {"errors": [{"domain": "global", "reason": "notFound"}], "busy": []}
            continue
        periods = events.busy(call.tx, calendar.id, start, end)
        found[str(name)] = {"busy": [{"start": events.zulu(s), "end": events.zulu(e)} for s, e in periods]}
    return {
        "kind": "calendar#freeBusy",
        "timeMin": events.zulu(start),
        "timeMax": events.zulu(end),
        "calendars": found,
    }


def _moment(text: object) -> datetime:
    if not isinstance(text, str):
        raise GoogleError(400, "required", "Required parameter: timeMin and timeMax")
    return instant({"dateTime": text})


def _insert(call: Call, calendar: str) -> Answer:
    return events.insert(call.tx, call.owned(calendar), call.body, call.now)


def _get(call: Call, calendar: str, event: str) -> Answer:
    found = find(call.tx, call.owned(calendar).id, event)
    if found is None:
        raise not_found()
    return found


def _patch(call: Call, calendar: str, event: str) -> Answer:
    _check_etag(call, calendar, event)
    return events.change(call.tx, call.owned(calendar), event, call.body, call.now, whole=False)


def _update(call: Call, calendar: str, event: str) -> Answer:
    _check_etag(call, calendar, event)
    return events.change(call.tx, call.owned(calendar), event, call.body, call.now, whole=True)


def _delete(call: Call, calendar: str, event: str) -> Answer:
    _check_etag(call, calendar, event)
    events.delete(call.tx, call.owned(calendar), event, call.now)
    return None


def _check_etag(call: Call, calendar: str, event: str) -> None:
    found = find(call.tx, call.owned(calendar).id, event)
    if call.if_match not in ("", "*") and found is not None and found["etag"] != call.if_match:
        raise GoogleError(412, "conditionNotMet", "Precondition Failed")


def _list(call: Call, calendar: str) -> Answer:
    own = call.owned(calendar)
    since, offset = 0, _number(call.query.get("pageToken"), 0)
    if token := call.query.get("syncToken"):
        if used := _NOT_WITH_SYNC_TOKEN & set(call.query):
            raise GoogleError(400, "invalid", f"Sync token cannot be used with {', '.join(sorted(used))}.")
        since = _read_token(call.tx, own, token)
    for bound in ("timeMin", "timeMax"):
        if bound in call.query:
            _moment(call.query[bound])
    found = [event for _, event in call.tx.events(own.id, since=since)]
    if call.query.get("singleEvents") == "true":
        found = events.expanded(call.tx, own.id, found, *_bounds(call))
    if not token:
        found = [e for e in found if _is_listed(call, own.id, e)]
    most = min(_number(call.query.get("maxResults"), 250), 2500)
    page = found[offset : offset + most]
    answer: Json = {
        "kind": "calendar#events",
        "etag": f'"p{call.tx.number("change")}"',
        "summary": own.name,
        "updated": events.zulu(call.now),
        "timeZone": "UTC",
        "accessRole": own.role,
        "defaultReminders": [],
        "items": [_listed(event) for event in page],
    }
    if offset + most < len(found):
        return answer | {"nextPageToken": str(offset + most)}
    return answer | {"nextSyncToken": _token(own, call.tx.number("change"))}


def _bounds(call: Call) -> tuple[datetime, datetime]:
    """The period whose instances are listed; without bounds, from now on for as long as anybody plans."""
    earliest, latest = call.query.get("timeMin"), call.query.get("timeMax")
    start = _moment(earliest) if earliest else call.now - INSTANCES_FOR
    return start, _moment(latest) if latest else call.now + INSTANCES_FOR


def _listed(event: Json) -> Json:
    """Deleted events come with little more than their id, and an instance with what it was an instance of."""
    if event["status"] != CANCELLED:
        return event
    kept = ("kind", "etag", "id", "status", "recurringEventId", "originalStartTime")
    return {name: event[name] for name in kept if name in event}


def _is_listed(call: Call, calendar_id: str, event: Json) -> bool:
    if event["status"] == CANCELLED and call.query.get("showDeleted") != "true":
        return False
    earliest, latest = call.query.get("timeMin"), call.query.get("timeMax")
    if event.get("recurrence"):
        return bool(events.expanded(call.tx, calendar_id, [event], *_bounds(call)))
    is_late = earliest is None or instant(event["end"]) > _moment(earliest)
    return is_late and (latest is None or instant(event["start"]) < _moment(latest))


def _token(calendar: Calendar, change: int) -> str:
    return base64.urlsafe_b64encode(f"{change} {calendar.id}".encode()).decode()


def _read_token(tx: GoogleTx, calendar: Calendar, token: str) -> int:
    try:
        change, _, calendar_id = base64.urlsafe_b64decode(token.encode()).decode().partition(" ")
        since = int(change)
    except (ValueError, binascii.Error):
        raise GoogleError(400, "invalid", "Invalid sync token value.") from None
    if calendar_id != calendar.id or since < tx.number("oldest_sync"):
        raise GoogleError(410, "fullSyncRequired", "Sync token is no longer valid, a full sync is required.")
    return since


def _number(text: str | None, default: int) -> int:
    if text is None:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise GoogleError(400, "invalid", "Invalid number.")
    return int(text)


def _watch(call: Call, calendar: str) -> Answer:
    own = call.owned(calendar)
    channel_id, address = str(call.body.get("id", "")), str(call.body.get("address", ""))
    place = urlsplit(address)
    is_here = place.hostname in ("localhost", "127.0.0.1", "::1")
    if call.body.get("type") not in ("web_hook", "webhook") or not 0 < len(channel_id) <= 64:
        raise GoogleError(400, "required", "Channel id and type are required.")
    if place.scheme != "https" and not (is_here and place.scheme == "http"):
        raise GoogleError(400, "push.webhookUrlNotHttps", "WebHook callback must be HTTPS.")
    now_ms = int(call.now.timestamp() * 1000)
    wished = str(call.body.get("expiration", ""))
    longest = now_ms + LONGEST_CHANNEL_MS
    expires = min(int(wished), longest) if wished.isascii() and wished.isdigit() and len(wished) < 17 else longest
    channel = Channel(channel_id, own.id, uuid4().hex, str(call.body.get("token", "")), address, expires, 0)
    if not call.tx.add_channel(channel):
        raise GoogleError(400, "channelIdNotUnique", "Channel id not unique")
    call.tx.queue_push(channel.id, "sync")
    return {
        "kind": "api#channel",
        "id": channel.id,
        "resourceId": channel.resource,
        "resourceUri": f"{call.address}/calendars/{quote(own.id, safe='')}/events?alt=json",
        "token": channel.token,
        "expiration": str(expires),
    }


def _stop(call: Call) -> Answer:
    if not call.tx.drop_channel(str(call.body.get("id")), str(call.body.get("resourceId"))):
        raise GoogleError(404, "notFound", "Channel not found")
    return None
