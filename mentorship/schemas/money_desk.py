"""What the admin's pages about money are given: finished texts, like :mod:`mentorship.schemas.pages`."""

from dataclasses import dataclass

from mentorship.schemas.pages import Tone


@dataclass(frozen=True)
class Filters:
    """What a list is narrowed by, as it stands in the page's address."""

    words: str = ""
    status: str = ""
    provider: str = ""
    since: str = ""
    until: str = ""
    only: bool = False


@dataclass(frozen=True)
class Paging:
    """Where a list goes on; an address is empty where there is nothing more."""

    summary: str = ""
    newer: str = ""
    older: str = ""


@dataclass(frozen=True)
class OrderFace:
    """An order in a list or at the top of its own page."""

    id: str = ""
    href: str = ""
    student: str = ""
    email: str = ""
    product: str = ""
    when: str = ""
    amount: str = ""
    paid: str = ""
    refunded: str = ""
    providers: str = ""
    code: str = ""
    status: str = ""
    tone: Tone = "neutral"
    review: str = ""


@dataclass(frozen=True)
class HistoryFace:
    """One line of a history."""

    id: str
    when: str
    who: str
    about: str
    what: str
    detail: str


@dataclass(frozen=True)
class EventFace:
    """A delivery."""

    id: str = ""
    href: str = ""
    title: str = ""
    when: str = ""
    number: str = ""
    reference: str = ""
    status: str = ""
    tone: Tone = "neutral"
    error: str = ""
    effect: str = ""
    tries: str = ""


@dataclass(frozen=True)
class FindingFace:
    """A difference between the books. `repair` is the button's text, empty where a person must look."""

    id: str = ""
    title: str = ""
    reason: str = ""
    whose: str = ""
    when: str = ""
    order_href: str = ""
    repair: str = ""
    consequence: str = ""
    resolution: str = ""
