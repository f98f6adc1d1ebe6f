"""Whose turn it is: workers that can go on, and workers that wait for a time, a server or a person and hold nobody up meanwhile."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Callable, Iterable
from typing import Generic, Protocol, TypeVar

LOOK_EVERY = 0.25  # seconds between looks at those who wait


class Waiter(Protocol):
    """What `Turns` must know of a worker and of what stands for one in a test."""

    @property
    def ready(self) -> bool:
        """Whether it can go on."""
        ...

    @property
    def resting(self) -> object:
        """True in a condition when it waits for a time of day, which may be tomorrow."""
        ...


W = TypeVar("W", bound=Waiter)


class Turns(Generic[W]):
    """``stays``: those who rest are waited for; else the work ends when nobody else is left, and `left` holds them. Thread-safe."""

    def __init__(self, waiters: Iterable[W], stays: bool, clock: Callable[[], float] = time.monotonic) -> None:
        self._todo = deque(waiters)
        self._parked: list[W] = []
        self._stays = stays
        self._clock = clock
        self._changed = threading.Condition()
        self._busy = 0
        self._looked_at = float("-inf")
        self._over = False

    def take(self) -> W | None:
        """The next that can go on, waiting for it; None when there is no more to do. `park` or `done` must follow."""
        with self._changed:
            while not self._over:
                self._look()
                if self._todo:
                    self._busy += 1
                    return self._todo.popleft()
                if not self._busy and not self._worth_waiting():
                    self._over = True
                    self._changed.notify_all()
                    break
                self._changed.wait(LOOK_EVERY)
            return None

    def park(self, waiter: W) -> None:
        """It waits until it is ready."""
        with self._changed:
            self._parked.append(waiter)
            self._leave()

    def done(self) -> None:
        with self._changed:
            self._leave()

    def close(self) -> None:
        """Nobody gets a turn any more."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    @property
    def left(self) -> list[W]:
        """Those who wait still."""
        with self._changed:
            return list(self._parked)

    def _leave(self) -> None:
        self._busy -= 1
        self._looked_at = float("-inf")
        self._changed.notify_all()

    def _look(self) -> None:
        now = self._clock()
        if now - self._looked_at < LOOK_EVERY:
            return
        self._looked_at = now
        ready = [waiter for waiter in self._parked if waiter.ready]
        self._parked = [waiter for waiter in self._parked if waiter not in ready]
        self._todo.extendleft(reversed(ready))

    def _worth_waiting(self) -> bool:
        return any(self._stays or not waiter.resting for waiter in self._parked)
