"""What changes is told to a screen reader, once; Enter and Escape do what a hand expects; nothing moves where nothing may move."""

from __future__ import annotations

import traceback
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QProgressBar, QProxyStyle, QStyle, QStyleHintReturn, QStyleOption, QWidget

from mailsafi_wizard.ui import announce, motion
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.steps import StepState
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.tile import Tile
from mailsafi_wizard.ui.widgets import Button, FieldNote, Tone, working_bar
from tests.ui.conftest import Hand
from tests.ui.everywhere import STATES


@dataclass(frozen=True)
class Row:
    name: str
    size: int


@pytest.fixture
def heard(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[tuple[str, bool]]]:
    """(words, whether they break in) of all that a screen reader is told; each goes on to Qt as well."""
    told: list[tuple[str, bool]] = []
    send = announce.send

    def listen(event: QAccessibleAnnouncementEvent) -> None:
        told.append((event.message(), event.politeness() == announce.NOW))
        send(event)

    monkeypatch.setattr(announce, "send", listen)
    before = QAccessible.isActive()
    QAccessible.setActive(True)
    yield told
    QAccessible.setActive(before)


def test_where_nobody_listens_nothing_is_made(look: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(announce, "send", lambda event: pytest.fail(event.message()))
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: False))
    announce.announce(QWidget(), "Nobody hears it")


def test_the_page_its_problem_and_what_was_done_are_told(opened: Hand, heard: list[tuple[str, bool]]) -> None:
    opened.go("verify")
    assert ("Verify", False) in heard
    opened.page.show_problem(Problem("It broke.", "The line is down.", "Try again."))
    assert heard[-1] == ("It broke. The line is down. Try again.", True)
    count = len(heard)
    opened.page.changed.emit()
    assert len(heard) == count  # the same problem is told once
    opened.page.told.emit("It is saved.")
    assert heard[-1] == ("It is saved.", False)


def test_news_and_warnings_wait_for_their_turn(opened: Hand, heard: list[tuple[str, bool]]) -> None:
    opened.window.headlines.tell(Problem("214 new messages.", tone=Tone.INFO))
    assert heard[-1] == ("214 new messages.", False)


def test_a_step_that_is_done_is_told_and_a_whole_project_is_not(hand: Hand, heard: list[tuple[str, bool]]) -> None:
    rail = hand.window.rail
    usable = [True] * len(rail.buttons)
    rail.show_states([StepState.DONE] * len(rail.buttons), 0, usable)
    assert heard == []
    rail.show_states([StepState.NEEDS_YOU, *[StepState.DONE] * (len(rail.buttons) - 1)], 0, usable)
    assert heard == [("Step 1: Start, Needs you", False)]


def test_a_complaint_is_told_at_once_and_describes_its_field(look: None, heard: list[tuple[str, bool]]) -> None:
    edit = QLineEdit()
    note = FieldNote(edit, "Its help.")
    for _again in range(2):
        note.complain("It is empty.")
    assert heard == [("It is empty.", True)]
    assert QAccessible.queryAccessibleInterface(edit).text(QAccessible.Text.Description) == "It is empty."
    note.complain("")
    assert QAccessible.queryAccessibleInterface(edit).text(QAccessible.Text.Description) == "Its help."


def test_a_table_is_sorted_by_the_keyboard_and_read_with_its_headers(look: None, heard: list[tuple[str, bool]]) -> None:
    columns: list[Column[Row]] = [
        Column("Name", lambda r: r.name),
        Column("Size", lambda r: str(r.size), sort=lambda r: r.size, numeric=True),
    ]
    model: RowsModel[Row] = RowsModel(columns, key=lambda r: r.name)
    table: Table[Row] = Table("Folders", model)
    model.show_rows([Row("b", 20), Row("a", 100), Row("c", 3)])
    table.choose(0)
    table.setCurrentIndex(table.filter.index(0, 1))
    QTest.keyClick(table, Qt.Key.Key_Down, Qt.KeyboardModifier.ControlModifier)
    assert [table.filter.index(i, 1).data() for i in range(3)] == ["100", "20", "3"]
    QTest.keyClick(table, Qt.Key.Key_Up, Qt.KeyboardModifier.ControlModifier)
    assert [table.filter.index(i, 1).data() for i in range(3)] == ["3", "20", "100"]
    assert heard == [("Sorted by Size, downwards", False), ("Sorted by Size, upwards", False)]
    assert table.chosen == Row("b", 20)
    node = QAccessible.queryAccessibleInterface(table)
    parts = [node.child(place) for place in range(node.childCount())]
    names = [(part.role(), part.text(QAccessible.Text.Name)) for part in parts]
    assert [name for role, name in names if role is QAccessible.Role.ColumnHeader] == ["Name", "Size"]
    assert [name for role, name in names if role is QAccessible.Role.Cell] == ["c", "3", "b", "20", "a", "100"]


