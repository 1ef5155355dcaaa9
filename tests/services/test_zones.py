"""A law changes the clocks: bookings that shift are found, and repaired one way or the other."""

import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import update
from support.house import House, MentorPerson, Person
from support.races import everything, seat_crowd
from support.tzdata import installed, write_zone

from mentorship.db.models import AuditRow, Mentor, Session, User
from mentorship.domain.errors import NothingToRepair, SessionNotOpen, SlotNotOffered, StudentBusy, ZoneGone
from mentorship.schemas.bookings import SessionView
from mentorship.services.availability import list_slots
from mentorship.services.bookings import book_session, cancel_session
from mentorship.services.zones import check_zones, installed_data, repair_zone

HOUR = timedelta(hours=1)


@dataclass
class World:
    """A mentor in Berlin, whose clocks will not go forward at the end of March any more."""

    house: House
    student: Person
    mentor: MentorPerson
    admin: Person

    def book(
        self, day: int, hour: int, student: Person | None = None, mentor: MentorPerson | None = None
    ) -> SessionView:
        """Book in March, at this hour of the clock in Berlin, where summer time was to begin on the 29th."""
        who, whom = student or self.student, mentor or self.mentor
        wanted = datetime(2026, 3, day, hour - (2 if day >= 29 else 1), tzinfo=UTC)
        slots = list_slots(self.house.ctx(who), mentor_id=whom.mentor_id).slots
        assert wanted in [s.starts_at for s in slots]
        return book_session(self.house.ctx(who), mentor_id=whom.mentor_id, starts_at=wanted)

    def stored(self, session: SessionView) -> Session:
        (found,) = (s for s in everything(self.house, Session) if s.id == session.id)
        return found

    def repair(self, session: SessionView, keep: str) -> SessionView:
        return repair_zone(self.house.ctx(self.admin), session_id=session.id, keep=keep)


@pytest.fixture
def world(house: House) -> World:
    student, mentor = house.student("Ada", "America/New_York"), house.mentor(time_zone="Europe/Berlin")
    seat_crowd(house, mentor, [student])
    with house.deps.database.session() as db:
        db.execute(update(Mentor).values(buffer_minutes=0))
    return World(house, student, mentor, house.admin())


@pytest.fixture
def law(tmp_path: Path) -> Path:
    """The folder of the time zone data that the law brings: no summer time in Berlin."""
    folder = tmp_path / "zoneinfo"
    write_zone(folder, "Europe/Berlin", "CET-1")
    write_zone(folder, "UTC", "UTC0")
    (folder / "tzdata.zi").write_text("# version 2026z\n# This is ours.\n")
    return folder


def test_what_shifts_is_what_the_law_concerns(world: World, law: Path) -> None:
    before, after, gone = world.book(28, 9), world.book(30, 9), world.book(31, 9)
    cancel_session(world.house.ctx(world.student), session_id=gone.id)
    assert check_zones(world.house.system()).shifts == []
    with installed(law):
        report = check_zones(world.house.ctx(world.admin))
        (shift,) = report.shifts
        assert (shift.session_id, shift.wall_time, shift.time_zone) == (after.id, "2026-03-30T09:00", "Europe/Berlin")
        assert (shift.mentor, shift.student) == ("Grace Mentor", "Ada")
        assert (shift.stored_at, shift.new_at) == (after.starts_at, after.starts_at + HOUR)
        assert report.lost == []
        assert report.data.startswith(f"2026z in {law}")
        with pytest.raises(NothingToRepair):
            world.repair(before, "instant")
        with pytest.raises(SessionNotOpen):
            world.repair(gone, "instant")
        world.house.pass_time(days=29)
        assert check_zones(world.house.system()).shifts == []
    assert installed_data()


def test_keeping_the_wall_time_moves_the_session_and_tells_both(world: World, law: Path) -> None:
    session = world.book(30, 9)
    world.house.drain()
    world.house.mails.clear()
    with installed(law):
        world.repair(session, "wall_time")
        stored = world.stored(session)
        assert (stored.starts_at, stored.ends_at) == (session.starts_at + HOUR, session.ends_at + HOUR)
        assert (stored.wall_time, stored.time_zone) == ("2026-03-30T09:00", "Europe/Berlin")
        assert (stored.sequence, stored.moves, stored.reminded_minutes) == (1, 0, None)
        assert check_zones(world.house.system()).shifts == []
        with pytest.raises(NothingToRepair):
            world.repair(session, "wall_time")
        world.house.drain()
    assert {m.to_address for m in world.house.mails} == {world.student.me.email, world.mentor.me.email}
    for mail in world.house.mails:
        assert "The rules for the clocks in Europe/Berlin have changed." in mail.text
        calendar = Calendar.from_ical(mail.attachments[0].content)
        (entry,) = calendar.walk("VEVENT")
        assert (str(calendar["METHOD"]), int(entry["SEQUENCE"])) == ("REQUEST", 1)
        assert entry["DTSTART"].dt == session.starts_at + HOUR
    assert "09:00 (Europe/Berlin)" in next(m.text for m in world.house.mails if m.to_address == world.mentor.me.email)
    (audit,) = (a for a in everything(world.house, AuditRow) if a.action == "session_zone_repaired")
    assert audit.actor_id == world.admin.id


