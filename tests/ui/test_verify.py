"""The Verify page as an admin uses it: down to a message, a comparison with what it found, sheets, replies, sign-offs."""

from __future__ import annotations

import dataclasses
import email
import email.policy
import subprocess
from pathlib import Path

import pytest
from PySide6.QtCore import QModelIndex

from mailsafi_wizard import errors
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Depth, MessageLine, MessageState
from mailsafi_wizard.project import MigrationProject, signed_off
from mailsafi_wizard.ui.check_files import Form
from mailsafi_wizard.ui.message_table import MessagesModel
from mailsafi_wizard.ui.pages.verify import VerifyPage
from tests.ui.conftest import Hand


@pytest.fixture
def page(opened: Hand, rehearsal: Rehearsal) -> VerifyPage:
    """All is copied; then one letter is altered at MailSafi, and one deleted by its user."""
    project = rehearsal.project
    project.start(lambda _event: None)
    assert project.wait(60)
    messages = rehearsal.servers.new.account(project.mailboxes()[1].destination_user).folders[b"INBOX"].messages
    uids = sorted(messages)
    body = messages[uids[3]].body
    messages[uids[3]] = dataclasses.replace(messages[uids[3]], body=body[:-3] + bytes([body[-3] ^ 1]) + body[-2:])
    del messages[uids[6]]
    found = opened.go("verify")
    assert isinstance(found, VerifyPage)
    return found


def test_a_difference_down_to_its_message_and_back_to_balance(opened: Hand, page: VerifyPage, tmp_path: Path) -> None:
    project: MigrationProject = page.project
    page.tabs.setCurrentWidget(page.comparison)
    page.comparison.choices[Depth.EVERYTHING].setChecked(True)
    opened.act()
    assert page.problem is None
    assert page.bar.isHidden()
    page.comparison.table.choose(1)
    assert [(d.folder, d.uid) for d in page.comparison.found.rows] == [("INBOX", 4)]
    page.comparison.by_users.setChecked(True)
    assert [(d.folder, d.uid) for d in page.comparison.found.rows] == [("INBOX", 7)]
    page.tabs.setCurrentWidget(page.accounts)
    page.accounts.table.choose(1)
    page.accounts.folder_table.choose(0)
    opened.click(page.accounts.open_folder)
    assert [line.uid for line in page.accounts.messages.model.lines] == [4]
    opened.do(lambda: page.accounts.save_to(tmp_path / "mail"))
    assert page.problem is None
    assert [p.name for p in (tmp_path / "mail").rglob("*.eml")] == ["4.eml"]
    page.accounts.messages.only_failed.setChecked(False)
    assert len(page.accounts.messages.model.lines) == page.accounts.folders.rows[0].source
    opened.click(page.accounts.back)
    opened.click(page.accounts.retry_box)
    opened.until(lambda: not project.running and opened.window.bridge.summary is not None)
    assert project.ledger().complete
    page.refresh()
    assert page.accounts.retry_all.isHidden()


def test_a_folder_comes_by_the_thousand(qapp: object) -> None:
    asked: list[int] = []

    def ask(_folder: int, after: int, _failed: bool) -> list[MessageLine]:
        asked.append(after)
        return [MessageLine(1, uid, "", 5, MessageState.COPIED) for uid in range(after + 1, min(after + 1000, 2500) + 1)]

    model = MessagesModel(ask)
    model.show_folder(1, False)
    assert (model.rowCount(), asked) == (1000, [0])
    while model.canFetchMore(QModelIndex()):
        model.fetchMore(QModelIndex())
    assert (model.rowCount(), asked) == (2500, [0, 1000, 2000, 2500])
    assert model.data(model.index(2499, 0)) == "2500"


