"""The way of the Tab key: through what is on the screen, in the order in which it is read. Knows layouts only, no page.

Qt's own order is that in which widgets were made, and much is made late (a problem's panel, a card for each server). So the order is made
at the moment Tab is pressed, from the layouts as they are then. When what has the keyboard goes away, what follows it in that order gets it.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QAbstractScrollArea,
    QApplication,
    QGridLayout,
    QLayout,
    QScrollArea,
    QSplitter,
    QTabWidget,
    QWidget,
)
from shiboken6 import isValid


class ReadInOrder(QWidget):
    """Holds what a window shows; within it, Tab goes through what is shown as it is read, and round."""

    def __init__(self) -> None:
        super().__init__()
        self._way: list[QWidget] = []  # as it was when the keyboard moved last
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._moved)

    def focusNextPrevChild(self, forward: bool) -> bool:
        way = list(stops(self))
        here = self.focusWidget()
        if here not in way or len(way) < 2:
            return super().focusNextPrevChild(forward)
        there = way[(way.index(here) + (1 if forward else -1)) % len(way)]
        there.setFocus(Qt.FocusReason.TabFocusReason if forward else Qt.FocusReason.BacktabFocusReason)
        show(there)
        return True

    def _moved(self, old: QWidget | None, now: QWidget | None) -> None:
        """Qt gives the keyboard to whatever was made next when its holder is hidden or disabled: then what follows in reading gets it."""
        if not isValid(self):
            return
        if old is not None and isValid(old) and old in self._way and not _usable(old):
            self._pass_on(old, now)
        elif now is not None and self.isAncestorOf(now):
            self._way = list(stops(self))

    def _pass_on(self, old: QWidget, now: QWidget | None) -> None:
        heir = self._heir(old)
        if heir is not None and heir is not now:
            heir.setFocus(Qt.FocusReason.OtherFocusReason)

    def _heir(self, lost: QWidget) -> QWidget | None:
        place = self._way.index(lost)
        after, before = self._way[place + 1 :], self._way[:place]
        return next((one for one in (*after, *reversed(before)) if isValid(one) and _usable(one)), None)


def _usable(widget: QWidget) -> bool:
    return widget.isVisible() and widget.isEnabled()


def show(widget: QWidget) -> None:
    """Scroll it into sight."""
    parent = widget.parentWidget()
    while parent is not None:
        if isinstance(parent, QScrollArea):
            parent.ensureWidgetVisible(widget)
        parent = parent.parentWidget()


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
        yield from _laid_out(layout, widget)


def _laid_out(layout: QLayout, owner: QWidget) -> Iterator[QWidget]:
    """In the order of reading: a grid by its rows, whatever the order in which it was filled.

    Asks where each part is, not what is at each place: an item that Python has seen outlives its place, and would later pass for whatever
    Qt makes at the same address.
    """
    parts = [
        (layout.indexOf(part), part) for part in (*layout.children(), *owner.children()) if isinstance(part, QLayout | QWidget)
    ]
    found = [(place, part) for place, part in parts if place >= 0]
    if isinstance(layout, QGridLayout):
        found.sort(key=lambda pair: layout.getItemPosition(pair[0])[:2])  # type: ignore[index]
    else:
        found.sort(key=lambda pair: pair[0])
    for _place, part in found:
        if isinstance(part, QLayout):
            yield from _laid_out(part, owner)
        else:
            yield part
