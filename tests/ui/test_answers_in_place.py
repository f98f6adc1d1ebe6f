"""Questions and problems in place: Escape is an answer, and what refuses has a button that helps."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QPushButton, QWidget

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import NOT_TRIED, FailedMessage, RunRecord, Side, SignInResult
from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.project.since import Since
from mailsafi_wizard.store import told as told_rows
from mailsafi_wizard.ui import ask, failures
from mailsafi_wizard.ui.failures import FailuresPart
from mailsafi_wizard.ui.pages.communicate import CommunicatePage
from mailsafi_wizard.ui.pages.start import StartPage
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.sign_in_grid import SignInPanel
from tests.ui.conftest import Hand


def panels(place: QWidget) -> list[ProblemPanel]:
    return [panel for panel in place.findChildren(ProblemPanel) if panel.isVisible()]


def button(place: QWidget, words: str) -> QPushButton:
    return next(b for b in place.findChildren(QPushButton) if b.text() == words and b.isVisible())


def test_what_perhaps_arrived_can_be_decided_later(opened: Hand, rehearsal: Rehearsal) -> None:
    page = opened.go("communicate")
    assert isinstance(page, CommunicatePage)
    box = rehearsal.project.mailboxes()[0]
    sent = Told(box.id, "announcement", "en", box.address, ToldState.SENDING, dt.datetime.now(dt.UTC))
    told_rows.put(rehearsal.project._journal, sent)
    opened.do(lambda: page.tabs.setCurrentWidget(page.sending))
    opened.do(page.refresh)
    opened.until(lambda: panels(page))
    opened.do(lambda: button(page, "They have it").setFocus())
    opened.press(Qt.Key.Key_Escape)
    assert panels(page) == []
    opened.do(page.refresh)
    assert panels(page) == [], "not asked again at once"
    opened.do(lambda: page.table.choose(1))
    opened.do(lambda: page.table.choose(0))
    opened.until(lambda: panels(page))


def test_mailboxes_that_were_not_tried_can_be_left_so(hand: Hand) -> None:
    signs = SignInPanel()
    hand.window.stack.addWidget(signs)
    hand.window.stack.setCurrentWidget(signs)
    results = {(n, Side.SOURCE): SignInResult(n, Side.SOURCE, False, NOT_TRIED, "What to do") for n in (1, 2)}
    signs.show_results(results, testing=False)
    (note,) = panels(signs)
    button(note, "Try the others all the same").setFocus()
    hand.press(Qt.Key.Key_Escape)
    assert panels(signs) == []
    signs.show_results(results, testing=False)
    assert panels(signs) == []
    signs.begin(2)
    signs.show_results(results, testing=False)
    assert len(panels(signs)) == 1, "a new test tells anew"


def test_what_was_refused_is_a_click_away(hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[Path] = []
    monkeypatch.setattr(failures, "open_place", seen.append)
    asked: list[bool] = []
    place = tmp_path / "Acme - not copied"
    part = FailuresPart(place, "Africa/Nairobi", lambda: asked.append(True))
    hand.window.stack.addWidget(part)
    hand.window.stack.setCurrentWidget(part)
    failed = [("a@x", FailedMessage(1, "INBOX", 7, 9, "01-Jan-2026 00:00:00 +0000", "too large"))]
    part.show_failures(failed, running=False)
    assert not part.open.isVisible(), "nothing was kept"
    place.mkdir()
    part.show_failures(failed, running=True)
    assert not part.retry.isVisible()
    part.show_failures(failed, running=False)
    hand.click(part.open)
    hand.click(part.retry)
    assert seen == [place]
    assert asked == [True]
    assert place.name in part.words.text()


@pytest.mark.skipif(os.name == "nt", reason="a file in the way of a folder is told otherwise there")
def test_a_place_that_refuses_is_no_bug_and_another_can_be_chosen(opened: Hand, tmp_path: Path) -> None:
    page = opened.go("communicate")
    assert isinstance(page, CommunicatePage)
    in_the_way = tmp_path / "a file"
    in_the_way.write_text("")

    async def choose() -> None:
        ask.ask_folder(page, "Where to?", tmp_path, page.save)

    opened.run(choose())
    (dialog,) = page.findChildren(QFileDialog)
    opened.do(dialog.close)
    opened.do(lambda: page.save(in_the_way / "below"))
    opened.until(lambda: page.problem is not None)
    assert page.problem is not None
    assert page.problem.of_a_place
    assert not page.problem.is_bug
    opened.until(lambda: not page.findChildren(QFileDialog))
    opened.click(button(opened.window, "Choose another place…"))
    assert page.problem is None
    (dialog,) = page.findChildren(QFileDialog)
    assert dialog.windowTitle() == "Where to?"
    opened.do(dialog.close)


def test_a_full_disk_is_told_as_such() -> None:
    problem = Problem.of(OSError(28, "No space left on device"))
    assert problem.what == "The disk is full."
    assert not problem.is_bug
    assert Problem.of(OSError("whatever")).is_bug
    assert "no such file" in Problem.of(FileNotFoundError(2, "No such file or directory", "/gone/report.pdf")).what


def test_from_what_was_recovered_one_goes_to_where_it_goes_on(opened: Hand) -> None:
    opened.go("prepare")
    began = dt.datetime(2026, 11, 25, 19, 30, tzinfo=dt.UTC)
    since = Since(began, broken_off=RunRecord(1, began, None, 0, 0, "running"), in_doubt=3)
    opened.do(lambda: opened.window.headlines.tell_news(since, "Africa/Nairobi"))
    (panel,) = opened.window.headlines.panels
    assert "3 messages were on their way" in panel.problem.why
    opened.click(button(panel, "Go to Migrate"))
    assert opened.window.steps[opened.window.shown].key == "migrate"
    assert opened.window.headlines.panels == [panel], "it stays until it is closed"


def test_at_the_end_of_a_session_nothing_that_was_typed_is_lost(opened: Hand) -> None:
    page = opened.go("start")
    assert isinstance(page, StartPage)
    page.help.setText("Njeri, typed and not left yet")
    opened.do(opened.window.keep_all)
    assert page.project.company.help_contact == "Njeri, typed and not left yet"
