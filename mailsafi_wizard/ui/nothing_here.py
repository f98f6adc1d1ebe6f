"""What stands in a place that has nothing to show yet: one sentence in its middle, in quiet letters. Knows no table and no drawing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.ui.theme import L, theme


def paint_nothing(place: QWidget, words: str) -> None:
    """Paint ``words`` in the middle of ``place``, which is being painted; "" paints nothing."""
    if not words:
        return
    painter = QPainter(place)
    painter.setFont(theme().font())
    painter.setPen(theme().colour("muted"))
    painter.drawText(place.rect().adjusted(L, 0, -L, 0), Qt.AlignmentFlag.AlignCenter | Qt.TextFlag.TextWordWrap, words)
    painter.end()
