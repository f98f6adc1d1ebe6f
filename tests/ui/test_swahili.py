"""Walks a whole rehearsal in Swahili and reads every widget: no English is left but what is quoted from elsewhere."""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QAbstractItemModel, QModelIndex, Qt
from PySide6.QtWidgets import (
    QAbstractButton,
    QComboBox,
    QGroupBox,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QTableView,
    QTabWidget,
    QTextEdit,
    QTreeView,
    QWidget,
)

from mailsafi_wizard import words
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.ui import menu, tour
from mailsafi_wizard.words import _
from tests import catalogue
from tests.ui.conftest import Hand

ROLES = (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole)
MOST_ROWS = 60
KEYS = {"key", "name", "language"}  # of a report: names for files and links
# Words that make an English sentence and are no words of Swahili.
ENGLISH = re.compile(
    r"\b(?:the|of|and|is|are|not|to|for|was|were|has|have|with|by|from|at|this|that|it|be|each|users?|mailbox(?:es)?|messages?|folders?"
    r"|passwords?|copied|found|your|you|what|when|who|which|must|can|will|then|open|enter|save|choose)\b",
    re.IGNORECASE,
)
# Quoted from screens, records and programs of others, or written by the people of the sample company.
QUOTED = re.compile(
    r"Entra|Google Cloud|Admin console|App registrations|“not signed”|v=spf1|“ok”|The Unarchiver|\.zip|subject:|https?://\S+|"
    r"Archive|All Mail|Sent Items|config-v1|Isle of Man"
)
SAMPLE = re.compile(r"@example\.co\.ke$")


def shown(widget: QWidget) -> Iterator[str]:
    """Every text of one widget that somebody sees or hears."""
    yield from (widget.toolTip(), widget.accessibleName(), widget.accessibleDescription(), widget.windowTitle())
    if isinstance(widget, (QLabel, QAbstractButton)):
        yield widget.text()
    if isinstance(widget, QLineEdit):
        yield widget.placeholderText()
    if isinstance(widget, QGroupBox):
        yield widget.title()
    if isinstance(widget, QComboBox):
        yield from (widget.itemText(place) for place in range(widget.count()))
    if isinstance(widget, QTabWidget):
        yield from (widget.tabText(place) for place in range(widget.count()))
    if isinstance(widget, (QPlainTextEdit, QTextEdit)):
        yield widget.toPlainText()
    if isinstance(widget, (QTableView, QTreeView)) and (model := widget.model()) is not None:
        yield from _cells(model)


def _cells(model: QAbstractItemModel) -> Iterator[str]:
    for column in range(model.columnCount(QModelIndex())):
        yield str(model.headerData(column, Qt.Orientation.Horizontal) or "")
        for row in range(min(model.rowCount(QModelIndex()), MOST_ROWS)):
            for role in ROLES:
                if isinstance(text := model.data(model.index(row, column), role), str):
                    yield text


def printed(value: object) -> Iterator[str]:
    """Every text in the facts of a report."""
    if isinstance(value, str):
        yield value
    elif dataclasses.is_dataclass(value):
        yield from (
            text for field in dataclasses.fields(value) if field.name not in KEYS for text in printed(getattr(value, field.name))
        )
    elif isinstance(value, tuple):
        yield from (text for part in value for text in printed(part))


def english(text: str) -> bool:
    """Whether a text is English: one of ours that went past the catalogue, or any sentence of two words or more that only English has."""
    plain = text.replace("&", "")
    if plain in OURS:
        return True
    return any(len(ENGLISH.findall(line)) >= 2 and not QUOTED.search(line) for line in plain.splitlines())


def _ours() -> frozenset[str]:
    """English texts of the catalogue that read otherwise in Swahili; single words may be names on foreign screens."""
    words.use("sw")
    texts = [text for text in catalogue.texts() if isinstance(text, str) and " " in text.strip()]
    found = frozenset(text.replace("&", "") for text in texts if _(text) != text)
    words.use("en")
    return found


OURS = _ours()


def test_english_is_recognised() -> None:
    assert english("Test the &servers of the company")
    assert english("The old server may be closed.")
    assert english("Haya ni sawa.\nThis is not what you want")
    assert not english("Kila sanduku la barua lina nafasi ya barua zitakazokuja")


def test_a_whole_migration_shows_no_english(
    hand: Hand, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every text is read."""
    words.use("sw")
    menu.settings().remove("recent")  # projects of other tests have English names
    found: dict[str, str] = {}
    read: set[str] = set()

    def look(_tour: tour.Tour, name: str) -> None:
        hand.window.look_again()
        for widget in (hand.window, *hand.window.findChildren(QWidget)):
            for text in shown(widget):
                read.add(text)
                if text and english(text):
                    found.setdefault(text, f"{name}, {type(widget).__name__}: {text}")

    monkeypatch.setattr(tour.Tour, "picture", look)
    project = rehearsal.project
    project.set_company(dataclasses.replace(project.company, language="sw"))
    hand.window.build()
    hand.window.open_project(project)

    async def walk() -> None:
        assert await tour.walk(hand.window, project, tmp_path / "out", lambda _text: None)

    try:
        hand.run(walk())
        report = [*printed(project.report_facts(dt.datetime.now(dt.UTC)))]
        found |= {text: f"report: {text}" for text in report if english(text)}
    finally:
        words.use("en")
    assert not found, "\n" + "\n".join(found.values())
    assert len(read) > 1000  # the widgets were there to be read
    assert len(report) > 200
