"""The plan on the first page: drawn, listed, ticked, warned of, saved; and what is said of the day of the cutover."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import QDate

from mailsafi_wizard import schedule
from mailsafi_wizard.errors import ProjectError
from mailsafi_wizard.model import Forecast
from mailsafi_wizard.model.plan import CopyOutlook, PlanState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages.start import StartPage
from mailsafi_wizard.ui.problems import ProblemPanel
from mailsafi_wizard.ui.timeline import Mark, Timeline, TimelineEntry, marks
from tests.ui.conftest import Hand
from tests.unit import calendars

TODAY = dt.date(2026, 11, 25)
FRIDAY = dt.date(2027, 1, 8)


@pytest.fixture
def at(monkeypatch: pytest.MonkeyPatch) -> Callable[[dt.date], None]:
    """Says what day it is."""

    def say(day: dt.date) -> None:
        moment = dt.datetime.combine(day, dt.time(9), dt.UTC)
        monkeypatch.setattr(MigrationProject, "now", lambda project: moment.astimezone(project.company.zone))

    say(TODAY)
    return say


@pytest.fixture
def start(at: Callable[[dt.date], None], opened: Hand) -> StartPage:
    assert opened.window.project is not None
    project = opened.window.project
    project.set_note("plan.begin", TODAY.isoformat())
    project.set_company(replace(project.company, cutover=FRIDAY))
    page = opened.go("start")
    assert isinstance(page, StartPage)
    page.refresh()
    return page


def choose(page: StartPage, key: str) -> None:
    page.plan.table.choose([e.task.key for e in page.plan.model.rows].index(key))


def test_every_task_is_listed_with_its_state_and_the_next_one_is_chosen(start: StartPage) -> None:
    assert len(start.plan.model.rows) == len(schedule.TASKS)
    chosen = start.plan.table.chosen
    assert chosen is not None
    assert chosen == schedule.next_entry(start.plan.model.rows)
    assert start.plan.next.text().startswith("Today: ")
    assert "Wednesday, 25 November 2026" in start.plan.line.accessibleDescription()
    assert "due today" in start.plan.line.accessibleDescription()


def test_days_that_pass_make_tasks_late_not_done(start: StartPage, at: Callable[[dt.date], None]) -> None:
    done = {e.task.key for e in start.plan.model.rows if e.state is PlanState.DONE}
    at(dt.date(2027, 2, 1))
    start.refresh()
    assert {e.task.key for e in start.plan.model.rows if e.state is PlanState.DONE} == done
    assert {e.state for e in start.plan.model.rows} == {PlanState.DONE, PlanState.LATE}
    assert start.plan.next.text().startswith("Late since ")


def test_what_the_wizard_cannot_see_is_ticked_as_the_admins_word(opened: Hand, start: StartPage) -> None:
    choose(start, "aliases")
    assert "cannot see" in start.plan.how.text()
    opened.click(start.plan.tick)
    assert "You ticked it" in start.plan.how.text()
    assert "25 Nov 2026" in start.plan.how.text()
    state = start.plan.model.columns[3]
    entry = next(e for e in start.plan.model.rows if e.task.key == "aliases")
    assert state.text(entry) == "Your word, 25 Nov"
    opened.click(start.plan.tick)
    assert entry.task.key not in {e.task.key for e in start.plan.model.rows if e.done}


def test_what_the_wizard_can_see_has_no_tick_but_a_way_to_go(opened: Hand, start: StartPage) -> None:
    choose(start, "what-moves")
    assert start.plan.tick.isHidden()
    opened.click(start.plan.go)
    assert opened.page is not start
    assert type(opened.page).__name__ == "CommunicatePage"


def test_a_forecast_beyond_the_cutover_warns_and_names_a_later_evening(
    opened: Hand, start: StartPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = opened.window.project
    assert project is not None
    project.set_note("plan.forecasts", json.dumps([["2026-11-24", "2026-12-20", "2027-01-03", 7, 7, ""]]))
    made = CopyOutlook(TODAY, dt.date(2027, 1, 2), dt.date(2027, 1, 10), 12_345, 10**9)
    monkeypatch.setattr(project, "copy_outlook", lambda: made)
    start.refresh()
    assert "2 Jan and 10 Jan; 12,345 messages" in start.plan.forecast.text()
    assert "On 24 Nov it was 20 Dec to 3 Jan" in start.plan.forecast.text()
    (panel,) = start.plan.findChildren(ProblemPanel)
    assert "Friday, 15 January 2027" in panel.accessibleName()
    assert start.plan.line.accessibleDescription().startswith("The copy should end between 2 Jan and 10 Jan")
    monkeypatch.setattr(project, "copy_outlook", lambda: replace(made, last=dt.date(2027, 1, 2)))
    start.refresh()
    assert "Late" not in [p.problem.what for p in start.plan.findChildren(ProblemPanel) if p.isVisibleTo(start)]


def test_todays_forecast_is_kept_when_the_page_is_shown(opened: Hand, start: StartPage, monkeypatch: pytest.MonkeyPatch) -> None:
    project = opened.window.project
    assert project is not None
    assert project.outlooks().outlooks == ()
    project.take_census(lambda event: None)
    monkeypatch.setattr(project, "forecast", lambda: Forecast(1000, 100_000, 2080, 10**7, "x"))
    start.refresh()
    assert [one.made for one in project.outlooks().outlooks] == [TODAY]


def test_the_plan_is_saved_as_a_calendar(start: StartPage, tmp_path: Path) -> None:
    told: list[str] = []
    start.told.connect(told.append)
    start.plan.write(tmp_path / "plan.ics")
    found = calendars.events((tmp_path / "plan.ics").read_bytes())
    assert len(found) == len(schedule.TASKS)
    assert "Notice: Announcement" in {str(e["SUMMARY"]) for e in found}
    assert len(told) == 1
    start.plan.write(tmp_path / "no folder" / "plan.ics")
    assert start.problem is not None


def test_why_this_day_is_said_in_words(opened: Hand, start: StartPage) -> None:
    assert "last working day of the week" in start.day_words.text
    assert "Christmas Day (25 Dec), New Year's Day (1 Jan)" in start.day_words.text
    start.cutover.setDate(QDate(2026, 12, 25))
    assert "It is Christmas Day" in start.day_words.text
    start.country.setCurrentIndex(start.country.findData(""))
    start.country.activated.emit(0)
    assert "Christmas" not in start.day_words.text
    assert opened.window.project is not None
    assert opened.window.project.company.country == ""


def test_a_country_is_chosen_by_typing_its_name(opened: Hand, start: StartPage) -> None:
    edit = start.country.lineEdit()
    assert edit is not None
    for typed in ("tanzania", "nowhere at all"):
        edit.setText(typed)
        edit.editingFinished.emit()
        assert start.country.chosen == "TZ"
        assert opened.window.project is not None
        assert opened.window.project.company.country == "TZ"
    assert start.country.currentText() == "Tanzania"


def test_a_day_shows_the_worst_of_its_tasks() -> None:
    found = marks(
        [TimelineEntry(TODAY, "a", "admin", "done"), TimelineEntry(TODAY, "b", "admin", "late"), TimelineEntry(TODAY, "c", "users")]
    )
    assert [(mark.audience, mark.state) for mark in found] == [("admin", "late"), ("users", "ahead")]
    assert "a: done" in found[0].words
    assert "b: late" in found[0].words


def test_the_line_is_drawn_in_any_width_and_says_the_range(start: StartPage) -> None:
    line = Timeline()
    entries = [TimelineEntry(TODAY, "a", "admin", state) for state in ("done", "late", "due", "ahead")]
    line.show_plan(entries, TODAY, TODAY, (TODAY, TODAY))
    for width in (280, 500, 1400):
        line.resize(width, line.sizeHint().height())
        assert not line.grab().isNull()
    assert line.accessibleDescription().startswith("The copy should end on 25 Nov")
    high = line.sizeHint().height()
    line.show_plan(entries, TODAY, TODAY)
    assert line.sizeHint().height() < high
    assert Mark(TODAY, "admin", tuple(entries)).state == "late"


def test_the_day_turns_while_the_window_stays_open(opened: Hand, start: StartPage, at: Callable[[dt.date], None]) -> None:
    project = opened.window.project
    assert project is not None
    project.take_census(lambda event: None)
    opened.window.days.keep()
    at(TODAY + dt.timedelta(days=1))
    opened.window.days.look()
    assert start.plan.next.text().startswith("Late since 25 Nov")
    assert [one.made for one in project.outlooks().outlooks] == [TODAY, TODAY + dt.timedelta(days=1)]


def test_a_forecast_that_cannot_be_kept_does_not_stop_the_window(
    opened: Hand, start: StartPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_key: str, _value: str) -> None:
        raise ProjectError(path="x")

    project = opened.window.project
    assert project is not None
    project.take_census(lambda event: None)
    project.set_note("plan.seen", "")
    monkeypatch.setattr(project, "set_note", full)
    opened.window.days.keep()
    choose(start, "aliases")
    start.plan.tick.click()
    assert start.problem is not None


def test_a_project_keeps_its_forecast_when_it_is_opened(opened: Hand) -> None:
    assert opened.window.project is not None
    assert opened.window.project.note("plan.begin")
