"""Puts tasks on days: in order, on working days where that can be, and users are not told two things on one day. Pure.

Of all ways to place them in their order, the one is taken that breaks least: two notices on one day weigh more than a free day,
a free day more than any distance from the usual day. Found by dynamic programming over (task, day): some thousand steps.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from mailsafi_wizard.records import dataclass

EARLIER, LATER = 10, 12  # a day away from the wanted one
FREE = 3_000  # on a weekend or holiday; more than the distance of a whole plan
TWICE = 1_000_000  # a second notice on one day
NEVER = 10**12


@dataclass(frozen=True)
class Wish:
    """When a task would best be. ``latest`` and ``earliest`` are kept to as long as the order leaves a way; ``notice``: users get something."""

    day: dt.date
    notice: bool = False
    earliest: dt.date = dt.date.min
    latest: dt.date = dt.date.max


@dataclass
class _Column:
    """The least cost with one task on each day: [day][0] without, [day][1] with a notice on that day so far; and where it came from."""

    cost: list[list[int]]
    came: list[list[tuple[int, int] | None]]


def placed(wishes: Sequence[Wish], first: dt.date, last: dt.date, is_working: Callable[[dt.date], bool]) -> list[dt.date]:
    """A day from ``first`` to ``last`` for each wish, in the order given: no day is before the one before it."""
    if not wishes:
        return []
    days = [first + dt.timedelta(days=n) for n in range(max(0, (last - first).days) + 1)]
    free = [0 if is_working(day) else FREE for day in days]
    columns: list[_Column] = []
    for wish in wishes:
        columns.append(_column(wish, days, free, columns[-1] if columns else None))
    return [days[place] for place in _way_back(columns)]


def _column(wish: Wish, days: Sequence[dt.date], free: Sequence[int], before: _Column | None) -> _Column:
    made = _Column([[NEVER, NEVER] for _day in days], [[None, None] for _day in days])
    best: tuple[int, tuple[int, int] | None] = (0, None) if before is None else (NEVER, None)  # of all earlier days
    for place, day in enumerate(days):
        own = _distance(wish, day) + free[place]
        without = with_one = best
        if before is not None:
            quiet, told = before.cost[place]
            without = min(best, (quiet, (place, 0)), key=lambda way: way[0])
            with_one = (told, (place, 1))
            best = min(without, with_one, key=lambda way: way[0])
        if wish.notice:
            again = (with_one[0] + TWICE, with_one[1]) if before is not None else (NEVER, None)
            _take(made, place, 1, own, min(without, again, key=lambda way: way[0]))
        else:
            _take(made, place, 0, own, without)
            if before is not None:
                _take(made, place, 1, own, with_one)
    return made


def _take(column: _Column, place: int, told: int, own: int, way: tuple[int, tuple[int, int] | None]) -> None:
    column.cost[place][told], column.came[place][told] = min(NEVER, way[0] + own), way[1]


def _distance(wish: Wish, day: dt.date) -> int:
    away = (day - wish.day).days
    cost = away * LATER if away > 0 else -away * EARLIER
    return cost + (10 * TWICE if not wish.earliest <= day <= wish.latest else 0)


def _way_back(columns: Sequence[_Column]) -> list[int]:
    final = columns[-1].cost
    place, told = min(((p, t) for p in range(len(final)) for t in (0, 1)), key=lambda at: final[at[0]][at[1]])
    way = []
    for column in reversed(columns):
        way.append(place)
        came = column.came[place][told]
        if came is not None:
            place, told = came
    return way[::-1]
