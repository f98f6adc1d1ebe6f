"""How many mailboxes are copied side by side: as many as the servers bear. One `Slots` serves all workers of a run."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from mailsafi_wizard.engine.control import Control

LOOK_EVERY = 0.2  # seconds between looks at the switch while waiting for a slot


class Slots:
    """A semaphore whose size is learned. ``learned`` hears of every new size that a refusal taught, to be remembered."""

    def __init__(self, most: int, remembered: int = 0, learned: Callable[[int], None] = lambda size: None) -> None:
        self._most = most
        self._learned = learned
        self._changed = threading.Condition()
        self._active = 0
        self._refusals = 0
        self.reached = False  # some mailbox of this run was signed in on both sides: the servers are there
        self.size = min(most, remembered + 1) if remembered else most  # one more than was borne last time: it may have grown

    @contextmanager
    def one(self, control: Control) -> Iterator[None]:
        """Holds one slot; raises Interrupted when a pause or stop is asked for while waiting."""
        with self._changed:
            while self._active >= self.size:
                self._changed.wait(LOOK_EVERY)
                control.checkpoint()
            self._active += 1
        try:
            yield
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify()

    def refused(self) -> bool:
        """A server wanted no more connections, while the caller held a slot. True when others hold slots: then wait for theirs."""
        with self._changed:
            others = self._active - 1
            self._refusals += 1
            if others < 1:
                return False
            if others < self.size:
                self.size = others
                self._learned(others)
            return True

    def went_well(self) -> None:
        """A mailbox is finished: without refusals one more may be tried."""
        with self._changed:
            if not self._refusals and self.size < self._most:
                self.size += 1
                self._changed.notify()
