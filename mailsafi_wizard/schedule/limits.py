"""What the admin's own limits make of a forecast: a cap, the hours of copying and the data of a day lengthen it however fast the line is. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from mailsafi_wizard.model import Hours, Pace

DAY = 86_400
WORKDAYS = 5 / 7


def share_of_week(hours: Hours | None) -> float:
    """The part of all time that ``hours`` leave; None leave all of it."""
    if hours is None:
        return 1.0
    start, end = (time.hour * 3600 + time.minute * 60 for time in (hours.start, hours.end))
    length = (end - start) % DAY or DAY
    return length / DAY * (WORKDAYS if hours.weekdays else 1.0)


def least(pace: Pace, left: Mapping[int, float]) -> dt.timedelta:
    """How long the copy takes at the very least. ``left``: bytes by mailbox. What a mailbox sends it has received before, so both count."""
    total = sum(left.values())
    budgets = [size for size in (pace.source_daily, pace.destination_daily) if size]
    days = [0.0]
    if budgets:
        days.append(max(left.values(), default=0.0) / min(budgets))
    if pace.project_daily:
        days.append(2 * total / pace.project_daily)
    if pace.rate and pace.rate_hours is None:
        days.append(total / pace.rate / DAY / share_of_week(pace.copy_hours))
    return dt.timedelta(days=min(max(days), 3650))


def hours(pace: Pace, usual: tuple[float, float]) -> tuple[float, float]:
    """A range of shares of the day (slow, fast), no longer than the hours in which anything is copied at all."""
    most = share_of_week(pace.copy_hours)
    return min(usual[0], most), min(usual[1], most)
