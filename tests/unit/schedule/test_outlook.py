"""The expected end of the copy as days, its history, and whether it endangers the cutover."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import FolderCensus, FolderLedger, Forecast, Ledger, MailboxCensus, Role, RunRecord
from mailsafi_wizard.model.plan import CopyOutlook
from mailsafi_wizard.schedule import outlook
from mailsafi_wizard.schedule.outlook import Danger, History

NOW = dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC)
TODAY = NOW.date()
DAY = 86_400.0
CENSUS = [MailboxCensus(1, (FolderCensus("INBOX", Role.INBOX, 1000, 10**9, "INBOX"),))]


def after(days: float, size: int = 0) -> list[RunRecord]:
    """One run that began so many days ago and went on for half of the time since."""
    began = NOW - dt.timedelta(days=days)
    return [RunRecord(1, began, began + dt.timedelta(days=days / 2), 0, size, "stopped")]


def ledgers(copied: int) -> dict[int, Ledger]:
    return {1: Ledger((FolderLedger(1, "INBOX", "INBOX", source=1000, copied=copied),))}


def made(
    low: float, high: float, copied: int = 0, runs: list[RunRecord] | None = None, begins: dt.date = TODAY
) -> CopyOutlook | None:
    return outlook.expected(NOW, begins, Forecast(low, high, 1000, 10**9, "x"), CENSUS, ledgers(copied), runs or [])


def test_before_a_look_and_after_the_last_message_there_is_none() -> None:
    assert outlook.expected(NOW, TODAY, None, [], {}, []) is None
    assert made(1, 2, copied=1000) is None


def test_before_the_first_run_a_copy_may_go_all_day_or_in_nights_only() -> None:
    found = made(2 * DAY, 4 * DAY)
    assert found is not None
    assert ((found.first - TODAY).days, (found.last - TODAY).days) == (2, round(4 * 2.4 + 0.5))
    assert found.messages == 1000


def test_nothing_is_copied_before_the_day_on_which_the_plan_begins_to() -> None:
    found = made(DAY, DAY, begins=TODAY + dt.timedelta(days=10))
    assert found is not None
    assert (found.first - TODAY).days == 11


def test_from_a_day_on_the_hours_are_measured() -> None:
    found = made(DAY, DAY, runs=after(2))
    assert found is not None
    assert ((found.first - TODAY).days, (found.last - TODAY).days) == (1, 3)  # half of the day, a third more or less


def test_what_is_copied_is_not_expected_again() -> None:
    whole, half = made(100 * DAY, 100 * DAY, runs=after(2)), made(100 * DAY, 100 * DAY, copied=500, runs=after(2, 5 * 10**8))
    assert whole is not None
    assert half is not None
    assert half.messages == 500
    assert (half.last - TODAY).days == pytest.approx((whole.last - TODAY).days / 2, abs=1)


@given(st.floats(0, 1e9), st.floats(1, 10), st.integers(0, 999), st.floats(0, 60), st.integers(0, 10**10))
def test_the_range_is_a_range_and_not_in_the_past(low: float, wider: float, copied: int, since: float, size: int) -> None:
    found = made(low, low * wider, copied, after(since, size) if since else None)
    assert found is not None
    assert TODAY <= found.first <= found.last


@pytest.mark.parametrize(
    ("first", "last", "danger"),
    [(1, 2, Danger.NONE), (1, 5, Danger.CHECKING), (1, 10, Danger.MAY_PASS), (1, 30, Danger.MAY_PASS), (10, 12, Danger.PASSES)],
)
def test_the_warning_comes_when_the_range_reaches_the_cutover(first: int, last: int, danger: Danger) -> None:
    days = [TODAY + dt.timedelta(days=n) for n in (first, last, 4, 10)]
    assert outlook.danger(CopyOutlook(TODAY, days[0], days[1], 5, 5), days[2], days[3]) is danger


def test_after_the_cutover_and_without_a_forecast_nothing_is_warned_of() -> None:
    assert outlook.danger(None, TODAY, TODAY) is Danger.NONE
    assert outlook.danger(CopyOutlook(TODAY, TODAY, TODAY, 1, 1), TODAY, TODAY - dt.timedelta(days=1)) is Danger.NONE


def test_one_forecast_a_day_is_kept_and_the_day_before_is_found() -> None:
    days = [TODAY + dt.timedelta(days=n) for n in range(3)]
    history = History()
    for day, messages in ((days[0], 9), (days[1], 8), (days[1], 7)):
        history = history.with_today(CopyOutlook(day, day, day, messages, 1, "b"))
    assert [one.messages for one in history.outlooks] == [9, 7]
    assert history.before(days[1]) == history.outlooks[0]
    assert history.before(days[2]) == history.outlooks[1]
    assert history.before(days[0]) is None
    assert History.from_text(history.to_text()) == history


@pytest.mark.parametrize("text", ["", "x", "{}", "[1]", '[["2026"]]', "null", '[["2026-01-01", "2026-01-01", "x", 1, 2, ""]]'])
def test_what_is_no_history_is_an_empty_one(text: str) -> None:
    assert History.from_text(text) == History()


def test_a_history_does_not_grow_for_ever() -> None:
    history = History()
    for n in range(outlook.REMEMBERED + 20):
        day = TODAY + dt.timedelta(days=n)
        history = history.with_today(CopyOutlook(day, day, day, n, 1))
    assert len(history.outlooks) == outlook.REMEMBERED
