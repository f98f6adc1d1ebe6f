"""Placing wishes on days: the way that breaks least, compared with trying out every way there is."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.schedule.placing import EARLIER, FREE, LATER, TWICE, Wish, placed

FIRST = dt.date(2026, 3, 2)


def day(number: int) -> dt.date:
    return FIRST + dt.timedelta(days=number)


def cost(wishes: list[Wish], found: tuple[dt.date, ...], free: set[dt.date]) -> int:
    away = [(got - wish.day).days for wish, got in zip(wishes, found, strict=True)]
    told = [got for wish, got in zip(wishes, found, strict=True) if wish.notice]
    twice = len(told) - len(set(told))
    bounds = sum(not wish.earliest <= got <= wish.latest for wish, got in zip(wishes, found, strict=True))
    distance = sum(n * LATER if n > 0 else -n * EARLIER for n in away)
    return distance + FREE * sum(got in free for got in found) + TWICE * twice + 10 * TWICE * bounds


WISHES = st.lists(
    st.tuples(st.integers(-2, 7), st.booleans(), st.booleans()).map(
        lambda t: Wish(day(t[0]), t[1], latest=day(t[0]) if t[2] else dt.date.max)
    ),
    min_size=1,
    max_size=4,
)


@given(WISHES, st.integers(0, 5), st.sets(st.integers(0, 5).map(day)))
def test_no_other_way_is_better(wishes: list[Wish], length: int, free: set[dt.date]) -> None:
    found = tuple(placed(wishes, FIRST, day(length), lambda d: d not in free))
    assert list(found) == sorted(found)
    assert all(FIRST <= got <= day(length) for got in found)
    ways = itertools.combinations_with_replacement([day(n) for n in range(length + 1)], len(wishes))
    assert cost(wishes, found, free) == min(cost(wishes, way, free) for way in ways)


def test_nothing_to_place_is_nothing() -> None:
    assert placed([], FIRST, FIRST, lambda _day: True) == []


def test_a_last_day_before_the_first_counts_as_the_first() -> None:
    assert placed([Wish(day(3))], day(2), day(1), lambda _day: True) == [day(2)]
