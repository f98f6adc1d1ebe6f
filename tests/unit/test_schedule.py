"""The plan of the days, pure."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import schedule
from mailsafi_wizard.model import Company
from mailsafi_wizard.schedule import PlanState

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2040, 12, 31))


@given(DAYS)
def test_the_proposal_is_a_friday_about_thirty_days_on(today: dt.date) -> None:
    day = schedule.proposed_cutover(today)
    assert day.weekday() == schedule.FRIDAY
    assert 27 <= (day - today).days <= 33


def test_a_month_ahead_every_task_has_its_usual_day() -> None:
    cutover = dt.date(2026, 12, 25)
    entries = schedule.plan(cutover - dt.timedelta(days=30), cutover, cutover)
    assert {e.task.key: (e.day - cutover).days for e in entries} == {t.key: t.offset for t in schedule.TASKS}


@given(DAYS, st.integers(schedule.SOONEST_DAYS, 60), st.integers(-5, 80))
def test_less_time_draws_the_days_together_in_order(begin: dt.date, length: int, passed: int) -> None:
    cutover = begin + dt.timedelta(days=length)
    entries = schedule.plan(begin, cutover, begin + dt.timedelta(days=passed))
    days = [e.day for e in entries]
    assert days == sorted(days)
    assert all(e.day >= begin for e in entries)
    assert [e.day for e in entries if e.task.key == "cutover"] == [cutover]
    order = {t.key: i for i, t in enumerate(schedule.TASKS)}
    offsets = [schedule.TASKS[order[e.task.key]].offset for e in entries]
    assert offsets == sorted(offsets)


def test_a_task_is_done_late_due_or_ahead() -> None:
    cutover = dt.date(2026, 12, 25)
    entries = {e.task.key: e.state for e in schedule.plan(dt.date(2026, 11, 25), cutover, dt.date(2026, 12, 18), {"inventory"})}
    assert entries["inventory"] is PlanState.DONE
    assert entries["announcement"] is PlanState.LATE
    assert entries["please-check"] is PlanState.DUE
    assert entries["closing"] is PlanState.AHEAD


def test_what_is_oldest_and_open_comes_next() -> None:
    cutover = dt.date(2026, 12, 25)
    plan = schedule.plan(dt.date(2026, 11, 25), cutover, dt.date(2026, 11, 25), {"inventory"})
    following = schedule.next_entry(plan)
    assert following is not None
    assert following.task.key == "announcement"
    assert schedule.next_entry(schedule.plan(cutover, cutover, cutover, {t.key for t in schedule.TASKS})) is None


@pytest.mark.parametrize("name", ["Acme\r\nATTENDEE:evil", "Ünïcode; Ltd, 中文" * 8, "back\\slash"])
def test_the_calendar_holds_the_plan_and_nothing_else(name: str) -> None:
    cutover = dt.date(2026, 12, 25)
    company = Company(name=name, domains=("example.co.ke",), cutover=cutover)
    plan = schedule.plan(dt.date(2026, 11, 25), cutover, dt.date(2026, 11, 25))
    data = schedule.calendar(plan, company, dt.datetime(2026, 11, 25, tzinfo=dt.UTC), {})
    lines = data.split(b"\r\n")
    assert all(len(line) <= 75 for line in lines)
    text = data.replace(b"\r\n ", b"").decode()
    unfolded = text.split("\r\n")
    assert unfolded.count("BEGIN:VEVENT") == unfolded.count("END:VEVENT") == len(schedule.TASKS)
    assert not any(line.startswith("ATTENDEE") for line in unfolded)
    assert "DTSTART:20261225T150000Z" in unfolded  # 18:00 in Nairobi
    uids = [line for line in unfolded if line.startswith("UID:")]
    assert len(uids) == len(set(uids))
