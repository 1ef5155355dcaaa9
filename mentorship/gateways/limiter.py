"""Rate limits, in memory or in Redis when several processes share them."""

from limits import parse
from limits.storage import storage_from_string
from limits.strategies import MovingWindowRateLimiter

LIMITS = {
    "sign_in": parse("10/minute"),
    "sign_in_address": parse("60/minute"),
    "sign_up": parse("60/hour"),
    "connect_calendar": parse("20/hour"),
    "read_calendar": parse("6/minute"),
    "code": parse("30/minute"),
    "read_feed": parse("30/minute"),
    "read_feed_address": parse("600/minute"),
}


class RateLimiter:
    """Counts tries of an action by whoever tries."""

    def __init__(self, redis_url: str | None = None) -> None:
        self._limiter = MovingWindowRateLimiter(storage_from_string(redis_url or "memory://"))

    def allow(self, action: str, *who: str) -> bool:
        """Count one try; False when it is over the action's limit. Nobody in particular is not counted."""
        if not any(who):
            return True
        return self._limiter.hit(LIMITS[action], action, *who)
