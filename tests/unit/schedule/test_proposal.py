"""The evening that is proposed, and what is said of a day."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.schedule import proposal
from mailsafi_wizard.schedule.workdays import Workdays, of

KENYA = Workdays("KE")
TODAY = dt.date(2026, 11, 25)


@given(st.dates(dt.date(2024, 1, 1), dt.date(2032, 12, 31)), st.sampled_from(["KE", "TZ", "EG", "AE", "DE", ""]))
def test_the_proposal_is_a_working_day_before_a_weekend(today: dt.date, country: str) -> None:
    days = of(country)
    day = proposal.proposed(today, days)
    assert days.is_working(day)
    assert days.is_weekend(day + dt.timedelta(days=1))
    assert proposal.NEAREST <= (day - today).days <= proposal.FARTHEST


def test_without_holidays_it_is_the_friday_nearest_to_thirty_days() -> None:
    assert proposal.proposed(dt.date(2026, 8, 12), Workdays()) == dt.date(2026, 9, 11)


def test_christmas_and_the_week_before_new_year_are_passed_over_and_named() -> None:
    day = proposal.proposed(TODAY, KENYA)
    assert day == dt.date(2027, 1, 8)
    assert [h.name for h in proposal.passed_over(day, TODAY, KENYA)] == ["Christmas Day", "New Year's Day"]


def test_a_day_of_an_uncertain_holiday_is_not_proposed() -> None:
    day = proposal.proposed(dt.date(2027, 4, 14), KENYA)  # thirty days on is the weekend of Idd-ul-Azha
    assert not any(remark.holiday and remark.holiday.uncertain for remark in proposal.remarks(day, dt.date(2027, 4, 14), KENYA))


@pytest.mark.parametrize(
    ("day", "said", "warns"),
    [
        (dt.date(2027, 1, 15), "The last working day of the week", False),
        (dt.date(2027, 10, 8), "before a long weekend", False),
        (dt.date(2026, 12, 25), "It is {holiday}", True),
        (dt.date(2026, 12, 6), "day of the weekend", True),
        (dt.date(2027, 1, 13), "only one night", True),
        (dt.date(2026, 11, 27), "very soon", True),
        (dt.date(2026, 11, 24), "has passed", False),
        (dt.date(2027, 3, 5), "may move", True),
    ],
)
def test_what_is_said_of_a_day(day: dt.date, said: str, warns: bool) -> None:
    found = [remark for remark in proposal.remarks(day, TODAY, KENYA) if said in remark.text]
    assert [remark.warns for remark in found[:1]] == [warns]


def test_the_next_quiet_evening_is_later_than_the_day_asked() -> None:
    assert proposal.next_quiet(dt.date(2026, 12, 18), KENYA) == dt.date(2027, 1, 8)
    assert proposal.next_quiet(dt.date(2026, 12, 17), KENYA) == dt.date(2026, 12, 18)


def test_a_day_that_comes_near_is_not_called_soon_when_the_plan_began_long_ago() -> None:
    friday = dt.date(2026, 11, 27)
    assert any("very soon" in one.text for one in proposal.remarks(friday, TODAY, KENYA, TODAY))
    assert not any("very soon" in one.text for one in proposal.remarks(friday, TODAY, KENYA, dt.date(2026, 10, 28)))
