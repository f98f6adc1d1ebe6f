"""The window is away while mailboxes are copied: in the tray, or put aside where there is none; and what is told when it is seen again."""

from __future__ import annotations

import datetime as dt
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtWidgets import QMainWindow

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.headlines import Headlines
from mailsafi_wizard.ui.presence import Presence


class Shell(Protocol):
    """What it asks of the window."""

    project: MigrationProject | None
    headlines: Headlines
    presence: Presence


class Away(QObject):
    def __init__(self, window: QMainWindow, shell: Shell) -> None:
        super().__init__(window)
        self._window, self._shell = window, shell
        self._gone = False
        window.installEventFilter(self)

    def go(self) -> None:
        """The copy goes on; the window is in the tray, or put aside where there is none."""
        if self._shell.project is not None:
            self._shell.project.look_away(dt.datetime.now(dt.UTC))
        self._gone = True
        self._window.hide() if self._shell.presence.tray.there else self._window.showMinimized()
        self._shell.presence.look()

    def come_back(self) -> None:
        """From the tray, or to the front; as large as it was."""
        self._window.setWindowState(self._window.windowState() & ~Qt.WindowState.WindowMinimized)
        self._window.show()
        self._window.raise_()
        self._window.activateWindow()
        self._seen()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """The task bar brings a window back without asking the program."""
        if event.type() == QEvent.Type.WindowStateChange and self._window.isVisible() and not self._window.isMinimized():
            self._seen()
        return False

    def _seen(self) -> None:
        if not self._gone:
            return
        self._gone = False
        project = self._shell.project
        if project is not None:
            self._shell.headlines.tell_news(project.look_again(dt.datetime.now(dt.UTC)), project.company.timezone)
        self._shell.presence.look()
