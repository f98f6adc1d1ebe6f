"""The report on the Finish page: seen as it will be printed, in either language, on either paper, and saved in any of its forms."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QLocale, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QCheckBox, QComboBox, QProgressBar, QWidget

from mailsafi_wizard.cutover.closing import Closing
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report import ReportFacts
from mailsafi_wizard.saving import safe_name
from mailsafi_wizard.ui import ask, formats, kept, pdf, report_files
from mailsafi_wizard.ui.composer import lay_out
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.report_files import ReportForm
from mailsafi_wizard.ui.sheet_view import Preview
from mailsafi_wizard.ui.sheets import Document
from mailsafi_wizard.ui.theme import L, M
from mailsafi_wizard.ui.widgets import Button, Card, Field, box, column, label, row
from mailsafi_wizard.words import LANGUAGES, _, language

TOLD_EVERY = 100  # milliseconds


@dataclass(frozen=True)
class Wish:
    """How the report is wanted."""

    form: ReportForm
    language: str
    paper: str
    subjects: bool


@dataclass(frozen=True)
class Made:
    """A report laid out for the preview, and what the page says of the project, in the language of the screen."""

    document: Document
    done: bool
    outcome: str
    closing: Closing


class ReportPart(QWidget):
    """Everything about the report. ``page`` carries out what is slow and shows what went wrong."""

    made = Signal(object)  # Made

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self._saved: Path | None = None
        self._shown: tuple[object, ...] = ()
        self._share = 0.0  # of the work that is being done; written by its thread, read by the screen
        self._timer = QTimer(self)
        self._timer.setInterval(TOLD_EVERY)
        self._timer.timeout.connect(self._tell)
        self.preview = Preview(_("The report as it will be printed"), _("The report is being prepared."))
        whole = row(box(column(self._card(), 1)), column(self.preview, 1), spacing=L)
        whole.setStretch(0, 5)
        whole.setStretch(1, 4)
        self.setLayout(whole)

    # --- putting it together -------------------------------------------------------------------------------------------------------

    def _card(self) -> Card:
        self._choices()
        self.subjects = QCheckBox(_("Show the s&ubjects of failed messages"))
        self.subjects.setToolTip(
            _("Subjects are private. They are known only of messages that are kept as files on this computer.")
        )
        self.subjects.setChecked(self._project.report_subjects)
        self.subjects.toggled.connect(self._subjects_chosen)
        self.form_note = label("", tone="muted")
        self.bar = QProgressBar()
        self.bar.setAccessibleName(_("How much of the report is made"))
        self.bar.setRange(0, 100)
        self.bar.hide()
        self.saved_words = label("", tone="muted")
        self.open_it = Button(_("Open it"), self._open, kind="quiet", icon="file")
        saved = row(self.saved_words, self.open_it)
        saved.setStretch(0, 1)
        note = _("Every folder's accounts, what was left out or failed and why, the runs, the sheets, and what was taken back.")
        beside = row(Field(_("&Language of the report"), self.language), Field(_("Pa&per"), self.paper), spacing=M)
        return Card(_("The report"), note).add(
            Field(_("Save &as"), self.form), self.form_note, beside, self.subjects, self.bar, saved
        )

    def _choices(self) -> None:
        self.form, self.language, self.paper = QComboBox(), QComboBox(), QComboBox()
        for form, name in report_files.NAMES.items():
            self.form.addItem(_(name), form)
        for key, name in LANGUAGES.items():
            self.language.addItem(name, key)
        for key, name in report_files.PAPER_NAMES.items():
            self.paper.addItem(name, key)
        self.language.setCurrentIndex(max(0, self.language.findData(language())))
        if QLocale.system().measurementSystem() is QLocale.MeasurementSystem.ImperialUSSystem:
            self.paper.setCurrentIndex(self.paper.findData("letter"))
        for choice in (self.form, self.language, self.paper):
            choice.currentIndexChanged.connect(lambda _index: self._chosen())

    @property
    def wish(self) -> Wish:
        form = ReportForm(self.form.currentData())
        return Wish(form, str(self.language.currentData()), str(self.paper.currentData()), self.subjects.isChecked())

    # --- showing -------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        self.form_note.setText(_(report_files.NOTES[self.wish.form]))
        saved = kept.marked(self._project, "report")
        self.open_it.setVisible(self._saved is not None and self._saved.exists())
        if saved is None:
            self.saved_words.setText(_("Not saved yet."))
        else:
            when = formats.moment(saved, self._project.company.timezone)
            self.saved_words.setText(_("Last saved on {when}.").format(when=when))
        if not self._page.busy:
            self._lay_out()

    def _chosen(self) -> None:
        self.refresh()
        self._page.changed.emit()

    def _subjects_chosen(self, on: bool) -> None:
        self._page.tried(lambda: setattr(self._project, "report_subjects", on))
        self._chosen()

    def _state(self) -> tuple[object, ...]:
        """What the report depends on, but for the time of day."""
        project = self._project
        hour = dt.datetime.now(dt.UTC).replace(minute=0, second=0, microsecond=0)
        told = (len(project.dns_snapshots()), project.revoked(), project.sheets_made(), project.erased(), project.sign_offs())
        wish = self.wish
        form = (
            ReportForm.ONE_PAGE if wish.form is ReportForm.ONE_PAGE else ReportForm.PDF
        )  # the others say what the whole report says
        return hour, project.company, project.ledger(), project.runs(), *told, replace(wish, form=form)

    def _lay_out(self) -> None:
        """The preview is laid out on a thread: a large company's report has hundreds of pages."""
        now = self._state()
        if now == self._shown:
            return
        self._shown = now
        wish = self.wish
        self._begin()
        self._page.work(_("Preparing the report…"), lambda: self._prepared(wish), self._show)

    def _prepared(self, wish: Wish) -> Made:
        facts = self._facts(wish)
        document = lay_out(report_files.shown(facts, wish.form), pdf.paper(wish.paper), self._hear)
        now = dt.datetime.now(dt.UTC)
        outcome = facts.outcome if wish.language == language() else self._project.report_facts(now).outcome
        return Made(document, facts.done, outcome, self._project.closing(now))

    def _facts(self, wish: Wish) -> ReportFacts:
        return self._project.report_facts(dt.datetime.now(dt.UTC), wish.language)

    def _show(self, made: Made) -> None:
        self._end()
        self.preview.view.show_document(made.document)
        self.made.emit(made)
        if self._state() != self._shown:  # something was chosen meanwhile
            self._page.refresh()

    def _begin(self) -> None:
        self._share = 0.0
        self._timer.start()

    def _hear(self, share: float) -> None:
        """Called on the thread that works."""
        self._share = share

    def _tell(self) -> None:
        if not self._page.busy:
            self._end()
            return
        self.bar.setVisible(True)
        self.bar.setValue(round(100 * self._share))

    def _end(self) -> None:
        self._timer.stop()
        self.bar.hide()

    # --- saving --------------------------------------------------------------------------------------------------------------------

    def action(self, urgent: bool) -> Action:
        return Action(_("&Save the report…"), self._ask_where, "download", not self._page.busy, urgent=urgent)

    def _name(self) -> str:
        company = self._project.company.name or self._project.path.stem
        day = dt.datetime.now(self._project.company.zone).date().isoformat()
        return safe_name(_("Report {company}").format(company=company)) + f" {day}"

    def _ask_where(self) -> None:
        folder, form = self._project.path.parent, self.wish.form
        if form is ReportForm.CSV:
            ask.ask_folder(self, _("Choose where the folder with the tables goes"), folder, self._save_in)
            return
        proposal = report_files.unused(folder / (self._name() + form.ending))
        ask.ask_save(self, _("Save the report"), proposal, f"{form.ending[1:].upper()} (*{form.ending})", self.save)

    def _save_in(self, folder: Path) -> None:
        """The tables get a folder of their own, so that none is written over."""
        self.save(report_files.unused(folder / self._name()))

    def save(self, target: Path) -> None:
        """Write the chosen form to ``target`` on a thread."""
        wish = self.wish

        def write() -> None:
            report_files.write(self._facts(wish), wish.form, target, pdf.paper(wish.paper), self._hear)

        self._begin()
        self._page.work(_("Writing the report…"), write, lambda _nothing: self._has_saved(target))

    def _has_saved(self, target: Path) -> None:
        self._end()
        self._saved = target
        kept.mark(self._project, "report")
        self._page.refresh()

    def _open(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved)))
