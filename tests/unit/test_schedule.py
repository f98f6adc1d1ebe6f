"""The plan of the days: for every beginning and cutover the order holds, nothing is before the start, and users get one notice a day."""

from __future__ import annotations

import datetime as dt
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import schedule
from mailsafi_wizard.model.plan import Done
from mailsafi_wizard.schedule import TASKS, PlanState, workdays

DAYS = st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31))
LENGTHS = st.integers(schedule.SOONEST_DAYS, schedule.LONGEST_DAYS)
COUNTRIES = st.sampled_from(["KE", "TZ", "EG", "DE", ""])
TTLS = st.sampled_from([0, 300, 3600, 86_400, 172_800, 604_800])
DAY = dt.timedelta(days=1)
YES = Done("so")


def test_a_month_ahead_without_holidays_every_task_is_on_or_next_to_its_usual_day() -> None:
    cutover = dt.date(2026, 9, 11)  # a Friday, thirty days from a Wednesday
    found = schedule.days(cutover - 30 * DAY, cutover)
    away = {key: (day - cutover).days - schedule.BY_KEY[key].offset for key, day in found.items()}
    assert {key: n for key, n in away.items() if abs(n) > 1} == {"help": 2}  # Monday instead of Saturday
    assert all(day.weekday() < 5 for day in found.values())


@given(DAYS, LENGTHS, COUNTRIES, TTLS)
def test_for_every_beginning_and_length_the_plan_is_in_order(begin: dt.date, length: int, country: str, ttl: int) -> None:
    cutover, days = begin + length * DAY, workdays.of(country)
    found = schedule.days(begin, cutover, days, ttl)
    assert found.keys() == schedule.BY_KEY.keys()
    order = [task.key for task in TASKS if task.key != "dns-ttl"]  # which an old TTL may pull forward
    assert all(found[one] <= found[other] for one, other in itertools.pairwise(order))
    assert found["dns-ttl"] <= found["spf"]
    assert min(found.values()) >= begin
    assert [key for key, day in found.items() if day == cutover and schedule.BY_KEY[key].offset == 0] == [
        "cutover",
        "test-mail",
        "sign-in",
    ]
    assert all((day > cutover) == (schedule.BY_KEY[key].offset > 0) for key, day in found.items() if key not in ("cutover",))


@given(DAYS, LENGTHS, COUNTRIES, TTLS)
def test_users_never_get_two_notices_on_one_day(begin: dt.date, length: int, country: str, ttl: int) -> None:
    found = schedule.days(begin, begin + length * DAY, workdays.of(country), ttl)
    told = [found[task.key] for task in TASKS if task.notice]
    assert all(one < other for one, other in itertools.pairwise(told))


@given(DAYS, st.integers(0, 4), COUNTRIES)
def test_with_hardly_any_time_the_order_still_holds(begin: dt.date, length: int, country: str) -> None:
    found = schedule.days(begin, begin + length * DAY, workdays.of(country))
    told = [found[task.key] for task in TASKS if task.notice]
    assert told == sorted(told)
    assert min(found.values()) >= begin
    assert len(set(told[:5])) == max(1, min(5, length))  # as few doubled as there are days before the cutover


@given(DAYS, st.integers(20, 60), COUNTRIES)
def test_with_time_enough_no_task_is_on_a_free_day(begin: dt.date, length: int, country: str) -> None:
    days = workdays.of(country)
    found = schedule.days(begin, begin + length * DAY, days)
    worked = [day for day in (begin + n * DAY for n in range(length)) if days.is_working(day)]
    if len(worked) >= 8:
        free = {k for k, d in found.items() if schedule.BY_KEY[k].offset and not days.is_working(d)}
        # nothing can be moved back before the beginning, nor off the evening by which the TTL has to be low
        assert free == set()


@given(DAYS, LENGTHS, COUNTRIES, TTLS)
def test_the_ttl_is_lowered_in_time_where_there_is_time(begin: dt.date, length: int, country: str, ttl: int) -> None:
    cutover = begin + length * DAY
    found = schedule.days(begin, cutover, workdays.of(country), ttl)
    needed = dt.timedelta(seconds=ttl) + dt.timedelta(days=1)
    assert (cutover - found["dns-ttl"]) >= min(max(3 * DAY, needed), length * DAY)


@given(DAYS, st.integers(61, 900))
def test_nothing_is_planned_longer_ahead_than_two_months(begin: dt.date, length: int) -> None:
    cutover = begin + length * DAY
    assert min(schedule.days(begin, cutover).values()) >= cutover - schedule.LONGEST_DAYS * DAY


def test_a_cutover_before_the_beginning_puts_everything_before_it_on_its_day() -> None:
    begin = dt.date(2026, 11, 25)
    found = schedule.days(begin, begin - 10 * DAY)
    assert {day for key, day in found.items() if schedule.BY_KEY[key].offset <= 0} == {begin - 10 * DAY}


def test_christmas_and_new_year_are_passed_over() -> None:
    found = schedule.days(dt.date(2026, 11, 25), dt.date(2027, 1, 8), workdays.of("KE"))
    free = {dt.date(2026, 12, 25), dt.date(2026, 12, 26), dt.date(2027, 1, 1)}
    assert not free & set(found.values())
    assert found["please-check"] == dt.date(2026, 12, 31)


# --- states


def entries(today: dt.date, *done: str) -> dict[str, PlanState]:
    plan = schedule.plan(dt.date(2026, 8, 12), dt.date(2026, 9, 11), today, dict.fromkeys(done, YES))
    return {entry.task.key: entry.state for entry in plan}


def test_a_task_is_done_late_due_or_ahead() -> None:
    found = entries(dt.date(2026, 9, 4), "inventory")
    assert found["inventory"] is PlanState.DONE
    assert found["announcement"] is PlanState.LATE
    assert found["please-check"] is PlanState.DUE
    assert found["closing"] is PlanState.AHEAD


@pytest.mark.parametrize("day", [dt.date(2026, 8, 12), dt.date(2026, 9, 11), dt.date(2027, 1, 1)])
def test_no_day_makes_a_task_done(day: dt.date) -> None:
    assert PlanState.DONE not in entries(day).values()


def test_what_is_oldest_and_open_comes_next() -> None:
    plan = schedule.plan(dt.date(2026, 8, 12), dt.date(2026, 9, 11), dt.date(2026, 8, 12), {"values": YES})
    following = schedule.next_entry(plan)
    assert following is not None
    assert following.task.key == "inventory"
    everything = {task.key: YES for task in TASKS}
    assert schedule.next_entry(schedule.plan(dt.date(2026, 8, 12), dt.date(2026, 9, 11), dt.date(2026, 8, 12), everything)) is None


def test_every_task_says_where_it_is_done_and_only_once() -> None:
    assert len(schedule.BY_KEY) == len(TASKS)
    assert [task.offset for task in TASKS] == sorted(task.offset for task in TASKS)
    assert all(not (task.notice and task.word) for task in TASKS)
