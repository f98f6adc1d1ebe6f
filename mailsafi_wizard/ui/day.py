"""Sees to it that a project that stays open for weeks keeps each day's forecast, and that the page shown turns with the day.

The day is the company's. Nothing is shown here: who listens shows the page again.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.project import MigrationProject

LOOK_EVERY = 120_000  # milliseconds
log = logging.getLogger(__name__)


class DayWatch(QObject):
    """Looks at the clock now and then, also after the computer has slept."""

    turned = Signal()

    def __init__(self, parent: QObject, project: Callable[[], MigrationProject | None]) -> None:
        super().__init__(parent)
        self._project = project
        self._day: dt.date | None = None
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.look)
        self._timer.start(LOOK_EVERY)

    def keep(self) -> None:
        """Keep what is known of the plan now; a file that can't be written is told by the page that shows it, not here."""
        project = self._project()
        if project is None:
            self._day = None
            return
        self._day = project.now().date()
        try:
            project.note_day()
        except MigrationError as error:
            log.warning("today's forecast was not kept: %s", type(error).__name__)

    def look(self) -> None:
        project = self._project()
        if project is not None and project.now().date() != self._day:
            self.keep()
            self.turned.emit()
