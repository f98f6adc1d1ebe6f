"""After the change mail may still reach the old server: when the next pass is due, and when it is over. Pure; moments are aware."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mailsafi_wizard.model import RunRecord
from mailsafi_wizard.records import dataclass

QUIET = dt.timedelta(hours=72)  # without new mail at the old server, and since the change
FIRST = dt.timedelta(minutes=15)
LONGEST = dt.timedelta(hours=6)
RETRY = dt.timedelta(minutes=10)  # after a pass that did not read everything


@dataclass(frozen=True)
class Watch:
    """How the passes stand. ``quiet_since``: the old server has had no new mail since then; ``over``: nothing comes any more."""

    next_pass: dt.datetime | None
    passes: int
    arrived: int  # messages that were brought along since the change
    quiet_since: dt.datetime
    over: bool

    def left(self, now: dt.datetime) -> dt.timedelta:
        """Until it may be over, if nothing more arrives."""
        return max(dt.timedelta(), self.quiet_since + QUIET - now)


def watch(begun: dt.datetime, runs: Sequence[RunRecord], now: dt.datetime, last_arrival: dt.datetime | None = None) -> Watch:
    """``begun``: when the change was made. ``runs``: all of the project. ``last_arrival``: of the newest message at the old server, if known.

    Quiet means: a whole pass has looked and found nothing. It is over when whole passes have seen 72 hours of that, the last of which
    began after the end of the 72 hours.
    """
    after = [run for run in runs if run.started >= begun]
    whole = [run for run in after if run.outcome == "done" and run.ended is not None]
    busy = [run for run in after if run.messages > 0]
    quiet = max([begun, *(_ended(run) for run in busy), *([last_arrival] if last_arrival else [])])
    over = any(run.started >= quiet + QUIET and not run.messages for run in whole)
    return Watch(None if over else _next(begun, after, now), len(after), sum(run.messages for run in after), quiet, over)


def _ended(run: RunRecord) -> dt.datetime:
    return run.ended or run.started


def _next(begun: dt.datetime, after: Sequence[RunRecord], now: dt.datetime) -> dt.datetime:
    """At once, then at intervals that double with every quiet pass; news brings them back to the shortest."""
    if not after:
        return begun
    last = after[-1]
    if last.ended is None or last.outcome != "done":
        return _ended(last) + RETRY
    quiet = 0
    for run in reversed(after):
        if run.outcome != "done" or run.messages:
            break
        quiet += 1
    wait = min(LONGEST, FIRST * (1 << min(quiet, 8)))
    return _ended(last) + wait
