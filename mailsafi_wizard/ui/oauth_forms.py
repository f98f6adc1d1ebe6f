"""The forms for Microsoft 365 and Google: what to do there, in order, what to copy, and the values to bring back.

Each form asks the page's project and lets the page do the waiting. What happens on another thread comes back by a signal.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QComboBox, QLineEdit, QWidget

from mailsafi_wizard.errors import MigrationError
from mailsafi_wizard.model import Mailbox, OAuth, OAuthWay, Secret, Side
from mailsafi_wizard.ui import ask
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.problems import Words
from mailsafi_wizard.ui.theme import XS, S
from mailsafi_wizard.ui.widgets import Button, Fields, box, column, label, row
from mailsafi_wizard.words import N_, _

GMAIL_SCOPE = "https://mail.google.com/"
APP_STEPS = (
    N_("In the Entra admin center open App registrations and register a new app. No redirect address is needed."),
    N_("Copy the directory (tenant) ID and the application (client) ID from its overview to the fields below."),
    N_("Under API permissions add Office 365 Exchange Online, Application permissions, IMAP.AccessAsApp, and grant admin consent."),
    N_("Under Certificates & secrets create a client secret and copy its value, or upload a certificate."),
    N_("Open the same app under Enterprise applications and copy its object ID. The one under App registrations does not work."),
    N_("Keep the values here, then paste the PowerShell that appears below. It can take half an hour until it works."),
)
CODE_STEPS = (
    N_("In the Entra admin center open App registrations and register a new app."),
    N_(
        "Under Authentication allow public client flows; under API permissions add Microsoft Graph, Delegated, IMAP.AccessAsUser.All."
    ),
    N_("Copy the directory (tenant) ID and the application (client) ID to the fields below."),
    N_("For each mailbox ask for a code: its user types it at Microsoft's page once."),
)
SERVICE_STEPS = (
    N_("In the Google Cloud console create a project, and in it a service account with a key of the kind JSON."),
    N_("Choose the key file here. It is kept sealed in the project; the file itself can then be deleted."),
    N_("In the Google Admin console open Security, Access and data control, API controls, Domain-wide delegation, and add new."),
    N_("Paste the client ID and the scope shown below. It can take a day until it works."),
)
BROWSER_STEPS = (
    N_("In the Google Cloud console create a project and set up its consent screen for your organisation."),
    N_("Create an OAuth client of the kind Desktop app and copy its client ID and secret to the fields below."),
    N_("For each mailbox open the browser: its user signs in and agrees once."),
)


class MailboxChoice(QComboBox):
    """One of the project's mailboxes."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setMinimumContentsLength(18)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    @property
    def chosen(self) -> Mailbox | None:
        found = self.currentData()
        return found if isinstance(found, Mailbox) else None

    def show_mailboxes(self, mailboxes: Iterable[Mailbox]) -> None:
        boxes = list(mailboxes)
        if [self.itemData(index) for index in range(self.count())] == boxes:
            return
        before = self.chosen
        self.clear()
        for one in boxes:
            self.addItem(one.address, one)
        if before in boxes:
            self.setCurrentIndex(boxes.index(before))
        self.setPlaceholderText(_("No mailboxes yet"))


