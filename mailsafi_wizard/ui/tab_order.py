"""The way of the Tab key: through what is on the screen, in the order in which it is read. Knows layouts only, no page.

Qt's own order is that in which widgets were made, and much is made late (a problem's panel, a card for each server). So the order is made
at the moment Tab is pressed, from the layouts as they are then.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractScrollArea, QGridLayout, QLayout, QLayoutItem, QScrollArea, QSplitter, QTabWidget, QWidget


class ReadInOrder(QWidget):
    """Holds what a window shows; within it, Tab goes through what is shown as it is read."""

    def focusNextPrevChild(self, forward: bool) -> bool:
        follow_reading(self)
        return super().focusNextPrevChild(forward)


def follow_reading(window: QWidget) -> None:
    """Put everything Tab can reach in ``window`` into the order of reading."""
    before: QWidget | None = None
    for stop in stops(window):
        if before is not None:
            QWidget.setTabOrder(before, stop)
        before = stop


def stops(widget: QWidget) -> Iterator[QWidget]:
    """What Tab reaches within ``widget``, itself first: only what is shown and can be used."""
    if not widget.isVisible() or not widget.isEnabled():
        return
    if widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.focusProxy() is None:
        yield widget
    for part in _parts(widget):
        yield from stops(part)


def _parts(widget: QWidget) -> Iterator[QWidget]:
    if isinstance(widget, QTabWidget):
        yield widget.tabBar()
        yield from filter(None, (widget.cornerWidget(Qt.Corner.TopRightCorner), widget.currentWidget()))
    elif isinstance(widget, QSplitter):
        yield from filter(None, (widget.widget(place) for place in range(widget.count())))
    elif isinstance(widget, QScrollArea):
        yield from filter(None, (widget.widget(),))
    elif (layout := widget.layout()) is not None and not isinstance(widget, QAbstractScrollArea):
        yield from _laid_out(layout)


def _laid_out(layout: QLayout) -> Iterator[QWidget]:
    for item in _items(layout):
        inner, widget = item.layout(), item.widget()
        if inner is not None:
            yield from _laid_out(inner)
        elif widget is not None:
            yield widget


def _items(layout: QLayout) -> list[QLayoutItem]:
    """In the order of reading: a grid by its rows, whatever the order in which it was filled."""
    items = [(layout.itemAt(place), place) for place in range(layout.count())]
    if isinstance(layout, QGridLayout):
        items.sort(key=lambda pair: layout.getItemPosition(pair[1])[:2])  # type: ignore[index]
    return [item for item, _place in items if item is not None]
