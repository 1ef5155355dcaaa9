"""Reminders: which notice is due at an instant. Each goes out once; being late never sends two at once."""

from datetime import datetime, timedelta


def due_session_reminder(
    starts_at: datetime, sent: timedelta | None, leads: tuple[timedelta, ...], now: datetime
) -> timedelta | None:
    """The lead time whose reminder is due now, or None.

    Only the tightest lead that has been reached counts, so an app that was down sends one reminder and not three.
    ``sent`` is the tightest lead already sent.
    """
    lead = reached_lead(starts_at, leads, now)
    if lead is None or (sent is not None and sent <= lead):
        return None
    return lead


def reached_lead(starts_at: datetime, leads: tuple[timedelta, ...], now: datetime) -> timedelta | None:
    """The tightest lead whose moment has come; None before the first one and once the session has begun."""
    remaining = starts_at - now
    if remaining <= timedelta(0):
        return None
    return min((lead for lead in leads if lead >= remaining), default=None)


def renewal_due(left_to_complete: int) -> bool:
    """Whether completing a session leaves exactly one or none: the two moments to suggest a renewal."""
    return left_to_complete in (0, 1)
