"""The tester's view of a Google account: see its calendars, play its owner, and make Google misbehave."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from . import google_events as events
from .google_parts import GoogleParts
from .google_store import GoogleTx, Json
from .google_values import CANCELLED, GoogleError, instant
from .parts import Form, posted

FAULTS = {
    "429": ("Too many requests (429), three times", 3),
    "403": ("Rate limit exceeded (403), three times", 3),
    "500": ("Backend error (500), three times", 3),
    "slow": ("Answer after 12 s, twice", 2),
}
EVENTS_SHOWN = 60


def page_routes(google: GoogleParts) -> list[Route]:
    """`/google`: accounts, calendars, events and buttons."""

    def page(account: str, notice: str = "", status: int = 200) -> Response:
        with google.store.write() as tx:
            accounts = tx.accounts()
            shown = account if account in accounts else (accounts or [""])[-1]
            calendars = tx.calendars(shown) if shown else []
            rows = [row for calendar in calendars for row in _rows(tx, calendar.id, calendar.name)]
            faults, connected = tx.faults(), bool(shown) and tx.connected(shown)
        now = google.parts.now()
        coming = sorted((r for r in rows if r["end"] > now), key=lambda r: r["start"])[:EVENTS_SHOWN]
        return google.parts.render(
            "google.html",
            status=status,
            notice=notice,
            accounts=accounts,
            account=shown,
            calendars=calendars,
            rows=coming,
            buttons=FAULTS,
            faults=faults,
            connected=connected,
            tomorrow=(now + timedelta(days=2)).replace(minute=0).strftime("%Y-%m-%dT%H:%M"),
        )

    def show(request: Request) -> Response:
        return page(request.query_params.get("account", ""))

    def act(_: Request, form: Form) -> Response:
        account = form.get("account", "")
        try:
            with google.store.write() as tx:
                _act(tx, account, form, google.parts.now())
        except GoogleError as refusal:
            return page(account, refusal.message, 400)
        return RedirectResponse(f"{google.parts.base_path}/google?{urlencode({'account': account})}", 303)

    return [Route("/google", show, methods=["GET"]), Route("/google", posted(act), methods=["POST"])]


def _rows(tx: GoogleTx, calendar_id: str, name: str) -> list[Json]:
    return [
        {
            "calendar": calendar_id,
            "calendar_name": name,
            "id": event["id"],
            "title": event.get("summary", "Busy") + (", repeated" if event.get("recurrence") else ""),
            "is_ours": "private" in event.get("extendedProperties", {}),
            "is_free": event.get("transparency") == "transparent",
            "start": instant(event["start"]),
            "end": instant(event["end"]),
        }
        for _, event in tx.events(calendar_id)
        if event["status"] != CANCELLED
    ]


def _act(tx: GoogleTx, account: str, form: Mapping[str, str], now: datetime) -> None:
    """Do what a button says.

    Raises:
        GoogleError: with a sentence for the page.
    """
    match form.get("action"):
        case "revoke":
            tx.revoke(account)
        case "expire_sync":
            tx.set_number("oldest_sync", tx.number("change") + 1)
            tx.next_number("change")
        case "fault" if form.get("kind") in FAULTS:
            tx.set_fault(form["kind"], FAULTS[form["kind"]][1])
        case "heal":
            for kind in FAULTS:
                tx.set_fault(kind, 0)
        case "add" | "move" | "delete" as what:
            calendar = tx.calendar(account, form.get("calendar", ""))
            if calendar is None:
                raise GoogleError(404, "notFound", "There is no such calendar any more.")
            if what == "delete":
                events.delete(tx, calendar, form.get("id", ""), now)
            elif what == "add":
                given = _period(form) | {"summary": form.get("title", "").strip()[:120] or "Busy"}
                events.insert(tx, calendar, given, now)
            else:
                old = tx.event(calendar.id, form.get("id", ""))
                length = instant(old["end"]) - instant(old["start"]) if old else timedelta()
                events.change(tx, calendar, form.get("id", ""), _at(_typed(form), length), now, whole=False)
        case _:
            raise GoogleError(400, "invalid", "This page has no such button.")


def _period(form: Mapping[str, str]) -> Json:
    minutes = form.get("minutes", "60")
    if not (minutes.isascii() and minutes.isdigit() and 0 < int(minutes[:6]) <= 100_000):
        raise GoogleError(400, "invalid", "Type how many minutes it lasts.")
    return _at(_typed(form), timedelta(minutes=int(minutes)))


def _typed(form: Mapping[str, str]) -> datetime:
    try:
        return datetime.fromisoformat(form.get("at", "")).replace(tzinfo=UTC)
    except ValueError:
        raise GoogleError(400, "invalid", "Pick a day and a time.") from None


def _at(start: datetime, length: timedelta) -> Json:
    return {"start": {"dateTime": start.isoformat()}, "end": {"dateTime": (start + length).isoformat()}}
