"""A receipt as a PDF of one page or more, A4.

Letters that the bundled font has are embedded. Chinese, Japanese and Korean are printed with the fonts that PDF readers
bring themselves; every other script is written in Latin letters, so that no name is left blank.
"""

import io
import unicodedata
from collections.abc import Iterator
from functools import cache
from importlib import resources
from itertools import groupby

from anyascii import anyascii
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

from mentorship.schemas.receipts import ReceiptLine, ReceiptView

TEXT, BOLD = "Receipt", "Receipt-Bold"
_FILES = {TEXT: "DejaVuSans.ttf", BOLD: "DejaVuSans-Bold.ttf"}
_HAN, _KANA, _HANGUL = "STSong-Light", "HeiseiKakuGo-W5", "HYGothic-Medium"

_WIDTH, _HEIGHT = A4
_LEFT, _RIGHT, _TOP, _BOTTOM = 22 * mm, _WIDTH - 22 * mm, _HEIGHT - 24 * mm, 24 * mm
_AMOUNTS = 45 * mm
"""How much of a line's right side belongs to its amount."""

_SIZE, _SMALL, _TITLE = 10, 8.5, 20
_INK, _MUTED, _RULE = (0.09, 0.09, 0.11), (0.36, 0.36, 0.4), (0.82, 0.82, 0.84)

Run = tuple[str, str]
"""A font, and a text that it has."""


def print_receipt(receipt: ReceiptView) -> bytes:
    """The receipt as a PDF; the same receipt gives the same bytes."""
    _load_fonts()
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, lang="en")
    canvas.setTitle(f"Receipt {receipt.number}")
    canvas.setAuthor(receipt.seller_name)
    _Sheet(canvas).print(receipt)
    canvas.save()
    return buffer.getvalue()


class _Sheet:
    """Writes from the top down and goes on to another page when one is full."""

    def __init__(self, canvas: Canvas) -> None:
        self._canvas = canvas
        self._y = _TOP

    def print(self, receipt: ReceiptView) -> None:
        self._write(receipt.seller_name, font=BOLD, size=12)
        for line in receipt.seller_address:
            self._write(line, size=_SMALL, color=_MUTED)
        if receipt.seller_tax_id:
            self._write(f"Tax ID {receipt.seller_tax_id}", size=_SMALL, color=_MUTED)
        self._skip(14 * mm)
        self._write("Receipt", font=BOLD, size=_TITLE)
        self._skip(3 * mm)
        for label, value in (("Number", receipt.number), ("Date", receipt.issued_on), ("Order", str(receipt.order_id))):
            self._fact(label, value)
        self._skip(8 * mm)
        self._write("For", size=_SMALL, color=_MUTED)
        self._write(receipt.buyer_name, font=BOLD)
        self._write(receipt.buyer_email)
        self._skip(10 * mm)
        self._rule()
        for item in receipt.lines:
            self._line(item.text, item.amount.text)
        self._rule()
        self._line("Total", receipt.total.text, font=BOLD)
        if receipt.tax is not None:
            self._line(receipt.tax.text, receipt.tax.amount.text, color=_MUTED)
        self._skip(6 * mm)
        self._fact("Paid with", receipt.paid_with)
        self._fact("Paid on", receipt.paid_when)
        if receipt.refunds:
            self._refunds(receipt.refunds)

    def _refunds(self, refunds: tuple[ReceiptLine, ...]) -> None:
        self._skip(8 * mm)
        self._write("Since then", font=BOLD)
        self._rule()
        for line in refunds:
            self._line(line.text, line.amount.text)

    def _fact(self, label: str, value: str) -> None:
        top = self._y
        self._write(label, color=_MUTED, width=30 * mm)
        self._y = top
        self._write(value, left=_LEFT + 30 * mm)

    def _line(self, text: str, amount: str, *, font: str = TEXT, color: tuple[float, float, float] = _INK) -> None:
        self._skip(1.5 * mm)
        self._need(_SIZE * 1.5)
        self._put(list(_runs(amount, font)), _SIZE, self._y - _SIZE, color, right=_RIGHT)
        self._write(text, font=font, color=color, width=_RIGHT - _LEFT - _AMOUNTS)
        self._skip(1.5 * mm)

    def _rule(self) -> None:
        self._canvas.setStrokeColorRGB(*_RULE)
        self._canvas.line(_LEFT, self._y, _RIGHT, self._y)

    def _skip(self, height: float) -> None:
        self._y -= height

    def _need(self, height: float) -> None:
        if self._y - height < _BOTTOM:
            self._canvas.showPage()
            self._y = _TOP

    def _write(
        self,
        text: str,
        *,
        font: str = TEXT,
        size: float = _SIZE,
        color: tuple[float, float, float] = _INK,
        left: float = _LEFT,
        width: float | None = None,
    ) -> None:
        for line in _wrapped(text, font, size, width or _RIGHT - left):
            self._need(size * 1.5)
            self._put(list(_runs(line, font)), size, self._y - size, color, left=left)
            self._y -= size * 1.45

    def _put(
        self,
        runs: list[Run],
        size: float,
        y: float,
        color: tuple[float, float, float],
        *,
        left: float = 0,
        right: float | None = None,
    ) -> None:
        x = left if right is None else right - sum(pdfmetrics.stringWidth(text, font, size) for font, text in runs)
        self._canvas.setFillColorRGB(*color)
        for font, text in runs:
            self._canvas.setFont(font, size)
            self._canvas.drawString(x, y, text)
            x += pdfmetrics.stringWidth(text, font, size)


def _wrapped(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """The text in lines that fit; a word that is too long is broken."""
    line = ""
    for word in text.split():
        for piece in _pieces(word, font, size, width):
            joined = f"{line} {piece}".strip()
            if line and _width(joined, font, size) > width:
                yield line
                line = piece
            else:
                line = joined
    yield line


def _pieces(word: str, font: str, size: float, width: float) -> Iterator[str]:
    piece = ""
    for character in word:
        if piece and _width(piece + character, font, size) > width:
            yield piece
            piece = ""
        piece += character
    yield piece


def _width(text: str, font: str, size: float) -> float:
    return sum(float(pdfmetrics.stringWidth(part, name, size)) for name, part in _runs(text, font))


def _runs(text: str, font: str) -> Iterator[Run]:
    """The text cut where the font changes, with what no font has in Latin letters."""
    text = unicodedata.normalize("NFC", text)
    kana = any("\u3040" <= c <= "\u30ff" for c in text)
    spelled = [_spelled(c, font, _KANA if kana else _HAN) for c in text]
    for name, parts in groupby(spelled, key=lambda run: run[0]):
        yield name, "".join(part for _, part in parts)


def _spelled(character: str, font: str, han: str) -> Run:
    if ord(character) in _letters(font):
        return font, character
    if "\uac00" <= character <= "\ud7a3":
        return _HANGUL, character
    if "\u3040" <= character <= "\u30ff":
        return _KANA, character
    if "\u3000" <= character <= "\u303f" or "\u4e00" <= character <= "\u9fff" or "\uff00" <= character <= "\uffef":
        return han, character
    return font, anyascii(character)


@cache
def _letters(font: str) -> frozenset[int]:
    loaded = pdfmetrics.getFont(font)
    assert isinstance(loaded, TTFont)
    return frozenset(loaded.face.charToGlyph)


@cache
def _load_fonts() -> None:
    folder = resources.files("mentorship.services") / "fonts"
    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, io.BytesIO((folder / file).read_bytes())))
    for name in (_HAN, _KANA, _HANGUL):
        pdfmetrics.registerFont(UnicodeCIDFont(name))
