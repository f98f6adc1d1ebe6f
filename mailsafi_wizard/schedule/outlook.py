"""On which days the copy is expected to end: from what is left, how fast it goes and how many hours a day it runs. Pure.

Always a range, for nobody knows how a line behaves next week; told anew every day, so that a change is seen while it can be mended.
"""

from __future__ import annotations

import datetime as dt
import enum
import json
from collections.abc import Mapping, Sequence

from mailsafi_wizard.model import Forecast, Ledger, MailboxCensus, Pace, RunRecord
from mailsafi_wizard.model.plan import CopyOutlook
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.schedule import limits

USUAL_HOURS = (10 / 24, 1.0)  # share of a day in which a copy runs: nights only, or all day
WIDER = (0.7, 1.4)  # around a share that was measured
MEASURED = dt.timedelta(days=1)  # from so long a copy on, its share of the day says something
LEAST_SHARE = 0.02
LATE = 1.2  # a day's data is seldom used up to the last byte
FARTHEST = 3650  # days; beyond it a forecast says nothing but "never"
REMEMBERED = 120  # days of forecasts that are kept


def expected(
    now: dt.datetime,
    begins: dt.date,
    forecast: Forecast | None,
    census: Sequence[MailboxCensus],
    ledgers: Mapping[int, Ledger],
    runs: Sequence[RunRecord],
    pace: Pace | None = None,
) -> CopyOutlook | None:
    """The days on which the copy will end; None before a census and when nothing is left. ``now``: aware, in the company's zone.

    ``begins``: the day on which the plan starts the copy; before it no copying is expected unless a run was made already.
    ``pace``: the admin's own limits, which hold however fast the line is.
    """
    if forecast is None:
        return None
    messages, shares = _left(census, ledgers, runs)
    if messages == 0:
        return None
    start = now if runs else max(now, dt.datetime.combine(begins, dt.time(8), now.tzinfo))
    slow, fast = limits.hours(pace or Pace(), _share_of_day(now, runs))
    least = limits.least(pace or Pace(), _bytes_left(census, ledgers))
    first = start + max(least, _days(forecast.low * shares[0] / fast))
    last = start + max(least * LATE, _days(forecast.high * shares[1] / slow))
    return CopyOutlook(now.date(), first.date(), last.date(), messages, round(forecast.bytes * shares[1]), forecast.basis)


def _days(seconds: float) -> dt.timedelta:
    return dt.timedelta(seconds=min(seconds, FARTHEST * 86_400))


def _left(
    census: Sequence[MailboxCensus], ledgers: Mapping[int, Ledger], runs: Sequence[RunRecord]
) -> tuple[int, tuple[float, float]]:
    """How many messages are left, and as a share of all work: the least and the most that it can be (by messages, by bytes)."""
    total = sum(box.messages for box in census)
    size = sum(box.bytes for box in census)
    left = sum(max(0, box.messages - _settled(ledgers.get(box.mailbox_id))) for box in census)
    by_messages = left / total if total else 0.0
    by_bytes = max(0, size - sum(run.bytes for run in runs)) / size if size else by_messages
    return left, (min(by_messages, by_bytes), max(by_messages, min(by_bytes, 2 * by_messages)))


def _bytes_left(census: Sequence[MailboxCensus], ledgers: Mapping[int, Ledger]) -> dict[int, float]:
    """By mailbox, taking its messages to be of one size."""
    left = {}
    for box in census:
        open_ = max(0, box.messages - _settled(ledgers.get(box.mailbox_id)))
        left[box.mailbox_id] = box.bytes * open_ / box.messages if box.messages else 0.0
    return left


def _settled(ledger: Ledger | None) -> int:
    return ledger.copied + ledger.present + ledger.failed if ledger is not None else 0


def _share_of_day(now: dt.datetime, runs: Sequence[RunRecord]) -> tuple[float, float]:
    """The share of the day in which copying goes on, as a range: measured since the first run once that is a day ago."""
    if not runs or now - runs[0].started < MEASURED:
        return USUAL_HOURS
    busy = sum((((run.ended or now) - run.started).total_seconds() for run in runs), 0.0)
    share = busy / (now - runs[0].started).total_seconds()
    return max(LEAST_SHARE, min(1.0, share * WIDER[0])), max(LEAST_SHARE, min(1.0, share * WIDER[1]))


class Danger(enum.Enum):
    """How the expected end lies to the cutover."""

    NONE = ""
    CHECKING = "checking"  # it may reach into the days in which users check their mail
    MAY_PASS = "may pass"  # the late end of the range is not before the cutover
    PASSES = "passes"  # not even the early end is


def danger(outlook: CopyOutlook | None, checking: dt.date, cutover: dt.date) -> Danger:
    """Whether there is time enough. The copy has to end on the eve of the cutover at the latest."""
    if outlook is None or outlook.made > cutover:
        return Danger.NONE
    if outlook.first >= cutover:
        return Danger.PASSES
    if outlook.last >= cutover:
        return Danger.MAY_PASS
    return Danger.CHECKING if outlook.last > checking else Danger.NONE


# --- the forecasts of earlier days, as they are kept


@dataclass(frozen=True)
class History:
    """One forecast a day, oldest first."""

    outlooks: tuple[CopyOutlook, ...] = ()

    def with_today(self, outlook: CopyOutlook) -> History:
        """The day's last forecast stands for the day."""
        earlier = [one for one in self.outlooks if one.made < outlook.made]
        return History((*earlier, outlook)[-REMEMBERED:])

    def before(self, day: dt.date) -> CopyOutlook | None:
        """The newest of an earlier day."""
        return next((one for one in reversed(self.outlooks) if one.made < day), None)

    def to_text(self) -> str:
        rows = [[o.made.isoformat(), o.first.isoformat(), o.last.isoformat(), o.messages, o.bytes, o.basis] for o in self.outlooks]
        return json.dumps(rows, ensure_ascii=False)

    @classmethod
    def from_text(cls, text: str) -> History:
        """The reverse of `to_text`; what is no history is an empty one."""
        try:
            rows = json.loads(text) if text else []
            return cls(tuple(_outlook(*row) for row in rows))
        except (ValueError, TypeError, IndexError):
            return cls()


def _outlook(made: str, first: str, last: str, messages: int, size: int, basis: str) -> CopyOutlook:
    days = [dt.date.fromisoformat(day) for day in (made, first, last)]
    return CopyOutlook(days[0], days[1], days[2], int(messages), int(size), str(basis))
