"""Where the keyboard is can be seen: each kind of control is drawn with and without focus, and the pictures must differ enough."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QTabBar, QVBoxLayout, QWidget

from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.problems import Words
from mailsafi_wizard.ui.tab_order import stops
from mailsafi_wizard.ui.widgets import Button, restyle
from tests.ui.conftest import Hand
from tests.ui.everywhere import STATES

AROUND = 2  # pixels beside the control that belong to it
ENOUGH = 3.0  # contrast between a point with and without focus (WCAG 2.2, 2.4.13)
SHARE = 0.6  # of a line one pixel wide around the control that must have changed so much


def picture(widget: QWidget) -> QImage:
    window = widget.window()
    inner = widget.tabRect(widget.currentIndex()) if isinstance(widget, QTabBar) else widget.rect()
    area = inner.translated(widget.mapTo(window, QPoint(0, 0))).adjusted(-AROUND, -AROUND, AROUND, AROUND)
    return window.grab(area & window.rect()).toImage().convertToFormat(QImage.Format.Format_RGB32)


def changed(one: QImage, other: QImage, band: int = 6) -> int:
    """How many points near the edge differ by ``ENOUGH``."""
    width, height = one.width(), one.height()
    known: dict[tuple[int, int], bool] = {}
    count = 0
    for y in range(height):
        across = (
            range(width) if y < band or y >= height - band else [*range(min(band, width)), *range(max(band, width - band), width)]
        )
        for x in across:
            pair = one.pixel(x, y), other.pixel(x, y)
            if pair[0] != pair[1]:
                if pair not in known:
                    known[pair] = theme.contrast(QColor(pair[0]).name(), QColor(pair[1]).name()) >= ENOUGH
                count += known[pair]
    return count


def shows_focus(widget: QWidget, other: QWidget) -> bool:
    """``other`` has the keyboard first."""
    other.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    without = picture(widget)
    widget.setFocus(Qt.FocusReason.TabFocusReason)
    QApplication.processEvents()
    assert widget.hasFocus()
    line = 2 * (without.width() + without.height() - 4 * AROUND)
    return changed(without, picture(widget)) >= SHARE * line


def kind(widget: QWidget) -> tuple[str, ...]:
    looks = (widget.property("kind"), widget.property("wrong"), widget.property("checked"))
    return (type(widget).__name__, *map(str, looks))


@pytest.fixture(params=["light", "dark"])
def scheme(request: pytest.FixtureRequest, qapp: QApplication, look: None) -> Iterator[str]:
    qapp.setCursorFlashTime(0)
    theme.theme().wear(request.param)
    yield request.param
    theme.theme().wear("light")


@pytest.mark.parametrize("state", ["welcome", "empty", "rehearsed"])
def test_focus_can_be_seen_in_every_place(hand: Hand, tmp_path: Path, state: str, scheme: str) -> None:
    known: set[tuple[str, ...]] = set()
    unseen = []
    for where in STATES[state](hand, tmp_path):
        hand.window.activateWindow()
        QApplication.processEvents()
        for widget in list(stops(hand.window)):
            fresh = kind(widget) not in known and widget is not hand.window.menu_button
            if fresh and not widget.visibleRegion().isEmpty() and widget.visibleRegion().boundingRect() == widget.rect():
                known.add(kind(widget))
                if not shows_focus(widget, hand.window.menu_button):
                    unseen.append(f"{where}: {kind(widget)} {widget.accessibleName()}")
    assert len(known) >= 2
    assert unseen == []


def _beside(widget: QWidget) -> tuple[QWidget, QWidget]:
    """The control in a window of its own, and another one that can have the keyboard."""
    holder, other = QWidget(), QLineEdit()
    theme.theme().dress(holder)
    layout = QVBoxLayout(holder)
    layout.addWidget(other)
    layout.addWidget(widget)
    holder.show()
    holder.activateWindow()
    QTest.qWaitForWindowActive(holder)
    return holder, other


@pytest.mark.parametrize("looks", ["", "primary", "quiet", "danger", "tile"])
@pytest.mark.parametrize("checked", [False, True])
def test_each_kind_of_button_shows_it(scheme: str, looks: str, checked: bool) -> None:
    button = Button("Copy", kind=looks)
    button.setCheckable(True)
    button.setChecked(checked)
    holder, other = _beside(button)
    assert shows_focus(button, other)
    holder.deleteLater()


def test_a_field_that_is_wrong_shows_it(scheme: str) -> None:
    edit = QLineEdit("x")
    restyle(edit, wrong="true")
    holder, other = _beside(edit)
    assert shows_focus(edit, other)
    holder.deleteLater()


def test_technical_words_show_it(scheme: str) -> None:
    words = Words("one\ntwo", "Words")
    holder, other = _beside(words)
    assert shows_focus(words, other)
    holder.deleteLater()


def test_what_shows_nothing_is_found(scheme: str) -> None:
    button = QPushButton("Copy")
    button.setStyleSheet("QPushButton, QPushButton:focus { border: 1px solid grey; padding: 5px; }")
    holder, other = _beside(button)
    assert not shows_focus(button, other)
    holder.deleteLater()
