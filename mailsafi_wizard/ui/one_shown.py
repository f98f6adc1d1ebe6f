"""Views of which one is shown, and only that one counts: a hidden view makes no page larger than what is seen."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget


class OneShown(QWidget):
    """Asked as Qt's stacked widget is, which would be as large as the largest of its views."""

    def __init__(self) -> None:
        super().__init__()
        self._views: list[QWidget] = []
        self._at = 0
        self._column = QVBoxLayout()
        self._column.setContentsMargins(0, 0, 0, 0)
        self.setLayout(self._column)

    def addWidget(self, view: QWidget) -> None:
        self._column.addWidget(view)
        view.setVisible(not self._views)
        self._views.append(view)

    def currentIndex(self) -> int:
        return self._at

    def currentWidget(self) -> QWidget:
        return self._views[self._at]

    def setCurrentIndex(self, place: int) -> None:
        """The view that goes is hidden first, or the page would be as high as both for a moment."""
        if place != self._at:
            self._views[self._at].hide()
            self._at = place
            self._views[place].show()
