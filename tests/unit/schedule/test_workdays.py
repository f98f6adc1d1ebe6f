"""Weekends and holidays as the plan sees them."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys

from mailsafi_wizard.schedule import workdays
from mailsafi_wizard.schedule.workdays import Workdays


def test_kenyas_holidays_are_known_also_those_that_move_to_monday() -> None:
    kenya = Workdays("KE")
    assert {d.name for d in kenya.holidays(dt.date(2026, 12, 1), dt.date(2026, 12, 31))} == {
        "Jamhuri Day",
        "Christmas Day",
        "Boxing Day",
    }
    assert not kenya.is_working(dt.date(2027, 12, 13))  # Jamhuri Day was a Sunday
    assert kenya.is_working(dt.date(2026, 11, 25))
    assert kenya.is_weekend(dt.date(2026, 11, 28))


def test_what_hangs_on_the_moon_is_uncertain_and_what_does_not_is_not() -> None:
    kenya = Workdays("KE")
    end_of_ramadan = kenya.holiday(dt.date(2027, 3, 9))
    sacrifice = kenya.holiday(dt.date(2027, 5, 16))
    good_friday = kenya.holiday(dt.date(2027, 3, 26))
    assert end_of_ramadan is not None
    assert end_of_ramadan.uncertain
    assert "(" not in end_of_ramadan.name
    assert sacrifice is not None
    assert sacrifice.uncertain
    assert good_friday is not None
    assert not good_friday.uncertain


def test_names_are_in_the_language_that_is_spoken_where_they_are_known() -> None:
    named = Workdays("KE", "sw").holiday(dt.date(2026, 12, 25))
    assert named is not None
    assert named.name == "Siku ya Krismasi"
    uncertain = Workdays("KE", "sw").holiday(dt.date(2027, 3, 9))
    assert uncertain is not None
    assert uncertain.uncertain
    assert "(" not in uncertain.name


def test_the_weekend_is_the_countrys() -> None:
    egypt = Workdays("EG")
    assert egypt.is_weekend(dt.date(2026, 11, 27))
    assert not egypt.is_weekend(dt.date(2026, 11, 29))


def test_an_unknown_country_has_only_its_weekends() -> None:
    for code in ("", "XX", "__doc__", "country_holidays"):
        nowhere = Workdays(code)
        assert nowhere.holiday(dt.date(2026, 12, 25)) is None
        assert [nowhere.is_working(dt.date(2026, 11, 23) + dt.timedelta(days=n)) for n in range(7)] == [True] * 5 + [False] * 2


def test_there_are_many_countries_and_each_can_be_asked() -> None:
    known = workdays.countries()
    assert {"KE", "TZ", "UG", "RW", "ET", "SO", "DE", "US"} <= set(known)
    for code in ("TZ", "UG", "RW", "ET", "SO", "SS", "BI", "ZA", "NG"):
        assert Workdays(code).holidays(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


def test_whoever_only_copies_does_not_load_the_holidays() -> None:
    program = (
        "import sys, mailsafi_wizard.cli, mailsafi_wizard.project; print([n for n in ('holidays', 'dns') if n in sys.modules])"
    )
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"