class Copied(QWidget):
    """Words to copy, with the button that does it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.words = Words("", name)
        self._name = label(name, wrap=False)
        self._copy = Button(_("Copy"), self._to_clipboard, kind="quiet", icon="copy")
        self._copy.setAccessibleName(_("Copy: {what}").format(what=name))
        self.setLayout(column(row(self._name, 1, self._copy), self.words, spacing=XS))

    def say(self, text: str) -> None:
        if text != self.words.toPlainText():
            self.words.setPlainText(text)
            self.words.fit()
            self._copy.be(_("Copy"), "copy")
        self.setVisible(bool(text))

    def _to_clipboard(self) -> None:
        QGuiApplication.clipboard().setText(self.words.toPlainText())
        self._copy.be(_("Copied"), "check")


def _numbered(steps: Iterable[str]) -> str:
    return "\n".join(f"{number}. {_(step)}" for number, step in enumerate(steps, 1))


class OAuthForm(QWidget):
    """What both forms share: the way, the steps, a secret that is never shown, keeping and trying."""

    kept = Signal()
    shown = Signal(str, str)  # a code and an address, or "" and an address: from the thread that waits for a user

    ways: tuple[tuple[OAuthWay, str, tuple[str, ...]], ...] = ()

    def __init__(self, page: Page, side: Side) -> None:
        super().__init__()
        self._page, self._side = page, side
        self._cancelled = threading.Event()
        self._loaded: Secret | None = None
        self._filled = False
        self.way_choice = QComboBox()
        self.way_choice.setAccessibleName(_("Who agrees"))
        for way, name, _steps in self.ways:
            self.way_choice.addItem(_(name), way)
        self.steps = label("")
        self.secret = QLineEdit()
        self.secret.setEchoMode(QLineEdit.EchoMode.Password)
        self.mailbox = MailboxChoice(_("Mailbox"))
        self.keep_it = Button(_("Keep and try it"), self.keep, kind="primary", icon="key")
        self.ask_it = Button("", self.ask_user, icon="person")
        self.cancel = Button(_("Stop waiting"), self._cancel, icon="close")
        self.cancel.hide()
        self.prompt = label("", "strong", select=True)
        self.prompt.hide()
        self.way_choice.currentIndexChanged.connect(lambda _index: self.show_way())
        self.shown.connect(self._show_prompt)

    def lay_out(self, *parts: QWidget | Fields) -> None:
        """The subclass's own parts between the steps and the buttons."""
        names = label(_("Who agrees"), wrap=False), label(_("Mailbox to try it on"), wrap=False)
        for name, control in zip(names, (self.way_choice, self.mailbox), strict=True):
            name.setBuddy(control)
        choice = row(names[0], self.way_choice, 1)
        buttons = row(self.keep_it, 1, names[1], self.mailbox, self.ask_it, self.cancel)
        self._mailbox_name = names[1]
        self.setLayout(column(choice, self.steps, *parts, self.prompt, buttons, spacing=S))
        self.show_way()

    @property
    def way(self) -> OAuthWay:
        found = self.way_choice.currentData()
        assert isinstance(found, OAuthWay)
        return found

    def show_way(self) -> None:
        self.steps.setText(_numbered(next(steps for way, _name, steps in self.ways if way is self.way)))
        self._show_asking()

    def _show_asking(self) -> None:
        self._mailbox_name.setText(_("Mailbox to try it on") if self.way.for_all else _("Mailbox"))
        self.keep_it.be(_("Keep and try it") if self.way.for_all else _("Keep"), "key")
        settings = self._page.project.oauth(self._side)
        can_ask = settings is not None and settings.way is self.way and not self.way.for_all
        self.ask_it.setVisible(can_ask and not self._waiting)
        for part in (self._mailbox_name, self.mailbox):
            part.setVisible(can_ask or self.way.for_all)
        self.cancel.setVisible(self._waiting)

    @property
    def _waiting(self) -> bool:
        return not self.prompt.isHidden()

    def show_settings(self, settings: OAuth | None, mailboxes: tuple[Mailbox, ...]) -> None:
        self.mailbox.show_mailboxes(mailboxes)
        if settings is not None and not self._filled:
            self._filled = True
            self.way_choice.setCurrentIndex(self.way_choice.findData(settings.way))
            self.fill(settings)
        self.show_way()

    def fill(self, settings: OAuth) -> None:
        raise NotImplementedError

    def settings(self) -> OAuth:
        raise NotImplementedError

    @property
    def authority(self) -> str:
        """Another address than the usual one, which only a file for scripts can name, stays."""
        kept = self._page.project.oauth(self._side)
        return kept.authority if kept is not None and kept.way is self.way else ""

    def secret_of(self, edit: QLineEdit) -> Secret:
        """What was typed or loaded; else what is kept already."""
        if edit.text():
            return Secret(edit.text())
        if self._loaded is not None:
            return self._loaded
        kept = self._page.project.oauth(self._side)
        return kept.secret if kept is not None and kept.way is self.way else Secret("")

    def load(self, path: Path) -> str | None:
        """A file with a secret in it; its text is kept in memory until it is taken over."""
        data = self._page.tried(path.read_bytes)
        text = None if data is None else data.decode("utf-8-sig", "replace")
        self._loaded = Secret(text) if text is not None else self._loaded
        return text

    def keep(self) -> None:
        settings = self.settings()
        if self._page.tried(lambda: self._keep(settings)) is None:
            return
        self.kept.emit()
        mailbox = self.mailbox.chosen
        if settings.way.for_all and mailbox is not None:
            project, side = self._page.project, self._side
            self._page.work(
                _("Asking for a token…"),
                lambda: project.test_oauth(side, mailbox),
                lambda _none: self._page.told.emit(_("A token was given.")),
            )

    def _keep(self, settings: OAuth) -> bool:
        self._page.project.set_oauth(self._side, settings)
        self._loaded = None
        self.secret.clear()
        self.secret.setPlaceholderText(_("unchanged"))
        return True

    # --- each user

    def ask_user(self) -> None:
        mailbox = self.mailbox.chosen
        if mailbox is None:
            return
        self._cancelled = threading.Event()
        ask_them, cancelled = self._asking(mailbox), self._cancelled

        def call() -> MigrationError | None:
            try:
                ask_them()
            except MigrationError as e:
                return None if cancelled.is_set() else e  # who stops it knows why it ended
            return None

        self._page.work(_("Waiting for {who} to agree…").format(who=mailbox.address), call, self._asked)

    def _asking(self, mailbox: Mailbox) -> Callable[[], None]:
        raise NotImplementedError

    def _show_prompt(self, code: str, address: str) -> None:
        self.prompt.setText(self.prompt_words(code, address))
        self.prompt.show()
        self._show_asking()
        QDesktopServices.openUrl(QUrl(address))

    def prompt_words(self, code: str, address: str) -> str:
        raise NotImplementedError

    def _cancel(self) -> None:
        self._cancelled.set()
        self._asked(None)

    def _asked(self, error: MigrationError | None) -> None:
        self.prompt.hide()
        self._show_asking()
        self.kept.emit()
        if error is not None:
            self._page.fail(error)

    def hideEvent(self, event: object) -> None:
        """Nobody waits for a user behind a closed form."""
        super().hideEvent(event)  # type: ignore[arg-type]
        if self._waiting and not self.isVisible():
            self._cancelled.set()
            self.prompt.hide()


