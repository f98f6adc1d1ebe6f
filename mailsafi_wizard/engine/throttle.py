"""Holds the bytes of many connections together under one rate: a token bucket for one direction of the link. Pure but for what it is given.

Each piece that has moved books its time at the end of a common timetable and sleeps until then. A sleep that lasts too long is made good by the
next, up to `CREDIT`, so that the mean holds exactly while there is work.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

CREDIT = 0.1  # seconds: what went unused before that is lost, or a quiet minute would be followed by a flood


class Throttle:
    """``rate`` tells the bytes a second that hold now, 0 for none; then a call costs no lock. Any thread may call."""

    def __init__(
        self, rate: Callable[[], int], clock: Callable[[], float] = time.monotonic, sleep: Callable[[float], object] = time.sleep
    ) -> None:
        self._rate = rate
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._due = float("-inf")

    def __call__(self, count: int) -> None:
        """``count`` bytes have moved, or are just about to: sleeps as long as the rate wants."""
        rate = self._rate()
        if not rate:
            return
        with self._lock:
            now = self._clock()
            self._due = max(self._due, now - CREDIT) + count / rate
            wait = self._due - now
        if wait > 0:
            self._sleep(wait)
