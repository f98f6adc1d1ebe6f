"""Tabs ask for the room of the one in front."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QWidget

from mailsafi_wizard.ui.tabs import Tabs
from mailsafi_wizard.ui.widgets import box, column, label

LONG = "A sentence that takes a good many lines in a narrow place, and is said again and again. " * 12


def made(qapp: QApplication, *texts: str) -> tuple[QWidget, Tabs]:
    tabs = Tabs("Parts")
    for text in texts:
        tabs.addTab(box(column(label(text), 1)), "One")
    return box(column(tabs, 1)), tabs


def test_a_short_tab_is_not_as_high_as_a_long_one(qapp: QApplication, look: None) -> None:
    holder, tabs = made(qapp, "Short.", LONG)
    holder.resize(300, 200)
    holder.show()
    short = holder.heightForWidth(300)
    tabs.setCurrentIndex(1)
    long = holder.heightForWidth(300)
    assert long > 3 * short
    tabs.setCurrentIndex(0)
    assert holder.heightForWidth(300) == short


def test_no_tab_asks_for_nothing(qapp: QApplication, look: None) -> None:
    tabs = Tabs("Parts")
    assert not tabs.hasHeightForWidth()
    assert tabs.heightForWidth(300) == -1
