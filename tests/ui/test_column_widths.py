"""A table's width is shared: nothing is lost, nothing is wider than the table as long as there is a way."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.ui.column_widths import Wish, shared


@st.composite
def wishes(draw: st.DrawFn) -> list[Wish]:
    pairs = draw(
        st.lists(st.tuples(st.integers(1, 400), st.integers(1, 400), st.booleans(), st.integers(0, 5)), min_size=1, max_size=9)
    )
    return [Wish(max(a, b), min(a, b), stretch, yields) for a, b, stretch, yields in pairs]


@given(wishes(), st.integers(0, 3000))
def test_no_wider_than_the_table_where_there_is_a_way(columns: list[Wish], width: int) -> None:
    widths = shared(columns, width)
    must = sum(wish.least for wish in columns if not wish.yields)
    assert sum(widths) <= max(width, must)
    for wish, one in zip(columns, widths, strict=True):
        assert one >= wish.least or (one == 0 and wish.yields)
    if any(wish.stretch and one for wish, one in zip(columns, widths, strict=True)) and must <= width:
        assert sum(widths) >= min(width, sum(wish.asked for wish in columns if not wish.yields))


@given(wishes(), st.integers(0, 3000))
def test_a_column_goes_only_when_less_important_ones_are_gone(columns: list[Wish], width: int) -> None:
    widths = shared(columns, width)
    gone = [wish.yields for wish, one in zip(columns, widths, strict=True) if not one]
    stay = [wish.yields for wish, one in zip(columns, widths, strict=True) if one]
    assert not gone or min(gone) >= max(stay, default=0)


def test_what_stretches_takes_all_that_is_left() -> None:
    assert shared([Wish(0, 100, stretch=True), Wish(80, 80)], 500) == [420, 80]
    assert shared([Wish(0, 100, stretch=True), Wish(0, 300, stretch=True)], 500) == [200, 300]


def test_words_are_cut_before_the_table_scrolls() -> None:
    assert shared([Wish(0, 100, stretch=True), Wish(300, 120), Wish(80, 80)], 400) == [100, 220, 80]


def test_those_whose_turn_comes_later_give_only_when_the_others_have_given_all() -> None:
    heading, address, state = Wish(90, 50, gives=0), Wish(180, 116, stretch=True, gives=1), Wish(130, 100, gives=2)
    assert shared([heading, address, state], 380) == [70, 180, 130]
    assert shared([heading, address, state], 330) == [50, 150, 130]
    assert shared([heading, address, state], 280) == [50, 116, 114]
