"""Whether the line is slow, by what has arrived, on a clock that the test holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.line_speed import LEAST_BYTES, LEAST_SECONDS, SLOW, LineSpeed


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def test_what_was_remembered_holds_until_something_was_measured() -> None:
    clock = Clock()
    line = LineSpeed(SLOW / 2, clock)
    assert line.slow
    line.moved(10)
    clock.now += LEAST_SECONDS / 2
    line.moved(SLOW * 10)
    assert line.slow
    clock.now += LEAST_SECONDS / 2
    line.moved(SLOW * 10)
    assert not line.slow
    assert line.rate == SLOW * 20 / LEAST_SECONDS


def test_nothing_known_is_not_slow() -> None:
    assert not LineSpeed().slow


@given(st.integers(LEAST_BYTES, 10**12), st.integers(int(LEAST_SECONDS), 10**5))
def test_the_rate_is_what_arrived_in_the_time(size: int, seconds: int) -> None:
    clock = Clock()
    line = LineSpeed(0.0, clock)
    line.moved(12345)
    clock.now += seconds
    line.moved(size)
    assert abs(line.rate - size / seconds) <= 1e-6 * line.rate
    assert line.slow == (line.rate < SLOW)


def test_a_few_small_messages_say_nothing_about_the_line() -> None:
    clock = Clock()
    line = LineSpeed(0.0, clock)
    line.moved(10)
    clock.now += 3600
    line.moved(LEAST_BYTES - 1)
    assert (line.rate, line.slow) == (0.0, False)
