"""The end on the Finish page: credentials to take back, the wizard's own passwords erased, and when the old server may be closed."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from PySide6.QtWidgets import QAbstractItemView, QCheckBox, QVBoxLayout, QWidget

from mailsafi_wizard.cutover import closing
from mailsafi_wizard.cutover.closing import Closing, ClosingState, Credential
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.report import credentials_table, write_table
from mailsafi_wizard.saving import safe_name
from mailsafi_wizard.store.vault import Erased
from mailsafi_wizard.ui import ask, formats, kept
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import XS, L, S
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Tone, beside_tick, box, column, label, row
from mailsafi_wizard.words import N_, _, ngettext

LAST_THINGS = (
    ("finish.list", N_("The text file with the passwords has been deleted")),
    ("finish.spf", N_("The old provider's part has been taken out of the SPF record")),
    ("finish.close", N_("The old server has been closed; its users and owner had agreed")),
)
MOST_SEEN = 10  # rows of the table without scrolling
_STATES = {
    ClosingState.UNKNOWN: (N_("Not known yet"), Tone.WARN),
    ClosingState.WAIT: (N_("Wait"), Tone.INFO),
    ClosingState.PASS: (N_("Copy once more"), Tone.WARN),
    ClosingState.READY: (N_("May be closed"), Tone.GOOD),
}


@dataclass(frozen=True)
class Line:
    """One credential and when the admin said that it was taken back."""

    credential: Credential
    revoked: dt.datetime | None


class ClosingPart(QWidget):
    """Everything about the end. ``page`` carries out what is slow and shows what went wrong."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        left = box(column(self._credentials_card(), 1, spacing=L))
        right = box(column(self._server_card(), self._erase_card(), self._last_card(), 1, spacing=L))
        whole = row(left, right, spacing=L)
        whole.setStretch(0, 5)
        whole.setStretch(1, 4)
        self.setLayout(whole)

    # --- putting it together -------------------------------------------------------------------------------------------------------

    def _columns(self) -> list[Column[Line]]:
        def state(line: Line) -> str:
            return formats.short_day(line.revoked.date()) if line.revoked else _("Open")

        def tone(line: Line) -> tuple[Tone, str]:
            return (Tone.GOOD, "check") if line.revoked else (Tone.WARN, "alert")

        return [
            Column(_("Whose"), lambda line: line.credential.who, stretch=True, tip=lambda line: line.credential.host),
            Column(_("What"), lambda line: closing.in_words(line.credential)[0], yields=1),
            Column(_("Taken back"), state, state=tone),
        ]

    def _credentials_card(self) -> Card:
        self.model: RowsModel[Line] = RowsModel(self._columns(), key=lambda line: line.credential.key)
        self.table: Table[Line] = Table(_("Credentials to take back"), self.model)
        self.table.ask_for_rows(MOST_SEEN)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.selectionModel().selectionChanged.connect(lambda *_args: self._show_chosen())
        self.summary = label("", tone="muted")
        self.todo = label("", select=True)
        self.todo.hide()
        self.mark = Button(_("Mark as &taken back"), self.mark_chosen, icon="check")
        self.every = Button(_("Select &all"), self.table.selectAll, kind="quiet")
        self.save_list = Button(_("Save the &list…"), self._ask_where, kind="quiet", icon="download")
        foot = row(self.mark, self.every, 1, self.save_list)
        card = Card(
            _("Credentials to take back"),
            _("Everything that was lent for the migration. The wizard can't see it: mark each when it is done."),
        )
        card.add(self.summary, foot, self.table, self.todo)
        return card

    def _server_card(self) -> Card:
        card = Card(_("The old server"))
        self.state = Chip()
        card.head.addWidget(self.state)
        self.verdict = label("", "strong", select=True)
        self.why: QVBoxLayout = column(spacing=XS)
        return card.add(self.verdict, self.why)

    def _erase_card(self) -> Card:
        self.erased = label("", tone="muted", select=True)
        self.erase_all = Button(
            _("&Erase all passwords…"), self._ask_erase, icon="trash", hint=_("In the project and in the keychain")
        )
        return Card(_("The wizard's passwords")).add(self.erased, row(self.erase_all, 1))

    def _last_card(self) -> Card:
        card = Card(_("The last things"), _("The wizard can't see these; tick each when it is so."), spacing=S)
        self.ticks: dict[str, QCheckBox] = {}
        for key, words in LAST_THINGS:
            card.add(self._tick_row(key, _(words)))
        return card

    def _tick_row(self, key: str, words: str) -> QWidget:
        tick = self.ticks[key] = QCheckBox()
        tick.toggled.connect(lambda on, k=key: self._ticked(k, on))
        return box(beside_tick(tick, words))

    def _ticked(self, key: str, on: bool) -> None:
        if kept.is_ticked(self._project, key) != on:
            self._page.tried(lambda: kept.tick(self._project, key, on))

    # --- showing -------------------------------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        for key, tick in self.ticks.items():
            tick.setChecked(kept.is_ticked(self._project, key))
        revoked = self._project.revoked()
        lines = [Line(one, revoked.get(one.key)) for one in self._project.credentials()]
        self.model.show_rows(lines)
        self.table.fit()
        self.table.setVisible(bool(lines))
        open_ = sum(line.revoked is None for line in lines)
        if not lines:
            self.summary.setText(_("No credential has been lent yet."))
        elif open_:
            self.summary.setText(
                ngettext("{n} of {all} is still open.", "{n} of {all} are still open.", open_).format(n=open_, all=len(lines))
            )
        else:
            self.summary.setText(_("All {all} have been taken back.").format(all=len(lines)))
        self._show_chosen()
        self._show_erased()

    def open_credentials(self) -> int:
        return sum(line.revoked is None for line in self.model.rows)

    def _show_erased(self) -> None:
        found = self._project.erased()
        if found is None:
            known = len(self._project.places_with_secret())
            words = ngettext("{n} password is known to the wizard.", "{n} passwords are known to the wizard.", known)
            self.erased.setText(
                words.format(n=known)
                if known
                else _("The wizard knows no password now; erasing makes sure that nothing is left in the file.")
            )
            return
        when, sealed = found
        words = (
            _("Erased on {when}: {n} sealed out of the project file, whose bytes were then read. Nothing is left there.")
            if sealed
            else _("Erased on {when}. None had been written to the project file.")
        )
        self.erased.setText(words.format(when=self._moment(when), n=sealed))

    def show_closing(self, found: Closing) -> None:
        """What `MigrationProject.closing` gave."""
        words, tone = _STATES[found.state]
        self.state.say(_(words), tone)
        self.verdict.setText(closing.verdict(found, self._moment))
        while item := self.why.takeAt(0):
            if widget := item.widget():
                widget.deleteLater()
        for reason in found.reasons:
            self.why.addWidget(label(closing.spoken(reason, self._moment), tone="muted", select=True))
        for reason in found.missing:
            self.why.addWidget(
                label(_("Still open: {what}").format(what=closing.spoken(reason, self._moment)), tone="warn", select=True)
            )

    def _moment(self, when: dt.datetime) -> str:
        return formats.moment(when, self._project.company.timezone)

    def _chosen(self) -> list[Line]:
        rows = {self.table.filter.mapToSource(index).row() for index in self.table.selectionModel().selectedRows()}
        return [self.model.row(place) for place in sorted(rows)]

    def _show_chosen(self) -> None:
        chosen = self._chosen()
        todo = list(dict.fromkeys(f"{closing.in_words(line.credential)[3]} ({line.credential.host})" for line in chosen))
        self.todo.setText("\n".join(todo[:3]))
        self.todo.setVisible(bool(todo))
        self.mark.setEnabled(bool(chosen))
        back = bool(chosen) and all(line.revoked for line in chosen)
        self.mark.be(_("Mark as &open again") if back else _("Mark as &taken back"), "refresh" if back else "check")
        self.every.setEnabled(self.model.rowCount() > 0)
        self.save_list.setEnabled(self.model.rowCount() > 0)

    # --- doing ---------------------------------------------------------------------------------------------------------------------

    def mark_chosen(self) -> None:
        chosen = self._chosen()
        on = any(line.revoked is None for line in chosen)

        def keep() -> None:
            for line in chosen:
                if (line.revoked is None) is on:
                    self._project.set_revoked(line.credential.key, on)

        self._page.tried(keep)
        self.refresh()
        self._page.changed.emit()

    def action(self) -> Action | None:
        return None

    def _ask_where(self) -> None:
        name = safe_name(_("Credentials to take back {company}").format(company=self._project.company.name)) + ".csv"
        ask.ask_save(self, _("Save the list of credentials"), self._project.path.parent / name, _("Table (*.csv)"), self.save)

    def save(self, path: Path) -> None:
        lines = [(*closing.in_words(line.credential), line.revoked) for line in self.model.rows]
        table = credentials_table(lines, self._project.company.timezone)
        if self._page.tried(lambda: write_table(table, path)) is not None:
            self._page.told.emit(_("The list was saved. It holds names and no passwords."))

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
        self._page.work(_("Erasing the passwords…"), self._project.erase_secrets, self._erased)

    def _erased(self, done: Erased) -> None:
        self._page.refresh()
        proof = ngettext(
            "{n} sealed password was erased. The project file was then read byte by byte: nothing of it is left there.",
            "{n} sealed passwords were erased. The project file was then read byte by byte: nothing of them is left there.",
            done.sealed,
        )
        words = proof.format(n=done.sealed) if done.sealed else _("No sealed password was in the project file.")
        limit = _("That does not reach copies and backups of the file, nor what a solid-state disk has put elsewhere.")
        self._page.show_problem(Problem(words, limit, tone=Tone.GOOD))
