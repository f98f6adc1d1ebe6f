"""A thing to tick: a box beside words that wrap, which a click ticks, too."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QWidget

from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import box, column, label, row


def tick_row(words: str, ticked: Callable[[bool], object], below: QWidget | None = None) -> tuple[QCheckBox, QWidget]:
    """The box itself, and the whole row. ``below``: stands under the words."""
    tick = QCheckBox()
    tick.setAccessibleName(words)
    tick.toggled.connect(ticked)
    text = label(words.replace("&", "&&"))  # with a buddy, a single one would underline what follows
    text.setBuddy(tick)
    made = row(tick, column(text, row(below, 1) if below else None, spacing=0), spacing=S)
    made.setStretch(1, 1)
    made.setAlignment(tick, Qt.AlignmentFlag.AlignTop)
    return tick, box(made)
