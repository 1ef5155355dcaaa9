"""What the pages about prices, receipts and earnings are given: finished texts, like :mod:`.pages`."""

from dataclasses import dataclass

from mentorship.schemas.pages import Tone


@dataclass(frozen=True)
class SheetLine:
    """One line of a receipt: what, and how much."""

    text: str
    amount: str


@dataclass(frozen=True)
class ReceiptFace:
    """A receipt as its page shows it."""

    number: str = ""
    issued_on: str = ""
    order_id: str = ""
    seller_name: str = ""
    seller_address: tuple[str, ...] = ()
    seller_tax_id: str = ""
    buyer_name: str = ""
    buyer_email: str = ""
    lines: tuple[SheetLine, ...] = ()
    total: str = ""
    tax: str = ""
    tax_amount: str = ""
    paid_with: str = ""
    paid_when: str = ""
    refunds: tuple[SheetLine, ...] = ()
    pdf_href: str = ""


@dataclass(frozen=True)
class EarningsLine:
    """One month in one currency. ``fees`` says where some are not known."""

    id: str
    month: str
    orders: str
    gross: str
    discounts: str
    fees: str
    fees_note: str
    refunds: str
    net: str


@dataclass(frozen=True)
class PromotionLine:
    """A code with what it promises, how often it is used, and its state. ``can_end`` while it is not over."""

    id: str = ""
    code: str = ""
    takes_off: str = ""
    limits: str = ""
    uses: str = ""
    note: str = ""
    state: str = ""
    tone: Tone = "neutral"
    can_end: bool = False


@dataclass(frozen=True)
class PricedProduct:
    """A product to choose, with its price in its label."""

    id: str
    label: str
    former: str = ""
