"""How many connections the servers bear: mailboxes side by side, pairs in all, pairs for one mailbox. One `Slots` serves all workers of a run.

Three kinds of refusal teach three things. Refused before anybody signed in (the greeting says so, or the listener refuses or hangs up while others
work): this computer has too many, so fewer pairs in all and, when it was a mailbox's first, fewer mailboxes. Refused at the sign-in of a further
pair: this account has too many, so fewer pairs for each mailbox. Refused at the sign-in of a first pair: perhaps the user's own programs hold
connections, so it is waited for; when it happens to a second mailbox too, it is taken for this computer's.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

from mailsafi_wizard.engine.control import Control

LOOK_EVERY = 0.2  # seconds between looks at the switch while waiting for a slot
AGAIN_AFTER = 15 * 60.0  # seconds without a refusal after which one more is tried in a run
MAILBOXES, PAIRS, LANES = "borne", "pairs", "lanes"
MOST_LANES = 6  # pairs for one mailbox


class Slots:
    """A semaphore whose size is learned. ``learned`` hears of every limit that a refusal taught, by name, to be remembered.

    ``remembered``: what it heard in earlier runs; each is tried once more with one more, since it may have grown. ``limit`` tells a further
    bound of the moment, 0 for none.
    """

    def __init__(
        self,
        most: int,
        remembered: Mapping[str, int] | None = None,
        learned: Callable[[str, int], None] = lambda what, size: None,
        limit: Callable[[], int] = lambda: 0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        known = remembered or {}
        self._most = most
        self._learned = learned
        self._limit = limit
        self._clock = clock
        self._changed = threading.Condition()
        self._active = 0
        self._open = 0  # pairs that are signed in
        self._connected = 0  # mailboxes that have a pair
        self._refused_at: float | None = None
        self._doubted: set[int] = set()  # mailboxes whose first pair was refused at the sign-in
        self.reached = False  # some mailbox of this run was signed in on both sides: the servers are there
        self.size = min(most, known[MAILBOXES] + 1) if known.get(MAILBOXES) else most
        self.pairs = known[PAIRS] + 1 if known.get(PAIRS) else most * MOST_LANES
        self.lanes = min(MOST_LANES, known[LANES] + 1) if known.get(LANES) else MOST_LANES

    @contextmanager
    def one(self, control: Control) -> Iterator[None]:
        """Holds one slot; raises Interrupted when a pause or stop is asked for while waiting."""
        with self._changed:
            while self._active >= self._most_now():
                self._changed.wait(LOOK_EVERY)
                control.checkpoint()
            self._active += 1
        try:
            yield
        finally:
            with self._changed:
                self._active -= 1
                self._changed.notify()

    def _most_now(self) -> int:
        limit = self._limit()
        return min(self.size, limit) if limit else self.size

    # --- pairs of connections

    def opened(self, first: bool) -> None:
        """A pair is signed in on both sides, a mailbox's first or a further one."""
        with self._changed:
            self.reached = True
            self._open += 1
            self._connected += first

    def closed(self, pairs: int) -> None:
        """All pairs of a mailbox that holds a slot are gone."""
        with self._changed:
            self._open -= pairs
            self._connected -= pairs > 0

    @property
    def working(self) -> int:
        """Pairs that are signed in now, of all mailboxes."""
        return self._open

    def spare(self, own: int) -> bool:
        """Whether a mailbox that has ``own`` pairs may open a further one; mailboxes that wait for their first come before."""
        with self._changed:
            coming = self._active - self._connected
            return own < self.lanes and self._open + coming < self.pairs

    def lane_refused(self, own: int, anyone: bool) -> None:
        """A further pair of a mailbox that has ``own`` was refused: to anyone, or to this account."""
        with self._changed:
            self._note_refusal()
            if anyone:
                self._learn_pairs(self._active - 1 + own)
            elif own < self.lanes:
                self.lanes = own
                self._learned(LANES, own)

    # --- mailboxes

    def refused(self, mailbox: int = 0, anyone: bool = True) -> bool:
        """The first pair of ``mailbox`` was refused while it holds a slot. True when it shall wait for another's slot to become free."""
        with self._changed:
            others = self._active - 1
            if not anyone and not self._is_repeated(mailbox):
                return False
            self._note_refusal()
            if others < 1:
                return False
            if others < self.size:
                self.size = others
                self._learned(MAILBOXES, others)
            self._learn_pairs(others)
            return True

    def _is_repeated(self, mailbox: int) -> bool:
        self._doubted.add(mailbox)
        return len(self._doubted) > 1 and self._open > 0

    def _learn_pairs(self, least: int) -> None:
        borne = max(self._open, least)  # some may be on their way in
        if borne < self.pairs:
            self.pairs = borne
            self._learned(PAIRS, borne)

    def _note_refusal(self) -> None:
        self._refused_at = self._clock()

    def went_well(self) -> None:
        """A mailbox is finished: when there was no refusal, or none for a good while, one more may be tried."""
        with self._changed:
            if self._refused_at is not None and self._clock() - self._refused_at < AGAIN_AFTER:
                return
            self.pairs += 1
            if self.size < self._most:
                self.size += 1
                self._changed.notify()
