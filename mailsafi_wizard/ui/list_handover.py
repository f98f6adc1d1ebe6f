"""Giving the list out: locked for MailSafi's team, as text, as a list of passwords to set anew; and taking the plain file away."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QFont, QGuiApplication
from PySide6.QtWidgets import QLineEdit, QListWidget, QListWidgetItem, QMenu

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store import credential_list, passphrase, private_file
from mailsafi_wizard.store.private_file import PlainFile
from mailsafi_wizard.store.vault import Keeping
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.problems import Problem, ProblemPanel
from mailsafi_wizard.ui.theme import M, theme
from mailsafi_wizard.ui.widgets import Button, Card, Field, Tone, column, label, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import _, ngettext


def list_menu(page: Page, handover: Handover, another: Callable[[], object]) -> Button:
    """The button with everything that can be done with the whole list."""
    button = Button(_("The &list"), kind="quiet", icon="file", hint=_("Save it, give it to MailSafi, take another one"))
    menu = QMenu(button)
    menu.addAction(_("Another list…"), another)
    menu.addAction(_("Save the template…"), lambda: save_template(page))
    menu.addSeparator()
    menu.addAction(_("Save it locked, for MailSafi's team…"), handover.locked.begin)
    menu.addAction(_("Save it as text, with all passwords…"), handover.ask_plain)
    menu.addSeparator()
    menu.addAction(_("Passwords to be set anew…"), handover.resets.begin)
    button.setMenu(menu)
    return button


def save_template(page: Page) -> None:
    proposal = page.project.path.parent / _("MailSafi mailboxes.txt")
    ask.ask_save(
        page,
        _("Save the template"),
        proposal,
        _("Text (*.txt)"),
        lambda path: page.tried(lambda: private_file.write_private(path, credential_list.template())),
    )


class Handover:
    """The cards, all hidden until they are asked for. ``cards`` go into the page, one below the other."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.locked = LockedCard(page)
        self.resets = ResetsCard(page)
        self.plain = PlainFileCard(page)
        self.cards = column(self.plain, self.locked, self.resets, spacing=M)

    def ask_plain(self) -> None:
        proposal = self._page.project.path.parent / _("MailSafi mailboxes with passwords.txt")
        ask.ask_save(self._page, _("Save the list with all passwords"), proposal, _("Text (*.txt)"), self.save_plain)

    def save_plain(self, path: Path) -> None:
        """Written for its owner only; its removal is offered at once."""
        if self._page.tried(lambda: self._page.project.write_list(path)) is not None:
            data = self._page.tried(path.read_bytes)
            if data is not None:
                self.plain.offer(PlainFile.of(path, data))


class LockedCard(Card):
    """The list in a locked file, and its passphrase, shown once."""

    def __init__(self, page: Page) -> None:
        super().__init__(_("The list for MailSafi's team, locked"))
        self._page = page
        text = _(
            "The list is saved as a .zip that 7-Zip, Keka or The Unarchiver open with the passphrase below (AES-256). Send the file by mail"
            " and tell the passphrase by another way, by phone or text message. It is shown only here and kept nowhere."
        )
        self.edit = QLineEdit()
        self.edit.setFont(_typewriter(self.edit))
        copy = Button(_("Copy"), self._copy, kind="quiet", icon="copy")
        fresh = Button(_("Another one"), self._make_up, kind="quiet", icon="refresh")
        self.field = Field(_("Passphrase: as made up here, or your own"), self.edit, beside=copy)
        self.told = label("", "strong")
        self.save = Button(_("Save the locked list…"), self._ask, kind="primary", icon="lock")
        self.close_it = Button(_("Close"), self.end, kind="quiet")
        self.add(label(text), self.field, self.told, WrapRow(self.save, fresh, 1, self.close_it))
        self.edit.textChanged.connect(lambda _text: self._check())
        self.hide()

    def begin(self) -> None:
        self.told.hide()
        self._make_up()
        self.show()
        self.edit.setFocus()

    def end(self) -> None:
        self.edit.clear()
        self.hide()

    def _make_up(self) -> None:
        self.edit.setText(passphrase.made_up())

    def _check(self) -> None:
        weak = passphrase.fault(self.edit.text(), passphrase.LEAST_FOR_FILES) if self.edit.text() else ""
        self.field.note.complain(_(weak) if weak else "")
        self.save.setEnabled(bool(self.edit.text()) and not weak)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.edit.text())

    def _ask(self) -> None:
        proposal = self._page.project.path.parent / _("MailSafi mailboxes, locked.zip")
        ask.ask_save(self._page, _("Save the locked list"), proposal, _("Locked list (*.zip)"), self.save_to)

    def save_to(self, path: Path) -> None:
        project, key = self._page.project, Secret(self.edit.text())
        count = self._page.tried(lambda: project.write_sealed_list(path, key))
        if count is not None:
            words = ngettext(
                "{n} mailbox is in {file}. Now tell the passphrase to MailSafi by phone or text message, then close this.",
                "{n} mailboxes are in {file}. Now tell the passphrase to MailSafi by phone or text message, then close this.",
                count,
            )
            self.told.setText(words.format(n=count, file=path.name))
            self.told.show()


