"""How a proposed plan reads, with what its reader has chosen in it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentorship.schemas.plans import PlanProposal, PlanStep
from mentorship.schemas.students import PlanRow
from mentorship.services.plans import NO_SUCH_TIME
from mentorship.state import times
from mentorship.state.faces import slot_time
from mentorship.state.month import local_day

SKIPPED = "skip"


def chosen_starts(proposal: PlanProposal, choices: Mapping[str, str]) -> list[datetime]:
    """When the sessions begin that would be booked, each as proposed or as chosen instead."""
    starts = (_start(step, choices.get(step.wall_time, "")) for step in proposal.steps)
    return [start for start in starts if start is not None]


def plan_rows(proposal: PlanProposal, choices: Mapping[str, str], zone: str) -> list[PlanRow]:
    """The plan's sessions in the reader's zone, in order."""
    first = next((step.starts_at for step in proposal.steps if step.starts_at), None)
    return [
        _row(number, step, choices.get(step.wall_time, ""), proposal, zone, first)
        for number, step in enumerate(proposal.steps, 1)
    ]


def _start(step: PlanStep, choice: str) -> datetime | None:
    if choice == SKIPPED:
        return None
    replaced = next((slot.starts_at for slot in step.alternatives if slot.starts_at.isoformat() == choice), None)
    return replaced or (step.starts_at if not step.code else None)


def _row(
    number: int, step: PlanStep, choice: str, proposal: PlanProposal, zone: str, first: datetime | None
) -> PlanRow:
    start = _start(step, choice)
    state = "skipped" if choice == SKIPPED else "refused" if start is None else "free" if not step.code else "replaced"
    shown = start or step.starts_at
    written = datetime.fromisoformat(step.wall_time)
    return PlanRow(
        key=step.wall_time,
        number=number,
        when=times.moment(shown, zone) if shown else f"{times.day(written.date())}, {written:%H:%M} there",
        state=state,
        other_when=times.for_other(shown, zone, proposal.mentor_zone, proposal.mentor_name) if shown else "",
        note=_note(shown, first, zone) if state == "free" and shown and first else "",
        reason=step.reason if state in ("refused", "replaced") or step.code == NO_SUCH_TIME else "",
        alternatives=tuple(slot_time(slot.starts_at, zone, proposal.mentor_zone) for slot in step.alternatives),
    )


def _note(start: datetime, first: datetime, zone: str) -> str:
    """Where the reader's clock shows another time of day than for the first session."""
    moved = _time_of_day(start, zone) - _time_of_day(first, zone)
    moved -= timedelta(days=round(moved / timedelta(days=1)))
    if not moved:
        return ""
    minutes = abs(moved) // timedelta(minutes=1)
    much = "1 hour" if minutes == 60 else f"{minutes} minutes"
    which = "later" if moved > timedelta(0) else "earlier"
    return f"{much} {which} for you than the first: a clock changes in between."


def _time_of_day(instant: datetime, zone: str) -> timedelta:
    local = instant.astimezone(ZoneInfo(zone))
    return local.replace(tzinfo=None) - datetime.combine(local_day(instant, zone), datetime.min.time())