def test_sheets_replies_and_sign_offs(opened: Hand, page: VerifyPage, tmp_path: Path) -> None:
    project, part = page.project, page.signoff
    page.tabs.setCurrentWidget(part)
    part.form.setCurrentIndex(part.form.findData(Form.MAIL))
    opened.do(lambda: part.write(tmp_path / "mail"))
    assert page.problem is None
    mails = sorted((tmp_path / "mail").glob("*.eml"))
    assert len(mails) == len(project.mailboxes())
    read = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    assert read["To"] in {box.address for box in project.mailboxes()}
    part.form.setCurrentIndex(part.form.findData(Form.PDF))
    part.language.setCurrentIndex(part.language.findData("sw"))
    opened.do(lambda: part.write(tmp_path / "all.pdf"))
    text = subprocess.run(["pdftotext", str(tmp_path / "all.pdf"), "-"], capture_output=True, text=True, check=True).stdout
    assert text.count("Folda zako") == len(project.mailboxes())
    assert {user.state[0] for user in part.users.rows} == {"Not answered yet"}

    first, second, third = (box.address for box in project.mailboxes()[:3])
    opened.click(part.paste)
    part.replies.text.setPlainText(f"{first}: ok\n{second}: sawa lakini barua za 2019 hazipo\nsomebody@else.org: yes")
    opened.click(part.replies.take)
    assert signed_off(project)[0] == 1
    doubt, stranger = part.replies.asked
    assert not stranger.yes.isEnabled()
    stranger.whose.setCurrentIndex(stranger.whose.findText(third))
    opened.click(stranger.yes)
    opened.click(doubt.no)
    assert {project.sign_offs()[box.id].words for box in project.mailboxes() if box.id in project.sign_offs()} == {"ok", "yes"}
    opened.click(part.replies.close_it)
    part.table.choose(1)
    opened.click(part.record)
    assert project.sign_offs()[project.mailboxes()[1].id].how == "phoned"
    opened.click(part.take_back)
    assert signed_off(project)[0] == 2

    part.whom.setCurrentIndex(part.whom.findData("remind"))
    part.form.setCurrentIndex(part.form.findData(Form.MAIL))
    opened.do(lambda: part.write(tmp_path / "reminders"))
    assert len(list((tmp_path / "reminders").glob("*.eml"))) == len(project.mailboxes()) - 2
    opened.do(lambda: part.write_list(tmp_path / "list.csv"))
    lines = (tmp_path / "list.csv").read_text("utf-8-sig").splitlines()
    assert len(lines) == 1 + len(project.mailboxes())
    assert sum("not yet" in line for line in lines) == len(project.mailboxes()) - 2


def test_what_could_not_be_recorded_is_not_called_recorded(page: VerifyPage, monkeypatch: pytest.MonkeyPatch) -> None:
    project, part, told = page.project, page.signoff, list[str]()
    page.told.connect(told.append)
    first, second = (box.address for box in project.mailboxes()[:2])

    def full(*_anything: object) -> None:
        raise errors.DiskFull(path=project.path)

    monkeypatch.setattr(project, "sign_off", full)
    page.tabs.setCurrentWidget(part)
    part.table.selectAll()
    part.who.setText("Njeri")
    part.sign()
    assert part.who.text() == "Njeri"
    pasted = f"{first}: ok\n{second}: sawa lakini barua za 2019 hazipo"
    part.replies.text.setPlainText(pasted)
    part.replies.read_them()
    assert part.replies.text.toPlainText() == pasted
    assert told == []
    assert page.problem is not None
    assert "full" in page.problem.what
    monkeypatch.undo()
    part.replies.read_them()
    assert part.replies.text.toPlainText() == ""
    assert len(project.sign_offs()) == 1


def test_pause_go_on_and_stop_are_told(page: VerifyPage) -> None:
    told: list[str] = []
    for name in ("pause", "resume", "stop"):
        getattr(page.bar, name).connect(lambda name=name: told.append(name))
    page.bar.begin(2)
    page.bar.hold.click()
    assert page.bar.words.text().startswith("Paused")
    page.bar.hold.click()
    page.bar.halt.click()
    assert told == ["pause", "resume", "stop"]
    assert not page.bar.halt.isEnabled()
