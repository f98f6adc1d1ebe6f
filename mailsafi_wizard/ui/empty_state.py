"""What a place shows before there is anything in it. Knows no page."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QWidget

from mailsafi_wizard.ui.theme import XL, XS, M, S, theme
from mailsafi_wizard.ui.widgets import Icon, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow


class EmptyState(QWidget):
    """What a place shows before there is anything in it: what will be here, and the way there."""

    def __init__(self, icon: str, title: str, text: str, *buttons: QPushButton) -> None:
        super().__init__()
        sign = Icon(icon, "accent", 40)
        words = label(text, tone="muted")
        words.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        head = label(title, "heading")
        head.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        layout = column(1, spacing=S, margins=(XL, XL, XL, XL))
        for part, gap in ((sign, M), (head, XS)):
            layout.addWidget(part, 0, Qt.AlignmentFlag.AlignHCenter)
            layout.addSpacing(gap)
        layout.addLayout(row(1, words, 1))  # aligned, its height would be that of a label as wide as the page
        layout.addSpacing(M)
        if buttons:
            layout.addLayout(WrapRow(*buttons, centred=True))
        layout.addStretch(1)
        self.setLayout(layout)
        self._texts = (head, words)
        theme().changed.connect(self._worn)
        self._worn()

    def _worn(self) -> None:
        """Lines of a good length in letters of any size; a heading would wrap in a place that has room for one line only."""
        for text in self._texts:
            text.setMinimumWidth(theme().px(320))
            text.setMaximumWidth(theme().px(480))
