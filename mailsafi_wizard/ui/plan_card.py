"""The card with the plan of the days: drawn as a line, what comes next in words, saved as a calendar. The plan itself is `schedule`'s."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import Signal

from mailsafi_wizard import notices, schedule
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.schedule import PlanEntry, PlanState
from mailsafi_wizard.ui import ask, formats, kept
from mailsafi_wizard.ui.drawings import Timeline, TimelineEntry
from mailsafi_wizard.ui.widgets import Button, Card, label, row
from mailsafi_wizard.words import _


def today() -> dt.date:
    """The computer's own day: what a person calls today."""
    return dt.datetime.now().astimezone().date()


def done_tasks(project: MigrationProject) -> set[str]:
    """Keys of the plan's tasks that the project knows to be done; what it can't know stays open."""
    done = {task.key for task in schedule.TASKS if task.notice and kept.marked(project, f"notice.{task.notice}")}
    if project.census() or project.runs():
        done.add("inventory")
    results = project.sign_in_results()
    if results and all(result.ok for result in results.values()):
        done.add("credentials")
    if project.runs():
        done |= {"prepare", "copy"} if project.ledger().complete else {"prepare"}
    if kept.marked(project, "report"):
        done.add("finish")
    return done


def entries(project: MigrationProject) -> tuple[PlanEntry, ...]:
    """The plan as it stands; empty without a cutover day."""
    cutover = project.company.cutover
    return schedule.plan(project.begun, cutover, today(), done_tasks(project)) if cutover else ()


class PlanCard(Card):
    """Shown on the first page once there is a cutover day."""

    failed = Signal(object)  # an exception

    def __init__(self, project: MigrationProject) -> None:
        super().__init__(_("The plan"))
        self.project = project
        self.line = Timeline()
        self.next = label("", tone="muted")
        self.save = Button(_("Save as a &calendar…"), self._ask_where, kind="quiet", icon="calendar")
        foot = row(self.next, self.save)
        foot.setStretch(0, 1)
        self.add(self.line, foot)

    def refresh(self) -> None:
        plan = entries(self.project)
        self.setVisible(bool(plan))
        shown = [TimelineEntry(e.day, _(e.task.title), e.task.audience.value, e.state.value) for e in plan]
        self.line.show_plan(shown, self.project.company.cutover, today())
        following = schedule.next_entry(plan)
        if following is not None:
            words = _("Late since {day}: {task}") if following.state is PlanState.LATE else _("Next, on {day}: {task}")
            words = _("Today: {task}") if following.state is PlanState.DUE else words
            self.next.setText(words.format(day=formats.short_day(following.day), task=_(following.task.title)))

    def proposal(self) -> dt.date:
        return schedule.proposed_cutover(today())

    def _ask_where(self) -> None:
        proposal = self.project.path.parent / notices.file_name(_("MailSafi plan")).replace(".eml", ".ics")
        ask.ask_save(self, _("Save the plan as a calendar"), proposal, _("Calendar (*.ics)"), self.write)

    def write(self, path: Path) -> None:
        titles = {task.key: _(task.title) for task in schedule.TASKS}
        try:
            path.write_bytes(schedule.calendar(entries(self.project), self.project.company, dt.datetime.now(dt.UTC), titles))
        except OSError as error:
            self.failed.emit(error)
