"""How long a copy will still take, as a range that stays put: it counts down by itself and changes only when it has become wrong. Pure."""

from __future__ import annotations

import math

WARM_UP = 8.0  # seconds of copying before anything is said
MEMORY = 60.0  # seconds after which a change of speed counts by two thirds
STEADY = 15.0  # seconds for which a range is kept at least, unless it has become wrong
SLACK = (0.8, 1.4)  # of the expected time: the low and the high end


class Eta:
    """Feed it with moments (seconds), bytes that are missing, and bytes a second now."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        self._began: float | None = None
        self._last = 0.0
        self._rate = 0.0
        self._low = self._high = 0.0
        self._said: float | None = None

    def add(self, now: float, missing: float, rate: float) -> None:
        """A speed of 0, as in a pause, is not taken for a speed: the range stays until copying goes on."""
        if rate <= 0 or missing <= 0:
            self._said = self._said if missing > 0 else None
            return
        if self._began is None:
            self._began, self._last, self._rate = now, now, rate
        weight = 1 - math.exp(-max(0.0, now - self._last) / MEMORY)
        self._rate += (rate - self._rate) * weight
        self._last = now
        if now - self._began >= WARM_UP:
            self._settle(now, missing / self._rate)

    def _settle(self, now: float, expected: float) -> None:
        if self._said is None:
            self._say(now, expected)
            return
        passed = now - self._said
        wrong = not self._low - passed <= expected <= self._high - passed
        if wrong or (passed >= STEADY and abs((self._high + self._low) / 2 - passed - expected * sum(SLACK) / 2) > 0.25 * expected):
            self._say(now, expected)

    def _say(self, now: float, expected: float) -> None:
        self._said, self._low, self._high = now, expected * SLACK[0], expected * SLACK[1]

    def range(self, now: float) -> tuple[float, float] | None:
        """(low, high) in seconds from ``now`` on; None while nothing can be said."""
        if self._said is None:
            return None
        passed = min(now, self._last) - self._said
        return max(0.0, self._low - passed), max(1.0, self._high - passed)
