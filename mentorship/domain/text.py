"""Text that goes where a line break would mean something: headers and calendar fields."""

from unicodedata import category

_BREAKING = frozenset({"Cc", "Cs", "Zl", "Zp"})


def one_line(text: str) -> str:
    """The text on one line: control characters and line separators become spaces, runs of space become one."""
    return " ".join("".join(" " if category(c) in _BREAKING else c for c in text).split())
