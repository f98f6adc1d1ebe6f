"""Says aloud what changed, to those who can't see it: a screen reader reads it wherever the keyboard is. Costs nothing where none runs."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QAccessibleEvent
from PySide6.QtWidgets import QAccessibleWidget, QLabel, QSizePolicy, QTableView, QWidget

NOW = QAccessible.AnnouncementPoliteness.Assertive
IN_TURN = QAccessible.AnnouncementPoliteness.Polite


def announce(widget: QWidget, text: str, at_once: bool = False) -> None:
    """Have ``text`` read; ``at_once`` breaks into what is being read, for what went wrong."""
    if text and QAccessible.isActive():
        event = QAccessibleAnnouncementEvent(widget, text)
        event.setPoliteness(NOW if at_once else IN_TURN)
        send(event)


def send(event: QAccessibleAnnouncementEvent) -> None:
    QAccessible.updateAccessibility(event)


def point_at_cell(view: QTableView) -> None:
    """The keyboard has come to a table: Qt tells only that, and the row it stands on would never be read."""
    index = view.currentIndex()
    if index.isValid() and view.hasFocus() and QAccessible.isActive():
        event = QAccessibleEvent(view, QAccessible.Event.Focus)
        across = index.model().columnCount() + 1  # each row of cells begins with its header
        event.setChild((index.row() + 1) * across + index.column() + 1)
        QAccessible.updateAccessibility(event)


def belongs_to(words: QLabel, control: QWidget) -> None:
    """``words`` are the description of ``control``. Orca reads loose words of a card when the keyboard enters it, and would read these twice.

    What has any relation to something is not loose; of those that Qt has for words which are no label, this one can be made.
    """
    told = QAccessible.queryAccessibleInterface(words)
    if isinstance(told, QAccessibleWidget):
        told.addControllingSignal("linkActivated(QString)")  # never emitted: the words are plain
        words.linkActivated.connect(control.setFocus)


class StatusLine(QLabel):
    """Words that tell what the window does, such as the line at its foot: read once for each change."""

    def __init__(self, role: str, tone: str) -> None:
        super().__init__()
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        self.setProperty("role", role)
        self.setProperty("tone", tone)

    def setText(self, text: str) -> None:
        changed = text != self.text()
        super().setText(text)
        if changed:
            announce(self, text)
