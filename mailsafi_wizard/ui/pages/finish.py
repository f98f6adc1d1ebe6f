"""Step 8, Finish: the report, seen as it will be printed, and saved as PDF; what remains to be done when everybody has moved."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtCore import QRectF, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QDesktopServices, QPainter, QPaintEvent
from PySide6.QtWidgets import QCheckBox, QSizePolicy, QWidget

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.report import ReportFacts
from mailsafi_wizard.store.vault import Erased
from mailsafi_wizard.ui import ask, formats, kept
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.pages import verify
from mailsafi_wizard.ui.pdf import write_pdf
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.sheets import Document, lay_out, paint_sheet
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Tone, column, label, row
from mailsafi_wizard.words import N_, _, ngettext

LAST_THINGS = (
    ("finish.passwords", N_("Passwords that were lent for the migration have been changed at the old server")),
    ("finish.list", N_("The text file with the passwords has been deleted")),
    ("finish.spf", N_("The old provider's part has been taken out of the SPF record")),
    ("finish.close", N_("The old server may be closed; its users and owner have agreed")),
)


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


class SheetView(QWidget):
    """One page of the report, as it will be printed."""

    turned = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self.page = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setAccessibleName(_("The report as it will be printed"))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(360), theme().px(500))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(240), theme().px(340))

    @property
    def pages(self) -> int:
        return len(self._document.sheets) if self._document else 0

    def show_document(self, document: Document) -> None:
        self._document = document
        self.turn(0)

    def turn(self, pages: int) -> None:
        """Forward or back by so many pages, within what there is."""
        self.page = max(0, min(self.page + pages, self.pages - 1))
        self.update()
        self.turned.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self._document is None:
            return
        width, height = self._document.width, self._document.height
        scale = min((self.width() - 4) / width, (self.height() - 4) / height)
        paper = QRectF((self.width() - width * scale) / 2, (self.height() - height * scale) / 2, width * scale, height * scale)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("outline"))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRect(paper)
        painter.translate(paper.topLeft())
        painter.scale(scale, scale)
        paint_sheet(painter, self._document.sheets[self.page])
        painter.end()


class FinishPage(Page):
    title = N_("Finish")
    lead = N_("Save the report, then do the last things. When all is ticked, the migration is over.")
    why = N_(
        "The report is your proof, for the management and for an auditor: every folder's accounts, everything that was left out or failed"
        " and why, and when what was done. It holds no mail, no subjects and no passwords. Keep it with the project file."
    )

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self._saved: Path | None = None
        self._shown: tuple[object, ...] = ()
        whole = row(self._left(), self._preview(), spacing=L)
        whole.setStretch(0, 5)
        whole.setStretch(1, 4)
        self.body.addLayout(whole, 1)

    def _left(self) -> QWidget:
        self.outcome_place = column()
        self.saved_words = label("", tone="muted")
        self.open_it = Button(_("Open it"), self._open, kind="quiet", icon="file")
        saved = row(self.saved_words, self.open_it)
        saved.setStretch(0, 1)
        last = Card(_("The last things"), _("The wizard can't see these; tick each when it is so."))
        self.ticks: dict[str, QCheckBox] = {}
        for key, words in LAST_THINGS:
            last.add(self._tick_row(key, _(words)))
        erase = Button(
            _("&Erase all passwords…"), self._ask_erase, kind="quiet", icon="trash", hint=_("In the project and in the keychain")
        )
        last.add(row(erase, 1))
        holder = QWidget()
        holder.setLayout(column(self.outcome_place, Card(_("The report")).add(saved), last, 1, spacing=L))
        return holder

    def _tick_row(self, key: str, words: str) -> QWidget:
        tick = self.ticks[key] = QCheckBox()
        tick.setAccessibleName(words)
        tick.toggled.connect(lambda on, k=key: self._ticked(k, on))
        text = label(words)
        text.setBuddy(tick)
        made = row(tick, text)
        made.setStretch(1, 1)
        holder = QWidget()
        holder.setLayout(made)
        return holder

    def _ticked(self, key: str, on: bool) -> None:
        if kept.is_ticked(self.project, key) != on:
            self.tried(lambda: kept.tick(self.project, key, on))

    def _preview(self) -> Card:
        card = Card(spacing=S)
        self.sheet = SheetView()
        self.where = label("", "small", "muted", wrap=False)
        self.before = Button("", lambda: self.sheet.turn(-1), kind="quiet", icon="arrow-left", hint=_("The page before"))
        self.after = Button("", lambda: self.sheet.turn(1), kind="quiet", icon="arrow-right", hint=_("The next page"))
        for button in (self.before, self.after):
            button.setAccessibleName(button.toolTip())
        self.sheet.turned.connect(self._page_turned)
        card.add(self.sheet, row(1, self.before, self.where, self.after, 1))
        card.body.setStretch(0, 1)
        card.body.setContentsMargins(M, M, M, S)
        return card

    def _page_turned(self) -> None:
        self.where.setText(_("Page {number} of {all}").format(number=self.sheet.page + 1, all=max(1, self.sheet.pages)))
        self.before.setEnabled(self.sheet.page > 0)
        self.after.setEnabled(self.sheet.page + 1 < self.sheet.pages)

    # --- showing ---------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        for key, tick in self.ticks.items():
            tick.setChecked(kept.is_ticked(self.project, key))
        saved = kept.marked(self.project, "report")
        self.open_it.setVisible(self._saved is not None and self._saved.is_file())
        if saved is None:
            self.saved_words.setText(_("Not saved yet."))
        else:
            self.saved_words.setText(_("Last saved on {when}.").format(when=formats.moment(saved, self.project.company.timezone)))
        self.changed.emit()
        if not self.busy:
            self._lay_out()

    def _lay_out(self) -> None:
        """The preview is laid out on a thread: a large company's report has a thousand pages."""
        now = (self.project.company, self.project.ledger(), self.project.runs())
        if now == self._shown:
            return
        self._shown = now
        self.work(_("Preparing the report…"), self._made, self._show_report)

    def _made(self) -> tuple[ReportFacts, Document]:
        made = facts(self.project)
        return made, lay_out(made)

    def _show_report(self, made: tuple[ReportFacts, Document]) -> None:
        told, document = made
        self.sheet.show_document(document)
        while item := self.outcome_place.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        if told.done:
            panel = ProblemPanel(Problem(told.outcome, tone=Tone.GOOD))
        else:
            go = Button(_("Go to Verify"), lambda: self.go_to.emit("verify"))
            panel = ProblemPanel(Problem(told.outcome, tone=Tone.WARN), go)
        self.outcome_place.addWidget(panel)

    # --- doing -----------------------------------------------------------------------------------------------------------------

    def action(self) -> Action:
        return Action(_("&Save the report…"), self._ask_where, "download", not self.busy, urgent=not done(self.project))

    def _ask_where(self) -> None:
        name = _("Report {company}.pdf").format(company=self.project.company.name or self.project.path.stem)
        proposal = self.project.path.parent / name.replace("/", "-").replace("\\", "-")
        ask.ask_save(self, _("Save the report"), proposal, _("PDF (*.pdf)"), self.save)

    def save(self, path: Path) -> None:
        """Write the PDF on a thread."""
        self.work(_("Writing the report…"), lambda: write_pdf(facts(self.project), path), lambda _pages: self._has_saved(path))

    def _has_saved(self, path: Path) -> None:
        self._saved = path
        kept.mark(self.project, "report")
        self.refresh()

    def _ask_erase(self) -> None:
        ask.ask(
            self,
            _("Erase all passwords of this project?"),
            _(
                "They go from the project file, from the keychain and from memory. To copy again you would have to give the list again."
            ),
            ask.Answer(_("Keep them"), lambda: None),
            ask.Answer(_("Erase them"), self.erase, danger=True),
        )

    def erase(self) -> None:
        """On a thread: the whole file is written anew and then read for what must not be in it any more."""
        self.work(_("Erasing the passwords…"), self.project.erase_secrets, self._erased)

    def _erased(self, done: Erased) -> None:
        self.refresh()
        proof = ngettext(
            "{n} sealed password was erased. The project file was then read byte by byte: nothing of it is left there.",
            "{n} sealed passwords were erased. The project file was then read byte by byte: nothing of them is left there.",
            done.sealed,
        )
        words = proof.format(n=done.sealed) if done.sealed else _("No sealed password was in the project file.")
        limit = _("That does not reach copies and backups of the file, nor what a solid-state disk has put elsewhere.")
        self.show_problem(Problem(words, limit, tone=Tone.GOOD))

    def _open(self) -> None:
        if self._saved is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self._saved)))
