"""Sheets, replies and sign-offs of a project, and that nothing private stays in its file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from zoneinfo import ZoneInfo

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.engine.comparison import NotNow
from mailsafi_wizard.model import Hours, Pace
from mailsafi_wizard.project import MigrationProject, signed_off
from mailsafi_wizard.signoff import Verdict
from tests.unit.small_company import SmallCompany

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)


@pytest.fixture
def project(company: SmallCompany) -> Iterator[MigrationProject]:
    made = company.project()
    made.set_company(sample.facts(NOW.date()))
    yield made
    made.close()


def copied(project: MigrationProject) -> list[int]:
    project.start(lambda _event: None)
    assert project.wait(60)
    return [box.id for box in project.mailboxes()]


def test_before_the_copy_nobody_can_check(project: MigrationProject) -> None:
    box = project.mailboxes()[0]
    assert project.make_sheets([box.id], NOW) == ({}, {})
    with pytest.raises(errors.WrongUsage):
        project.sign_off([box.id], "", "phoned", NOW)
    assert project.gate_facts(NOW).signed is None


def test_a_sheet_counts_what_is_there_and_names_three_messages_each_time_the_same(project: MigrationProject) -> None:
    ids = copied(project)
    made, problems = project.make_sheets(ids, NOW)
    assert problems == {}
    for number in ids:
        sheet, ledger = made[number], project.ledger(number)
        assert sheet.messages == ledger.copied
        assert {f.name for f in sheet.folders} == {f.destination_name for f in ledger.folders if f.copied}
        assert all(f.oldest <= f.newest and len(f.oldest) == 10 for f in sheet.folders)
        assert len(sheet.spots) == min(3, ledger.copied)
        assert all("@" in spot.sender and spot.size > 0 and spot.date for spot in sheet.spots)
        assert {spot.subject for spot in sheet.spots} <= {""}
    assert project.make_sheets(ids, NOW)[0] == made


def test_subjects_only_where_the_admin_chose_so_and_never_in_the_file(company: SmallCompany, project: MigrationProject) -> None:
    ids = copied(project)
    project.show_subjects = True
    made, _problems = project.make_sheets(ids, NOW)
    spots = [spot for sheet in made.values() for spot in sheet.spots]
    assert all(spot.subject for spot in spots)
    project.close()
    data = b"".join(path.read_bytes() for path in company.folder.glob("small.mailsafi*"))
    for spot in spots:
        assert spot.subject.encode() not in data
        assert spot.sender.encode() not in data


def test_spots_that_are_gone_from_the_source_are_chosen_anew(company: SmallCompany, project: MigrationProject) -> None:
    ids = copied(project)
    project.make_sheets(ids, NOW)
    folder, uid = project._sign_offs.spots()[ids[0]][0]
    raw = next(r.source for r in project._journal.folders(ids[0]) if r.source_name == folder)
    del company.old().folders[raw].messages[uid]
    project.verify(lambda _event: None)
    made, _problems = project.make_sheets(ids, NOW)
    assert (folder, uid) not in project._sign_offs.spots()[ids[0]]
    assert len(made[ids[0]].spots) == 3


def test_a_server_that_is_gone_leaves_sheets_without_spots(company: SmallCompany, project: MigrationProject) -> None:
    ids = copied(project)
    company.servers.stop()
    made, problems = project.make_sheets(ids, NOW)
    assert set(problems) == set(made) == set(ids)
    assert all(sheet.folders and not sheet.spots for sheet in made.values())


def test_sign_offs_lead_to_the_gate_and_into_the_report(project: MigrationProject) -> None:
    ids = copied(project)
    assert signed_off(project) == (0, len(ids))
    project.mark_sheets(ids, NOW)
    project.sign_off(ids[:1], "  Jane\n Wanjiru ", "phoned", NOW)
    assert signed_off(project) == (1, len(ids))
    assert project.gate_facts(NOW).signed == 1
    assert project.sign_offs()[ids[0]].who == "Jane Wanjiru"
    assert [box.id for box in project.not_signed_off()] == ids[1:]
    project.mark_sheets(ids[1:], NOW + dt.timedelta(days=2), reminder=True)
    assert project.sheets_written()[ids[1]] == (NOW, NOW + dt.timedelta(days=2))
    section = next(s for s in project.report_facts(NOW).sections if s.key == "sign-offs")
    assert [row[1] for row in section.tables[0].rows] == ["Jane Wanjiru", *["not yet"] * (len(ids) - 1)]
    project.take_back_sign_off(ids)
    assert signed_off(project) == (0, len(ids))
    with pytest.raises(errors.WrongUsage):
        project.sign_off(ids, "", "dreamt it", NOW)


def test_replies_are_read_against_the_projects_addresses(project: MigrationProject) -> None:
    copied(project)
    first, second = (box.address for box in project.mailboxes()[:2])
    replies = project.read_replies(f"{first}: sawa\n{second}: Sent is missing\nx@y.org: ok")
    assert [(r.address, r.verdict) for r in replies] == [(first, Verdict.YES), (second, Verdict.ASK), ("", Verdict.ASK)]
    assert signed_off(project)[0] == 0  # reading records nothing


def test_the_comparison_is_in_the_report(project: MigrationProject) -> None:
    ids = copied(project)
    assert "compared" not in {s.key for s in project.report_facts(NOW).sections}
    project.verify(lambda _event: None, deep=True)
    section = next(s for s in project.report_facts(NOW).sections if s.key == "compared")
    assert [len(t.rows) for t in section.tables if t.name == "compared"] == [len(ids)]
    assert section.tables[1].rows == ()


def test_a_copy_and_a_comparison_exclude_each_other(project: MigrationProject) -> None:
    copied(project)
    refused: list[errors.WrongUsage] = []

    def meanwhile(_event: object) -> None:
        for call in (lambda: project.start(lambda _e: None), lambda: project.verify(lambda _e: None)):
            try:
                call()
            except errors.WrongUsage as e:
                refused.append(e)

    project.verify(meanwhile)
    assert len(refused) >= 2
    with pytest.raises(errors.WrongUsage):
        project.retry_failed(lambda _event: None, [box.id for box in project.mailboxes()])  # nothing has failed


def test_the_pace_holds_for_comparisons_too_and_the_rest_comes_later(project: MigrationProject) -> None:
    ids = copied(project)
    there = dt.datetime.now(ZoneInfo(project.company.timezone))
    closed = Hours((there + dt.timedelta(hours=2)).time(), (there + dt.timedelta(hours=3)).time())
    project.set_pace(Pace(copy_hours=closed))
    ledger, problems = project.verify(lambda _event: None, deep=True)
    assert ledger.complete
    assert [type(p) for p in problems] == [NotNow] * len(ids)
    found = project.checks()
    assert {(c.outcome, c.compared) for c in found.values()} == {("broken", 0)}
    assert all(c.listed == project.ledger(number).source for number, c in found.items())  # lists are no content
    project.set_pace(Pace())
    assert project.verify(lambda _event: None, deep=True)[1] == ()
    assert {(c.id, c.outcome) for c in project.checks().values()} == {(c.id, "done") for c in found.values()}