class MicrosoftForm(OAuthForm):
    """Microsoft 365: an app's IDs and secret, and the PowerShell made from them."""

    ways = (
        (OAuthWay.MICROSOFT_APP, N_("One app for all mailboxes"), APP_STEPS),
        (OAuthWay.MICROSOFT_USER, N_("Each user, by a code"), CODE_STEPS),
    )

    def __init__(self, page: Page, side: Side) -> None:
        super().__init__(page, side)
        self.tenant, self.client, self.object = QLineEdit(), QLineEdit(), QLineEdit()
        self.ask_it.be(_("Ask for a code"), "person")
        fields = Fields()
        fields.add(_("Directory (tenant) ID"), self.tenant)
        fields.add(_("Application (client) ID"), self.client)
        for_app = Fields()
        for_app.add(_("Object ID of the enterprise application"), self.object)
        file = Button(_("Certificate…"), self._choose, icon="file", hint=_("A PEM file with private key and certificate"))
        for_app.add(_("Value of the client secret"), self.secret, beside=file)
        for_app.setContentsMargins(0, 0, 0, 0)
        self.only_app = box(for_app)
        self.powershell = Copied(_("PowerShell to paste"))
        self.lay_out(fields, self.only_app, self.powershell)

    def show_way(self) -> None:
        super().show_way()
        app = self.way is OAuthWay.MICROSOFT_APP
        self.only_app.setVisible(app)
        self.powershell.say(self._script() if app else "")

    def _script(self) -> str:
        """ "" as long as there is none to give."""
        project = self._page.project
        settings = project.oauth(self._side)
        if settings is None or settings.way is not OAuthWay.MICROSOFT_APP or not settings.object_id:
            return ""
        try:
            return project.powershell(self._side, project.mailboxes())
        except MigrationError:
            return ""

    def fill(self, settings: OAuth) -> None:
        for edit, text in ((self.tenant, settings.tenant), (self.client, settings.client_id), (self.object, settings.object_id)):
            edit.setText(text)
        self.secret.setPlaceholderText(_("unchanged") if settings.secret else "")

    def settings(self) -> OAuth:
        app = self.way is OAuthWay.MICROSOFT_APP
        tenant, client, enterprise = (edit.text().strip() for edit in (self.tenant, self.client, self.object))
        secret = self.secret_of(self.secret) if app else Secret("")
        return OAuth(self.way, tenant, client, enterprise, self.authority, secret)

    def _choose(self) -> None:
        kinds = _("Certificates (*.pem);;All files (*)")
        ask.ask_open(self, _("Private key and certificate of the app"), self._page.project.path.parent, kinds, self._load)

    def _load(self, path: Path) -> None:
        if self.load(path) is not None:
            self.secret.clear()
            self.secret.setPlaceholderText(path.name)

    def _asking(self, mailbox: Mailbox) -> Callable[[], None]:
        project, side, cancelled, shown = self._page.project, self._side, self._cancelled, self.shown
        return lambda: project.ask_by_code(side, mailbox, shown.emit, cancelled)

    def prompt_words(self, code: str, address: str) -> str:
        return _("Type {code} at {address} and sign in as this mailbox.").format(code=code, address=address)


