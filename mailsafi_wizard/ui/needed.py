"""The list of what must exist at MailSafi first: users, aliases, lists, each with its state; read from a file, written as CSV."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import Signal

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.saving import write_whole
from mailsafi_wizard.store import needed_list
from mailsafi_wizard.store.needed_list import Kind, Needed, State
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.widgets import Button, Card, Tone, label
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _

KINDS = {Kind.USER: N_("User"), Kind.ALIAS: N_("Alias"), Kind.LIST: N_("Distribution list")}
STATES = {State.OPEN: N_("To be created"), State.DONE: N_("Created"), State.SEEN: N_("Created, and signed in to")}
TONES = {State.OPEN: Tone.MUTED, State.DONE: Tone.GOOD, State.SEEN: Tone.GOOD}
SHOWN_PROBLEMS = 8
SHOWN_ROWS = 8


class NeededCard(Card):
    """Keeps the list in the project. ``failed`` carries an error to show in place."""

    changed = Signal()
    failed = Signal(object)

    def __init__(self, project: MigrationProject) -> None:
        super().__init__(
            _("What must exist in MailSafi first"),
            _("Mail can only arrive where a user has been created. Users that have signed in there are marked by themselves."),
        )
        self._project = project
        columns: list[Column[Needed]] = [
            Column(_("Kind"), lambda n: _(KINDS[n.kind])),
            Column(_("Address"), lambda n: n.address, stretch=True),
            Column(_("Goes to"), lambda n: n.target or "–", tip=lambda n: n.target, stretch=True),
            Column(_("State"), lambda n: _(STATES[n.state]), state=lambda n: (TONES[n.state], "")),
        ]
        self.model: RowsModel[Needed] = RowsModel(columns, key=lambda n: n.key)
        self.table: Table[Needed] = Table(_("What must exist in MailSafi first"), self.model)
        self.table.ask_for_rows(SHOWN_ROWS)
        self.table.doubleClicked.connect(lambda _index: self.toggle())
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._say_toggle())
        self.flip = Button(_("Mark as created"), self.toggle, icon="check")
        self.export = Button(_("Export as CSV…"), self._ask_export, icon="download")
        self.facts = label("", tone="muted")
        self.problems = label("", tone="bad")
        take = Button(_("Import the list of mailboxes"), self._propose, icon="people")
        read = Button(_("Read a list…"), self._ask_import, icon="upload")
        self.add(self.facts, self.table, self.problems, WrapRow(self.flip, 1, take, read, self.export))
        self.problems.hide()

    def refresh(self) -> None:
        self._project.check_needed()
        rows = self._project.needed()
        self.model.show_rows(rows)
        self.table.setVisible(bool(rows))
        self.flip.setVisible(bool(rows))
        self.export.setVisible(bool(rows))
        done = sum(row.state is not State.OPEN for row in rows)
        self.facts.setText(
            _("{done} of {all} have been created.").format(done=done, all=len(rows))
            if rows
            else _("Nothing is listed yet. Import the list of mailboxes, or read a file with addresses, one a line.")
        )
        self._say_toggle()

    def _say_toggle(self) -> None:
        chosen = self.table.chosen
        self.flip.setEnabled(chosen is not None)
        self.flip.setText(
            _("Mark as not created") if chosen is not None and chosen.state is not State.OPEN else _("Mark as created")
        )

    def toggle(self) -> None:
        """The chosen one is created, or is not."""
        chosen = self.table.chosen
        if chosen is None:
            return
        state = State.DONE if chosen.state is State.OPEN else State.OPEN
        rows = tuple(replace(row, state=state) if row.key == chosen.key else row for row in self._project.needed())
        self._project.set_needed(rows)
        self._done()

    def _propose(self) -> None:
        self._project.propose_needed()
        self._done()

    def _done(self) -> None:
        self.refresh()
        self.changed.emit()

    def _ask_import(self) -> None:
        kinds = _("Lists (*.txt *.csv *.tsv);;All files (*)")
        ask.ask_open(self, _("Users, aliases and lists"), self._project.path.parent, kinds, self.take_file)

    def take_file(self, path: Path) -> None:
        """Reads a file; its problems are told by line and nothing is taken over then."""
        try:
            read = self._project.import_needed(path.read_bytes())
        except OSError as e:
            self.failed.emit(e)
            return
        lines = [_("Line {n}: {text}").format(n=p.line, text=_(p.text)) if p.line else _(p.text) for p in read.problems]
        if len(lines) > SHOWN_PROBLEMS:
            lines[SHOWN_PROBLEMS:] = [_("And {n} more.").format(n=len(lines) - SHOWN_PROBLEMS)]
        self.problems.setText("\n".join(lines))
        self.problems.setVisible(bool(lines))
        self._done()

    def _ask_export(self) -> None:
        proposal = self._project.path.parent / _("MailSafi users.csv")
        ask.ask_save(self, _("Export as CSV"), proposal, _("CSV (*.csv)"), self.write_file)

    def write_file(self, path: Path) -> None:
        """The file appears whole or not at all."""
        try:
            write_whole(path, needed_list.write(self._project.needed()))
        except OSError as e:
            self.failed.emit(e)
