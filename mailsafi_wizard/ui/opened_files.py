"""On macOS a double click on a project reaches the program as an event, not as an argument. Knows nothing of what is in the file."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QEvent, QObject
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.ui.window import Window


class OpenedFiles(QObject):
    """Shows in ``window`` what the system asks the program to open; while mailboxes are being copied nothing else is opened."""

    def __init__(self, app: QApplication, window: Window) -> None:
        super().__init__(window)
        self._window = window
        app.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if not isinstance(event, QFileOpenEvent) or not event.file():
            return False
        project = self._window.project
        if project is None or not project.running:
            self._window.open_at(Path(event.file()))
        return True
