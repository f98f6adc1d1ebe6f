"""Step 3 as a person uses it: looked at, changed in place, tested, sent, stopped, sent again only after a yes."""

from __future__ import annotations

import datetime as dt
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Secret
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.store import told as told_rows
from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.pages.communicate import CommunicatePage
from mailsafi_wizard.ui.problems import ProblemPanel
from tests.ui.conftest import Hand


@pytest.fixture
def page(opened: Hand) -> CommunicatePage:
    found = opened.go("communicate")
    assert isinstance(found, CommunicatePage)
    return found


def show(hand: Hand, page: CommunicatePage, leaf: object) -> None:
    async def turn() -> None:
        page.tabs.setCurrentWidget(leaf)  # type: ignore[arg-type]

    hand.run(turn())


def button(hand: Hand, page: CommunicatePage, words: str) -> QAbstractButton:
    def seen() -> list[QAbstractButton]:
        return [b for b in page.findChildren(QAbstractButton) if b.text().replace("&", "") == words and b.isVisibleTo(page)]

    hand.until(seen)
    return seen()[0]


def fast(rehearsal: Rehearsal) -> None:
    server = rehearsal.project.mail_server()
    rehearsal.project.set_mail_server(type(server)(server.endpoint, server.user, server.oauth, 600))


def test_a_test_comes_first_then_all_get_it_once(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    fast(rehearsal)
    show(opened, page, page.sending)
    assert opened.window.act.text().replace("&", "") == "Send a test to me"
    opened.act()
    assert page.problem is None
    assert page.sending.tested.text == "Tested"
    assert opened.window.act.text().replace("&", "") == "Send to 6 users"
    opened.act()
    opened.until(lambda: not opened.window.act.isEnabled() and not page.busy)
    assert len(rehearsal.mail_sink.mails) == 7
    assert page.model.rows[0].sent == 6
    assert {row.told.state for row in page.sending.model.rows if row.told} == {ToldState.SENT}
    opened.until(lambda: page.sending.again.isVisibleTo(page))
    opened.click(page.sending.again)
    opened.click(button(opened, page, "No"))
    assert len(rehearsal.mail_sink.mails) == 7
    opened.click(page.sending.again)
    opened.click(button(opened, page, "Yes, send it to all again"))
    opened.settle()
    assert len(rehearsal.mail_sink.mails) == 13
    assert len({mail.content.partition(b"Message-ID: ")[2].split(b"\r\n")[0] for mail in rehearsal.mail_sink.mails[1:]}) == 6


def test_those_marked_get_it_and_twice_only_after_a_yes(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    fast(rehearsal)
    show(opened, page, page.sending)
    opened.act()
    assert not page.sending.some.isEnabled()
    page.sending.table.selectRow(2)
    opened.click(page.sending.some)
    opened.settle()
    assert len(rehearsal.mail_sink.mails) == 2
    assert rehearsal.mail_sink.mails[1].recipients == ("wanjiku@example.co.ke",)
    page.sending.table.selectRow(2)
    opened.click(page.sending.some)
    opened.click(button(opened, page, "Yes, send it to them again"))
    opened.settle()
    assert len(rehearsal.mail_sink.mails) == 3


def test_stopped_in_the_middle_and_gone_on_with(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    show(opened, page, page.sending)
    opened.act()
    opened.click(opened.window.act)
    opened.until(lambda: len(rehearsal.mail_sink.mails) >= 3 and page.sending.working.halt.isVisibleTo(page))
    opened.click(page.sending.working.halt)
    opened.settle()
    opened.until(lambda: not page.sending.working.halt.isVisibleTo(page))
    taken = len(rehearsal.mail_sink.mails) - 1
    assert 0 < taken < 6
    fast(rehearsal)
    page.refresh()
    assert f"{6 - taken} users" in opened.window.act.text() or taken == 5
    opened.act()
    assert len(rehearsal.mail_sink.mails) == 7


def test_a_refused_sign_in_is_told_in_place_and_can_be_mended(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    rehearsal.project.set_mail_server(rehearsal.project.mail_server(), Secret("not the one"))
    show(opened, page, page.sending)
    opened.act()
    assert page.problem is not None
    assert "refused the sign-in" in page.problem.what
    assert "not the one" not in page.problem.what + page.problem.remedy + page.problem.detail
    assert not rehearsal.project.sending_tested
    form = page.sending.form
    form.open(True)
    opened.write(form.address, "no address")
    assert form.address_note.wrong
    opened.write(form.address, "njeri@example.co.ke")
    opened.write(form.password, rehearsal._mail_password.reveal())
    assert form.password.text() == ""
    opened.act()
    assert page.problem is None
    assert rehearsal.project.sending_tested


def test_a_token_may_stand_in_the_place_of_the_password(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    show(opened, page, page.sending)
    form = page.sending.form
    form.open(True)
    assert form.way.currentData() is False
    form.way.setCurrentIndex(form.way.findData(True))
    form.way.activated.emit(form.way.currentIndex())
    assert rehearsal.project.mail_server().oauth
    opened.act()
    assert page.problem is not None  # the rehearsal's server takes passwords only
    form.way.setCurrentIndex(form.way.findData(False))
    form.way.activated.emit(form.way.currentIndex())
    opened.act()
    assert page.problem is None


def test_a_certificate_that_nobody_vouches_for_is_trusted_in_place(
    opened: Hand, page: CommunicatePage, rehearsal: Rehearsal
) -> None:
    rehearsal.project.ca_file = None
    show(opened, page, page.sending)
    opened.act()
    assert page.problem is not None
    assert "cannot be trusted" in page.problem.what or "not signed by anyone" in page.problem.what
    assert rehearsal.mail_sink.mails == ()
    opened.click(button(opened, page, "Don't trust it"))
    opened.act()
    opened.click(button(opened, page, "Trust this certificate"))
    opened.settle()
    assert page.problem is None
    assert rehearsal.project.sending_tested
    assert len(rehearsal.mail_sink.mails) == 1


def test_what_was_perhaps_sent_is_asked_about(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    project = rehearsal.project
    box = project.mailboxes()[0]
    told_rows.put(project._journal, Told(box.id, "announcement", "en", box.address, ToldState.SENDING, dt.datetime.now(dt.UTC)))
    show(opened, page, page.sending)
    page.refresh()
    opened.until(lambda: any(p.isVisibleTo(page) for p in page.findChildren(ProblemPanel)))
    panel = next(p for p in page.findChildren(ProblemPanel) if p.isVisibleTo(page))
    assert box.address in panel.problem.what
    opened.click(button(opened, page, "They have it"))
    assert project.notice_standing("announcement").sent == 1
    assert rehearsal.mail_sink.mails == ()


def test_words_are_checked_as_they_are_typed_and_the_original_comes_back(
    opened: Hand, page: CommunicatePage, rehearsal: Rehearsal
) -> None:
    show(opened, page, page.words)
    words = page.words
    original = words.draft
    assert not words.back.isEnabled()
    words.text.setPlainText("Dear {{ nobody }},\n\n{{ why }}")
    opened.until(lambda: words.notes["body"].wrong)
    assert "nobody" in words.notes["body"].wrong
    words.text.setPlainText("Karibu <b>{{ user_name }}</b>,\n\n{{ why }}")
    opened.until(lambda: not words.notes["body"].wrong)
    assert "Karibu <b>amina@example.co.ke</b>" in words.mail.toPlainText()
    assert "It does not tell what does not move." in words.advice.text()
    words.short.setPlainText("x" * 301)
    opened.until(lambda: "301 / 300" in words.notes["short"].wrong)
    assert rehearsal.project.has_own_words("announcement", "en")
    opened.click(words.back)
    assert words.draft == original
    assert not rehearsal.project.has_own_words("announcement", "en")
    opened.click(words.again)
    assert "Karibu" in words.text.toPlainText()
    assert rehearsal.project.notice_draft("announcement", "en").short == "x" * 301


def test_parts_can_be_written_out_and_fields_put_in(opened: Hand, page: CommunicatePage) -> None:
    show(opened, page, page.words)
    opened.click(page.words.write_out)
    assert "{{ before }}" not in page.words.draft.body
    assert "## Before that day" in page.words.draft.body
    assert not page.words.advice.isVisibleTo(page)
    page.words.insert("help_contact")
    assert "{{ help_contact }}" in page.words.draft.body
    QTest.keyClick(page.words.text, Qt.Key.Key_Tab)
    page.words.finish()


def test_typed_words_are_kept_when_another_step_comes_forward(opened: Hand, page: CommunicatePage, rehearsal: Rehearsal) -> None:
    show(opened, page, page.words)
    page.words.subject.setText("Jambo")
    page.words.subject.textEdited.emit("Jambo")
    opened.go("start")
    assert rehearsal.project.notice_draft("announcement", "en").subject == "Jambo"


def test_pages_for_all_users_are_written(opened: Hand, page: CommunicatePage, tmp_path: Path) -> None:
    async def go() -> None:
        page.print_to(tmp_path / "pages.pdf", show=False)

    opened.run(go())
    opened.settle()
    assert page.problem is None
    text = subprocess.run(["pdftotext", str(tmp_path / "pages.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    for user in ("amina", "info", "li.wei"):
        assert f"{user}@example.co.ke" in text
    assert text.count("We will never ask for your password by reply.") == 6


def test_the_look_of_a_notice_follows_the_colours_while_it_is_shown(page: CommunicatePage) -> None:
    assert theme.LIGHT.accent in page.look.mail.toHtml()
    theme.theme().wear("dark")
    try:
        assert theme.DARK.accent in page.look.mail.toHtml()
        assert theme.LIGHT.accent not in page.look.mail.toHtml()
    finally:
        theme.theme().wear("light")
