"""The ledger on the screen: the whole as one sum, each mailbox, its folders, and down to single messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QSplitter, QWidget

from mailsafi_wizard.engine.message_files import Saved
from mailsafi_wizard.model import FolderLedger, Ledger, Mailbox
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import ask, formats
from mailsafi_wizard.ui.message_table import MessagesView
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.stack import Stack
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Button, Card, Chip, Fact, Tone, box, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, ngettext, translated

R = TypeVar("R")

SIGNS = {"source": "", "copied": "=", "present": "+", "excluded": "+", "failed": "+"}  # the equation of every ledger
NAMES = {
    "source": N_("At the old server"),
    "copied": N_("Copied"),
    "present": N_("Were there"),
    "excluded": N_("Left out"),
    "failed": N_("Failed"),
}


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
        Column(_("Verdict"), lambda m: verdict(m.ledger)[0], state=lambda m: (verdict(m.ledger)[1], "")),
        *_count_columns(lambda m: m.ledger),
    ]


def _folder_verdict(folder: FolderLedger) -> tuple[str, Tone]:
    if folder.excluded_reason:
        return _("Left out: {why}").format(why=translated(folder.excluded_reason)), Tone.MUTED
    return verdict(Ledger((folder,)))


def _folder_columns() -> list[Column[FolderLedger]]:
    def becomes(folder: FolderLedger) -> str:
        return "" if folder.excluded_reason else folder.destination_name

    def itself(folder: FolderLedger) -> FolderLedger:
        return folder

    return [
        Column(_("Folder"), lambda f: f.source_name, stretch=True),
        Column(_("At MailSafi"), becomes, stretch=True, yields=1),
        Column(_("Verdict"), lambda f: _folder_verdict(f)[0], state=lambda f: (_folder_verdict(f)[1], "")),
        *_count_columns(itself),
    ]


class Equation(Card):
    """The whole ledger as one sum, and whether it comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.facts = {name: Fact(_(words)) for name, words in NAMES.items()}
        self.chip = Chip()
        sum_ = row(spacing=M)
        for name, sign in SIGNS.items():
            if sign:
                sum_.addWidget(label(sign, "title", "muted", wrap=False), 0, Qt.AlignmentFlag.AlignTop)
            sum_.addWidget(self.facts[name])
        self.told = row(self.chip, spacing=M)
        self.add(WrapRow(box(sum_), 1, box(self.told), spacing=M))

    def show_ledger(self, ledger: Ledger) -> None:
        for name, fact in self.facts.items():
            number = int(getattr(ledger, name))
            fact.say(formats.count(number), "bad" if name == "failed" and number else "")
        self.chip.say(*verdict(ledger))


