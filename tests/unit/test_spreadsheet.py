"""Tables for spreadsheets: nothing is calculated, nothing is lost."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.spreadsheet import as_csv, neutralised, restored

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


@pytest.mark.parametrize("start", STARTS)
def test_no_cell_begins_as_a_formula_does(start: str) -> None:
    data = as_csv([("Folder", "Messages"), (f"{start}cmd|' /C calc'!A0", -3)])
    assert data.startswith(b"\xef\xbb\xbf")
    cells = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))[1]
    assert cells == [f"'{start}cmd|' /C calc'!A0", "-3"]


@given(
    st.text(max_size=20) | st.sampled_from(STARTS).flatmap(lambda start: st.text("'", max_size=3).map(lambda text: text + start))
)
def test_it_can_be_taken_back(text: str) -> None:
    assert not neutralised(text).startswith(STARTS)
    assert restored(neutralised(text)) == text
