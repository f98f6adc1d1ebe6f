"""Start, pause, stop: what the outside may ask of a worker, and how a worker waits without going deaf."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable


class Interrupted(Exception):
    """The admin asked to pause or stop; not an error. Whoever catches it settles what is in flight."""


class Control:
    """One mailbox's switch. ``stop`` is for good, ``pause`` until ``resume``. Thread-safe."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self.stopped = False
        self.paused = False
        self.may_ask: Callable[[int, int], bool] | None = None  # whether messages (bytes, how many) may be asked for under a budget
        self.unit = 0  # the most bytes to ask for or to send in one command, 0 for no such limit

    def stop(self) -> None:
        self._set(stopped=True)

    def pause(self) -> None:
        self._set(paused=True)

    def resume(self) -> None:
        self._set(paused=False)

    def _set(self, **values: bool) -> None:
        with self._changed:
            self.__dict__.update(values)
            self._changed.notify_all()

    def checkpoint(self) -> None:
        """Raises Interrupted when somebody asked for a pause or stop."""
        if self.stopped or self.paused:
            raise Interrupted

    def wait(self, seconds: float) -> None:
        """Sleeps; raises Interrupted as soon as somebody asks for a pause or stop."""
        deadline = time.monotonic() + seconds
        with self._changed:
            while not (self.stopped or self.paused):
                left = deadline - time.monotonic()
                if left <= 0:
                    return
                self._changed.wait(left)
        raise Interrupted
