"""The parts that facts are made of: drawings that leave nothing out, groups where they save room."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.report import Column, Part, Shares, Step, Table, TimeLine, Tone

DAY = dt.date(2026, 11, 13)
days = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@given(st.lists(st.integers(0, 10**9), min_size=1, max_size=6))
def test_a_bar_shows_every_part_that_is_not_nothing(counts: list[int]) -> None:
    drawing = Shares("t", tuple(Part(f"{n}", count, Tone.GOOD) for n, count in enumerate(counts)))
    assert drawing.whole == sum(part.count for part in drawing.shown)
    assert all(part.count for part in drawing.shown)


@given(st.lists(st.tuples(days, st.none() | days), min_size=1, max_size=9), st.none() | days)
def test_every_day_has_its_place_on_a_time_line(steps: list[tuple[dt.date, dt.date | None]], cutover: dt.date | None) -> None:
    made = tuple(Step("s", planned, actual, "done", Tone.GOOD) for planned, actual in steps)
    drawing = TimeLine("t", made, cutover, ("planned", "done", "cutover"))
    known = [day for step in steps for day in step if day] + ([cutover] if cutover else [])
    assert all(0 <= drawing.place(day) <= 1 for day in known)
    assert sorted(known) == sorted(known, key=drawing.place)


def test_one_day_alone_stands_at_the_beginning() -> None:
    drawing = TimeLine("t", (Step("s", DAY, None, "ahead", Tone.QUIET),), DAY, ("", "", ""))
    assert drawing.place(DAY) == 0


@pytest.mark.parametrize(
    ("firsts", "grouped"), [("aabb", True), ("aaab", True), ("abcd", False), ("aabc", False), ("a", False), ("", False)]
)
def test_rows_are_grouped_where_that_saves_room(firsts: str, grouped: bool) -> None:
    values = tuple((first, "x") for first in firsts)
    assert Table("t", "T", (Column("a"), Column("b")), values, grouped=True).groups is grouped
    assert not Table("t", "T", (Column("a"), Column("b")), values).groups
