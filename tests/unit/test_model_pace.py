"""The admin's pace: hours, sizes, and what is kept of them."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import Hours, Pace
from mailsafi_wizard.model.pace import LEAST_RATE, parse_size

NAIROBI = ZoneInfo("Africa/Nairobi")
OFFICE = Hours(dt.time(8), dt.time(18), weekdays=True)
NIGHT = Hours(dt.time(20), dt.time(6))
TIMES = st.builds(dt.time, st.integers(0, 23), st.integers(0, 59))
HOURS = st.builds(Hours, TIMES, TIMES, st.booleans())
MOMENTS = st.integers(0, 525_599).map(lambda minutes: dt.datetime(2026, 1, 1, tzinfo=NAIROBI) + dt.timedelta(minutes=minutes))
SIZES = st.integers(0, 10**13)


def at(day: int, hour: int, minute: int = 0) -> dt.datetime:
    """A day of November 2026, of which the 2nd is a Monday."""
    return dt.datetime(2026, 11, day, hour, minute, tzinfo=NAIROBI)


def test_office_hours_hold_on_weekdays_from_the_first_minute_to_before_the_last() -> None:
    assert OFFICE.hold(at(2, 8))
    assert OFFICE.hold(at(6, 17, 59))
    assert not any(OFFICE.hold(moment) for moment in (at(2, 7, 59), at(2, 18), at(7, 12), at(8, 12)))


def test_hours_past_midnight_belong_to_the_day_on_which_they_start() -> None:
    assert NIGHT.hold(at(2, 20))
    assert NIGHT.hold(at(3, 5, 59))
    assert not NIGHT.hold(at(3, 6))
    assert not NIGHT.hold(at(3, 19, 59))
    working = Hours(dt.time(20), dt.time(6), weekdays=True)
    assert working.hold(at(7, 5))
    assert not working.hold(at(7, 20))
    assert not working.hold(at(9, 5))
    assert working.hold(at(9, 20))


def test_equal_times_are_the_whole_day() -> None:
    whole = Hours(dt.time(9), dt.time(9))
    assert whole.hold(at(2, 9))
    assert whole.hold(at(2, 8, 59))
    assert whole.hold(at(2, 0))


@given(HOURS, MOMENTS)
def test_the_next_start_is_ahead_and_begins_them(hours: Hours, now: dt.datetime) -> None:
    begins = hours.next_start(now)
    assert now < begins <= now + dt.timedelta(days=4)
    assert hours.hold(begins)


@given(HOURS)
def test_hours_read_as_they_are_written(hours: Hours) -> None:
    assert Hours.parse(str(hours)) == hours


@pytest.mark.parametrize(
    "text", ["", "8-18", "08:00", "24:00-01:00", "08:60-09:00", "08:00-18:00,sundays", "08:00-18:00 ", "٠٨:00-18:00"]
)
def test_what_is_no_part_of_a_day_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="no part of a day"):
        Hours.parse(text)


@given(st.builds(Pace, st.just(0) | st.integers(LEAST_RATE, 10**10), st.none() | HOURS, st.none() | HOURS, SIZES, SIZES, SIZES))
def test_a_pace_is_kept_whole(pace: Pace) -> None:
    assert Pace.from_facts(pace.facts()) == pace


def test_a_cap_holds_at_its_hours_only() -> None:
    pace = Pace(rate=LEAST_RATE, rate_hours=OFFICE)
    assert (pace.rate_at(at(2, 12)), pace.rate_at(at(2, 20)), Pace(rate=LEAST_RATE).rate_at(at(2, 20))) == (
        LEAST_RATE,
        0,
        LEAST_RATE,
    )


@pytest.mark.parametrize("wrong", [{"rate": LEAST_RATE - 1}, {"rate": -1}, {"project_daily": -1}, {"source_daily": -5}])
def test_limits_that_cannot_work_are_refused(wrong: dict[str, int]) -> None:
    with pytest.raises(ValueError, match=r"cap|limit"):
        Pace(**wrong)  # type: ignore[arg-type]


def test_sizes_are_read_as_people_write_them() -> None:
    assert [parse_size(text) for text in ("0", "500k", "2.5M", "2 GB", "16000", "1kB")] == [
        0,
        500_000,
        2_500_000,
        2 * 10**9,
        16_000,
        1000,
    ]


@pytest.mark.parametrize("text", ["", "fast", "-1", "1e6", "2T", "5 m", "1.2.3M", "9" * 40])
def test_what_is_no_size_is_said(text: str) -> None:
    with pytest.raises(ValueError, match="no size"):
        parse_size(text)
