"""Every control of every page has a name, the keyboard reaches it, and colours can be told apart."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTabWidget,
    QTextBrowser,
    QWidget,
)

from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.pages import PAGES
from mailsafi_wizard.ui.rail import StepButton
from tests.ui.conftest import Hand

CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QPlainTextEdit, QTextBrowser, QTabWidget)


def controls(page: QWidget) -> Iterator[QWidget]:
    for widget in page.findChildren(QWidget):
        inner = isinstance(widget.parent(), (QComboBox, QAbstractSpinBox, QAbstractItemView)) or widget.objectName().startswith(
            "qt_"
        )
        if isinstance(widget, CONTROLS) and not inner:
            yield widget


def name_of(widget: QWidget) -> str:
    told = QAccessible.queryAccessibleInterface(widget)
    return told.text(QAccessible.Text.Name) or widget.accessibleName()


@pytest.mark.parametrize("key", [step.key for step in PAGES])
def test_every_control_has_a_name_and_is_reached_by_tab(opened: Hand, key: str) -> None:
    opened.go(key)
    found = list(controls(opened.window))
    assert found
    nameless = [f"{type(w).__name__} {w.objectName()}" for w in found if w.isVisibleTo(opened.window) and not name_of(w)]
    assert nameless == []
    unreachable = [
        name_of(w)
        for w in found
        if w.isVisibleTo(opened.window) and w.isEnabled() and not isinstance(w, QTabWidget)
        if not w.focusPolicy() & Qt.FocusPolicy.TabFocus and w.focusProxy() is None and not _inside_tabs(w)
    ]
    assert unreachable == []


def _inside_tabs(widget: QWidget) -> bool:
    """Scroll buttons of a tab bar, clear buttons of a field: their owner has the keyboard's way."""
    if isinstance(widget, StepButton):  # the rail is one stop, its steps are reached by the arrow keys
        return True
    return type(widget.parent()).__name__ in ("QTabBar", "QLineEdit", "QHeaderView", "QTableView", "Table")


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", theme.READABLE, ids="/".join)
def test_text_can_be_read(colours: theme.Colours, pair: tuple[str, str]) -> None:
    assert theme.contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) >= 4.5


@pytest.mark.parametrize("colours", [theme.LIGHT, theme.DARK], ids=["light", "dark"])
@pytest.mark.parametrize("pair", theme.VISIBLE, ids="/".join)
def test_bounds_of_controls_can_be_seen(colours: theme.Colours, pair: tuple[str, str]) -> None:
    assert theme.contrast(getattr(colours, pair[0]), getattr(colours, pair[1])) >= 3
