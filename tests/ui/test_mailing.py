"""Sheets sent from the pages Verify and Finish: after a test, once each, twice only after a yes."""

from __future__ import annotations

import email
import email.policy

from PySide6.QtWidgets import QAbstractButton, QWidget

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.ui.mailing import BY_MAIL
from mailsafi_wizard.ui.pages.finish import FinishPage
from mailsafi_wizard.ui.pages.verify import VerifyPage
from tests.ui.conftest import Hand


def fast(rehearsal: Rehearsal) -> None:
    server = rehearsal.project.mail_server()
    rehearsal.project.set_mail_server(type(server)(server.endpoint, server.user, server.oauth, 600))


def shown(page: QWidget, words: str) -> list[QAbstractButton]:
    return [b for b in page.findChildren(QAbstractButton) if b.text().replace("&", "") == words and b.isVisibleTo(page)]


def test_sign_in_sheets(opened: Hand, rehearsal: Rehearsal) -> None:
    fast(rehearsal)
    page = opened.go("finish")
    assert isinstance(page, FinishPage)
    page.signin.form.setCurrentIndex(page.signin.form.findData(BY_MAIL[0]))
    assert opened.window.act.text().replace("&", "") == "Send the sheets to 6 users"
    opened.act()
    assert page.problem is not None
    assert "not been tried" in page.problem.what
    rehearsal.project.send_test("announcement", "en", "njeri@example.co.ke")
    page.show_problem(None)
    opened.act()
    opened.until(lambda: not page.busy and len(rehearsal.mail_sink.mails) == 7)
    assert page.problem is None
    opened.until(lambda: len(rehearsal.project.sheets_made()) == 6)
    assert {made.form for made in rehearsal.project.sheets_made().values()} == {"sent"}
    mail = email.message_from_bytes(rehearsal.mail_sink.mails[1].content, policy=email.policy.default)
    assert any(part.get_content_type() == "application/x-apple-aspen-config" for part in mail.walk())
    opened.act()
    opened.until(lambda: shown(page, "No"))
    assert not shown(page, "Send to the other 0 users")
    opened.click(shown(page, "No")[0])
    assert len(rehearsal.mail_sink.mails) == 7
    opened.act()
    opened.until(lambda: shown(page, "Yes, send it to all again"))
    opened.click(shown(page, "Yes, send it to all again")[0])
    opened.until(lambda: not page.busy and len(rehearsal.mail_sink.mails) == 13)


def test_sheets_to_check_by_and_reminders(opened: Hand, rehearsal: Rehearsal) -> None:
    fast(rehearsal)
    project = rehearsal.project
    project.start(lambda _event: None)
    assert project.wait(60)
    project.send_test("announcement", "en", "njeri@example.co.ke")
    page = opened.go("verify")
    assert isinstance(page, VerifyPage)
    part = page.signoff
    page.tabs.setCurrentWidget(part)
    part.form.setCurrentIndex(part.form.findData(BY_MAIL[0]))
    opened.act()
    opened.until(lambda: not page.busy and len(rehearsal.mail_sink.mails) == 7)
    opened.until(lambda: all(user.sent for user in part.users.rows))
    part.whom.setCurrentIndex(part.whom.findData("remind"))
    assert opened.window.act.text().replace("&", "") == "Send the reminders"
    opened.act()
    opened.until(lambda: not page.busy and len(rehearsal.mail_sink.mails) == 13)
    opened.until(lambda: all(user.reminded for user in part.users.rows))
    assert page.problem is None