class AccountsPart(QWidget):
    """Everything about the ledger. ``page`` carries out what is slow and shows what went wrong."""

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page, self._project = page, page.project
        self.equation = Equation()
        hint = _("Copies again what failed, in all mailboxes")
        self.retry_all = Button(_("Retry what failed"), lambda: self.retry(), icon="refresh", hint=hint)
        self.equation.told.addWidget(self.retry_all)
        self.mailboxes: RowsModel[MailboxAccounts] = RowsModel(_mailbox_columns(), key=lambda m: m.mailbox.id)
        self.folders: RowsModel[FolderLedger] = RowsModel(_folder_columns(), key=lambda f: (f.mailbox_id, f.source_name))
        self.table: Table[MailboxAccounts] = Table(_("Accounts by mailbox"), self.mailboxes)
        self.folder_table: Table[FolderLedger] = Table(
            _("Folders of the chosen mailbox"), self.folders, _("Nothing has been copied from this mailbox yet.")
        )
        self.table.selectionModel().currentRowChanged.connect(lambda *_args: self._mailbox_chosen())
        self.folder_table.selectionModel().currentRowChanged.connect(lambda *_args: self._enable())
        self.folder_table.activated.connect(lambda _index: self.show_messages())
        self.messages = MessagesView(self._project.messages)
        self.inside = Stack()
        self.inside.addWidget(self._folders_view())
        self.inside.addWidget(self._messages_view())
        self.table.ask_for_rows(4)
        self.folder_table.ask_for_rows(4)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setChildrenCollapsible(False)
        split.setHandleWidth(M)
        split.addWidget(self.table)
        split.addWidget(self.inside)
        split.setSizes([theme().px(150), theme().px(250)])
        layout = column(self.equation, split, spacing=M)
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def _folders_view(self) -> QWidget:
        self.chosen = label("", "strong")
        self.open_folder = Button(_("Show its messages"), self.show_messages, icon="mail")
        self.retry_box = Button(
            _("Retry this mailbox"), lambda: self.retry(one=True), icon="refresh", hint=_("Copies its failed messages again")
        )
        head = row(self.chosen, self.retry_box, self.open_folder)
        head.setStretch(0, 1)
        view = column(head, self.folder_table, spacing=S)
        view.setStretch(1, 1)
        return box(view)

    def _messages_view(self) -> QWidget:
        self.back = Button(_("Back to the folders"), self.show_folders, kind="quiet", icon="arrow-left")
        self.folder_name = label("", "strong")
        self.save = Button(_("Save as mail files…"), self.ask_save, icon="download")
        self.messages.table.selectionModel().selectionChanged.connect(lambda *_args: self._enable())
        self.messages.model.modelReset.connect(self._enable)
        head = row(self.back, self.folder_name, self.messages.only_failed, self.save)
        head.setStretch(1, 1)
        view = column(head, self.messages, spacing=S)
        view.setStretch(1, 1)
        return box(view)

    # --- showing

    def refresh(self) -> None:
        ledger = self._project.ledger()
        self.equation.show_ledger(ledger)
        self.retry_all.setVisible(ledger.failed > 0)
        self.mailboxes.show_rows([MailboxAccounts(m, ledger.of(m.id)) for m in self._project.mailboxes()])
        self.table.fit()
        if self.table.chosen is None and self.mailboxes.rowCount():
            self.table.choose(next((i for i, m in enumerate(self.mailboxes.rows) if not m.ledger.complete), 0))
        self._show_folders()
        if self.inside.currentIndex() == 1:
            self.messages.refresh()

    def _mailbox_chosen(self) -> None:
        self.show_folders()
        self._show_folders()

    def _show_folders(self) -> None:
        chosen = self.table.chosen
        self.chosen.setText(_("Folders of {mailbox}").format(mailbox=chosen.mailbox.address) if chosen else "")
        self.folders.show_rows(chosen.ledger.folders if chosen else ())
        if self.folder_table.chosen is None and self.folders.rowCount():
            self.folder_table.choose(next((i for i, f in enumerate(self.folders.rows) if f.failed), 0))
        self._enable()

    def _enable(self) -> None:
        free = not self._page.busy and not self._project.running
        chosen, folder = self.table.chosen, self.folder_table.chosen
        self.open_folder.setEnabled(folder is not None and not folder.excluded_reason)
        self.retry_box.setVisible(chosen is not None and chosen.ledger.failed > 0)
        for button in (self.retry_all, self.retry_box):
            button.setEnabled(free)
        uids = self.messages.chosen_uids()
        self.save.setEnabled(free and bool(uids))
        words = ngettext("Save {n} as a mail file…", "Save {n} as mail files…", len(uids))
        self.save.setText(words.format(n=formats.count(len(uids))) if uids else _("Save as mail files…"))

    def show_messages(self) -> None:
        """The chosen folder's messages in place of the folders."""
        chosen, folder = self.table.chosen, self.folder_table.chosen
        if chosen is None or folder is None or folder.excluded_reason:
            return
        number = self._project.folder_ids(chosen.mailbox.id).get(folder.source_name)
        if number is None:
            return
        self.folder_name.setText(_("{folder} of {mailbox}").format(folder=folder.source_name, mailbox=chosen.mailbox.address))
        self.messages.show_folder(number, failed_only=folder.failed > 0)
        self.inside.setCurrentIndex(1)
        self.messages.table.setFocus()
        self._enable()

    def show_folders(self) -> None:
        self.inside.setCurrentIndex(0)

    # --- doing

    def retry(self, one: bool = False) -> None:
        """A run of the mailboxes with failed messages: all of them, or the chosen ``one``."""
        chosen = self.table.chosen
        wanted = [chosen.mailbox.id] if one and chosen else [m.id for m in self._project.mailboxes()]

        def start() -> bool:
            self._project.retry_failed(self._page.bridge.report, wanted)
            return True

        if self._page.tried(start):
            self._page.told.emit(_("The failed messages are being copied again"))
            self._page.refresh()

    def ask_save(self) -> None:
        title = _("Choose the folder for the mail files")
        ask.ask_folder(self, title, self._project.path.parent, self.save_to)

    def save_to(self, place: Path) -> None:
        """Writes the chosen messages, or all failed ones that are shown, as the old server has them."""
        chosen, folder = self.table.chosen, self.folder_table.chosen
        uids = self.messages.chosen_uids()
        if chosen is None or folder is None or not uids:
            return
        number, name = chosen.mailbox.id, folder.source_name
        self._page.work(
            _("Reading the messages from the old server…"),
            lambda: self._project.save_messages(number, name, uids, place),
            self._saved,
        )

    def _saved(self, saved: Saved) -> None:
        count = len(saved.files)
        self._page.told.emit(ngettext("{n} mail file saved", "{n} mail files saved", count).format(n=formats.count(count)))
        if saved.problems:
            uid, why = saved.problems[0]
            words = ngettext("{n} message could not be saved", "{n} messages could not be saved", len(saved.problems))
            text = _("Message {uid}: {why}").format(uid=uid, why=why)
            self._page.show_problem(Problem(words.format(n=len(saved.problems)), text, tone=Tone.WARN))
        self._enable()
