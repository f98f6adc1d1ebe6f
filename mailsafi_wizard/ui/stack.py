"""Qt's stacked widget without its place in the accessibility tree: a screen reader would say "layered pane" whenever the keyboard enters it."""

from __future__ import annotations

from PySide6.QtWidgets import QStackedLayout, QWidget


class Stack(QWidget):
    """As large as the largest of its views, of which one is shown."""

    def __init__(self) -> None:
        super().__init__()
        self._views = QStackedLayout(self)

    def addWidget(self, view: QWidget) -> None:
        self._views.addWidget(view)

    def removeWidget(self, view: QWidget) -> None:
        self._views.removeWidget(view)

    def currentIndex(self) -> int:
        return self._views.currentIndex()

    def currentWidget(self) -> QWidget | None:
        return self._views.currentWidget()

    def setCurrentIndex(self, place: int) -> None:
        self._views.setCurrentIndex(place)

    def setCurrentWidget(self, view: QWidget) -> None:
        self._views.setCurrentWidget(view)
