"""Tables for spreadsheets: comma-separated lines whose text no spreadsheet takes for a formula."""

from collections.abc import Sequence

_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")


def text_cell(text: str) -> str:
    """A text as a cell. One that a spreadsheet would calculate gets an apostrophe in front."""
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text


def csv_line(cells: Sequence[str]) -> str:
    """One line of comma-separated values, as RFC 4180 has it."""
    return ",".join(_quoted(cell) for cell in cells) + "\r\n"


def _quoted(cell: str) -> str:
    if any(c in cell for c in ',"\r\n') or cell != cell.strip():
        return '"' + cell.replace('"', '""') + '"'
    return cell
