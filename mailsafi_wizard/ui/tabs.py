"""Tabs of which only the one in front asks for room. Knows no page."""

from __future__ import annotations

from PySide6.QtWidgets import QSizePolicy, QTabWidget


class Tabs(QTabWidget):
    """Qt asks for the height of the highest tab, whichever is seen: a short one would be followed by emptiness to scroll through."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.currentChanged.connect(lambda _place: self._front())

    def tabInserted(self, index: int) -> None:
        super().tabInserted(index)
        self._front()

    def _front(self) -> None:
        for place in range(self.count()):
            seen = place == self.currentIndex()
            policy = QSizePolicy.Policy.Preferred if seen else QSizePolicy.Policy.Ignored
            if (part := self.widget(place)) is not None:
                part.setSizePolicy(policy, policy)
        self.updateGeometry()

    def hasHeightForWidth(self) -> bool:
        return self.count() > 0 and self.currentWidget().hasHeightForWidth()

    def heightForWidth(self, width: int) -> int:
        if not self.hasHeightForWidth():
            return -1
        return self.tabBar().sizeHint().height() + self.currentWidget().heightForWidth(width)
