"""Where the passwords are, and the passphrase asked for in its place: never in the way of the rest of the window."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QLineEdit

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.model import Secret
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store import passphrase
from mailsafi_wizard.store.vault import Keeping
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, FieldNote, Icon, column, label, restyle, row
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import N_, _, filled

WORDS = {
    Keeping.LOCKED: (
        N_("This project's passwords are locked"),
        N_("Give the passphrase under which they were kept. Until then everything can be looked at, but no mailbox can be opened."),
    ),
    Keeping.LOST: (
        N_("This project's passwords can't be opened here"),
        N_(
            "They were sealed on another computer or for another user, whose keychain has the key. Open the project there, or give the list"
            " again here: it then takes their place."
        ),
    ),
    Keeping.SESSION: (
        N_("The passwords are forgotten when you close the program"),
        N_(
            "This computer has no keychain to keep a key in. Choose a passphrase, and they are kept in the project, sealed under it."
            " Nobody can open them without it, MailSafi neither: write it down where only you find it."
        ),
    ),
}


class KeepingPanel(QFrame):
    """Shows itself when ``states`` has the project's state. ``opened``: passwords that could not be used before can be now."""

    opened = Signal()

    def __init__(self, *states: Keeping) -> None:
        super().__init__()
        self._states = states
        self._project: MigrationProject | None = None
        self._put_off = False
        self.setProperty("kind", "panel")
        restyle(self, tone="warn")
        self.title, self.text = label("", "strong"), label("")
        self.edit = QLineEdit()
        self.edit.setEchoMode(QLineEdit.EchoMode.Password)
        self.edit.setAccessibleName(_("Passphrase"))
        self.edit.setPlaceholderText(_("Passphrase"))
        self.edit.setMaximumWidth(theme().px(320))
        self.again = QLineEdit()
        self.again.setEchoMode(QLineEdit.EchoMode.Password)
        self.again.setAccessibleName(_("The passphrase once more"))
        self.again.setPlaceholderText(_("Once more"))
        self.again.setMaximumWidth(theme().px(320))
        self.note = FieldNote(self.edit)
        self.go = Button("", self.unlock, kind="primary", icon="lock")
        later = Button(_("Not now"), self.put_off, kind="quiet")
        self.forgotten = Button(_("I have forgotten it…"), self._ask_to_forget, kind="quiet")
        for edit in (self.edit, self.again):
            edit.returnPressed.connect(self.unlock)
        self.fields = WrapRow(self.edit, self.again, self.go, later, self.forgotten)
        words = column(self.title, self.text, self.fields, self.note, spacing=XS)
        self.fields.setContentsMargins(0, S, 0, 0)
        whole = row(spacing=M, margins=(L, M, L, M))
        whole.addWidget(Icon("lock", "warn", 22), 0, Qt.AlignmentFlag.AlignTop)
        whole.addLayout(words, 1)
        self.setLayout(whole)
        self.hide()

    def look(self, project: MigrationProject | None) -> None:
        """Show or hide, as the project is now."""
        if project is not self._project:
            self._clear()
        if project is not None and project is not self._project:
            self._put_off = False
            self._project = project
        state = project.keeping if project is not None and not project.rehearsal else None
        self.setVisible(state in self._states and not self._put_off)
        if state is None or state not in self._states:
            return
        title, text = WORDS[state]
        self.title.setText(_(title))
        self.text.setText(_(text))
        self.setAccessibleName(f"{_(title)}. {_(text)}")
        new = state is Keeping.SESSION
        for part in (self.edit, self.go, self.note):
            part.setVisible(state is not Keeping.LOST and (part is not self.note or bool(self.note.wrong)))
        self.edit.setAccessibleDescription(
            _("Several words that have nothing to do with each other") if new else _("Enter unlocks")
        )
        self.again.setVisible(new)
        self.forgotten.setVisible(state is Keeping.LOCKED)
        self.go.be(_("Keep them under it") if new else _("Unlock"), "lock")

    def put_off(self) -> None:
        self._put_off = True
        self.hide()

    def unlock(self) -> None:
        """Open what is locked, or begin to keep the passwords under a new passphrase."""
        if self._project is None:
            return
        text = self.edit.text()
        fault = self._fault(text)
        if fault:
            self.note.complain(fault)
            return
        try:
            self._project.unlock(Secret(text))
        except MigrationError as error:
            self.note.complain(f"{filled(error.title, error.fields)}. {filled(error.hint, error.fields)}")
            self.edit.selectAll()
            self.edit.setFocus()
            return
        self._clear()
        self.look(self._project)
        self.opened.emit()

    def _ask_to_forget(self) -> None:
        ask.ask(
            self,
            _("Go on without these passwords?"),
            _(
                "Nobody can open them without the passphrase. They are erased, and you give the list again; everything else stays as it is."
            ),
            ask.Answer(_("I will look for it"), lambda: None),
            ask.Answer(_("Erase them"), self.forget, danger=True),
        )

    def forget(self) -> None:
        """Erase what can't be opened, so that a new passphrase can be chosen."""
        if self._project is None:
            return
        try:
            self._project.erase_secrets()
        except MigrationError as error:
            self.note.complain(f"{filled(error.title, error.fields)}. {filled(error.hint, error.fields)}")
            return
        self._clear()
        self.look(self._project)
        self.opened.emit()

    def _fault(self, text: str) -> str:
        if self._project is None or self._project.keeping is not Keeping.SESSION:
            return "" if text else _("Type the passphrase.")
        weak = passphrase.fault(text)
        if weak:
            return _(weak)
        return "" if text == self.again.text() else _("The two are not the same.")

    def _clear(self) -> None:
        self.edit.clear()
        self.again.clear()
        self.note.complain("")
