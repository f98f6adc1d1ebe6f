"""Step 8, Finish: the sign-in sheets, what must be taken back and erased, when the old server may be closed, and the report."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QTabWidget, QWidget

from mailsafi_wizard.cutover.closing import Closing
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.report import ReportFacts
from mailsafi_wizard.ui import ask, formats, kept, leaves
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.closing_card import ClosingPart
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.pages import verify
from mailsafi_wizard.ui.pdf import write_pdf
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.sheet_view import Preview
from mailsafi_wizard.ui.sheets import Document, lay_out
from mailsafi_wizard.ui.signin_card import SigninPart
from mailsafi_wizard.ui.theme import L
from mailsafi_wizard.ui.widgets import Button, Card, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _


def applies(project: MigrationProject) -> bool:
    return bool(project.runs())


def done(project: MigrationProject) -> bool:
    """The ledger is complete and the report was saved after the last run ended."""
    saved = kept.marked(project, "report")
    ended = [run.ended for run in project.runs() if run.ended is not None]
    return saved is not None and verify.done(project) and all(saved >= when.replace(microsecond=0) for when in ended)


def facts(project: MigrationProject) -> ReportFacts:
    """The report of the project as it is now."""
    return project.report_facts(dt.datetime.now(dt.UTC))


class FinishPage(Page):
    title = N_("Finish")
    lead = N_("Hand out the sign-in sheets, take back what was lent, then save the report.")
    why = leaves.FINISH

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._saved: Path | None = None
        self._shown: tuple[object, ...] = ()
        self._opened = False
        self.outcome_place = column()
        self.signin, self.closing = SigninPart(self), ClosingPart(self)
        self.report = self._report_part()
        self.tabs = QTabWidget()
        self.tabs.setAccessibleName(_("What is left to do"))
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

    def _report_part(self) -> QWidget:
        self.saved_words = label("", tone="muted")
        self.open_it = Button(_("Open it"), self._open, kind="quiet", icon="file")
        saved = row(self.saved_words, self.open_it)
        saved.setStretch(0, 1)
        note = _("Every folder's accounts, what was left out or failed and why, the runs, the sheets, and what was taken back.")
        self.sheet = Preview(_("The report as it will be printed"))
        whole = row(box(column(Card(_("The report"), note).add(saved), 1)), column(self.sheet, 1), spacing=L)
        whole.setStretch(0, 5)
        whole.setStretch(1, 4)
        return box(whole)

    # --- showing ---------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.signin.refresh()
        self.closing.refresh()
        saved = kept.marked(self.project, "report")
        self.open_it.setVisible(self._saved is not None and self._saved.is_file())
        if saved is None:
            self.saved_words.setText(_("Not saved yet."))
        else:
            self.saved_words.setText(_("Last saved on {when}.").format(when=formats.moment(saved, self.project.company.timezone)))
        self._open_where_work_waits()
        self.changed.emit()
        if not self.busy:
            self._lay_out()

    def _open_where_work_waits(self) -> None:
        """Once, when the page is first shown; afterwards the admin turns the tabs."""
        if self._opened or not self.project.mailboxes():
            return
        self._opened = True
        if len(self.project.sheets_made()) >= len(self.project.mailboxes()):
            self.tabs.setCurrentWidget(
                self.closing if self.closing.open_credentials() or not self.project.erased() else self.report
            )

    def _lay_out(self) -> None:
        """The preview is laid out on a thread: a large company's report has a thousand pages."""
        project = self.project
        looks, hour = len(project.dns_snapshots()), dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
        now = (
            hour,
            project.company,
            project.ledger(),
            project.runs(),
            looks,
            project.revoked(),
            project.sheets_made(),
            project.erased(),
        )
        if now == self._shown:
            return
        self._shown = now
        self.work(_("Preparing the report…"), self._made, self._show_report)

    def _made(self) -> tuple[ReportFacts, Document, Closing]:
        made = facts(self.project)
        return made, lay_out(made), self.project.closing(dt.datetime.now(dt.UTC))

    def _show_report(self, made: tuple[ReportFacts, Document, Closing]) -> None:
        told, document, closing = made
        self.sheet.view.show_document(document)
        self.closing.show_closing(closing)
        while item := self.outcome_place.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if told.done:
            panel = ProblemPanel(Problem(told.outcome, tone=Tone.GOOD))
        else:
            go = Button(_("Go to Verify"), lambda: self.go_to.emit("verify"))
            panel = ProblemPanel(Problem(told.outcome, tone=Tone.WARN), go)
        self.outcome_place.addWidget(panel)
        self.signin.refresh()

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def action(self) -> Action | None:
        if self.tabs.currentWidget() is self.signin:
            return self.signin.action()
        if self.tabs.currentWidget() is self.closing:
            return None
        return Action(_("&Save the report…"), self._ask_where, "download", not self.busy, urgent=not done(self.project))

    def _ask_where(self) -> None:
        name = _("Report {company}.pdf").format(company=self.project.company.name or self.project.path.stem)
        proposal = self.project.path.parent / name.replace("/", "-").replace("\\", "-")
        ask.ask_save(self, _("Save the report"), proposal, _("PDF (*.pdf)"), self.save)

    def save(self, path: Path) -> None:
        """Write the report's PDF on a thread."""
        self.work(_("Writing the report…"), lambda: write_pdf(facts(self.project), path), lambda _pages: self._has_saved(path))

    def _has_saved(self, path: Path) -> None:
        self._saved = path
        kept.mark(self.project, "report")
        self.refresh()

    def erase(self) -> None:
        """Erase the project's passwords, on a thread."""
        self.closing.erase()

    def _open(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved)))
