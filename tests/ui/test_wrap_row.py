"""Rows that break: every part keeps its place in the order, nothing overlaps, nothing stands outside."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from mailsafi_wizard.ui.widgets import label
from mailsafi_wizard.ui.wrap_row import WrapGrid, WrapRow


def buttons(number: int) -> list[QWidget]:
    made: list[QWidget] = [QWidget() for _ in range(number)]
    for one in made:
        one.setFixedSize(100, 30)
    return made


KEPT: list[QWidget] = []  # the holders of one test, which would take their parts with them


@pytest.fixture(autouse=True)
def kept() -> Iterator[None]:
    yield
    KEPT.clear()


def shown(qtbot: QtBot, layout: WrapRow | WrapGrid, width: int) -> QWidget:
    holder = QWidget()
    KEPT.append(holder)
    qtbot.addWidget(holder)
    holder.setLayout(layout)
    holder.resize(width, layout.heightForWidth(width))
    holder.show()
    layout.activate()
    return holder


@pytest.mark.parametrize(("width", "lines"), [(340, 1), (220, 2), (120, 3)])
def test_as_many_in_a_line_as_fit(qtbot: QtBot, look: None, width: int, lines: int) -> None:
    parts = buttons(3)
    holder = shown(qtbot, WrapRow(*parts), width)
    assert len({part.y() for part in parts}) == lines
    assert all(holder.rect().contains(part.geometry()) for part in parts)
    assert not any(a.geometry().intersects(b.geometry()) for a in parts for b in parts if a is not b)


def test_what_is_hidden_takes_no_room(qtbot: QtBot, look: None) -> None:
    parts = buttons(3)
    parts[1].hide()
    shown(qtbot, WrapRow(*parts), 220)
    assert parts[0].y() == parts[2].y()
    assert parts[2].x() == 108


def test_the_room_that_is_left_goes_where_it_should(qtbot: QtBot, look: None) -> None:
    first, last = buttons(2)
    shown(qtbot, WrapRow(first, 1, last), 500)
    assert (first.x(), last.x()) == (0, 400)
    words, button = label("some words that wrap"), buttons(1)[0]
    shown(qtbot, WrapRow(words, button, grow=words), 500)
    assert (words.width(), button.x()) == (392, 400)


def test_it_is_read_from_the_right_in_arabic(qtbot: QtBot, look: None) -> None:
    first, last = buttons(2)
    holder = shown(qtbot, WrapRow(first, 1, last), 500)
    holder.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    layout = holder.layout()
    assert layout is not None
    layout.setGeometry(holder.rect())
    assert (first.x(), last.x()) == (400, 0)


@pytest.mark.parametrize(("width", "across"), [(600, 3), (330, 2), (150, 1)])
def test_fields_of_one_width(qtbot: QtBot, look: None, width: int, across: int) -> None:
    grid = WrapGrid(3)
    parts = [QWidget() for _ in range(5)]
    for part in parts:
        part.setMinimumSize(120, 40)
        grid.addWidget(part)
    shown(qtbot, grid, width)
    assert sum(part.y() == parts[0].y() for part in parts) == across
    assert len({part.width() for part in parts}) == 1
