"""Sheets that go out as mail, to real recipients of a real server."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
from email.message import EmailMessage

import pytest

from mailsafi_wizard import signin
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.mailing_sheets import NotTested, SheetKind
from tests.servers.submission import Submission
from tests.unit.project.conftest import ME, PEOPLE

NOW = dt.datetime(2026, 11, 24, 9, tzinfo=dt.UTC)


def drafts(project: MigrationProject, boxes: tuple[Mailbox, ...] | None = None) -> list[tuple[Mailbox, EmailMessage]]:
    among = project.mailboxes() if boxes is None else boxes
    return [(box, signin.as_mail(project.sheet(box, "sw"), "example.co.ke", NOW)) for box in among]


def names(server: Submission) -> list[str]:
    return [str(email.message_from_bytes(mail.content, policy=email.policy.default)["Message-ID"]) for mail in server.mails]


def test_nothing_goes_out_before_a_test(project: MigrationProject, server: Submission) -> None:
    with pytest.raises(NotTested):
        project.mail_sheets(SheetKind.SIGN_IN, "sw", drafts(project), lambda told: None)
    assert server.mails == []


def test_each_gets_the_own_sheet_from_the_sender(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    heard: list[Told] = []
    assert project.mail_sheets(SheetKind.SIGN_IN, "sw", drafts(project), heard.append)
    assert [mail.recipients for mail in server.mails[1:]] == [[address] for address in PEOPLE]
    for address, mail in zip(PEOPLE, server.mails[1:], strict=True):
        read = email.message_from_bytes(mail.content, policy=email.policy.default)
        assert (read["To"], read["Reply-To"], read["Auto-Submitted"]) == (address, "help@example.co.ke", "auto-generated")
        assert read["From"].addresses[0].addr_spec == ME
        assert read["X-Unsent"] is None
        assert address in read.get_body(("plain",)).get_content()  # type: ignore[union-attr]
        assert mail.content.isascii()
        assert max(map(len, mail.content.split(b"\r\n"))) <= 998
    assert {told.state for told in heard} == {ToldState.SENT}
    assert project.have_sheet(SheetKind.SIGN_IN) == frozenset(PEOPLE)
    assert project.have_sheet(SheetKind.CHECK) == frozenset()
    assert "Sign-in sheet" in {
        row[1] for section in project.report_facts(NOW).sections for t in section.tables for row in t.rows if len(row) > 1
    }


def test_a_sheet_keeps_its_name_and_each_reminder_is_a_new_mail(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    one = project.mailboxes()[:1]
    for kind in (SheetKind.CHECK, SheetKind.REMINDER):
        for _turn in range(2):
            project.mail_sheets(kind, "sw", drafts(project, one), lambda told: None)
    found = names(server)[1:]
    assert found[0] == found[1]
    assert len(set(found)) == 3


def test_who_was_refused_has_none(project: MigrationProject, server: Submission) -> None:
    project.send_test("announcement", "en", ME)
    server.behaviour.replies = {PEOPLE[1]: ["550 5.1.1 no such user"]}
    heard: list[Told] = []
    assert project.mail_sheets(SheetKind.CHECK, "sw", drafts(project), heard.append)
    assert [told.state for told in heard].count(ToldState.REFUSED) == 1
    assert project.have_sheet(SheetKind.CHECK) == frozenset(PEOPLE) - {PEOPLE[1]}
