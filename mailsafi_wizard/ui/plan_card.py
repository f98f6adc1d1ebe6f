"""The card with the plan of the days: drawn as a line, listed in words, the copy's forecast, ticks for what the program can't see, a calendar.

What is done is the project's to say; this only shows it.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout

from mailsafi_wizard import schedule
from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.model.plan import Audience, CopyOutlook, PlanEntry, PlanState
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.saving import safe_name
from mailsafi_wizard.schedule import proposal
from mailsafi_wizard.schedule.outlook import Danger
from mailsafi_wizard.ui import ask, formats
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.timeline import Legend, Timeline, TimelineEntry
from mailsafi_wizard.ui.widgets import Button, Card, Tone, column, label, row
from mailsafi_wizard.words import N_, _, language

SHOWN_ROWS = 8
_STATES = {
    PlanState.DONE: (N_("Done"), Tone.GOOD, "check"),
    PlanState.DUE: (N_("Due today"), Tone.WARN, "flag"),
    PlanState.LATE: (N_("Late"), Tone.BAD, "alert"),
    PlanState.AHEAD: (N_("Ahead"), Tone.MUTED, "calendar"),
}
_DANGERS = {
    Danger.CHECKING: (
        N_("The copy may still be running when the users are asked to check their mail."),
        N_("Let it run at night and on weekends too, or begin earlier."),
    ),
    Danger.MAY_PASS: (
        N_("The copy may not be finished by the cutover."),
        N_("Let it run day and night from now on. If the range does not shrink, move the cutover to {day} or later."),
    ),
    Danger.PASSES: (
        N_("At this speed the copy will not be finished by the cutover."),
        N_(
            "Move the cutover to {day} or later, or find a faster line. Nothing is lost by waiting: mail goes on arriving at the old server."
        ),
    ),
}


def today(project: MigrationProject) -> dt.date:
    """The day it is at the company."""
    return project.now().date()


def entries(project: MigrationProject) -> tuple[PlanEntry, ...]:
    """The plan as it stands; empty without a cutover day."""
    return project.plan()


def known(entry: PlanEntry, timezone: str = "") -> str:
    """How and since when a task is done, in words; "" for one that isn't."""
    if entry.done is None:
        return ""
    if entry.done.when is None:
        return _(entry.done.how)
    return f"{_(entry.done.how)}, {formats.moment(entry.done.when, timezone)}"


def _state_words(entry: PlanEntry) -> str:
    if entry.state is PlanState.DONE and entry.done is not None and entry.done.when is not None:
        words = _("Your word, {day}") if entry.done.word else _("Done, {day}")
        return words.format(day=formats.short_day(entry.done.when.date()))
    return _(_STATES[entry.state][0])


def _columns() -> list[Column[PlanEntry]]:
    def whom(entry: PlanEntry) -> str:
        return _("Users") if entry.task.audience is Audience.USERS else _("You")

    def what(entry: PlanEntry) -> str:
        return _("Notice: {title}").format(title=_(entry.task.title)) if entry.task.notice else _(entry.task.title)

    def day(entry: PlanEntry) -> str:
        return formats.week_day(entry.day)

    return [
        Column(_("Day"), day, sort=lambda e: e.day),
        Column(_("For"), whom),
        Column(_("What"), what, stretch=True, tip=lambda e: what(e)),
        Column(_("State"), _state_words, state=lambda e: _STATES[e.state][1:], tip=lambda e: known(e)),
    ]


