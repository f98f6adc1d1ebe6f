"""On macOS a double click on a project reaches the program as an event, not as an argument. Knows nothing of what is in the file."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Signal
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication


class Application(QApplication):
    """Qt's application. ``asked_to_open`` tells the path of a file that the system asks the program to open.

    Only what is sent to the application itself passes here. A filter on it would see every event of every widget, and each would wait
    for the interpreter, which many threads want while mailboxes are copied.
    """

    asked_to_open = Signal(str)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QFileOpenEvent) and event.file():
            self.asked_to_open.emit(event.file())
            return True
        return super().event(event)
