"""Words of strangers stay words: no tool tip, question or notification takes them for HTML, which may fetch pictures from anywhere."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtWidgets import QApplication, QLabel, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from mailsafi_wizard.model import MessageLine, MessageState
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.message_table import MessagesModel
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.tray import Tray

EVIL = 'x <img src="//evil.example/share/a.png"> & <b>y</b>'


def read(tip: str) -> str:
    """What stands in a tool tip in which Qt has found HTML."""
    document = QTextDocument()
    document.setHtml(tip)
    return document.toPlainText()


def test_a_tool_tip_of_a_table(qtbot: QtBot, look: None, monkeypatch: pytest.MonkeyPatch) -> None:
    tips: list[str] = []
    monkeypatch.setattr(QToolTip, "showText", lambda _place, text, *_more: tips.append(text))
    model: RowsModel[str] = RowsModel([Column("Folder", lambda row: row, stretch=True, tip=lambda row: row)], key=lambda row: row)
    table: Table[str] = Table("Folders", model)
    qtbot.addWidget(table)
    model.show_rows([EVIL])
    table.show()
    place = table.visualRect(table.filter.index(0, 0)).center()
    QApplication.sendEvent(table.viewport(), QHelpEvent(QHelpEvent.Type.ToolTip, place, table.viewport().mapToGlobal(place)))
    assert [read(tip) for tip in tips] == [EVIL]


def test_why_a_message_was_refused(qtbot: QtBot) -> None:
    model = MessagesModel(lambda *_asked: [MessageLine(1, 7, "", 9, MessageState.FAILED, EVIL)])
    model.show_folder(1, False)
    assert read(model.index(0, 4).data(Qt.ItemDataRole.ToolTipRole)) == EVIL


def test_a_question(qtbot: QtBot, look: None) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    asked = ask.ask(parent, EVIL, EVIL, ask.Answer("No", lambda: None))
    shown = [part for part in asked.findChildren(QLabel) if part.text() == EVIL]
    assert len(shown) == 2
    assert {part.textFormat() for part in shown} == {Qt.TextFormat.PlainText}
    asked.close()


def test_a_notification(qtbot: QtBot) -> None:
    tray = Tray(QObject(), lambda: False)
    tray.say("A mailbox needs you", EVIL)
    assert "<" not in tray.told[1]
    assert "evil.example" in tray.told[1]
