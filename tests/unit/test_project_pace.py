"""The pace of a project: kept, and it holds in a copy that is running."""

from __future__ import annotations

import datetime as dt
import threading

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.events import Event, MailboxFinished, StateChanged
from mailsafi_wizard.model import Hours, MailboxState, Pace
from mailsafi_wizard.project import MigrationProject
from tests.unit.small_company import PEOPLE, SmallCompany, bodies

LONG_ENOUGH = 30.0
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def test_a_used_up_budget_holds_only_its_mailbox_and_the_next_day_goes_on_by_itself(
    company: SmallCompany, project: MigrationProject
) -> None:
    company.deliver(*(Letter(("INBOX",), (), WHEN, b"Subject: %d\r\n\r\n" % n + b"x" * 60_000) for n in range(10)))
    regulator = project.regulated()
    now = [dt.datetime(2026, 11, 4, 12, tzinfo=dt.UTC)]
    regulator._wall = lambda: now[0]  # the clock is the only part that is ours
    project.set_pace(Pace(source_daily=400_000))
    resting: list[StateChanged] = []
    done: set[str] = set()

    def watch(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is MailboxState.RESTING:
            resting.append(event)
        if isinstance(event, MailboxFinished):
            done.add(event.address)
        if resting and PEOPLE[1].person.address in done:
            now[0] = dt.datetime(2026, 11, 4 + len(resting), 22, tzinfo=dt.UTC)  # past midnight in Nairobi

    project.start(watch)
    assert project.wait(LONG_ENOUGH)
    assert [event.address for event in resting][:1] == [PEOPLE[0].person.address]
    assert resting[0].why == "today's 400 kB from the old server are used; goes on at 00:05"
    assert resting[0].seconds == (9 * 60 + 5) * 60
    assert project.ledger().complete
    assert bodies(company.new()) == bodies(company.old())


def test_a_raised_budget_wakes_those_who_rest(company: SmallCompany, project: MigrationProject) -> None:
    company.deliver(*(Letter(("INBOX",), (), WHEN, b"Subject: %d\r\n\r\n" % n + b"x" * 60_000) for n in range(10)))
    project.set_pace(Pace(source_daily=300_000))
    rested = threading.Event()

    def watch(event: Event) -> None:
        if isinstance(event, StateChanged) and event.state is MailboxState.RESTING:
            rested.set()

    project.start(watch)
    assert rested.wait(LONG_ENOUGH)
    assert project.running
    project.set_pace(Pace())
    assert project.wait(LONG_ENOUGH)
    assert project.ledger().complete


def test_a_stop_ends_a_rest(company: SmallCompany, project: MigrationProject) -> None:
    project.set_pace(Pace(source_daily=1))
    rested = threading.Event()
    project.start(lambda event: rested.set() if isinstance(event, StateChanged) and event.state is MailboxState.RESTING else None)
    assert rested.wait(LONG_ENOUGH)
    project.stop()
    assert project.wait(LONG_ENOUGH)
    assert {project.state(m.id) for m in project.mailboxes()} <= {MailboxState.STOPPED, MailboxState.DONE}


def test_the_pace_is_kept_and_a_damaged_one_is_none(project: MigrationProject) -> None:
    pace = Pace(rate=1_000_000, copy_hours=Hours(dt.time(20), dt.time(6)), project_daily=10**9)
    project.set_pace(pace)
    assert project.pace == pace
    for damaged in ("[]", "{", '{"rate": 1}', '{"rate_hours": "noon"}'):
        project.set_note("pace", damaged)
        assert project.pace == Pace()
