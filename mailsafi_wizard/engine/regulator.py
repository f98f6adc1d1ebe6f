"""Makes the admin's `Pace` hold in a run: the cap for all connections together, the day's budgets, the hours.

One `Regulator` serves a project as long as it is open; a change of the pace reaches connections that are open already. An `Allowance` is one
mailbox's share in it. The clocks are passed in.
"""

from __future__ import annotations

import datetime as dt
import time
import weakref
from collections.abc import Callable
from typing import NamedTuple

from mailsafi_wizard.engine import budget
from mailsafi_wizard.engine.budget import Tap, Traffic
from mailsafi_wizard.engine.line_speed import LineSpeed
from mailsafi_wizard.engine.throttle import Throttle
from mailsafi_wizard.model import Pace, Side
from mailsafi_wizard.net.wire import Wire
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

LOOK_EVERY = 1.0  # seconds between looks at the hour
RATE_EACH = 32_000  # bytes a second that a mailbox should have under a cap: with less each, fewer go side by side
LINE = "line.rate"  # the note that remembers how fast the line was, bytes of mail a second
PROJECT = "project"  # the count of all accounts together
WEEK = (N_("Monday"), N_("Tuesday"), N_("Wednesday"), N_("Thursday"), N_("Friday"), N_("Saturday"), N_("Sunday"))
SET_HOURS = N_("copying is set to {start} to {end}; goes on {when}")
GOES_ON = N_("{why}; goes on {when}")
AT, AGAIN_ON = N_("at {time}"), N_("again on {day} at {time}")
NEW_DAY = dt.time(0, 5)  # a little after midnight: servers' clocks differ
UNITS_A_DAY = 32  # a budget is asked for in at least so many commands, or the last would overrun it by much
UNIT_SECONDS = 0.5  # of a cap that one command may fill: what is broken off is sent again
LEAST_UNIT, MOST_UNIT = 64 << 10, 4 << 20


class Rest(NamedTuple):
    """Why a mailbox has to wait, in words for people, and until when (local)."""

    until: dt.datetime
    why: str


def _utc() -> dt.datetime:
    return dt.datetime.now(dt.UTC)