def test_enter_presses_a_button_as_space_does(look: None) -> None:
    pressed: list[str] = []
    for made in (
        Button("Copy", lambda: pressed.append("button")),
        Tile("plus", "New", "A new one", lambda: pressed.append("tile")),
    ):
        made.show()
        for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            QTest.keyClick(made, key)
        made.close()
    assert pressed == ["button"] * 3 + ["tile"] * 3


def test_escape_is_the_harmless_answer(look: None) -> None:
    said: list[str] = []
    no, yes = Button("No", lambda: said.append("no")), Button("Yes", lambda: said.append("yes"))
    panel = ProblemPanel(Problem("Send it again?", tone=Tone.WARN), no, yes, escape=no)
    panel.show()
    QTest.keyClick(yes, Qt.Key.Key_Escape)
    assert said == ["no"]
    QTest.keyClick(yes, Qt.Key.Key_Return)
    assert said == ["no", "yes"]


def test_escape_closes_a_message(opened: Hand) -> None:
    opened.page.show_problem(Problem("It broke."))
    panel = opened.window.findChild(ProblemPanel)
    assert isinstance(panel, ProblemPanel)
    QTest.keyClick(panel, Qt.Key.Key_Escape)
    assert opened.page.problem is None


class Still(QProxyStyle):
    """A style of a system on which nothing shall move."""

    def styleHint(
        self,
        hint: QStyle.StyleHint,
        option: QStyleOption | None = None,
        widget: QWidget | None = None,
        data: QStyleHintReturn | None = None,
    ) -> int:
        return 0 if hint is QStyle.StyleHint.SH_Widget_Animation_Duration else super().styleHint(hint, option, widget, data)


def test_a_bar_runs_or_stands_still_as_the_system_wishes(look: None, monkeypatch: pytest.MonkeyPatch) -> None:
    assert not motion.calm()
    running = working_bar()
    assert (running.minimum(), running.maximum()) == (0, 0)
    still = Still("Fusion")
    monkeypatch.setattr(QApplication, "style", staticmethod(lambda: still))
    assert motion.calm()
    bar = QProgressBar()
    motion.show_going_on(bar)
    assert (bar.minimum(), bar.value(), bar.maximum()) == (0, 1, 2)


def test_each_tone_has_a_sign_of_its_own() -> None:
    assert len({tone.icon for tone in Tone}) == len(Tone)


def test_the_rail_is_one_stop_and_arrows_go_through_it(opened: Hand) -> None:
    opened.go("prepare")
    window, buttons = opened.window, opened.window.rail.buttons
    window.activateWindow()
    QApplication.processEvents()
    buttons[1].setFocus(Qt.FocusReason.TabFocusReason)
    opened.press(Qt.Key.Key_Down)
    assert window.focusWidget() is buttons[2]
    opened.press(Qt.Key.Key_Space)
    opened.settle()
    assert window.shown == 2
    opened.press(Qt.Key.Key_Up)
    opened.press(Qt.Key.Key_Return)
    opened.settle()
    assert (window.focusWidget(), window.shown) == (buttons[1], 1)
    opened.press(Qt.Key.Key_Tab)
    assert window.focusWidget() is window.menu_button
    opened.press(Qt.Key.Key_Backtab)
    assert window.focusWidget() is buttons[1]


def test_the_window_s_own_keys(opened: Hand) -> None:
    opened.go("prepare")
    window = opened.window
    window.activateWindow()
    QApplication.processEvents()
    opened.press(Qt.Key.Key_Right, Qt.KeyboardModifier.AltModifier)
    opened.settle()
    assert window.shown == 2
    opened.press(Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    opened.settle()
    assert window.shown == 1
    opened.press(Qt.Key.Key_F1)
    assert window.why_card.isVisible()
    opened.press(Qt.Key.Key_N, Qt.KeyboardModifier.AltModifier)
    opened.until(lambda: window.shown == 2)  # a letter holds its button down for a moment


class Windows(QObject):
    """Hears of each window that comes up."""

    def __init__(self) -> None:
        super().__init__()
        self.seen: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.seen.append(" < ".join(f"{one.name}:{one.lineno}" for one in traceback.extract_stack()[-2:-7:-1]))
        return False


def test_no_page_takes_the_keyboard_by_a_window_that_flashes_up(hand: Hand, tmp_path: Path, qapp: QApplication) -> None:
    windows = Windows()
    qapp.installEventFilter(windows)
    try:
        for state in ("empty", "rehearsed"):
            for _where in STATES[state](hand, tmp_path):
                pass
    finally:
        qapp.removeEventFilter(windows)
    assert sorted(set(windows.seen)) == []
