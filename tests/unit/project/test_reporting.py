"""What the project gathers for its report: kept messages, subjects by choice only, servers and settings, either language."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import words
from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.engine.message_files import folder_place, mailbox_place
from mailsafi_wizard.model import Hours, MessageState, Pace
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.reporting import _subject
from mailsafi_wizard.report import ReportFacts, Table
from mailsafi_wizard.store.rows import Intent, Outcome
from tests.unit.small_company import SmallCompany

NOW = dt.datetime(2026, 11, 25, 9, 0, tzinfo=dt.UTC)
MAIL = b"From: a@example.org\r\nSubject: =?utf-8?B?2LnYsdi2?= on Monday\r\n\r\nbody\r\n"


@pytest.fixture
def project(tmp_path: Path) -> Iterator[MigrationProject]:
    with SmallCompany(tmp_path) as small:
        made = small.project()
        made.set_company(sample.facts(NOW.date()))
        made.start(lambda _event: None)
        assert made.wait(60)
        yield made
        made.close()


def table(facts: ReportFacts, name: str) -> Table:
    return next(t for section in facts.sections for t in section.tables if t.name == name)


def fail_two(project: MigrationProject) -> Path:
    """Two messages of the first mailbox have failed, one is kept as a file; a third was sent repaired. The answer is the file."""
    box = project.mailboxes()[0]
    record = max(project._journal.folders(box.id), key=lambda r: r.s_count)
    failed = [Outcome(record.id, uid, MessageState.FAILED, reason="it is too large", size=9, date=b"17-Jul-2020") for uid in (1, 2)]
    repaired = Outcome(record.id, 3, MessageState.COPIED, 3, None, "repaired: line ends were put right")
    project._journal.record(failed, [Intent(record.id, 3, 9, None, 0, b"", b"18-Jul-2020")])
    project._journal.record([repaired])
    place = folder_place(mailbox_place(project.refused_folder, box), record)
    place.mkdir(parents=True)
    (place / "1.eml").write_bytes(MAIL)
    return place / "1.eml"


def test_what_became_of_failed_messages_is_told(project: MigrationProject) -> None:
    file = fail_two(project)
    rows = {row[2]: row for row in table(project.report_facts(NOW), "failed").rows}
    assert rows["1"][-1] == f"kept as a file: {file.relative_to(project.path.parent).as_posix()}"
    assert rows["2"][-1] == "left at the source, not kept as a file"
    (mended,) = table(project.report_facts(NOW), "repaired").rows
    assert (mended[2], mended[-1]) == ("3", "repaired: line ends were put right")
    assert project.refused_folder.name in [row[1] for row in table(project.report_facts(NOW), "places").rows]


def test_subjects_are_read_only_when_the_admin_chose_so(project: MigrationProject) -> None:
    fail_two(project)
    assert not project.report_subjects
    assert "Monday" not in str(project.report_facts(NOW))
    project.report_subjects = True
    found = project.report_facts(NOW)
    assert [row[5] for row in table(found, "failed").rows] == ["عرض on Monday", ""]
    assert "Subjects are known only of messages that are kept" in " ".join(p for s in found.sections for p in s.paragraphs)


def test_servers_and_settings_are_told(project: MigrationProject) -> None:
    project.set_note("ladder.source", json.dumps({"rungs": [{"rung": "greeting", "found": "Dovecot ready."}]}))
    project.set_note("ladder.destination", "not JSON")
    project.set_pace(Pace(500_000, Hours.parse("08:00-18:00"), None, 0, 0, 2 * 10**9))
    rows = {row[0]: row[1] for row in table(project.report_facts(NOW), "environment").rows}
    assert rows["Source server's greeting"] == "Dovecot ready."
    assert "MailSafi server's greeting" not in rows
    assert rows["Cap on the speed"] == "500 kB a second, 08:00-18:00"
    assert rows["Data a day"] == "2.0 GB in all"
    assert rows["Hours of copying"] == "at any time"
    assert rows["Sign-in at the source"] == "each mailbox's own password"
    assert rows["Messages that MailSafi refuses"] == "are not sent in another form"


def test_the_report_has_a_language_of_its_own(project: MigrationProject) -> None:
    assert project.report_facts(NOW, "sw").language == "sw"
    assert (project.report_facts(NOW).language, words.language()) == ("en", "en")


@given(st.binary(max_size=300))
def test_no_header_ends_the_report(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    file = tmp_path_factory.mktemp("mail") / "1.eml"
    file.write_bytes(b"Subject: " + data)
    assert isinstance(_subject(file), str)
    assert _subject(file.with_name("2.eml")) == ""
