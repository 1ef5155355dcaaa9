"""Colours are typed in one place, the stylesheet."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
STYLED = sorted(path for room in ("components", "pages") for path in (ROOT / "mentorship" / room).glob("*.py"))
RAW_COLOR = re.compile(r"#(?:[0-9a-fA-F]{3,4}|[0-9a-fA-F]{6}|[0-9a-fA-F]{8})\b|\b(?:rgb|hsl|oklch)a?\(")


@pytest.mark.parametrize("path", STYLED, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_colour_is_typed_outside_the_stylesheet(path: Path) -> None:
    assert not RAW_COLOR.findall(path.read_text(encoding="utf-8"))


def test_light_and_dark_define_the_same_tokens() -> None:
    css = (ROOT / "assets" / "theme.css").read_text(encoding="utf-8")

    def tokens(selector: str) -> set[str]:
        block = re.search(rf"\n  {re.escape(selector)} \{{(.*?)\n  \}}", css, re.DOTALL)
        assert block, selector
        return set(re.findall(r"--[\w-]+(?=:)", block[1]))

    assert tokens(":root") == tokens(".dark")
    assert len(tokens(".dark")) > 15
