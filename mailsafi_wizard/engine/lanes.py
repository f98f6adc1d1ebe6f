"""Several pairs of connections for one mailbox, where one pair is held up by the length of the line.

A folder belongs to one lane at a time, so that its order is kept; a lane takes the next folder when it has room for it. The first lane
starts at once, the others join when their connections stand.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Interrupted
from mailsafi_wizard.engine.copier import Copier
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import Style
from mailsafi_wizard.engine.slots import MOST_LANES, Slots
from mailsafi_wizard.net.session import Session

WORTH = 20  # messages for each pair, at least, where a message costs a round trip: signing in has its price
FAR = 0.06  # seconds of a round trip from which one connection can't fill the line
WORTH_BYTES = 32 << 20  # for each pair, at least, on such a line
MOST_FAR = 3
Pair = tuple[Session, Session]


class Round:
    """One round of copying: the folders that are left, and the lanes at work. Many threads use it."""

    def __init__(self, works: Sequence[FolderWork], one_by_one: bool = False) -> None:
        """``one_by_one``: a lane takes a folder when the one before is stored, else as soon as it has room to read it."""
        self._left = deque(works)
        self.one_by_one = one_by_one
        self._guard = threading.Lock()
        self._over = False
        self.copiers: list[Copier] = []
        self.problems: list[BaseException] = []

    def works(self) -> Iterator[FolderWork]:
        """The folders that one lane takes, each when it is wanted."""
        while True:
            try:
                yield self._left.popleft()
            except IndexError:
                return

    def admits(self, copier: Copier) -> bool:
        """Whether a lane may join in; False when all is taken or something broke."""
        with self._guard:
            if self._over or not self._left:
                return False
            self.copiers.append(copier)
            return True

    def follows(self, copier: Copier) -> bool:
        """Whether a lane may go on with its next folder; False when something broke."""
        with self._guard:
            if self.problems:
                return False
            self.copiers.append(copier)
            return True

    def end(self) -> None:
        """Nobody joins in any more."""
        with self._guard:
            self._over = True

    @property
    def over(self) -> bool:
        return self._over

    def broke(self, copier: Copier | None, problem: BaseException) -> None:
        """One lane has ended with ``problem`` (None: before it had begun): the others stop as for a request to stop."""
        with self._guard:
            self._over = True
            self.problems.append(problem)
            others = [other for other in self.copiers if other is not copier]
        for other in others:
            other.abandon()


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
        self._first = first
        self._idle: list[Pair] = []  # further pairs of earlier rounds
        self._more = more
        self._make = make
        self._release = release
        self._slots = slots
        self._most = MOST_LANES  # less after an attempt that failed in this pass
        self._guard = threading.Lock()
        self._open = 1  # pairs that stand or are on their way
        self._round = Round(())

    @property
    def copiers(self) -> list[Copier]:
        """The lanes of the present round, the first one first."""
        return self._round.copiers

    def copy(self, works: Sequence[FolderWork], style: Style) -> list[Copier]:
        """Copies ``works``; the copiers hold what was left over. Raises what ended the first lane that broke."""
        wanted = self._wanted(works, style)
        one_by_one = wanted > 1 and not self._pushes(style)
        self._round = current = Round(works if wanted == 1 else longest_first(works), one_by_one)
        copier = self._make(*self._first)
        current.copiers.append(copier)
        threads = [threading.Thread(target=self._join_in, args=(current,), name=f"lane-{i}", daemon=True) for i in range(1, wanted)]
        for thread in threads:
            thread.start()
        self._carry(current, copier, self._first)
        current.end()
        for other in current.copiers[1:]:  # one that follows is in the list before the one before it has ended
            other.ended.wait()
        if current.problems:
            raise next((p for p in current.problems if not isinstance(p, Interrupted)), current.problems[0])
        return current.copiers

    def _wanted(self, works: Sequence[FolderWork], style: Style) -> int:
        source, destination = self._first
        if style.gentle:
            return 1
        if self._pushes(style):
            far = max(source.round_trip, destination.round_trip) >= FAR
            pairs = min(MOST_FAR, 1 + sum(w.bytes for w in works) // WORTH_BYTES) if far else 1
        else:
            pairs = sum(len(w) for w in works) // WORTH
        return max(1, min(self._most, len(works), pairs))

    def _join_in(self, current: Round) -> None:
        """A further lane, from its connections to the last folder it takes. Nobody waits for one that comes too late."""
        try:
            pair = self._pair()
            if pair is None:
                return
            copier = self._make(*pair)
            if current.admits(copier):
                self._carry(current, copier, pair)
            if current.over and copier not in current.copiers:
                for session in pair:
                    session.drop()
            else:
                self._idle.append(pair)
        except BaseException as e:  # noqa: BLE001 (raised again when all lanes have ended)
            current.broke(None, e)
        finally:
            self._release()

    def _pair(self) -> Pair | None:
        try:
            return self._idle.pop()
        except IndexError:
            pass
        with self._guard:
            if self._open >= self._most or not self._slots.spare(self._open):
                return None
            self._open += 1
        try:
            return self._more()
        except errors.MigrationError as e:  # refused or broken: what is open must do
            with self._guard:  # several may be refused at once: the last one of them tells how many were not
                self._open -= 1
                self._most = min(self._most, self._open)
                if isinstance(e, errors.TooManyConnections):
                    self._slots.lane_refused(self._open, e.anyone)
            return None

    def _pushes(self, style: Style) -> bool:
        """Whether the destination takes messages without a wait for each."""
        return self._first[1].has("LITERAL+") and not style.careful

    def _carry(self, current: Round, copier: Copier, pair: Pair) -> None:
        try:
            for works in ([work] for work in current.works()) if current.one_by_one else [current.works()]:
                if copier.works:
                    following = self._make(*pair)
                    if not current.follows(following):
                        return
                    copier.ended.set()
                    copier = following
                copier.copy(works)
        except BaseException as e:  # noqa: BLE001 (raised again when all lanes have ended)
            current.broke(copier, e)
        finally:
            copier.ended.set()


def longest_first(works: Sequence[FolderWork]) -> list[FolderWork]:
    """The first folder stays first; the others follow by the number of their messages, so that no lane is left alone with a long one."""
    return [*works[:1], *sorted(works[1:], key=len, reverse=True)]
