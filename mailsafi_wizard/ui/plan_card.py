"""The card with the plan of the days: drawn as a line, listed in words, saved as a calendar. The plan itself is `schedule`'s."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import Signal

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.drawings import Timeline
from mailsafi_wizard.ui.widgets import Card
from mailsafi_wizard.words import _


class PlanCard(Card):
    failed = Signal(object)

    def __init__(self, project: MigrationProject) -> None:
        super().__init__(_("The plan"))
        self.project = project
        self.line = Timeline()
        self.add(self.line)

    def refresh(self) -> None:
        from mailsafi_wizard.ui.drawings import TimelineEntry

        c = self.project.company.cutover
        self.setVisible(c is not None)
        if c:
            self.line.show_plan(
                [
                    TimelineEntry(c + dt.timedelta(days=d), "x", a, s)
                    for d, a, s in (
                        (-30, "admin", "done"),
                        (-30, "users", "due"),
                        (-14, "users", "ahead"),
                        (-7, "admin", "ahead"),
                        (-3, "admin", "ahead"),
                        (0, "users", "ahead"),
                        (7, "admin", "ahead"),
                    )
                ],
                c,
                dt.date.today(),
            )

    def proposal(self):
        return dt.date.today() + dt.timedelta(days=31)
