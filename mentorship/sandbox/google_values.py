"""What the parts of the stand-in for Google Calendar share: its refusals, and how it writes times."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

from .google_store import Json

CANCELLED = "cancelled"


class GoogleError(Exception):
    """A request that Google refuses, with its status and reason."""

    def __init__(self, status: int, reason: str, message: str) -> None:
        super().__init__(message)
        self.status, self.reason, self.message = status, reason, message

    def body(self) -> Json:
        """The error document."""
        detail = {"domain": "calendar" if self.status in (400, 410, 412) else "global", "reason": self.reason}
        return {
            "error": {"code": self.status, "message": self.message, "errors": [{**detail, "message": self.message}]}
        }


def not_found() -> GoogleError:
    return GoogleError(404, "notFound", "Not Found")


def instant(when: Json) -> datetime:
    """When an event's start or end is, in UTC; days begin at midnight UTC here.

    Raises:
        GoogleError: it is not a time.
    """
    try:
        if when.get("date"):
            return datetime.combine(date.fromisoformat(when["date"]), time(), UTC)
        found = datetime.fromisoformat(when["dateTime"])
        zone = ZoneInfo(when["timeZone"]) if when.get("timeZone") else None
    except (KeyError, TypeError, ValueError):
        raise GoogleError(400, "invalid", "Invalid start or end time.") from None
    if found.tzinfo is None and zone is None:
        raise GoogleError(400, "required", "Missing time zone definition for start time.")
    return (found if found.tzinfo else found.replace(tzinfo=zone)).astimezone(UTC)
