"""One rate for many connections, on a clock that only sleeping moves."""

from __future__ import annotations

import threading

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.throttle import CREDIT, Throttle


class Clock:
    """Seconds; sleeping passes them, a little late when asked."""

    def __init__(self, late: float = 0.0) -> None:
        self.now = 1000.0
        self.late = late
        self.slept = 0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        assert seconds > 0
        self.slept += 1
        self.now += seconds + self.late


@given(st.lists(st.integers(1, 16_384), min_size=1, max_size=200), st.integers(16_000, 10_000_000))
def test_bytes_take_exactly_their_time(pieces: list[int], rate: int) -> None:
    clock = Clock()
    throttle = Throttle(lambda: rate, clock, clock.sleep)
    for piece in pieces:
        throttle(piece)
    assert abs(clock.now - 1000.0 - max(0.0, sum(pieces) / rate - CREDIT)) < 1e-6


def test_sleeping_late_costs_no_speed() -> None:
    clock = Clock(late=0.05)
    throttle = Throttle(lambda: 100_000, clock, clock.sleep)
    for _ in range(1000):
        throttle(10_000)
    assert abs((clock.now - 1000.0) / 100 - 1) < 0.01


def test_a_quiet_minute_is_not_followed_by_a_flood() -> None:
    clock = Clock()
    throttle = Throttle(lambda: 100_000, clock, clock.sleep)
    throttle(100_000)
    clock.now += 60
    before = clock.now
    throttle(100_000)
    assert abs(clock.now - before - (1 - CREDIT)) < 1e-6


def test_without_a_cap_nobody_waits_and_a_cap_may_come_and_go() -> None:
    clock, rate = Clock(), [0]
    throttle = Throttle(lambda: rate[0], clock, clock.sleep)
    throttle(10**9)
    assert clock.slept == 0
    rate[0] = 100_000
    throttle(100_000)
    throttle(100_000)
    assert clock.slept == 2
    rate[0] = 0
    throttle(10**9)
    assert clock.slept == 2


def test_many_threads_share_one_rate() -> None:
    """No sleep here moves the clock: the timetable alone says when each piece was due."""
    waits: list[float] = []
    throttle = Throttle(lambda: 100_000, lambda: 0.0, waits.append)

    def move() -> None:
        for _ in range(50):
            throttle(1000)

    threads = [threading.Thread(target=move) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert abs(max(waits) - (400 * 0.01 - CREDIT)) < 1e-9
    assert len({round(wait, 6) for wait in waits}) == len(waits)
