"""Step 8, Finish: the sign-in sheets, what must be taken back and erased, when the old server may be closed, and the report."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import kept, leaves
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.closing_card import ClosingPart
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.pages import verify
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.report_part import Made, ReportPart
from mailsafi_wizard.ui.signin_card import SigninPart
from mailsafi_wizard.ui.tabs import Tabs
from mailsafi_wizard.ui.theme import L
from mailsafi_wizard.ui.widgets import Button, Tone, column
from mailsafi_wizard.words import N_, _


def applies(project: MigrationProject) -> bool:
    return bool(project.runs())


def done(project: MigrationProject) -> bool:
    """The ledger is complete and the report was saved after the last run ended."""
    saved = kept.marked(project, "report")
    ended = [run.ended for run in project.runs() if run.ended is not None]
    return saved is not None and verify.done(project) and all(saved >= when.replace(microsecond=0) for when in ended)


class FinishPage(Page):
    title = N_("Finish")
    lead = N_("Hand out the sign-in sheets, take back what was lent, then save the report.")
    why = leaves.FINISH

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._opened = False
        self.outcome_place = column()
        self.signin, self.closing = SigninPart(self), ClosingPart(self)
        self.report = ReportPart(self)
        self.report.made.connect(self._show_outcome)
        self.tabs = Tabs(_("What is left to do"))
        for part, name in (
            (self.signin, _("1  Sign-in sheets")),
            (self.closing, _("2  Take back and close")),
            (self.report, _("3  Report")),
        ):
            part.layout().setContentsMargins(0, L, 0, 0)  # type: ignore[union-attr]
            self.tabs.addTab(part, name)
        self.tabs.currentChanged.connect(lambda _index: self.changed.emit())
        self.body.addLayout(self.outcome_place)
        self.body.addWidget(self.tabs, 1)

    # --- showing ---------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.signin.refresh()
        self.closing.refresh()
        self._open_where_work_waits()
        self.changed.emit()
        self.report.refresh()

    def _open_where_work_waits(self) -> None:
        """Once, when the page is first shown; afterwards the admin turns the tabs."""
        if self._opened or not self.project.mailboxes():
            return
        self._opened = True
        if len(self.project.sheets_made()) >= len(self.project.mailboxes()):
            self.tabs.setCurrentWidget(
                self.closing if self.closing.open_credentials() or not self.project.erased() else self.report
            )

    def _show_outcome(self, made: Made) -> None:
        self.closing.show_closing(made.closing)
        while item := self.outcome_place.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if made.done:
            panel = ProblemPanel(Problem(made.outcome, tone=Tone.GOOD))
        else:
            there, key = (_("Go to Verify"), "verify") if self.project.runs() else (_("Go to Migrate"), "migrate")
            go = Button(there, lambda: self.go_to.emit(key))
            panel = ProblemPanel(Problem(made.outcome, tone=Tone.WARN), go)
        self.outcome_place.addWidget(panel)
        self.signin.refresh()

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def action(self) -> Action | None:
        if self.tabs.currentWidget() is self.signin:
            return self.signin.action()
        if self.tabs.currentWidget() is self.closing:
            return None
        return self.report.action(urgent=not done(self.project))

    def save(self, path: Path) -> None:
        """Write the report in the form chosen, on a thread."""
        self.report.save(path)

    def erase(self) -> None:
        """Erase the project's passwords, on a thread."""
        self.closing.erase()
