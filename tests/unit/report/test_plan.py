"""The report's section about the plan."""

from __future__ import annotations

import datetime as dt

from mailsafi_wizard import schedule
from mailsafi_wizard.model.plan import CopyOutlook, Done
from mailsafi_wizard.report import plan_section

BEGIN, CUTOVER = dt.date(2026, 8, 12), dt.date(2026, 9, 11)
WHEN = dt.datetime(2026, 8, 14, 21, 30, tzinfo=dt.UTC)


def test_without_a_plan_there_is_no_section() -> None:
    assert plan_section((), (), "Africa/Nairobi") is None


def test_each_task_tells_its_day_its_state_and_how_it_is_known() -> None:
    done = {"inventory": Done("Seen"), "aliases": Done("You ticked it", WHEN, word=True), "census": Done("Every mailbox", WHEN)}
    section = plan_section(schedule.plan(BEGIN, CUTOVER, dt.date(2026, 8, 20), done), (), "Africa/Nairobi")
    assert section is not None
    (table,) = section.tables
    assert len(table.rows) == len(schedule.TASKS)
    rows = {row[1]: row for row in table.rows}
    assert rows["List the mailboxes"] == ("2026-08-12", "List the mailboxes", "admin", "done", "–", "Seen")
    assert rows["Create aliases and lists at MailSafi"][4:] == ("2026-08-15 00:30 EAT", "the administrator's word")
    assert rows["Announcement"][2:] == ("users", "late", "–", "–")
    assert rows["Closing note"][3] == "ahead"


def test_the_forecasts_stand_below_in_their_order() -> None:
    days = [BEGIN + dt.timedelta(days=n) for n in range(3)]
    section = plan_section(
        schedule.plan(BEGIN, CUTOVER, BEGIN), [CopyOutlook(day, day, CUTOVER, 12_345, 10**9) for day in days], "UTC"
    )
    assert section is not None
    assert [row[0] for row in section.tables[1].rows] == [day.isoformat() for day in days]
    assert section.tables[1].rows[0][3:] == ("12,345", "1.0 GB")
