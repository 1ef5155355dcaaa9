"""Hours, changed as the page changes them: the stored plan is read, edited and saved."""

from dataclasses import replace
from typing import Any
from uuid import UUID

from mentorship.schemas.hours import BookedTime
from mentorship.services.context import Context
from mentorship.services.hours import hours_desk, save_hours


def set_hours(ctx: Context, mentor_id: UUID, **parts: Any) -> list[BookedTime]:
    """Save the mentor's plan with these parts of :class:`HoursPlan` in place; returns what is booked outside of it."""
    plan = hours_desk(ctx, mentor_id=mentor_id).plan
    return save_hours(ctx, mentor_id=mentor_id, was=plan, plan=replace(plan, **parts))
