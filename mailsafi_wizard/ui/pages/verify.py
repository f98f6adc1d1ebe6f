"""Step 6, Verify: the ledger that balances or says so, the comparison of both servers, and what users say of their mail."""

from __future__ import annotations

from PySide6.QtWidgets import QTabWidget, QWidget

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.model import CheckPlan, Depth, Ledger
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import formats, leaves
from mailsafi_wizard.ui.accounts_part import AccountsPart
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.check_bar import CheckBar
from mailsafi_wizard.ui.comparison_part import ComparisonPart
from mailsafi_wizard.ui.empty_state import EmptyState
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.signoff_part import SignoffPart
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.theme import M
from mailsafi_wizard.ui.widgets import Button, Tone, box, column
from mailsafi_wizard.words import N_, _, ngettext

WORKING = {
    Depth.COUNTS: N_("Counting and comparing on both servers…"),
    Depth.SAMPLE: N_("Comparing a sample of every mailbox…"),
    Depth.EVERYTHING: N_("Comparing every message…"),
}


def applies(project: MigrationProject) -> bool:
    return bool(project.runs())


def done(project: MigrationProject) -> bool:
    """Every folder of every mailbox balances and nothing failed; a copy that is under way may still change that."""
    if project.running:
        return False
    ledger = project.ledger()
    seen = {folder.mailbox_id for folder in ledger.folders}
    return ledger.complete and all(mailbox.id in seen for mailbox in project.mailboxes())


def needs(project: MigrationProject) -> str:
    if project.running or not project.runs():
        return ""
    failed = project.ledger().failed
    return ngettext("{n} message failed", "{n} messages failed", failed).format(n=formats.count(failed)) if failed else ""


class VerifyPage(Page):
    title = N_("Verify")
    lead = N_("See that every message is accounted for, compare both servers, and let your users check.")
    why = leaves.VERIFY

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._stale: set[QWidget] = set()  # parts that do not show the project as it is now
        self.views = Stack()
        nothing = _("When the first copy has run, the accounts of every mailbox and folder stand here.")
        go = Button(_("Go to Migrate"), lambda: self.go_to.emit("migrate"), kind="primary")
        self.views.addWidget(EmptyState("shield", _("Nothing to check yet"), nothing, go))
        self.views.addWidget(self._parts())
        self.body.addWidget(self.views, 1)
        bridge.run_ended.connect(self._run_ended)  # a method: it ends with the page
        bridge.checked.connect(self.bar.heard)
        self.bar.pause.connect(project.pause_check)
        self.bar.resume.connect(project.resume_check)
        self.bar.stop.connect(project.stop_check)

    def _parts(self) -> QWidget:
        self.bar = CheckBar()
        self.accounts, self.comparison, self.signoff = AccountsPart(self), ComparisonPart(self), SignoffPart(self)
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("Three ways to check"))
        for part, name in (
            (self.accounts, _("1  Accounts")),
            (self.comparison, _("2  Comparison")),
            (self.signoff, _("3  Users' word")),
        ):
            part.layout().setContentsMargins(0, M, 0, 0)  # type: ignore[union-attr]
            self.tabs.addTab(part, name)
        self.tabs.currentChanged.connect(self._turned)
        layout = column(self.bar, self.tabs, spacing=M)
        layout.setStretch(1, 1)
        return box(layout)

    def _run_ended(self, _summary: object) -> None:
        self.refresh()

    def refresh(self) -> None:
        self.views.setCurrentIndex(1 if applies(self.project) else 0)
        self._stale = {self.accounts, self.comparison, self.signoff}
        self._turned()

    def _turned(self) -> None:
        """Only what is seen is made: three tables of a large company take longer than one."""
        part = self.tabs.currentWidget()
        if isinstance(part, AccountsPart | ComparisonPart | SignoffPart) and part in self._stale:
            self._stale.discard(part)
            part.refresh()
        self.changed.emit()

    def action(self) -> Action | None:
        if not applies(self.project):
            return None
        if self.tabs.currentWidget() is self.signoff:
            return self.signoff.action()
        free = not self.busy and not self.project.running
        return Action(_("&Check again"), self.check, "shield", free, urgent=not done(self.project))

    def check(self) -> None:
        """A comparison as it is chosen, to its end or until it is stopped."""
        plan = self.comparison.plan
        self.bar.begin(len(self.project.mailboxes()))
        self.work(_(WORKING[plan.depth]), lambda: self._checked_all(plan), self._checked)

    def _checked_all(self, plan: CheckPlan) -> tuple[Ledger, tuple[MigrationError, ...]]:
        return self.project.verify(self.bridge.report, plan=plan)

    def fail(self, error: BaseException) -> None:
        self.bar.end()
        super().fail(error)

    def _checked(self, outcome: tuple[Ledger, tuple[MigrationError, ...]]) -> None:
        self.bar.end()
        self.refresh()
        _ledger, problems = outcome
        if problems:
            self.show_problem(Problem.of(problems[0]))
        elif self.project.check_stopped:
            text = _("What was compared is kept. The next check of the same kind goes on from there.")
            self.show_problem(Problem(_("The comparison was stopped"), text, tone=Tone.INFO))
