"""The time that is left: a range, steady, and honest when the speed changes."""

from __future__ import annotations

import itertools
import random

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.ui.eta import WARM_UP, Eta


def shown(eta: Eta, now: float) -> tuple[float, float]:
    span = eta.range(now)
    assert span is not None
    return span


def test_nothing_is_said_before_something_is_known() -> None:
    eta = Eta()
    eta.add(0, 1000, 100)
    assert eta.range(1) is None
    eta.add(WARM_UP, 1000, 100)
    low, high = shown(eta, WARM_UP)
    assert low < 10 < high


def test_a_speed_that_flickers_does_not_make_the_range_flicker() -> None:
    eta, chance = Eta(), random.Random(7)
    said: list[float] = []
    missing = 600_000.0
    for second in range(400):
        rate = 1000 * chance.uniform(0.5, 1.5)
        missing -= rate
        eta.add(float(second), missing, rate)
        if eta.range(float(second)):
            said.append(shown(eta, float(second))[1] + second)  # when it would be over at the latest
    changes = sum(abs(a - b) > 1 for a, b in itertools.pairwise(said))
    assert changes <= 12


def test_a_line_that_breaks_down_is_told() -> None:
    eta = Eta()
    for second in range(60):
        eta.add(float(second), 100_000 - second * 100, 100)
    before = shown(eta, 59.0)[1]
    for second in range(60, 200):
        eta.add(float(second), 94_000 - (second - 60) * 10, 10)
    assert shown(eta, 199.0)[0] > 2 * before


def test_a_pause_changes_nothing() -> None:
    eta = Eta()
    for second in range(30):
        eta.add(float(second), 10_000 - second * 10, 10)
    before = shown(eta, 29.0)
    for second in range(30, 90):
        eta.add(float(second), 9_700, 0)
    assert shown(eta, 89.0) == before


@given(st.lists(st.tuples(st.floats(0.1, 60), st.floats(0, 1e12), st.floats(0, 1e9)), max_size=50))
def test_the_range_is_always_one(steps: list[tuple[float, float, float]]) -> None:
    eta, now = Eta(), 0.0
    for passed, missing, rate in steps:
        now += passed
        eta.add(now, missing, rate)
        if (span := eta.range(now)) is not None:
            assert 0 <= span[0] <= span[1] or span[1] == 1.0
