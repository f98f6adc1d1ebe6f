"""What happened since the admin was last here; what a life without an end left behind."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailsafi_wizard.model import Mailbox, MailboxState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.since import LEFT, OPENED
from mailsafi_wizard.store.rows import FolderRecord, Intent

EVENING = dt.datetime(2026, 11, 24, 18, 0, tzinfo=dt.UTC)


@pytest.fixture
def project(tmp_path: Path) -> Iterator[MigrationProject]:
    made = MigrationProject.create(tmp_path / "a.mailsafi")
    made.set_company(replace(made.company, timezone="Africa/Nairobi"))
    made.add_mailboxes([Mailbox("amina@example.co.ke", "amina", "amina")])
    yield made
    made.close()


def ran(project: MigrationProject, hours: float, messages: int, outcome: str = "done") -> int:
    began = EVENING + dt.timedelta(hours=hours)
    number = project._journal.begin_run(began)
    project._journal.end_run(number, began + dt.timedelta(minutes=20), messages, 0, outcome)
    return number


def test_a_new_project_has_no_news(project: MigrationProject) -> None:
    told = project.arrive(EVENING)
    assert (told.left, told.runs, told.broken_off, told.died) == (None, (), None, None)


def test_runs_while_nobody_looked_are_told_once(project: MigrationProject) -> None:
    ran(project, -30, 1000)
    project.arrive(EVENING)
    project.look_away(EVENING)
    ran(project, 6, 200)  # three in the morning in Nairobi
    ran(project, 7, 14, "incomplete")
    project._journal.set_state(1, MailboxState.REFUSED)
    told = project.look_again(EVENING + dt.timedelta(hours=12))
    assert (len(told.runs), told.messages, told.problems, told.by_night, told.first) == (2, 214, 1, True, False)
    assert project.look_again(EVENING + dt.timedelta(hours=13)).runs == ()


def test_a_run_by_day_is_no_night_delta_and_the_first_is_told_as_such(project: MigrationProject) -> None:
    project.arrive(EVENING)
    ran(project, 14, 5)
    told = project.look_again(EVENING + dt.timedelta(hours=20))
    assert (told.by_night, told.first) == (False, True)


def test_a_proper_end_leaves_nothing_to_recover(project: MigrationProject) -> None:
    project.arrive(EVENING)
    project.close()
    again = MigrationProject.open(project.path)
    told = again.arrive(EVENING)
    assert told.died is None
    assert told.left is not None
    again.close()


def test_a_power_cut_during_a_copy_is_told_with_what_was_on_its_way(project: MigrationProject) -> None:
    project.arrive(EVENING)
    number = project._journal.begin_run(EVENING)
    record = project._journal.put_folder(FolderRecord(0, 1, b"INBOX", "INBOX", b"INBOX", "INBOX"))
    project._journal.record((), [Intent(record.id, uid, 10, None, 0, b"", b"") for uid in (1, 2, 3)])
    project._here = False  # the computer is gone: nobody closes anything
    project.close()
    again = MigrationProject.open(project.path)
    told = again.arrive(EVENING)
    assert told.broken_off is not None
    assert (told.broken_off.id, told.in_doubt) == (number, 3)
    assert told.died == EVENING
    assert again.runs()[-1].outcome == "broken off"
    assert again.arrive(EVENING).broken_off is None, "told once"
    again.close()


def test_the_commands_do_not_count_as_being_here(project: MigrationProject) -> None:
    path = project.path
    project.arrive(EVENING)
    project.close()
    left = MigrationProject.open(path)
    before = left.note(LEFT)
    left.close()
    command = MigrationProject.open(path)
    assert (command.note(LEFT), command.note(OPENED)) == (before, "")
    command.save()
    command.close()
