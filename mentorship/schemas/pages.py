"""What the shared components are given: small frozen shapes whose texts the server has already written out.

Times, money and names arrive as finished sentences in the reader's own zone; a component only lays them out.
Instants that the browser must count down to are ISO 8601 in UTC.
"""

from dataclasses import dataclass
from typing import Literal

Dot = Literal["free", "taken", "mine"]
Pip = Literal["available", "booked", "used", "expired", "refunded", "frozen"]
Tone = Literal["neutral", "good", "warning", "bad"]


@dataclass(frozen=True)
class SeatRow:
    """A mentor's seats. `label` reads "2 of 10 seats left" or "Sold out"; `waiting` says how many wait, if anybody."""

    dots: tuple[Dot, ...]
    label: str
    sold_out: bool = False
    waiting: str = ""


@dataclass(frozen=True)
class PackFace:
    """A pack as its card shows it. `headline` reads "2 of 4 sessions left"; `next_line` says what happens next.

    `plan_href` leads to planning what is left of it, where that is more than one session.
    """

    id: str
    title: str
    mentor_name: str
    mentor_portrait: str
    pips: tuple[Pip, ...]
    headline: str
    legend: str
    expiry: str
    next_line: str
    status: str
    tone: Tone = "neutral"
    renew_label: str = ""
    plan_href: str = ""


@dataclass(frozen=True)
class LedgerLine:
    """One ledger row. `change` and `balance` are written with their sign, like "−1" and "3"."""

    id: str
    when: str
    what: str
    why: str
    change: str
    balance: str


@dataclass(frozen=True)
class SlotDay:
    """A day of the month grid; `label` is its full name with the number of free times."""

    iso: str
    label: str
    number: str
    column: int
    free: bool = False
    in_month: bool = True
    today: bool = False


@dataclass(frozen=True)
class SlotWeek:
    """Seven days, Monday first."""

    iso: str
    days: tuple[SlotDay, ...]


@dataclass(frozen=True)
class SlotTime:
    """A bookable time. `label` is in the reader's zone; `other_label` is the mentor's, empty where it is the same."""

    starts_at: str
    label: str
    other_label: str = ""
    day_label: str = ""


@dataclass(frozen=True)
class SessionFace:
    """A session as its card shows it. `join_note` explains why the door is still closed; empty when it is open."""

    id: str
    title: str
    with_name: str
    with_portrait: str
    when: str
    other_when: str
    starts_at: str
    status: str
    tone: Tone = "neutral"
    join_note: str = ""
    upcoming: bool = True


@dataclass(frozen=True)
class NoticeText:
    """A message for the person at the page: what happened, and what happens next."""

    text: str
    tone: Tone = "good"


@dataclass(frozen=True)
class MentorFace:
    """A mentor as the storefront's card shows them. `terms` reads "4 sessions of 60 minutes"."""

    slug: str
    name: str
    headline: str
    portrait: str
    expertise: tuple[str, ...]
    price: str
    terms: str
    seats: SeatRow
