"""Cells that spreadsheets read as they were meant."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mentorship.domain.sheets import csv_line, text_cell

texts = st.text(st.characters(blacklist_categories=("Cs",), blacklist_characters="\0"))


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "  =1", "=cmd|' /C calc'!A0"])
def test_a_formula_is_text(text: str) -> None:
    assert text_cell(text) == "'" + text


@given(st.lists(texts, min_size=2, max_size=6))
def test_a_line_reads_back_cell_by_cell(cells: list[str]) -> None:
    (read,) = csv.reader(io.StringIO(csv_line(cells), newline=""))
    assert read == cells


@given(texts)
def test_no_text_begins_a_formula(text: str) -> None:
    assert not text_cell(text).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "\n"))
    assert text_cell(text).removeprefix("'") in (text, text.removeprefix("'"))
