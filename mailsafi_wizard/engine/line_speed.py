"""Whether the line is slow: then connections are compressed where the server offers it. One `LineSpeed` serves all workers of a run.

Measured (``tests.bench.slow_link``): compression saves a third of the time up to 4 MB/s and a seventh at 20 MB/s, and costs time on a line that is
faster than the processor packs. What a run has measured holds for the connections opened after it, and is remembered for the next run.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

SLOW = 8_000_000  # bytes of mail a second
LEAST_SECONDS = 10.0  # of copying before a figure counts
LEAST_BYTES = 1_000_000


class LineSpeed:
    """``remembered``: bytes a second of an earlier run, 0 for unknown. Any thread may call."""

    def __init__(self, remembered: float = 0.0, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._guard = threading.Lock()
        self._begun: float | None = None
        self._last = 0.0
        self._bytes = 0
        self._rate = remembered

    def moved(self, size: int) -> None:
        """``size`` bytes of mail have arrived at the destination."""
        with self._guard:
            self._last = self._clock()
            if self._begun is None:
                self._begun = self._last  # what came before was on its way for an unknown time
                return
            self._bytes += size
            passed = self._last - self._begun
            if passed >= LEAST_SECONDS and self._bytes >= LEAST_BYTES:
                self._rate = self._bytes / passed

    @property
    def rate(self) -> float:
        """Bytes of mail a second, 0 while nothing is known."""
        return self._rate

    @property
    def slow(self) -> bool:
        return 0 < self._rate < SLOW
