"""From the engine's threads to the screen: a queue that anyone may fill, a timer that empties it and merges per mailbox.

No thread but the screen's ever emits a signal. However many events arrive, a tick emits each signal once at most, so the cost of
showing them does not grow with the speed of the copy.
"""

from __future__ import annotations

import queue
import time
from dataclasses import replace

from PySide6.QtCore import QObject, QTimer, Signal

from mailsafi_wizard.events import (
    CheckFinished,
    CheckProgress,
    DifferenceFound,
    Event,
    LookFinished,
    LookProgress,
    MailboxFinished,
    MessageFailed,
    Progress,
    Remark,
    RunStarted,
    StateChanged,
    Summary,
)
from mailsafi_wizard.model import MailboxState, SignInResult
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.eta import SLACK, Eta
from mailsafi_wizard.ui.pace import SpeedHistory

TICK = 100  # milliseconds
OVER = frozenset({MailboxState.DONE, MailboxState.INCOMPLETE, MailboxState.REFUSED, MailboxState.STOPPED})
BATCH = 5_000  # events taken in one tick at most; the rest waits for the next, so that a flood can't hold the window


@dataclass(frozen=True)
class LiveMailbox:
    """What is known of one mailbox in the running (or last) run: the newest of everything. Sizes in bytes, ``seconds`` of a wait."""

    mailbox_id: int
    state: MailboxState = MailboxState.NEW
    why: str = ""
    seconds: float = 0.0
    folder: str = ""
    messages_done: int = 0
    messages_total: int = 0
    bytes_done: int = 0
    bytes_total: int = 0
    copied: int = 0
    failed: int = 0
    rate: float = 0.0  # bytes per second
    expected: float | None = None  # seconds left, steadied
    problem: str = ""
    hint: str = ""
    detail: str = ""

    @property
    def share(self) -> float:
        """Done part of the work, 0 to 1; by messages where sizes are unknown."""
        if self.bytes_total:
            return min(1.0, self.bytes_done / self.bytes_total)
        return min(1.0, self.messages_done / self.messages_total) if self.messages_total else 0.0

    @property
    def left(self) -> float | None:
        """Seconds left, at the present rate until a steadier figure is known; None while nothing is."""
        if self.expected is not None:
            return self.expected
        missing = self.bytes_total - self.bytes_done
        return missing / self.rate if self.rate > 0 and missing > 0 else None


