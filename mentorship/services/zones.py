"""Time zones change by law: finds bookings whose wall time and instant do not agree any more, and repairs them."""

import zoneinfo
from contextlib import suppress
from datetime import datetime, timedelta
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Literal
from uuid import UUID

from mentorship.db.models import Mentor, Session
from mentorship.db.unit_of_work import UnitOfWork
from mentorship.domain.actors import Access
from mentorship.domain.booking import SessionStatus
from mentorship.domain.errors import (
    NothingToRepair,
    SessionNotOpen,
    SlotNotOffered,
    StudentBusy,
    ZoneGone,
)
from mentorship.domain.notices import NoticeKind
from mentorship.domain.slots import Interval
from mentorship.domain.zones import find_zone, shifted_to
from mentorship.schemas.bookings import SessionView
from mentorship.schemas.zones import LostZone, ZoneReport, ZoneShift
from mentorship.services.bookings import lock_session, mark_reminded, tell_both
from mentorship.services.context import Context
from mentorship.services.policies import policy
from mentorship.services.record import record
from mentorship.services.seats import touch_pair
from mentorship.services.session_views import session_view
from mentorship.services.texts import when
from mentorship.services.use_case import use_case

_OTHER_FIRST = "Repair that session first, or keep the instant of this one."


@use_case(Access.ADMIN)
def check_zones(ctx: Context) -> ZoneReport:
    """Scheduled sessions to come whose wall time means another instant now, and people whose zone is gone."""
    with ctx.begin(read_only=True) as uow:
        found: dict[UUID, tuple[datetime, str, str, datetime | None]] = {}
        for session_id, starts_at, wall_time, name in uow.zones.agreed(ctx.now):
            zone = find_zone(name)
            new_at = shifted_to(starts_at, wall_time, zone) if zone else None
            if zone is None or new_at is not None:
                found[session_id] = starts_at, wall_time, name, new_at
        people = {i: (mentor, student) for i, mentor, student in uow.zones.sessions(list(found))}
        gone = [name for name in uow.zones.named() if find_zone(name) is None]
        lost = [LostZone(*person) for person in uow.zones.people_in(gone)]
    shifts = [ZoneShift(i, *people[i], wall, name, at, new) for i, (at, wall, name, new) in found.items()]
    return ZoneReport(installed_data(), shifts, lost)


@use_case(Access.ADMIN)
def repair_zone(ctx: Context, *, session_id: UUID, keep: Literal["wall_time", "instant"]) -> SessionView:
    """Have a session's wall time and instant agree again.

    Keeping the wall time moves the session to the instant that it means now, with notices to both. Keeping the instant
    writes the wall time anew and tells nobody: everybody's calendar has the instant already.

    Raises:
        NotFound: there is no such session.
        SessionNotOpen: it is closed or has begun, or the new instant is over.
        NothingToRepair: the two agree.
        ZoneGone: its zone does not exist any more, so its wall time means nothing.
        SlotNotOffered: the mentor has another session at the new instant.
        StudentBusy: the student has.
    """
    with ctx.begin() as uow:
        session, mentor = lock_session(ctx, uow, session_id)
        if session.status != SessionStatus.SCHEDULED.value or session.starts_at <= ctx.now:
            raise SessionNotOpen()
        zone = find_zone(session.time_zone)
        new_at = shifted_to(session.starts_at, session.wall_time, zone) if zone else None
        if zone is not None and new_at is None:
            raise NothingToRepair("The wall time and the instant of this session agree.")
        if keep == "wall_time":
            if new_at is None:
                raise ZoneGone(fix="Keep the instant instead.")
            _move(ctx, uow, session, mentor, new_at)
        else:
            _rewrite(ctx, uow, session, session.time_zone if zone else mentor.time_zone)
        return session_view(ctx, uow, session)


def _move(ctx: Context, uow: UnitOfWork, session: Session, mentor: Mentor, new_at: datetime) -> None:
    before, end = session.starts_at, new_at + (session.ends_at - session.starts_at)
    if new_at <= ctx.now:
        raise SessionNotOpen("At this wall time the session would have begun already.", fix="Keep the instant instead.")
    own = Interval(before, session.ends_at)
    stored = uow.agendas.read(mentor.id, new_at, end, since=new_at.date(), student_id=session.student_id)
    if any(times != own for times in stored.sessions):
        raise SlotNotOffered("taken", "The mentor has another session at the new time.", fix=_OTHER_FIRST)
    if any(times != own for times in stored.own):
        raise StudentBusy("The student has another session at the new time.", fix=_OTHER_FIRST)
    session.starts_at, session.ends_at = new_at, end
    session.sequence += 1
    mark_reminded(ctx, session, policy(uow, mentor))
    uow.bookings.flush()
    _record(ctx, uow, session, {"starts_at": before.isoformat()}, {"starts_at": new_at.isoformat()})
    tell_both(ctx, uow, session, mentor, NoticeKind.SESSION_MOVED, was=before, zone=session.time_zone)


def _rewrite(ctx: Context, uow: UnitOfWork, session: Session, name: str) -> None:
    zone = find_zone(name)
    if zone is None:
        raise ZoneGone(fix="Give the mentor a time zone that exists first.")
    before = f"{session.wall_time} {session.time_zone}"
    session.wall_time = session.starts_at.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    session.time_zone = name
    _record(ctx, uow, session, {"wall_time": before}, {"wall_time": f"{session.wall_time} {name}"})
    touch_pair(uow, session.mentor_id, session.student_id)


def _record(ctx: Context, uow: UnitOfWork, session: Session, before: dict[str, str], after: dict[str, str]) -> None:
    record(ctx, uow, "session_zone_repaired", ("session", session.id), before=before, after=after)


def advice(shift: ZoneShift) -> str:
    """What somebody can do about a shifted session, in a sentence."""
    if shift.new_at is None:
        return f"The zone {shift.time_zone} does not exist any more: keep the instant, under the mentor's present zone."
    earlier = shift.new_at < shift.stored_at
    minutes = abs(shift.new_at - shift.stored_at) // timedelta(minutes=1)
    moved = f"{minutes} minutes {'earlier' if earlier else 'later'}"
    return (
        f"Keep the wall time, and the session moves to {when(shift.new_at, 'UTC')}, {moved}, with notices; "
        "or keep the instant, and the clock there shows another time."
    )


def installed_data() -> str:
    """Which time zone data this process uses: its version and where it is; the system's comes before the package's."""
    try:
        package = version("tzdata")
    except PackageNotFoundError:
        package = ""
    for folder in zoneinfo.TZPATH:
        if (Path(folder) / "UTC").exists():
            unused = f"; the package's {package} is not used" if package else ""
            return f"{_version_in(Path(folder)) or 'of unknown version'} in {folder}{unused}"
    return f"{package} of the package tzdata" if package else "none"


def _version_in(folder: Path) -> str:
    for name in ("+VERSION", "tzdata.zi"):
        with suppress(OSError, UnicodeDecodeError), (folder / name).open() as file:
            return file.readline().removeprefix("# version").strip()
    return ""