class GoogleForm(OAuthForm):
    """Google Workspace: a service account's key file, or a client for each user's own consent."""

    ways = (
        (OAuthWay.GOOGLE_SERVICE, N_("One service account for all mailboxes"), SERVICE_STEPS),
        (OAuthWay.GOOGLE_USER, N_("Each user, in the browser"), BROWSER_STEPS),
    )

    def __init__(self, page: Page, side: Side) -> None:
        super().__init__(page, side)
        self.client = QLineEdit()
        self.ask_it.be(_("Open the browser"), "globe")
        fields = Fields()
        fields.add(_("Client ID"), self.client)
        fields.add(_("Client secret"), self.secret)
        fields.setContentsMargins(0, 0, 0, 0)
        self.only_user = box(fields)
        self.file_name = label(_("No key file yet"), tone="muted")
        choose = Button(_("Choose the key file…"), self._choose, icon="file")
        line = row(choose, self.file_name)
        line.setStretch(1, 1)
        self.delegation = Copied(_("Client ID and scope for the delegation"))
        self.only_service = box(column(line, self.delegation, spacing=S))
        self.lay_out(self.only_user, self.only_service)

    def show_way(self) -> None:
        super().show_way()
        service = self.way is OAuthWay.GOOGLE_SERVICE
        self.only_service.setVisible(service)
        self.only_user.setVisible(not service)
        if service:
            account = _account(self.secret_of(self.secret))
            self.delegation.say(f"{account[1]}\n{GMAIL_SCOPE}" if account else "")
            self.file_name.setText(account[0] if account else _("No key file yet"))

    def fill(self, settings: OAuth) -> None:
        self.client.setText(settings.client_id)
        self.secret.setPlaceholderText(_("unchanged") if settings.secret else "")

    def settings(self) -> OAuth:
        client = "" if self.way is OAuthWay.GOOGLE_SERVICE else self.client.text().strip()
        return OAuth(self.way, client_id=client, authority=self.authority, secret=self.secret_of(self.secret))

    def _choose(self) -> None:
        kinds = _("Key files (*.json);;All files (*)")
        ask.ask_open(self, _("Key file of the service account"), self._page.project.path.parent, kinds, self._load)

    def _load(self, path: Path) -> None:
        if self.load(path) is not None:
            self.secret.clear()
            self.show_way()

    def _asking(self, mailbox: Mailbox) -> Callable[[], None]:
        project, side, cancelled, shown = self._page.project, self._side, self._cancelled, self.shown
        return lambda: project.ask_in_browser(side, mailbox, lambda address: shown.emit("", address), cancelled)

    def prompt_words(self, code: str, address: str) -> str:
        return _("The browser is open. Sign in there as this mailbox and agree.")


def _account(key: Secret) -> tuple[str, str] | None:
    """Name and client ID in a service account's key file; None when it is none."""
    try:
        facts = json.loads(key.reveal())
        return str(facts["client_email"]), str(facts["client_id"])
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
