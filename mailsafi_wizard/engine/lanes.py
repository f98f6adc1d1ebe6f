"""The pairs of connections over which one mailbox is copied.

One pair is enough where the destination takes many messages without waiting (LITERAL+, RFC 7888). Where every message costs a round trip,
the folders are shared out over several pairs; the order within a folder is kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Interrupted
from mailsafi_wizard.engine.copier import Copier
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import Style
from mailsafi_wizard.engine.slots import MOST_LANES, Slots
from mailsafi_wizard.net.session import Session

WORTH = 20  # messages for each pair, at least: signing in has its price
Pair = tuple[Session, Session]


class Lanes:
    """Opens further pairs as they are wanted and borne, which ``slots`` knows of all mailboxes; ``release`` gives a thread's journal connection back."""

    def __init__(
        self,
        first: Pair,
        more: Callable[[], Pair],
        make: Callable[[Session, Session], Copier],
        release: Callable[[], None],
        slots: Slots,
    ) -> None:
        self._pairs = [first]
        self._more = more
        self._make = make
        self._release = release
        self._slots = slots
        self._most = MOST_LANES  # less after an attempt that failed in this pass
        self.copiers: list[Copier] = []  # of the present round

    def copy(self, works: Sequence[FolderWork], style: Style) -> list[Copier]:
        """Copies ``works``; the copiers hold what was left over. Raises what ended the first lane that broke."""
        shares = shared_out(works, self._wanted(works, style))
        self._open(len(shares))
        shares = shared_out(works, len(self._pairs)) if len(self._pairs) < len(shares) else shares
        self.copiers = [self._make(*self._pairs[i]) for i in range(len(shares))]
        problems: list[BaseException] = []
        threads = [
            threading.Thread(target=self._run, args=(copier, share, problems), name=f"lane-{i}", daemon=True)
            for i, (copier, share) in enumerate(zip(self.copiers[1:], shares[1:], strict=True), 1)
        ]
        for thread in threads:
            thread.start()
        self._carry(self.copiers[0], shares[0], problems)
        for thread in threads:
            thread.join()
        if problems:
            raise next((p for p in problems if not isinstance(p, Interrupted)), problems[0])
        return self.copiers

    def _wanted(self, works: Sequence[FolderWork], style: Style) -> int:
        destination = self._pairs[0][1]
        if style.gentle or (destination.has("LITERAL+") and not style.careful):
            return 1
        return max(1, min(self._most, len(works), sum(len(w) for w in works) // WORTH))

    def _open(self, count: int) -> None:
        while len(self._pairs) < count and self._slots.spare(len(self._pairs)):
            try:
                self._pairs.append(self._more())
            except errors.MigrationError as e:  # refused or broken: what is open must do
                self._most = len(self._pairs)
                if isinstance(e, errors.TooManyConnections):
                    self._slots.lane_refused(self._most, e.anyone)
                return

    def _run(self, copier: Copier, share: Sequence[FolderWork], problems: list[BaseException]) -> None:
        try:
            self._carry(copier, share, problems)
        finally:
            self._release()

    def _carry(self, copier: Copier, share: Sequence[FolderWork], problems: list[BaseException]) -> None:
        try:
            copier.copy(share)
        except BaseException as e:  # noqa: BLE001 (raised again when all lanes have ended)
            problems.append(e)
            for other in self.copiers:
                if other is not copier:
                    other.abandon()


def shared_out(works: Sequence[FolderWork], lanes: int) -> list[list[FolderWork]]:
    """Folders shared out over at most ``lanes``, the number of messages about equal, the order given kept within each."""
    shares: list[list[FolderWork]] = [[] for _ in range(max(1, min(lanes, len(works))))]
    loads = [0] * len(shares)
    place: dict[int, int] = {}
    for work in sorted(works, key=len, reverse=True):
        lane = loads.index(min(loads))
        loads[lane] += len(work) + 1
        place[id(work)] = lane
    for work in works:
        shares[place[id(work)]].append(work)
    return shares
