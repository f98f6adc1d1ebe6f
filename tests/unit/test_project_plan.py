"""The plan of a project: what the file knows makes it done, ticks are the admin's word, and the day is kept."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailsafi_wizard.model import Company, FolderCensus, Forecast, MailboxCensus, MailSafiValues, Pace, Role, Side
from mailsafi_wizard.model.plan import CopyOutlook, PlanEntry, PlanState
from mailsafi_wizard.net.dns import Answer, Snapshot, View
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.schedule.outlook import Danger
from tests.unit import calendars
from tests.unit.small_company import SmallCompany

CUTOVER = dt.date(2026, 9, 11)
BEGIN = dt.datetime(2026, 8, 12, 9, tzinfo=dt.UTC)
VALUES = MailSafiValues(mx=("mx1.mailsafi.example",), spf="include:spf.mailsafi.example")
ACME = Company("Acme", ("example.co.ke",), CUTOVER, mailsafi=VALUES)


class Clock:
    """What time it is said to be."""

    def __init__(self) -> None:
        self.at = BEGIN

    def on(self, day: dt.date) -> None:
        self.at = dt.datetime.combine(day, dt.time(9), dt.UTC)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr(MigrationProject, "now", lambda project: made.at.astimezone(project.company.zone))
    return made


@pytest.fixture
def project(tmp_path: Path, clock: Clock) -> Iterator[MigrationProject]:
    made = MigrationProject.create(tmp_path / "acme.mailsafi")
    made.set_company(ACME)
    yield made
    made.close()


def entry(project: MigrationProject, key: str) -> PlanEntry:
    return next(e for e in project.plan() if e.task.key == key)


def snapshot(mx: str = "10 old.example", ttl: int = 300, spf: str = "v=spf1 mx -all") -> str:
    answers = (Answer("example.co.ke", "MX", (mx,), ttl), Answer("example.co.ke", "TXT", (spf,), ttl))
    return json.dumps(Snapshot("example.co.ke", "", (View("ns1", True, answers),)).facts())


def test_without_a_day_there_is_no_plan(project: MigrationProject) -> None:
    project.set_company(replace(ACME, cutover=None))
    project.note_day()
    assert project.plan() == ()
    assert project.plan_days() == {}
    assert project.copy_outlook() is None
    assert project.note("plan.begin") == ""
    assert [s.key for s in project.report_facts(BEGIN).sections if s.key == "plan"] == []


def test_the_plan_starts_on_the_day_on_which_the_cutover_was_first_chosen(project: MigrationProject, clock: Clock) -> None:
    project.note_day()
    clock.on(dt.date(2026, 8, 20))
    project.note_day()
    assert project.plan_begin == BEGIN.date()
    assert min(e.day for e in project.plan()) == BEGIN.date()


def test_the_day_is_the_companys_not_the_computers(project: MigrationProject, clock: Clock) -> None:
    clock.at = dt.datetime(2026, 8, 12, 22, tzinfo=dt.UTC)  # in Nairobi it is the 13th
    project.note_day()
    assert project.plan_begin == dt.date(2026, 8, 13)


def test_what_is_done_first_seen_keeps_its_moment_and_loses_it_when_undone(project: MigrationProject, clock: Clock) -> None:
    project.import_list(b"EmailAddress,UserName,Password\na@example.co.ke,a,p1x\n")
    project.note_day()
    clock.on(dt.date(2026, 8, 20))
    project.note_day()
    made = entry(project, "inventory")
    assert made.state is PlanState.DONE
    assert made.done is not None
    assert made.done.when == BEGIN
    project._journal.remove_mailboxes([box.id for box in project.mailboxes()])
    project.note_day()
    assert entry(project, "inventory").state is PlanState.LATE
    assert json.loads(project.note("plan.seen")) == {}


def test_a_tick_is_kept_with_its_moment_and_can_be_taken_back(project: MigrationProject) -> None:
    project.tick_task("destination.aliases", True)
    made = entry(project, "aliases").done
    assert made is not None
    assert made.word
    assert made.when == BEGIN
    project.tick_task("destination.aliases", False)
    assert entry(project, "aliases").done is None


def test_records_that_were_looked_up_tell_what_stands(project: MigrationProject) -> None:
    project.add_dns_snapshot(snapshot(ttl=86_400))
    assert entry(project, "records").done
    assert not entry(project, "dns-ttl").done
    project.add_dns_snapshot(snapshot(spf="v=spf1 mx a:old.example include:spf.mailsafi.example -all"))
    assert entry(project, "dns-ttl").done
    assert entry(project, "spf").done
    assert not entry(project, "dkim").done
    assert not entry(project, "cutover").done
    project.add_dns_snapshot(snapshot("10 mx1.mailsafi.example"))
    assert entry(project, "cutover").done
    project.set_company(replace(ACME, domains=("other.example",)))
    assert not entry(project, "cutover").done


def test_a_ttl_of_a_week_is_lowered_a_week_and_a_day_ahead(project: MigrationProject) -> None:
    project.note_day()
    assert entry(project, "dns-ttl").day == CUTOVER - dt.timedelta(days=3)
    project.add_dns_snapshot(snapshot(ttl=7 * 86_400))
    assert entry(project, "dns-ttl").day <= CUTOVER - dt.timedelta(days=8)


def test_a_damaged_look_is_passed_over(project: MigrationProject) -> None:
    project.add_dns_snapshot('{"x": 1}')
    project.set_note("plan.seen", "[1]")
    project.set_note("ladder.source", '{"endpoint": 3}')
    project.set_note("tick.destination.aliases", "yes")
    assert PlanState.DONE not in {e.state for e in project.plan()}


def test_a_notice_that_was_saved_or_sent_is_told_as_such(project: MigrationProject) -> None:
    project.set_note("done.notice.announcement", BEGIN.isoformat())
    saved = entry(project, "announcement").done
    assert saved is not None
    assert "Saved" in saved.how
    project.set_note("sent.notice.announcement", BEGIN.isoformat())
    sent = entry(project, "announcement").done
    assert sent is not None
    assert "Sent" in sent.how


def test_a_whole_copy_is_seen_by_the_plan(tmp_path: Path) -> None:
    with SmallCompany(tmp_path) as company:
        project = company.project()
        project.set_company(ACME)
        project.note_day()
        before = {e.task.key for e in project.plan() if e.done}
        assert before == {"inventory"}
        project.take_census(lambda event: None)
        project.test_sign_ins(lambda result: None)
        assert {e.task.key for e in project.plan() if e.done} - before == {"census", "credentials", "users"}
        assert project.copy_outlook() is not None
        project.note_day()
        assert len(project.outlooks().outlooks) == 1
        project.start(lambda event: None)
        assert project.wait(30)
        assert {"prepare", "pilot", "copy", "verify"} <= {e.task.key for e in project.plan() if e.done}
        assert project.copy_outlook() is None
        project.close()


def weigh(project: MigrationProject, monkeypatch: pytest.MonkeyPatch, days: float) -> None:
    """A look that expects so many days of copying."""
    census = (MailboxCensus(1, (FolderCensus("INBOX", Role.INBOX, 100, 10**9, "INBOX"),)),)
    monkeypatch.setattr(project, "census", lambda: census)
    monkeypatch.setattr(project, "forecast", lambda: Forecast(days * 43_200, days * 86_400, 100, 10**9, "x"))


def test_the_forecast_is_kept_once_a_day_and_warns_in_time(
    project: MigrationProject, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    project.note_day()
    for day, length, danger in (
        (12, 2, Danger.NONE),
        (13, 10, Danger.MAY_PASS),
        (13, 90, Danger.PASSES),
        (14, 6.5, Danger.CHECKING),
    ):
        clock.on(dt.date(2026, 8, day))
        weigh(project, monkeypatch, length)
        project.note_day()
        assert project.copy_danger(project.copy_outlook()) is danger
    kept = project.outlooks()
    assert [one.made.day for one in kept.outlooks] == [12, 13, 14]
    before = kept.before(dt.date(2026, 8, 14))
    assert before is not None
    assert before.first > CUTOVER


def test_the_calendar_is_written_and_mended_by_the_next(project: MigrationProject, tmp_path: Path) -> None:
    path = tmp_path / "plan.ics"
    project.save_calendar(path, {}, "Plan")
    first = {str(e["UID"]): e for e in calendars.events(path.read_bytes())}
    project.set_company(replace(ACME, cutover=CUTOVER + dt.timedelta(days=7), domains=("renamed.example",)))
    project.save_calendar(path, {}, "Plan")
    second = {str(e["UID"]): e for e in calendars.events(path.read_bytes())}
    assert first.keys() == second.keys()
    moved = next(uid for uid in first if uid.startswith("cutover."))
    assert (int(first[moved]["SEQUENCE"]), int(second[moved]["SEQUENCE"])) == (0, 1)
    assert second[moved]["DTSTART"].dt - first[moved]["DTSTART"].dt == dt.timedelta(days=7)


def test_a_calendar_that_could_not_be_written_is_not_counted(project: MigrationProject, tmp_path: Path) -> None:
    with pytest.raises(OSError, match="no-folder"):
        project.save_calendar(tmp_path / "no-folder" / "plan.ics", {}, "Plan")
    assert project.note("plan.calendar") == ""


def test_the_report_tells_planned_and_actual(project: MigrationProject, clock: Clock) -> None:
    project.note_day()
    project.tick_task("destination.aliases", True)
    project.set_note("plan.forecasts", '[["2026-08-12", "2026-08-20", "2026-09-01", 5, 6, "x"]]')
    clock.on(dt.date(2026, 9, 1))
    section = next(s for s in project.report_facts(clock.at).sections if s.key == "plan")
    plan, forecasts = section.tables
    rows = {row[1]: row for row in plan.rows}
    assert rows["Create aliases and lists at MailSafi"][3:] == ("done", "2026-08-12 12:00 EAT", "the administrator's word")
    assert rows["List the mailboxes"][3:] == ("late", "–", "–")
    assert forecasts.rows == (("2026-08-12", "2026-08-20", "2026-09-01", "5", "6 bytes"),)


def test_old_project_files_without_a_country_are_kenyas(project: MigrationProject) -> None:
    facts = ACME.facts()
    del facts["country"]
    assert Company.from_facts(json.loads(json.dumps(facts))).country == "KE"
    assert project.workdays().holiday(dt.date(2026, 12, 25))
    assert project.endpoint(Side.SOURCE) is None


def test_a_forecast_of_the_past_does_not_warn_after_the_cutover(project: MigrationProject) -> None:
    day = CUTOVER + dt.timedelta(days=1)
    assert project.copy_danger(CopyOutlook(day, day, day, 1, 1)) is Danger.NONE


def test_a_days_data_lengthens_the_forecast(project: MigrationProject, monkeypatch: pytest.MonkeyPatch) -> None:
    project.note_day()
    weigh(project, monkeypatch, 0.1)
    free = project.copy_outlook()
    project.set_pace(Pace(source_daily=10**8))
    bound = project.copy_outlook()
    assert free is not None
    assert bound is not None
    assert (bound.first - free.first).days >= 9
