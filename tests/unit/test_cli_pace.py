"""The pace on the command line: budgets, hours and rates that are kept in the project."""

from __future__ import annotations

import datetime as dt

import pytest

from mailsafi_wizard.model import Hours, Pace
from mailsafi_wizard.project import MigrationProject
from tests.unit.command import Command
from tests.unit.small_company import PEOPLE, SmallCompany, bodies

AMINA = PEOPLE[0].person.address
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_a_used_up_budget_ends_with_4_and_the_same_command_goes_on(
    capsys: pytest.CaptureFixture[str], company: SmallCompany
) -> None:
    company.old().folders[b"INBOX"].add((), WHEN, b"Subject: long\r\n\r\n" + b"x" * 90_000)
    project = company.folder / "p.mailsafi"
    common = ["migrate", project, *company.options, "--list", company.list_file]
    first = Command(capsys, *common, "--source-daily-budget", "20k", "--json")
    assert first.status == 4
    finished = {line["address"]: line for line in first.lines if line["event"] == "mailbox-finished"}
    assert finished[AMINA]["state"] == "resting"
    assert finished[AMINA]["problem"].startswith("Today's 20 kB from the old server are used; goes on ")
    assert first.lines[-1]["exit_status"] == 4
    again = Command(capsys, *common)
    assert again.status == 4
    assert "today's data or hours are used up; run the same command again to go on" in again.out
    last = Command(capsys, *common, "--source-daily-budget", "0")
    assert last.status == 0
    assert bodies(company.new()) == bodies(company.old())


@pytest.mark.parametrize(
    "option",
    [
        ("--max-rate", "fast"),
        ("--max-rate", "1k"),
        ("--max-rate-hours", "office"),
        ("--only-hours", "20-6"),
        ("--daily-budget", "-1M"),
    ],
)
def test_a_pace_that_is_none_is_wrong_usage(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, option: tuple[str, str]
) -> None:
    command = ["migrate", company.folder / "p.mailsafi", *company.options, "--list", company.list_file, f"{option[0]}={option[1]}"]
    assert Command(capsys, *command).status == 2


def test_the_pace_is_kept_until_it_is_changed(capsys: pytest.CaptureFixture[str], company: SmallCompany) -> None:
    path = company.folder / "p.mailsafi"
    common = ["migrate", path, *company.options, "--list", company.list_file]
    given = ["--max-rate", "50M", "--max-rate-hours", "08:00-18:00,weekdays", "--only-hours", "00:00-00:00", "--daily-budget", "2G"]
    assert Command(capsys, *common, *given).status == 0
    assert Command(capsys, *common, "--max-rate-hours", "always", "--daily-budget", "3G").status == 0
    project = MigrationProject.open(path)
    try:
        assert project.pace == Pace(rate=50_000_000, copy_hours=Hours(dt.time(0), dt.time(0)), project_daily=3 * 10**9)
    finally:
        project.close()
