"""Letters about sessions: booked, moved, canceled, soon, and a credit that came back."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from mentorship.db.models import Mentor, Session, User
from mentorship.db.packs import seat_state
from mentorship.domain.actors import Role
from mentorship.domain.booking import SessionStatus
from mentorship.domain.credits import Entry
from mentorship.domain.policy import hours_text
from mentorship.domain.reminders import reached_lead
from mentorship.domain.seats import SeatStatus
from mentorship.gateways.ports import Attachment
from mentorship.services.invitations import invitation
from mentorship.services.mails.letter import Button, Fact, Letter, Notice, sessions_text
from mentorship.services.mails.orders import valid_until
from mentorship.services.policies import policy
from mentorship.services.texts import when

_ON_TIME = timedelta(minutes=3)


@dataclass(frozen=True, slots=True)
class Meeting:
    """A session as its reader sees it."""

    notice: Notice
    session: Session
    mentor: Mentor
    mentor_user: User
    student: User

    @property
    def for_mentor(self) -> bool:
        return self.notice.reader.id == self.mentor_user.id

    @property
    def other(self) -> str:
        """The other person's name."""
        return self.student.name if self.for_mentor else self.mentor.name

    @property
    def free_until(self) -> datetime:
        """Until when the student can cancel and keep the credit."""
        return self.session.starts_at - policy(self.notice.uow, self.mentor).change_notice

    @property
    def path(self) -> str:
        return "/instructor/sessions" if self.for_mentor else "/sessions"

    def time(self, label: str, instant: datetime) -> Fact:
        """An instant in the reader's zone, with the other person's where their clock shows something else."""
        mine = self.notice.reader.time_zone
        other = self.student.time_zone if self.for_mentor else self.mentor.time_zone
        differs = instant.astimezone(ZoneInfo(mine)).utcoffset() != instant.astimezone(ZoneInfo(other)).utcoffset()
        return Fact(label, when(instant, mine), f"For {self.other}: {when(instant, other)}" if differs else "")

    def facts(self, label: str = "When") -> list[Fact]:
        minutes = int((self.session.ends_at - self.session.starts_at).total_seconds() // 60)
        return [self.time(label, self.session.starts_at), Fact("With", self.other, f"{minutes} minutes")]

    def button(self) -> Button:
        return Button("Open your sessions", self.notice.url(self.path))

    def who(self) -> str:
        """Who did it: the reader, the other person, or one of us."""
        side = {Role.STUDENT.value: self.student, Role.MENTOR.value: self.mentor_user}.get(self.notice.data["by"])
        if side is None:
            return "We"
        return "You" if side.id == self.notice.reader.id else self.other

    def who_did(self, verb: str) -> str:
        """One sentence on who did what: "You moved your session with Mei Tanaka.", "Mei Tanaka moved your session."."""
        who = self.who()
        return f"{who} {verb} your session{'' if who == self.other else f' with {self.other}'}."

    def can_book(self) -> bool:
        """Whether the student can book another one now."""
        seat = seat_state(self.notice.uow.seats.get(self.mentor.id, self.student.id))
        return seat.status is SeatStatus.ACTIVE and self.left_to_book() > 0

    def left_to_book(self) -> int:
        return sum(p.available for p in self.notice.uow.packs.of_pair(self.mentor.id, self.student.id))


def session_booked(notice: Notice) -> Letter | None:
    """To both: booked, with a calendar entry. Silent once the session has changed."""
    meeting = _unchanged(notice)
    if meeting is None:
        return None
    at = notice.when(meeting.session.starts_at)
    return Letter(
        subject=f"Booked with {meeting.other}: {at}",
        preview=f"With {meeting.other}: {at}.",
        heading=f"{meeting.other} has booked a session" if meeting.for_mentor else "Your session is booked",
        lines=[
            "The calendar entry is attached."
            if meeting.for_mentor
            else f"{_left(meeting)} The calendar entry is attached."
        ],
        facts=meeting.facts(),
        button=meeting.button(),
        after=_terms(meeting),
        attachments=(_invite(meeting),),
    )


def session_moved(notice: Notice) -> Letter | None:
    """To both: moved, from when to when. Silent once the session has changed again."""
    meeting = _unchanged(notice)
    if meeting is None:
        return None
    at = notice.when(meeting.session.starts_at)
    return Letter(
        subject=f"Moved with {meeting.other}: {at}",
        preview=f"The new time is {at}.",
        heading="Your session has moved",
        lines=[f"{_why_moved(meeting)} The attached entry updates your calendar."],
        facts=[
            *meeting.facts("New time"),
            Fact("Before", notice.when(datetime.fromisoformat(notice.data["was"]))),
        ],
        button=meeting.button(),
        after=_terms(meeting),
        attachments=(_invite(meeting),),
    )


def _why_moved(meeting: Meeting) -> str:
    if zone := meeting.notice.data.get("zone"):
        return f"The rules for the clocks in {zone} have changed. The session keeps the time of day agreed there."
    return meeting.who_did("moved")


def session_canceled(notice: Notice) -> Letter | None:
    """To both: canceled, by whom, and what became of the credit."""
    meeting = _meeting(notice)
    if meeting is None or meeting.session.status != SessionStatus.CANCELED.value:
        return None
    session = meeting.session
    if meeting.for_mentor:
        button, credit = meeting.button(), _credit(meeting)
    else:
        can_book = meeting.can_book()
        button = notice.book(meeting.mentor, "Book another time") if can_book else meeting.button()
        credit = _credit(meeting) + (f" {_left(meeting)}" if can_book else "")
    return Letter(
        subject=f"Canceled with {meeting.other}: {notice.when(session.starts_at)}",
        preview=credit,
        heading="Your session is canceled",
        lines=[meeting.who_did("canceled"), credit],
        facts=[*meeting.facts("Was planned for"), *([Fact("Reason", session.reason)] if session.reason else [])],
        button=button,
        attachments=(_invite(meeting),),
    )


def session_reminder(notice: Notice) -> Letter | None:
    """To both: it begins soon. Silent when it was moved, canceled, has begun, or a later reminder's time has come."""
    meeting = _unchanged(notice)
    if meeting is None or meeting.session.starts_at <= notice.ctx.now:
        return None
    starts_at, lead = meeting.session.starts_at, timedelta(minutes=notice.data["minutes"])
    # Not what has been promised by now, but what the clock says: the sweep that promises the later one may be late too.
    reached = reached_lead(starts_at, policy(notice.uow).session_reminders, notice.ctx.now)
    if reached is not None and reached < lead:
        return None
    soon = _soon(starts_at - notice.ctx.now, lead)
    return Letter(
        subject=f"In {soon}: your session with {meeting.other}",
        preview=notice.when(meeting.session.starts_at),
        heading=f"Your session begins in {soon}",
        lines=[f"You will be meeting {meeting.other}. You join from your sessions page."],
        facts=meeting.facts(),
        button=meeting.button(),
        after=_terms(meeting),
    )


def credit_returned(notice: Notice) -> Letter | None:
    """To the student: the credit of a past session has been given back."""
    meeting = _meeting(notice)
    pack = notice.uow.packs.get(meeting.session.pack_id) if meeting else None
    if meeting is None or pack is None:
        return None
    can_book = meeting.can_book()
    return Letter(
        subject=f"Your credit with {meeting.mentor.name} has come back",
        preview="The session does not count against your pack any more.",
        heading="Your credit has come back",
        lines=[
            f"The session below does not count against your pack with {meeting.mentor.name} any more. {_left(meeting)}",
        ],
        facts=[*meeting.facts("Session"), Fact("Pack valid until", valid_until(notice, pack.expires_at))],
        button=notice.book(meeting.mentor, "Book a session")
        if can_book
        else Button("Open your pack", notice.url(f"/packs/{pack.id}")),
    )


def _meeting(notice: Notice) -> Meeting | None:
    session = notice.uow.bookings.get(notice.id("session_id"))
    mentor = notice.uow.catalog.mentor(session.mentor_id) if session else None
    if session is None or mentor is None:
        return None
    people = notice.uow.people.users([mentor.user_id, session.student_id])
    return Meeting(notice, session, mentor, people[mentor.user_id], people[session.student_id])


def _unchanged(notice: Notice) -> Meeting | None:
    """The meeting, as long as it is still to come just as it was when the notice was promised."""
    meeting = _meeting(notice)
    if meeting is None or meeting.session.status != SessionStatus.SCHEDULED.value:
        return None
    is_same = meeting.session.sequence == notice.data["sequence"]
    return meeting if is_same and meeting.session.ends_at > notice.ctx.now else None


def _left(meeting: Meeting) -> str:
    left = meeting.left_to_book()
    return f"You have {sessions_text(left)} left to book." if left else "Every session you have is booked."


def _terms(meeting: Meeting) -> list[str]:
    """What the student can still change, and until when; for students only."""
    if meeting.for_mentor:
        return []
    free_until = meeting.free_until
    if free_until <= meeting.notice.ctx.now:
        return ["If you cancel now, the credit is used."]
    return [f"Cancel by {meeting.notice.when(free_until)} and your credit comes back. After that it does not."]


def _credit(meeting: Meeting) -> str:
    """What became of the credit of a canceled session, as its ledger says."""
    whose = f"{meeting.student.name}'s" if meeting.for_mentor else "Your"
    rows = meeting.notice.uow.packs.ledger(meeting.session.pack_id)
    back = [r for r in rows if r.session_id == meeting.session.id and r.entry in (Entry.RETURN, Entry.RESTORE)]
    if not back:
        notice_text = hours_text(policy(meeting.notice.uow, meeting.mentor).change_notice)
        return f"That was less than {notice_text} before it began, so the credit is used."
    if any(r.entry == Entry.EXPIRE and r.at == back[-1].at for r in rows):
        return f"{whose} credit came back to a pack whose time is over, so it has expired."
    if any(r.entry in (Entry.REFUND, Entry.FREEZE) and r.at == back[-1].at for r in rows):
        return f"{whose} credit goes back with the refund of the pack."
    return f"{whose} credit has come back."


def _soon(remaining: timedelta, lead: timedelta) -> str:
    """How long until it begins: the reminder's own round number, unless the mail is late."""
    if lead - remaining < _ON_TIME:
        return hours_text(lead)
    minutes = int(remaining.total_seconds() // 60)
    return hours_text(timedelta(hours=minutes // 60) if minutes >= 120 else timedelta(minutes=max(minutes, 1)))


def _invite(meeting: Meeting) -> Attachment:
    return invitation(
        meeting.session,
        meeting.mentor_user,
        meeting.student,
        organizer=meeting.notice.ctx.site.mail_from,
        summary=f"Mentorship session with {meeting.other}",
        url=meeting.notice.url(meeting.path),
        now=meeting.notice.ctx.now,
    )