class Regulator:
    """Used by any thread."""

    def __init__(
        self,
        journal: Journal,
        wall: Callable[[], dt.datetime] = _utc,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._wall = wall
        self._clock = clock
        self.zone: dt.tzinfo = dt.UTC
        self._traffic = Traffic(journal)
        self.line = LineSpeed(float(journal.note(LINE) or 0.0), clock)
        self._rate, self._look_at = 0, float("-inf")
        self._reading, self._writing = (Throttle(self.rate, clock, sleep) for _ in range(2))
        self._wires: weakref.WeakSet[Wire] = weakref.WeakSet()
        self._allowances: dict[tuple[str, str], Allowance] = {}
        self.pace = Pace()
        self.changes = 0  # of the pace, since the project was opened

    def use(self, pace: Pace, zone: dt.tzinfo) -> None:
        """From now on this holds, also for connections that are open."""
        self.pace, self.zone, self._look_at = pace, zone, float("-inf")
        self.changes += 1
        for wire in list(self._wires):
            self._set(wire)

    def govern(self, wire: Wire) -> None:
        """Puts a connection under the cap, now and whenever there is one."""
        self._wires.add(wire)
        self._set(wire)

    @property
    def wires(self) -> tuple[Wire, ...]:
        """Connections that are in use, for whoever measures."""
        return tuple(self._wires)

    def _set(self, wire: Wire) -> None:
        wire.throttle(self._reading, self._writing) if self.pace.rate else wire.throttle(None, None)

    @property
    def now(self) -> dt.datetime:
        return self._wall().astimezone(self.zone)

    def rate(self) -> int:
        """Bytes a second that hold now, 0 for none."""
        now = self._clock()
        if now >= self._look_at:
            self._look_at = now + LOOK_EVERY
            self._rate = self.pace.rate_at(self.now)
        return self._rate

    def used_today(self) -> int:
        """Bytes of the whole project today, in both directions, as far as they were counted."""
        with self._traffic.lock:
            count = self._traffic.count(PROJECT)
            count.begin(self.now.date())
            return count.used

    def most_mailboxes(self) -> int:
        """How many mailboxes side by side make sense under the cap that holds now; 0 for any number."""
        rate = self.rate() if self.pace.rate else 0
        return max(1, rate // RATE_EACH) if rate else 0

    def allowance(self, source: str, destination: str) -> Allowance:
        """Of one mailbox, the same for every run; the names tell its accounts apart from all others of the project."""
        with self._traffic.lock:
            known = self._allowances.get((source, destination))
            if known is None:
                known = self._allowances[source, destination] = Allowance(self, self._traffic, source, destination)
            return known


class Allowance:
    """What one mailbox may ask for. ``denied``: something asked for since `begin` was refused, and why."""

    def __init__(self, regulator: Regulator, traffic: Traffic, source: str, destination: str) -> None:
        self._regulator = regulator
        self._traffic = traffic
        with traffic.lock:
            self._source = Tap(traffic.count(f"source.{source}"), budget.received)
            self._destination = Tap(traffic.count(f"destination.{destination}"), budget.sent)
            self._project = Tap(traffic.count(PROJECT), budget.both_ways, times=2)
        self.denied: Rest | None = None
        self.changes = regulator.changes  # of the pace, when the pass began

    def begin(self) -> None:
        """A new pass may ask anew."""
        self.denied = None
        self.changes = self._regulator.changes

    def watch(self, side: Side, wire: Wire) -> None:
        """A connection of this mailbox was opened."""
        with self._traffic.lock:
            for tap in (self._source if side is Side.SOURCE else self._destination, self._project):
                tap.watch(wire)

    @property
    def unit(self) -> int:
        """The most bytes to ask for or to send in one command, 0 where neither a cap nor a budget is tight."""
        bounds = [limit // UNITS_A_DAY for _tap, limit, _what in self._limits() if limit]
        if rate := self._regulator.rate():
            bounds.append(round(rate * UNIT_SECONDS))
        size = max(LEAST_UNIT, min(bounds, default=MOST_UNIT))
        return size if size < MOST_UNIT else 0

    def ask(self, size: int, messages: int) -> bool:
        """Whether messages of together ``size`` bytes may be asked for now; those that may are counted from now on."""
        pace = self._regulator.pace
        if not pace.budgeted and pace.copy_hours is None:
            return True
        denied = self._why_not(size, messages, grant=True)
        self.denied = denied or self.denied  # another lane may have been refused
        return denied is None

    def rest(self) -> Rest | None:
        """Why nothing at all may be asked for now; None when something may."""
        pace = self._regulator.pace
        if not pace.budgeted and pace.copy_hours is None:
            return None
        return self._why_not(1, 0, grant=False)

    def settle(self) -> None:
        """Nothing is awaited any more: what was used is exactly what the connections carried."""
        with self._traffic.lock:
            today = self._regulator.now.date()
            for tap in self._taps:
                tap.collect(today)
                tap.settle()

    def close(self) -> None:
        """The connections are gone; what they carried goes into the project file."""
        self.settle()
        with self._traffic.lock:
            for tap in self._taps:
                tap.forget_wires()
            self._traffic.keep(self._taps)

    @property
    def _taps(self) -> tuple[Tap, Tap, Tap]:
        return self._source, self._destination, self._project

    def _limits(self) -> tuple[tuple[Tap, int, str], ...]:
        pace = self._regulator.pace
        return (
            (self._source, pace.source_daily, N_("today's {size} from the old server are used")),
            (self._destination, pace.destination_daily, N_("today's {size} to the new server are used")),
            (self._project, pace.project_daily, N_("today's {size} for all mailboxes together are used")),
        )

    def _why_not(self, size: int, messages: int, grant: bool) -> Rest | None:
        now, hours = self._regulator.now, self._regulator.pace.copy_hours
        if hours is not None and not hours.hold(now):
            until = hours.next_start(now)
            return Rest(until, SET_HOURS.format(start=f"{hours.start:%H:%M}", end=f"{hours.end:%H:%M}", when=_when(until, now)))
        with self._traffic.lock:
            limits = self._limits()
            for tap, limit, what in limits:
                tap.collect(now.date())
                if not tap.count.admits(tap.size(size, messages), limit):
                    until = dt.datetime.combine(now.date() + dt.timedelta(days=1), NEW_DAY, now.tzinfo)
                    until = until if hours is None or hours.hold(until) else hours.next_start(until)
                    return Rest(until, GOES_ON.format(why=what.format(size=_megabytes(limit)), when=_when(until, now)))
            for tap, limit, _what in limits:
                if grant:
                    tap.grant(tap.size(size, messages), limit)
        return None


def _when(until: dt.datetime, now: dt.datetime) -> str:
    days = (until.date() - now.date()).days
    soon = days == 0 or (days == 1 and until.time() <= now.time())
    return (AT if soon else AGAIN_ON).format(time=f"{until:%H:%M}", day=WEEK[until.weekday()])


def _megabytes(size: int) -> str:
    if size < 10**6:
        return f"{size / 1e3:,.0f} kB"
    return f"{size / 1e6:,.1f} MB" if size < 10**7 and size % 10**6 else f"{size / 1e6:,.0f} MB"
