"""Step 6, Verify: the ledger. For every folder source = copied + was there + left out + failed, and it balances or says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QSplitter, QStackedWidget, QWidget

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.model import FolderLedger, Ledger, Mailbox
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.bridge import Bridge
from mailsafi_wizard.ui.page import Action, Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.tables import Column, RowsModel, Table
from mailsafi_wizard.ui.theme import L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, EmptyState, Fact, Tone, box, column, label, row
from mailsafi_wizard.words import N_, _, ngettext

R = TypeVar("R")

SIGNS = {"source": "", "copied": "=", "present": "+", "excluded": "+", "failed": "+"}  # the equation of every ledger
NAMES = {
    "source": N_("At the old server"),
    "copied": N_("Copied"),
    "present": N_("Were there"),
    "excluded": N_("Left out"),
    "failed": N_("Failed"),
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


@dataclass(frozen=True)
class MailboxAccounts:
    """One mailbox's ledger as a line."""

    mailbox: Mailbox
    ledger: Ledger


def verdict(ledger: Ledger) -> tuple[str, Tone]:
    """A ledger in two words."""
    if not ledger.folders:
        return _("Nothing looked at"), Tone.MUTED
    if ledger.complete:
        return _("Balances"), Tone.GOOD
    if ledger.unaccounted > 0:
        return _("{n} missing").format(n=formats.count(ledger.unaccounted)), Tone.BAD
    if ledger.failed:
        return _("{n} failed").format(n=formats.count(ledger.failed)), Tone.BAD
    return _("Not checked yet"), Tone.WARN


def _count_columns(accounts: Callable[[R], Ledger | FolderLedger]) -> list[Column[R]]:
    """The five figures of the equation, for lines of any kind."""

    def figure(name: str) -> Column[R]:
        def value(line: R) -> int:
            return int(getattr(accounts(line), name))

        return Column(_(NAMES[name]), lambda line: formats.count(value(line)), sort=value, numeric=True)

    return [figure(name) for name in SIGNS]


def _mailbox_columns() -> list[Column[MailboxAccounts]]:
    return [
        Column(_("Mailbox"), lambda m: m.mailbox.address, stretch=True),
        *_count_columns(lambda m: m.ledger),
        Column(_("Verdict"), lambda m: verdict(m.ledger)[0], state=lambda m: (verdict(m.ledger)[1], "")),
    ]


def _folder_verdict(folder: FolderLedger) -> tuple[str, Tone]:
    if folder.excluded_reason:
        return _("Left out: {why}").format(why=_(folder.excluded_reason)), Tone.MUTED
    return verdict(Ledger((folder,)))


def _folder_columns() -> list[Column[FolderLedger]]:
    def becomes(folder: FolderLedger) -> str:
        return "" if folder.excluded_reason else folder.destination_name

    def itself(folder: FolderLedger) -> FolderLedger:
        return folder

    return [
        Column(_("Folder"), lambda f: f.source_name, stretch=True),
        Column(_("At MailSafi"), becomes, stretch=True),
        *_count_columns(itself),
        Column(_("Verdict"), lambda f: _folder_verdict(f)[0], state=lambda f: (_folder_verdict(f)[1], "")),
    ]


class Equation(Card):
    """The whole ledger as one sum, and whether it comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = {name: Fact(_(words)) for name, words in NAMES.items()}
        self.chip = Chip()
        line = row(spacing=L)
        for name, sign in SIGNS.items():
            if sign:
                line.addWidget(label(sign, "title", "muted", wrap=False), 0, Qt.AlignmentFlag.AlignTop)
            line.addWidget(self.facts[name])
        line.addStretch(1)
        line.addWidget(self.chip)
        self.add(line)

    def show_ledger(self, ledger: Ledger) -> None:
        for name, fact in self.facts.items():
            number = int(getattr(ledger, name))
            fact.say(formats.count(number), "bad" if name == "failed" and number else "")
        self.chip.say(*verdict(ledger))


class VerifyPage(Page):
    title = N_("Verify")
    lead = N_("See that every message is accounted for: at the old server = copied + were there + left out + failed.")
    why = N_(
        "These figures don't come from what the program believes it has done: both servers are read again and compared, folder by folder."
        " As long as a line doesn't balance, the migration is not called done. The thorough check also compares the content of every message;"
        " that takes about as long as the copy did."
    )

    def __init__(self, project: MigrationProject, bridge: Bridge) -> None:
        super().__init__(project, bridge)
        self.views = QStackedWidget()
        nothing = _("When the first copy has run, the accounts of every mailbox and folder stand here.")
        go = Button(_("Go to Migrate"), lambda: self.go_to.emit("migrate"), kind="primary")
        self.views.addWidget(EmptyState("shield", _("Nothing to check yet"), nothing, go))
        self.views.addWidget(self._accounts())
        self.body.addWidget(self.views, 1)
        bridge.run_ended.connect(lambda _summary: self.refresh())

    def _accounts(self) -> QWidget:
        self.equation = Equation()
        self.deep = QCheckBox(_("Compare the &content of every message too"))
        self.mailboxes: RowsModel[MailboxAccounts] = RowsModel(_mailbox_columns(), key=lambda m: m.mailbox.id)
        self.folders: RowsModel[FolderLedger] = RowsModel(_folder_columns(), key=lambda f: (f.mailbox_id, f.source_name))
        self.table: Table[MailboxAccounts] = Table(_("Accounts by mailbox"), self.mailboxes)
        self.folder_table: Table[FolderLedger] = Table(_("Folders of the chosen mailbox"), self.folders)
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._show_folders())
        self.chosen = label("", "strong")
        lower = column(self.chosen, self.folder_table, spacing=S)
        lower.setStretch(1, 1)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(M)
        split.addWidget(self.table)
        split.addWidget(box(lower))
        split.setSizes([theme().px(180), theme().px(220)])
        layout = column(self.equation, split, self.deep, spacing=M)
        layout.setStretch(1, 1)
        return box(layout)

    def refresh(self) -> None:
        self.views.setCurrentIndex(1 if applies(self.project) else 0)
        ledger = self.project.ledger()
        self.equation.show_ledger(ledger)
        self.mailboxes.show_rows([MailboxAccounts(m, ledger.of(m.id)) for m in self.project.mailboxes()])
        if self.table.chosen is None and self.mailboxes.rowCount():
            self.table.choose(self._first_of_interest())
        self._show_folders()
        self.changed.emit()

    def _first_of_interest(self) -> int:
        return next((i for i, m in enumerate(self.mailboxes.rows) if not m.ledger.complete), 0)

    def _show_folders(self) -> None:
        chosen = self.table.chosen
        self.chosen.setText(_("Folders of {mailbox}").format(mailbox=chosen.mailbox.address) if chosen else "")
        self.folders.show_rows(chosen.ledger.folders if chosen else ())

    def action(self) -> Action | None:
        if not applies(self.project):
            return None
        ready = done(self.project)
        return Action(_("&Check again"), self.check, "shield", not self.busy and not self.project.running, urgent=not ready)

    def check(self) -> None:
        deep = self.deep.isChecked()
        words = _("Comparing every message…") if deep else _("Counting on both servers…")
        self.work(words, lambda: self.project.verify(self.bridge.report, deep), self._checked)

    def _checked(self, outcome: tuple[Ledger, tuple[MigrationError, ...]]) -> None:
        self.refresh()
        _ledger, problems = outcome
        if problems:
            self.show_problem(Problem.of(problems[0]))
