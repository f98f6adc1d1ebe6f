"""Keeps the speed of the last minutes from cumulative byte counts. Pure: no clock of its own, no widgets."""

from __future__ import annotations

from collections import deque

WINDOW = 300.0  # seconds that are kept
STEP = 1.0  # seconds between two kept samples
SMOOTHING = 5  # samples a drawn value is the mean of


class SpeedHistory:
    """Bytes per second over the last minutes. Feed it with ``(seconds, total bytes so far)`` in order of time."""

    def __init__(self) -> None:
        self._samples: deque[tuple[float, float]] = deque()
        self._last: tuple[float, int] | None = None

    def add(self, now: float, total: int) -> bool:
        """Take one observation; True when a new sample came of it."""
        if self._last is None or total < self._last[1]:
            self._last = (now, total)
            return False
        passed = now - self._last[0]
        if passed < STEP:
            return False
        self._samples.append((now, (total - self._last[1]) / passed))
        self._last = (now, total)
        while self._samples and self._samples[0][0] < now - WINDOW:
            self._samples.popleft()
        return True

    def points(self) -> tuple[tuple[float, float], ...]:
        """``(seconds before the newest sample, bytes per second)``, oldest first, smoothed."""
        if not self._samples:
            return ()
        newest = self._samples[-1][0]
        values = list(self._samples)
        smooth = []
        for index, (when, _rate) in enumerate(values):
            near = values[max(0, index - SMOOTHING + 1) : index + 1]
            smooth.append((newest - when, sum(rate for _when, rate in near) / len(near)))
        return tuple(smooth)

    @property
    def current(self) -> float:
        """Bytes per second now; 0 before anything is known."""
        points = self.points()
        return points[-1][1] if points else 0.0

    def clear(self) -> None:
        self._samples.clear()
        self._last = None
