"""A week as its grid is given: seven columns of positioned blocks, with every text already written out.

Positions are minutes below the grid's top. They follow the wall clock, so a label stands at one height in all columns;
in a week in which the clock goes back, the hour that occurs twice has two heights.
"""

from dataclasses import dataclass
from typing import Literal

BlockKind = Literal["free", "session", "other", "waiting", "done", "gone", "proposed", "busy", "open", "buffer"]
"""A time to pick, a session, one that is somebody else's or elsewhere, one that waits for an outcome, one that is over,
one that was canceled, where one is proposed to go, a busy block; and what lies behind them: open hours and buffers."""


@dataclass(frozen=True)
class WeekBlock:
    """A block of a day. ``spoken`` is its whole name for a screen reader; ``label`` is what is written on it.

    It is a link with an ``href``, a button with ``picks``, and else stands for itself. Blocks that overlap lie beside
    one another, in ``lanes`` of equal width.
    """

    key: str
    kind: BlockKind
    label: str
    spoken: str
    start: int
    minutes: int
    lane: int = 0
    lanes: int = 1
    href: str = ""
    picks: bool = False


@dataclass(frozen=True)
class WeekDay:
    """A column. ``missing`` are periods that its clock does not show; ``now`` is -1 where it is not to be seen.

    ``note`` says something about the whole day, below its name.
    """

    iso: str
    name: str
    weekday: str
    number: str
    today: bool
    now: int
    blocks: tuple[WeekBlock, ...]
    backdrop: tuple[WeekBlock, ...]
    missing: tuple[WeekBlock, ...]
    is_free: bool
    note: str = ""


@dataclass(frozen=True)
class WeekHour:
    """A label of the hour axis."""

    label: str
    start: int


@dataclass(frozen=True)
class WeekFace:
    """Seven days from a Monday. ``top`` is the first minute that is shown, as the axis of a whole day counts them."""

    iso: str = ""
    title: str = ""
    top: int = 0
    height: int = 0
    hours: tuple[WeekHour, ...] = ()
    days: tuple[WeekDay, ...] = ()
    has_previous: bool = False
    has_next: bool = False
    is_this_week: bool = False
    has_notes: bool = False
