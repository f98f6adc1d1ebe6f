"""The pace in the window: read, said in words, complained about in place, kept at once."""

from __future__ import annotations

import datetime as dt

import pytest

from mailsafi_wizard.model import Hours, Pace
from mailsafi_wizard.ui.pace_panel import in_words, read, written
from mailsafi_wizard.ui.pages.migrate import MigratePage
from tests.ui.conftest import Hand

OFFICE = Hours(dt.time(8), dt.time(18), weekdays=True)
NIGHT = Hours(dt.time(20), dt.time(6))


@pytest.mark.parametrize("pace", [Pace(), Pace(1_500_000, OFFICE, NIGHT, 2_500_000_000, 500_000_000, 10**9), Pace(rate=16_000)])
def test_what_is_written_into_the_fields_is_read_again(pace: Pace) -> None:
    weekdays = bool(pace.rate_hours and pace.rate_hours.weekdays)
    assert read(written(pace), weekdays) == (pace, {})


@pytest.mark.parametrize(
    ("field", "text"),
    [
        ("rate", "fast"),
        ("rate", "0.001"),
        ("rate", "-1"),
        ("source_daily", "1e9"),
        ("project_daily", "9" * 12),
        ("rate_from", "8"),
        ("copy_from", "25:00"),
    ],
)
def test_each_field_that_is_wrong_says_so_and_nothing_is_taken(field: str, text: str) -> None:
    pace, wrong = read({**written(Pace()), field: text}, weekdays=False)
    assert pace is None
    assert list(wrong) == [field]
    assert wrong[field]


def test_the_pace_is_said_in_words() -> None:
    assert in_words(Pace()) == "As fast as both servers allow, at any time."
    assert in_words(Pace(1_500_000, OFFICE, NIGHT, project_daily=10**9)) == (
        "At most 1.5 MB/s from 08:00 to 18:00 on weekdays. Copying from 20:00 to 06:00 only. 1.0 GB a day for all together, up and down."
    )


def test_a_field_that_is_left_is_kept_and_a_wrong_one_is_not(opened: Hand) -> None:
    page = opened.go("migrate")
    assert isinstance(page, MigratePage)
    panel, project = page.pace, page.project
    opened.write(panel.edits["rate"], "2,5")
    assert project.pace == Pace(rate=2_500_000)
    assert panel.words.text().startswith("At most 2.5 MB/s.")
    opened.write(panel.edits["rate_from"], "8:00")
    assert panel.notes["rate_from"].wrong
    assert project.pace == Pace(rate=2_500_000)
    opened.write(panel.edits["rate_to"], "18.00")
    assert not panel.notes["rate_from"].wrong
    assert project.pace == Pace(2_500_000, Hours(dt.time(8), dt.time(18)))
    panel.weekdays.click()
    assert project.pace == Pace(2_500_000, OFFICE)