def test_keeping_the_instant_rewrites_the_wall_time_and_tells_nobody(world: World, law: Path) -> None:
    session = world.book(30, 9)
    world.house.drain()
    world.house.mails.clear()
    with installed(law):
        world.repair(session, "instant")
        stored = world.stored(session)
        assert (stored.starts_at, stored.sequence) == (session.starts_at, 0)
        assert (stored.wall_time, stored.time_zone) == ("2026-03-30T08:00", "Europe/Berlin")
        assert check_zones(world.house.system()).shifts == []
    world.house.drain()
    assert world.house.mails == []


def test_sessions_in_a_row_are_repaired_from_the_far_end(world: World, law: Path) -> None:
    first, second = world.book(30, 9), world.book(30, 10)
    with installed(law):
        with pytest.raises(SlotNotOffered) as refused:
            world.repair(first, "wall_time")
        assert (refused.value.code, refused.value.fix) == (
            "taken",
            "Repair that session first, or keep the instant of this one.",
        )
        assert world.stored(first).starts_at == first.starts_at
        world.repair(second, "wall_time")
        world.repair(first, "wall_time")
        assert check_zones(world.house.system()).shifts == []


def test_a_student_is_not_sent_to_two_mentors_at_once(world: World, law: Path) -> None:
    elsewhere = world.house.mentor("Elsa", time_zone="UTC")
    seat_crowd(world.house, elsewhere, [world.student])
    session = world.book(30, 10)
    world.book(30, 11, mentor=elsewhere)
    with installed(law), pytest.raises(StudentBusy):
        world.repair(session, "wall_time")


def test_a_zone_that_is_gone_leaves_the_instant(world: World, law: Path) -> None:
    session = world.book(30, 9)
    with world.house.deps.database.session() as db:
        db.execute(update(Session).values(time_zone="Europe/Atlantis"))
        db.execute(update(User).where(User.id == world.student.id).values(time_zone="Europe/Atlantis"))
    report = check_zones(world.house.system())
    ((shift,), (lost,)) = report.shifts, report.lost
    assert (shift.time_zone, shift.new_at) == ("Europe/Atlantis", None)
    assert (lost.name, lost.time_zone) == ("Ada", "Europe/Atlantis")
    with pytest.raises(ZoneGone):
        world.repair(session, "wall_time")
    with world.house.deps.database.session() as db:
        db.execute(update(User).values(time_zone="UTC"))
    world.repair(session, "instant")
    stored = world.stored(session)
    assert (stored.starts_at, stored.wall_time, stored.time_zone) == (
        session.starts_at,
        "2026-03-30T09:00",
        "Europe/Berlin",
    )


@pytest.mark.parametrize("dialect", ["sqlite"])
def test_the_doctor_lists_what_shifts(world: World, law: Path, tmp_path: Path) -> None:
    session, url = world.book(30, 9), world.house.deps.database.url
    data = tmp_path / "data"
    data.mkdir()

    def doctor(**more: str) -> "subprocess.CompletedProcess[str]":
        environment = {**os.environ, "DATABASE_URL": url, "DATA_DIR": str(data), **more}
        command = [str(Path(sys.executable).parent / "mentorship"), "doctor", "--zones"]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120, check=False)

    with world.house.deps.database.session() as db:
        later = datetime(2030, 3, 31, 7, tzinfo=UTC) - session.starts_at
        db.execute(update(Session).values(starts_at=session.starts_at + later, ends_at=session.ends_at + later))
        db.execute(update(Session).values(wall_time="2030-03-31T09:00"))
    quiet = doctor()
    assert (quiet.returncode, quiet.stderr) == (0, "")
    assert "Every booking and every person's zone is as it was agreed." in quiet.stdout
    loud = doctor(PYTHONTZPATH=str(law))
    assert loud.returncode == 1
    for said in (
        "2026z",
        str(session.id),
        "Ada with Grace Mentor",
        "2030-03-31 09:00 in Europe/Berlin",
        "stored as 2030-03-31 07:00 UTC, now 2030-03-31 08:00 UTC",
        "60 minutes later",
        "Bookings that shift: 1; people whose zone is gone: 0.",
    ):
        assert said in loud.stdout
