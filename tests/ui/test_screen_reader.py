"""What a screen reader does and hears: its own actions, where the keyboard is after something went away, what is told when a table is entered."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleEvent
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QWidget

from mailsafi_wizard.ui.live_rows import LiveRows
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tab_order import ReadInOrder
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.widgets import Field, box, column
from tests.ui.conftest import Hand

TOGGLE = "Toggle"


def toggle(hand: Hand, widget: QWidget) -> None:
    """As a screen reader does it: no mouse, no key, and no click."""
    actions = QAccessible.queryAccessibleInterface(widget).actionInterface()
    assert TOGGLE in actions.actionNames()
    hand.do(lambda: actions.doAction(TOGGLE))


def test_a_step_that_is_checked_is_shown(opened: Hand) -> None:
    shown: list[str] = []
    opened.window.rail.chosen.connect(lambda index: shown.append(opened.window.steps[index].key))
    toggle(opened, opened.window.rail.buttons[5])
    assert opened.window.page is opened.window.pages[5]
    opened.go("verify")
    opened.go("migrate")
    assert shown == ["verify", "verify", "migrate"], "each once; one that is shown already can be clicked as well"


def test_help_that_is_toggled_is_shown(opened: Hand) -> None:
    for seen in (True, False):
        toggle(opened, opened.window.why)
        assert opened.window.why_card.isVisible() is seen


@pytest.fixture
def row(look: None) -> Iterator[tuple[ReadInOrder, list[QPushButton]]]:
    """Three buttons, the last of which was made first."""
    last, first, middle = (QPushButton(name) for name in ("last", "first", "middle"))
    shell = ReadInOrder()
    shell.setLayout(column(box(column(first)), middle, last))
    shell.show()
    shell.activateWindow()
    QApplication.processEvents()
    yield shell, [first, middle, last]
    shell.deleteLater()


def test_what_follows_gets_the_keyboard_when_its_holder_goes(row: tuple[ReadInOrder, list[QPushButton]]) -> None:
    _shell, (first, middle, last) = row
    first.setFocus()
    holder = first.parentWidget()
    assert holder is not None
    holder.hide()
    assert middle.hasFocus()
    last.setFocus()
    last.hide()
    assert middle.hasFocus(), "nothing follows: what came before"


def test_closing_a_message_leaves_the_keyboard_near_it(opened: Hand) -> None:
    opened.go("communicate")
    opened.window.headlines.tell(Problem("Something is so."))
    (panel,) = opened.window.headlines.panels
    close = panel.findChildren(QPushButton)[-1]
    opened.do(lambda: close.setFocus(Qt.FocusReason.TabFocusReason))
    opened.press(Qt.Key.Key_Escape)
    assert opened.window.headlines.panels == []
    here = opened.window.focusWidget()
    assert opened.page.isAncestorOf(here), "the first control below it, not the rail"


def test_the_rails_step_has_the_keyboard_when_a_project_opens(opened: Hand) -> None:
    assert opened.window.focusWidget() is opened.window.rail.buttons[opened.window.shown]


def test_the_row_a_table_stands_on_is_told_when_the_keyboard_comes(opened: Hand, monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[str] = []

    def listen(event: QAccessibleEvent) -> None:
        if event.type() == QAccessible.Event.Focus and event.child() >= 0:
            told.append(event.accessibleInterface().text(QAccessible.Text.Name))

    monkeypatch.setattr(QAccessible, "updateAccessibility", staticmethod(listen))
    monkeypatch.setattr(QAccessible, "isActive", staticmethod(lambda: True))
    page = opened.go("credentials")
    assert isinstance(page, CredentialsPage)
    page.table.choose(2)
    opened.do(lambda: page.table.setFocus(Qt.FocusReason.TabFocusReason))
    opened.until(lambda: told)
    assert told == [page.project.mailboxes()[2].address]


def test_tab_comes_to_the_step_that_is_shown(opened: Hand) -> None:
    opened.go("prepare")
    for _step in range(2):
        opened.do(opened.window.go_next)
    rail = opened.window.rail
    opened.do(lambda: opened.window.next.setFocus())
    opened.press(Qt.Key.Key_Tab)
    assert opened.window.focusWidget() is rail.buttons[opened.window.shown]
    opened.press(Qt.Key.Key_Tab)
    assert opened.window.focusWidget() is opened.window.menu_button, "the other steps are reached by arrows"


def test_a_reason_behind_a_cell_is_read_and_its_words_are_not_read_twice(hand: Hand) -> None:
    columns: list[Column[str]] = [
        Column("State", lambda row: row, tip=lambda _row: "Because the password is wrong"),
        Column("Folder", lambda row: row, tip=lambda row: row),
    ]
    for model in (RowsModel(columns, key=lambda row: row), LiveRows(columns, key=lambda row: row)):
        table: Table[str] = Table("Rows", model)
        hand.window.stack.addWidget(table)
        hand.window.stack.setCurrentWidget(table)
        model.show_rows(["Refused"])
        cells = [QAccessible.queryAccessibleInterface(table).child(4 + place) for place in (0, 1)]
        assert [cell.text(QAccessible.Text.Name) for cell in cells] == ["Refused", "Refused"]
        assert [cell.text(QAccessible.Text.Description) for cell in cells] == ["Because the password is wrong", ""]


def test_the_welcome_begins_with_the_first_choice(hand: Hand) -> None:
    assert hand.window.focusWidget() is hand.window.welcome.new


def test_a_note_of_help_belongs_to_its_field(look: None) -> None:
    edit = QLineEdit()
    field = Field("&Domain", edit, "The part after the @")
    related = {node.object(): flag for node, flag in QAccessible.queryAccessibleInterface(field.note).relations()}
    assert list(related) == [edit], "not loose, so not read with the card"
    assert edit.accessibleDescription() == "The part after the @"