class Bridge(QObject):
    """Hand `report` to the engine and `signed_in` to the sign-in test; connect to the signals on the screen's side."""

    run_started = Signal(int)
    mailboxes_changed = Signal(object)  # tuple[LiveMailbox, ...]: only those that changed since the last tick
    speed_changed = Signal()
    messages_failed = Signal(object)  # tuple[MessageFailed, ...]
    remarked = Signal(object)  # tuple[Remark, ...]
    sign_ins_known = Signal(object)  # tuple[SignInResult, ...]
    looked = Signal(object)  # tuple[LookProgress | LookFinished, ...]
    checked = Signal(object)  # tuple[CheckProgress | CheckFinished | DifferenceFound, ...]
    run_ended = Signal(object)  # Summary

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._queue: queue.SimpleQueue[Event | SignInResult] = queue.SimpleQueue()
        self.live: dict[int, LiveMailbox] = {}
        self.speed = SpeedHistory()
        self.eta = Eta()
        self.sizes: dict[int, int] = {}  # bytes a mailbox is expected to have left, by the look before; until the run knows better
        self._rates: dict[int, SpeedHistory] = {}
        self._etas: dict[int, Eta] = {}
        self.summary: Summary | None = None
        self._timer = QTimer(self)
        self._timer.setInterval(TICK)
        self._timer.timeout.connect(self.drain)
        self._timer.start()

    def report(self, event: Event) -> None:
        """The engine's listener; any thread."""
        self._queue.put(event)

    def signed_in(self, result: SignInResult) -> None:
        """The sign-in test's listener; any thread."""
        self._queue.put(result)

    def forget(self) -> None:
        """Another project: nothing of the last one may show."""
        self._take()
        self._begin_anew()

    def _begin_anew(self) -> None:
        self.live.clear()
        self._rates.clear()
        self._etas.clear()
        self.speed.clear()
        self.eta.clear()
        self.sizes = {}
        self.summary = None

    def drain(self) -> None:
        """Take what has come, merge it, emit. The timer calls it; a test may too."""
        items = self._take()
        if not items:
            return
        changed: dict[int, None] = {}
        for item in items:
            mailbox_id = self._merge(item)
            if mailbox_id:
                changed[mailbox_id] = None
        now = time.monotonic()
        for mailbox_id in changed:
            self._measure(mailbox_id, now)
        faster = self.speed.add(now, sum(live.bytes_done for live in self.live.values()))
        if faster:
            self.eta.add(now, self.missing, self.speed.current)
        self._emit(items, changed, faster)

    @property
    def missing(self) -> int:
        """Bytes that are still to come, as far as is known."""
        return sum(self._missing(live) for live in self.live.values())

    def _missing(self, live: LiveMailbox) -> int:
        total = live.bytes_total or (self.sizes.get(live.mailbox_id, 0) if live.state not in OVER else 0)
        return max(0, total - live.bytes_done)

    def _take(self) -> list[Event | SignInResult]:
        items: list[Event | SignInResult] = []
        while len(items) < BATCH:
            try:
                items.append(self._queue.get_nowait())
            except queue.Empty:
                break
        return items

    def _merge(self, item: Event | SignInResult) -> int:
        """Work one event into what is known; answers with the mailbox it changed, 0 for none."""
        if isinstance(item, Progress):
            return self._set(
                item.mailbox_id,
                folder=item.folder,
                messages_done=item.messages_done,
                messages_total=item.messages_total,
                bytes_done=item.bytes_done,
                bytes_total=item.bytes_total,
                copied=item.copied,
                failed=item.failed,
            )
        if isinstance(item, StateChanged):
            return self._set(item.mailbox_id, state=item.state, why=item.why, seconds=item.seconds)
        if isinstance(item, MailboxFinished):
            return self._set(
                item.mailbox_id,
                state=item.state,
                why="",
                seconds=0.0,
                rate=0.0,
                problem=item.problem,
                hint=item.hint,
                detail=item.detail,
            )
        if isinstance(item, RunStarted):
            self._begin_anew()
        elif isinstance(item, Summary):
            self.summary = item
        return 0

    def _set(self, mailbox_id: int, **news: object) -> int:
        known = self.live.get(mailbox_id) or LiveMailbox(mailbox_id)
        self.live[mailbox_id] = replace(known, **news)  # type: ignore[arg-type]
        return mailbox_id

    def _measure(self, mailbox_id: int, now: float) -> None:
        live = self.live[mailbox_id]
        history = self._rates.setdefault(mailbox_id, SpeedHistory())
        history.add(now, live.bytes_done)
        copying = live.state is MailboxState.COPYING
        rate = history.current if copying else 0.0
        eta = self._etas.setdefault(mailbox_id, Eta())
        eta.add(now, live.bytes_total - live.bytes_done, rate)
        span = eta.range(now) if rate else None
        self.live[mailbox_id] = replace(live, rate=rate, expected=sum(span) / sum(SLACK) if span else None)

    def _emit(self, items: list[Event | SignInResult], changed: dict[int, None], faster: bool) -> None:
        for item in items:
            if isinstance(item, RunStarted):
                self.run_started.emit(item.mailboxes)
        if changed:
            self.mailboxes_changed.emit(tuple(self.live[mailbox_id] for mailbox_id in changed))
        if faster:
            self.speed_changed.emit()
        for kinds, signal in (
            ((MessageFailed,), self.messages_failed),
            ((Remark,), self.remarked),
            ((SignInResult,), self.sign_ins_known),
            ((LookProgress, LookFinished), self.looked),
            ((CheckProgress, CheckFinished, DifferenceFound), self.checked),
        ):
            some = tuple(item for item in items if isinstance(item, kinds))
            if some:
                signal.emit(some)
        for item in items:
            if isinstance(item, Summary):
                self.run_ended.emit(item)
