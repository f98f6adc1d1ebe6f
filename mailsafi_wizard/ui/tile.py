"""A large choice, as the welcome offers them."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy

from mailsafi_wizard.ui.theme import XL, S, theme
from mailsafi_wizard.ui.widgets import Icon, column, label, row

TILE = 200  # least width: three stand side by side at 150 % letters


class Tile(QPushButton):
    """A large choice: icon, a name and what it does."""

    def __init__(self, icon: str, title: str, text: str, clicked: Callable[[], object]) -> None:
        super().__init__()
        self.setProperty("kind", "tile")
        self.setAutoDefault(True)
        self.setAccessibleName(title.replace("&", ""))
        self.setAccessibleDescription(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        head, words = label(title.replace("&", ""), "heading"), label(text, tone="muted")
        self.setLayout(column(row(Icon(icon, "accent", 30), 1), head, words, 1, spacing=S, margins=(XL, XL, XL, XL)))
        for part in (head, words):
            part.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        self.clicked.connect(lambda: clicked())

    def sizeHint(self) -> QSize:
        layout = self.layout()
        assert layout is not None
        width = max(theme().px(TILE), self.width() if self.isVisible() else 0)
        return QSize(theme().px(TILE), max(layout.totalHeightForWidth(width), theme().px(180)))

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()
