"""T46: no cell of a list for a spreadsheet can be taken for a formula."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incidents.spreadsheet import BYTE_ORDER_MARK, inert, make_csv


@pytest.mark.parametrize(
    "text",
    ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", ' "=1', "'=1", "\x00=1", "＝1", "\tx"],  # noqa: RUF001
)
def test_what_a_spreadsheet_would_run_is_made_text(text: str) -> None:
    assert inert(text).startswith("'")
    assert "\x00" not in inert(text)


@pytest.mark.parametrize("text", ["", "PC 2186QX Brannick", "a = b", "1-2", None, 7])
def test_what_is_plain_stays_as_it_is(text: object) -> None:
    assert inert(text) == ("" if text is None else str(text))


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), min_size=1, max_size=4))
def test_cells_come_back_as_they_were_written(cells: list[str]) -> None:
    content = make_csv(cells, [cells]).decode()
    assert content.startswith(BYTE_ORDER_MARK)

    read = list(csv.reader(io.StringIO(content[1:], newline="")))

    assert read == [[inert(cell) for cell in cells]] * 2
    assert all(
        not cell.lstrip(" \"'").startswith(("=", "+", "-", "@")) or cell[0] == "'"
        for cell in read[0]
    )
