"""What the admin's own limits make of a forecast."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import FolderCensus, Forecast, Hours, MailboxCensus, Pace, Role
from mailsafi_wizard.schedule import limits, outlook

GB = 10**9


@pytest.mark.parametrize(
    ("hours", "share"),
    [(None, 1.0), ("08:00-18:00", 10 / 24), ("20:00-06:00", 10 / 24), ("00:00-00:00", 1.0), ("00:00-12:00,weekdays", 5 / 14)],
)
def test_hours_leave_a_part_of_the_week(hours: str | None, share: float) -> None:
    assert limits.share_of_week(Hours.parse(hours) if hours else None) == pytest.approx(share)


@pytest.mark.parametrize(
    ("pace", "days"),
    [
        (Pace(), 0),
        (Pace(source_daily=GB), 30),  # the largest account
        (Pace(source_daily=3 * GB, destination_daily=2 * GB), 15),
        (Pace(project_daily=10 * GB), 8),  # in both directions
        (Pace(rate=40 * GB // 86_400), 1),
        (Pace(rate=40 * GB // 86_400, copy_hours=Hours(dt.time(20), dt.time(8))), 2),
        (Pace(rate=100_000, rate_hours=Hours(dt.time(8), dt.time(18))), 0),  # at night there is no cap
    ],
)
def test_a_limit_has_a_least_time(pace: Pace, days: float) -> None:
    assert limits.least(pace, {1: 30 * GB, 2: 10 * GB}) / dt.timedelta(days=1) == pytest.approx(days, rel=0.01)


@given(st.integers(0, 10**15), st.integers(1, 10**12))
def test_nothing_takes_for_ever(left: int, daily: int) -> None:
    assert dt.timedelta() <= limits.least(Pace(project_daily=daily), {1: float(left)}) <= dt.timedelta(days=3650)
    assert limits.least(Pace(source_daily=daily), {}) == dt.timedelta()


def test_a_fast_line_does_not_make_a_days_data_more() -> None:
    now = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
    census = [MailboxCensus(1, (FolderCensus("INBOX", Role.INBOX, 1000, 30 * GB, "INBOX"),))]
    forecast = Forecast(60, 600, 1000, 30 * GB, "x")
    free = outlook.expected(now, now.date(), forecast, census, {}, [])
    bound = outlook.expected(now, now.date(), forecast, census, {}, [], Pace(source_daily=GB))
    assert free is not None
    assert bound is not None
    assert (free.last - now.date()).days == 0
    assert ((bound.first - now.date()).days, (bound.last - now.date()).days) == (30, 36)
