"""What the pages about refunds and disputes are given: finished texts in the reader's zone, like :mod:`.pages`."""

from dataclasses import dataclass

from mentorship.schemas.pages import Tone


@dataclass(frozen=True)
class RefundFace:
    """A refund as a row of a list. ``line`` says what it takes or took, ``why`` who gave which reason."""

    id: str = ""
    order_id: str = ""
    title: str = ""
    amount: str = ""
    when: str = ""
    line: str = ""
    why: str = ""
    status: str = ""
    tone: Tone = "neutral"


@dataclass(frozen=True)
class RefundableOrder:
    """One of a student's orders, with its refunds; ``asked`` is the one that can still be withdrawn."""

    id: str = ""
    title: str = ""
    when: str = ""
    amount: str = ""
    status: str = ""
    tone: Tone = "neutral"
    pack_href: str = ""
    can_ask: bool = False
    asked: str = ""
    refunds: tuple[RefundFace, ...] = ()


@dataclass(frozen=True)
class QuoteFace:
    """A quote: the amount in large, and what follows as sentences."""

    order_id: str = ""
    title: str = ""
    amount: str = ""
    lines: tuple[str, ...] = ()


@dataclass(frozen=True)
class DisputeFace:
    """A dispute as a row; ``due_at`` is empty where there is nothing to answer any more."""

    id: str = ""
    title: str = ""
    amount: str = ""
    when: str = ""
    due_at: str = ""
    due_when: str = ""
    line: str = ""
    status: str = ""
    tone: Tone = "neutral"
    evidence_href: str = ""
