"""How many bytes went where today, and whether more may be asked for: budgets of a calendar day, kept in the project file.

What counts is what the connections carry, IMAP's own words included, without what TLS and TCP add. A budget is checked before messages are asked for:
what was asked for and has not come yet is promised already. Knows no clock: whoever calls says which day it is.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Iterable

from mailsafi_wizard.net.wire import Wire
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.journal import Journal

AHEAD = 16 << 20  # bytes by which the file may say more than was used, so that a power cut is paid by us and not by the server
SHARE_AHEAD = 50  # and this part of a budget at most
OVERHEAD = 200  # bytes of protocol around each message


@dataclass
class Promise:
    """What one mailbox has asked for under one day's count."""

    asked: int = 0
    came: int = 0

    @property
    def open(self) -> int:
        return max(0, self.asked - self.came)


class Count:
    """Bytes of one day under one name: an account in one direction, or the whole project."""

    def __init__(self, journal: Journal, name: str) -> None:
        self._journal = journal
        self._note = f"traffic.{name}"
        self._day, self.used = _read(journal.note(self._note))
        self._kept = self.used
        self._granted = False  # something was asked for today
        self._promises: list[Promise] = []

    def promise(self) -> Promise:
        made = Promise()
        self._promises.append(made)
        return made

    def begin(self, today: dt.date) -> None:
        """Starts anew on another day, be it that the clock was set back: a count must not outlive its day."""
        if today != self._day:
            self._day, self.used, self._kept, self._granted = today, 0, 0, False

    @property
    def claimed(self) -> int:
        return self.used + sum(promise.open for promise in self._promises)

    def admits(self, size: int, budget: int) -> bool:
        """Whether ``size`` bytes more fit in. What is larger than a whole day's budget goes first on a day, or it would never go."""
        if not budget or self.claimed + size <= budget:
            return True
        return size > budget and not self._granted and self.used < budget

    def grant(self, promise: Promise, size: int, budget: int) -> None:
        promise.asked += size
        self._granted = True
        if self.claimed > self._kept:
            self._keep(self.claimed + min(AHEAD, budget // SHARE_AHEAD))

    def add(self, promise: Promise, size: int) -> None:
        self.used += size
        promise.came += size

    def note(self) -> tuple[str, str]:
        """What is to stand in the project file now."""
        self._kept = self.claimed
        return self._note, f"{self._day.isoformat()} {self._kept}"

    def _keep(self, size: int) -> None:
        self._kept = size
        self._journal.set_notes({self._note: f"{self._day.isoformat()} {size}"})


def _read(text: str) -> tuple[dt.date, int]:
    day, _, size = text.partition(" ")
    try:
        return dt.date.fromisoformat(day), max(0, int(size))
    except ValueError:
        return dt.date.min, 0


class Traffic:
    """All counts of a project. One lock guards them; it is taken once for each command that asks for messages, and only under a budget."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._counts: dict[str, Count] = {}
        self.lock = threading.RLock()

    def count(self, name: str) -> Count:
        with self.lock:
            if name not in self._counts:
                self._counts[name] = Count(self._journal, name)
            return self._counts[name]

    def keep(self, taps: Iterable[Tap]) -> None:
        """Writes what was used into the project file, exactly."""
        self._journal.set_notes(dict(tap.count.note() for tap in taps))


Carried = Callable[[Wire], int]


def received(wire: Wire) -> int:
    return wire.received


def sent(wire: Wire) -> int:
    return wire.sent


def both_ways(wire: Wire) -> int:
    return wire.received + wire.sent


class Tap:
    """One mailbox's connections as far as they belong to one count. Every method is called under the lock of `Traffic`."""

    def __init__(self, count: Count, carried: Carried, times: int = 1) -> None:
        self.count = count
        self._carried = carried
        self._times = times  # how often a message passes: the project counts it on its way in and out
        self._promise = count.promise()
        self._wires: dict[Wire, int] = {}

    def watch(self, wire: Wire) -> None:
        self._wires[wire] = 0

    def collect(self, today: dt.date) -> None:
        self.count.begin(today)
        for wire, before in self._wires.items():
            now = self._carried(wire)
            self.count.add(self._promise, now - before)
            self._wires[wire] = now

    def size(self, size: int, messages: int) -> int:
        return self._times * (size + OVERHEAD * messages)

    def grant(self, size: int, budget: int) -> None:
        self.count.grant(self._promise, size, budget)

    def settle(self) -> None:
        """Nothing is awaited any more."""
        self._promise.asked = self._promise.came = 0

    def forget_wires(self) -> None:
        self._wires.clear()