class PlanCard(Card):
    """Shown on the first page once there is a cutover day."""

    failed = Signal(object)  # an exception
    go_to = Signal(str)  # the key of a step
    told = Signal(str)
    ticked = Signal()

    def __init__(self, project: MigrationProject) -> None:
        super().__init__(_("The plan"))
        self.project = project
        self.line = Timeline()
        self.next = label("", "strong")
        self.forecast = label("", tone="muted")
        self.warning = QVBoxLayout()
        self._danger: Problem | None = None
        self.model: RowsModel[PlanEntry] = RowsModel(_columns(), key=lambda entry: entry.task.key)
        self.table: Table[PlanEntry] = Table(_("The days of the plan"), self.model)
        self.table.ask_for_rows(SHOWN_ROWS)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_chosen())
        self.how = label("", tone="muted")
        self.tick = Button("", self._tick, icon="check")
        self.go = Button("", self._go, icon="arrow-right")
        self.save = Button(_("Save as a calend&ar…"), self._ask_where, kind="quiet", icon="calendar")
        foot = row(self.how, self.tick, self.go, self.save)
        foot.setStretch(0, 1)
        words = column(self.next, self.forecast, spacing=S)
        self.add(self.line, Legend(), words, self.warning, self.table, foot)

    # --- showing ---------------------------------------------------------------------------------------------------------------

    def refresh(self, made: CopyOutlook | None) -> None:
        """``made``: today's forecast of the copy."""
        plan = self.project.plan()
        self.setVisible(bool(plan))
        if not plan:
            return
        shown = [TimelineEntry(e.day, _(e.task.title), e.task.audience.value, e.state.value) for e in plan]
        self.line.show_plan(shown, self.project.company.cutover, today(self.project), (made.first, made.last) if made else None)
        self.next.setText(_next_words(plan))
        self.forecast.setText(self._forecast_words(made))
        self.forecast.setVisible(made is not None)
        self._warn(self.project.copy_danger(made), made)
        known_before = bool(self.model.rows)
        self.model.show_rows(plan)
        if not known_before:
            self._choose_next(plan)
        self._show_chosen()

    def _choose_next(self, plan: tuple[PlanEntry, ...]) -> None:
        """The list opens at what comes next."""
        following = schedule.next_entry(plan)
        if following is not None:
            place = plan.index(following)
            self.table.choose(place)
            self.table.scrollTo(self.table.filter.index(place, 0), Table.ScrollHint.PositionAtTop)

    def _forecast_words(self, made: CopyOutlook | None) -> str:
        if made is None:
            return ""
        words = _("The copy should end between {first} and {last}; {messages} are left.")
        if made.first == made.last:
            words = _("The copy should end on {last}; {messages} are left.")
        text = words.format(
            first=formats.short_day(made.first), last=formats.short_day(made.last), messages=formats.messages(made.messages)
        )
        before = self.project.outlooks().before(made.made)
        if before is None:
            return text
        was = _("On {day} it was {first} to {last}.")
        days = {"day": before.made, "first": before.first, "last": before.last}
        return f"{text} {was.format(**{name: formats.short_day(day) for name, day in days.items()})}"

    def _warn(self, danger: Danger, made: CopyOutlook | None) -> None:
        problem = self._problem(danger, made) if made is not None and danger in _DANGERS else None
        if problem == self._danger:
            return
        self._danger = problem
        while item := self.warning.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        if problem is not None:
            self.warning.addWidget(ProblemPanel(problem))

    def _problem(self, danger: Danger, made: CopyOutlook) -> Problem:
        what, remedy = _DANGERS[danger]
        later = proposal.next_quiet(made.last, self.project.workdays(language()))
        tone = Tone.BAD if danger is Danger.PASSES else Tone.WARN
        return Problem(_(what), remedy=_(remedy).format(day=formats.day(later)), tone=tone)

    def _show_chosen(self) -> None:
        entry = self.table.chosen
        self.tick.setVisible(entry is not None and bool(entry.task.word))
        self.go.setVisible(entry is not None and entry.task.step != "start")
        if entry is None:
            self.how.setText("")
            return
        if entry.task.word:
            self.tick.be(_("Take the tick back") if entry.done else _("Tick it as done"), "" if entry.done else "check")
        self.go.be(_("&Go to {step}").format(step=_(_STEPS.get(entry.task.step, entry.task.step))), "arrow-right")
        waiting = _("Done when you tick it: the wizard cannot see it.") if entry.task.word else _("Ticked by itself when it is so.")
        self.how.setText(known(entry, self.project.company.timezone) or waiting)

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def _tick(self) -> None:
        entry = self.table.chosen
        if entry is None or not entry.task.word:
            return
        try:
            self.project.tick_task(entry.task.word, entry.done is None)
        except MigrationError as error:
            self.failed.emit(error)
        else:
            self.ticked.emit()

    def _go(self) -> None:
        entry = self.table.chosen
        if entry is not None:
            self.go_to.emit(entry.task.step)

    def proposal(self) -> dt.date:
        return proposal.proposed(today(self.project), self.project.workdays(language()))

    def _ask_where(self) -> None:
        proposal = self.project.path.parent / f"{safe_name(_('MailSafi plan'))}.ics"
        ask.ask_save(self, _("Save the plan as a calendar"), proposal, _("Calendar (*.ics)"), self.write)

    def write(self, path: Path) -> None:
        words = {task.key: _(task.title) for task in schedule.TASKS}
        words |= {"admin": _("For you"), "users": _("For the users"), "notice": _("Notice: {title}")}
        name = _("Move to MailSafi: {company}").format(company=self.project.company.name or self.project.path.stem)
        try:
            self.project.save_calendar(path, words, name)
        except (OSError, MigrationError) as error:
            self.failed.emit(error)
        else:
            self.told.emit(_("The calendar was saved. Open it in your calendar; a later one mends its entries."))


_STEPS = {
    "prepare": N_("Prepare"),
    "communicate": N_("Communicate"),
    "credentials": N_("Credentials"),
    "migrate": N_("Migrate"),
    "verify": N_("Verify"),
    "cutover": N_("Cut over"),
    "finish": N_("Finish"),
}


def _next_words(plan: tuple[PlanEntry, ...]) -> str:
    following = schedule.next_entry(plan)
    if following is None:
        return _("Everything in the plan is done.")
    words = _("Late since {day}: {task}") if following.state is PlanState.LATE else _("Next, on {day}: {task}")
    words = _("Today: {task}") if following.state is PlanState.DUE else words
    return words.format(day=formats.short_day(following.day), task=_(following.task.title))