def _typewriter(edit: QLineEdit) -> QFont:
    font = QFont(edit.font())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFamilies(["DejaVu Sans Mono", "Consolas", "Menlo", "monospace"])
    return font


class ResetsCard(Card):
    """Whose password is to be set anew at the old server: ticked by proposal and by the admin, saved without any password."""

    def __init__(self, page: Page) -> None:
        text = _(
            "Ticked are the mailboxes without a known password and those that the old server refused; you decide. Set these anew there,"
            " put the new ones into the list, and tell their users: the notices say how."
        )
        super().__init__(_("Passwords to be set anew"), text)
        self._page = page
        self.list = QListWidget()
        self.list.setAccessibleName(_("Mailboxes whose password is to be set anew"))
        self.list.setMinimumHeight(theme().px(160))
        self.list.itemChanged.connect(self._ticked)
        self.count = label("", tone="muted")
        save = Button(_("Save this list…"), self._ask, icon="download")
        close = Button(_("Close"), self.hide, kind="quiet")
        line = row(save, self.count, close)
        line.setStretch(1, 1)
        self.add(self.list, line)
        self.hide()

    def begin(self) -> None:
        project = self._page.project
        wanted = {reset.mailbox.id: reset.reason for reset in project.resets()}
        self.list.blockSignals(True)
        self.list.clear()
        for box in sorted(project.mailboxes(), key=lambda box: box.id not in wanted):
            reason = wanted.get(box.id)
            item = QListWidgetItem(f"{box.address}  ·  {_(reason)}" if reason else box.address)
            item.setData(Qt.ItemDataRole.UserRole, box.id)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if reason else Qt.CheckState.Unchecked)
            self.list.addItem(item)
        self.list.blockSignals(False)
        self._say(len(wanted))
        self.show()

    def _ticked(self, item: QListWidgetItem) -> None:
        project, number = self._page.project, int(item.data(Qt.ItemDataRole.UserRole))
        self._page.tried(lambda: project.choose_reset(number, item.checkState() is Qt.CheckState.Checked))
        self._say(len(project.resets()))

    def _say(self, count: int) -> None:
        self.count.setText(ngettext("{n} password", "{n} passwords", count).format(n=count))

    def _ask(self) -> None:
        proposal = self._page.project.path.parent / _("Passwords to be set anew.csv")
        ask.ask_save(self._page, _("Save this list"), proposal, _("CSV (*.csv)"), self.save_to)

    def save_to(self, path: Path) -> None:
        if self._page.tried(lambda: self._page.project.write_resets(path)) is not None:
            self._page.told.emit(_("Saved: {file}").format(file=path.name))


class PlainFileCard(Card):
    """Offers to remove a file that holds passwords in the clear, and says what that can and can't do. Never removes unasked."""

    gone = Signal()

    def __init__(self, page: Page) -> None:
        super().__init__()
        self._page = page
        self._file: PlainFile | None = None
        self.place = column()
        self.add(self.place)
        self.body.setContentsMargins(0, 0, 0, 0)
        self.setProperty("kind", "")
        self.hide()

    def offer(self, file: PlainFile) -> None:
        self._file = file
        self._say(
            Problem(_("{file} still holds all passwords in the clear.").format(file=file.path.name), *self._words(), tone=Tone.WARN)
        )

    def _words(self) -> tuple[str, str]:
        assert self._file is not None
        can = _(
            "The wizard can overwrite and remove it. That does not reach copies, backups and mails, nor what a solid-state disk has put"
            " elsewhere. To be safe, have the passwords changed when the migration is over."
        )
        more = []
        if self._file.synced:
            more.append(_("Its folder seems to be copied by a cloud service: remove it there too, also from its bin."))
        if self._page.project.keeping is Keeping.SESSION:
            more.append(
                _(
                    "The passwords are not kept in the project yet: you will need this file again unless you choose a passphrase first."
                )
            )
        return can, " ".join(more)

    def _say(self, problem: Problem, ask_: bool = True) -> None:
        while item := self.place.takeAt(0):
            if widget := item.widget():
                widget.hide()
                widget.deleteLater()
        buttons = [
            Button(_("Remove the file"), self.remove, kind="danger", icon="trash"),
            Button(_("Keep it"), self.hide, kind="quiet"),
        ]
        self.place.addWidget(ProblemPanel(problem, *(buttons if ask_ else ()), dismiss=self.hide))
        self.show()

    def remove(self) -> None:
        file = self._file
        if file is None:
            return
        self._page.tried(lambda: private_file.remove(file))
        if not file.path.exists():
            self._file = None
            self._say(Problem(_("{file} was overwritten and removed.").format(file=file.path.name), tone=Tone.GOOD), ask_=False)
            self.gone.emit()
