"""Logins that reach many mailboxes: an administrator's, or an app's at Microsoft or Google; how they are kept, and tried out."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.model import (
    AdminLogin,
    Mailbox,
    OAuth,
    OAuthWay,
    Secret,
    Side,
    SignIn,
    SignInStyle,
    StyleTrial,
)
from mailsafi_wizard.net.admin_gate import AdminGate
from mailsafi_wizard.project.answers import NO_SERVER, Answers
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.vault import Secrets
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.net.oauth import TokenSources


NO_APP = {
    Side.SOURCE: N_("No app was entered for the old server yet"),
    Side.DESTINATION: N_("No app was entered for MailSafi's server yet"),
}


class AdminLogins(Answers):
    """At most one such login a side; without one each mailbox has its own password. Their secrets belong to no mailbox: number 0."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._secrets = Secrets(journal)
        self._tokens: dict[Side, TokenSources] = {}
        self._tokens_lock = threading.Lock()
        self._gates: dict[Side, AdminGate] = {}

    # --- an administrator

    def admin(self, side: Side) -> AdminLogin | None:
        text = self.note(f"admin.{side.value}")
        return AdminLogin.from_facts(json.loads(text)) if text else None

    def set_admin(
        self, side: Side, user: str, password: Secret, style: SignInStyle, separator: str = "*", everyone: bool = False
    ) -> None:
        """One login for all mailboxes of a side: where one has no password of its own, or for ``everyone``."""
        login = AdminLogin(user, style, separator, everyone)
        if (self.admin(side), self.admin_password(side)) == (login, password):
            self._gates.pop(side, None)
            return
        self.forget_admin(side)
        self.set_note(f"admin.{side.value}", json.dumps(login.facts(), ensure_ascii=False))
        self._put(f"{side.value}.admin", password)

    def forget_admin(self, side: Side) -> None:
        """Each mailbox of the side has its own password again; what tests of sign-ins found there is no longer true."""
        self._journal.forget_sign_ins((box.id, side.value) for box in self._journal.mailboxes())
        for kind in ("admin", "oauth"):
            self.set_note(f"{kind}.{side.value}", "")
            self._put(f"{side.value}.{kind}", Secret(""))
        self._gates.pop(side, None)
        with self._tokens_lock:
            self._tokens.pop(side, None)

    def admin_password(self, side: Side) -> Secret:
        """ "" when it is not known in this session."""
        return self._secrets.get_at((0, f"{side.value}.admin")) or Secret("")

    def try_admin_styles(
        self,
        side: Side,
        login: AdminLogin,
        password: Secret,
        mailbox: Mailbox,
        hints: Sequence[SignInStyle] = (),
        pause: Callable[[float], object] | None = None,
        only: bool = False,
    ) -> StyleTrial:
        """Which way of signing in the server takes, tried out on one mailbox; raises what the connection raises, or WrongUsage.

        ``hints`` come first; with ``only`` no others are tried.
        """
        from mailsafi_wizard.net import admin_styles

        endpoint = self.endpoint(side)
        if endpoint is None:
            raise errors.WrongUsage(what=NO_SERVER[side])
        admin = admin_styles.Admin(login.user, password, _user(mailbox, side), login.separator)
        wait = pause or threading.Event().wait
        return admin_styles.try_out(endpoint, self._trust, self.patience, admin, wait, hints, only)

    # --- tokens

    def oauth(self, side: Side) -> OAuth | None:
        text = self.note(f"oauth.{side.value}")
        return OAuth.from_facts(json.loads(text), self._secrets.get_at((0, f"{side.value}.oauth")) or Secret("")) if text else None

    def set_oauth(self, side: Side, settings: OAuth) -> None:
        """Tokens for all mailboxes of a side; raises SettingsUnreadable when they cannot be right."""
        from mailsafi_wizard.net import oauth_settings

        oauth_settings.check(settings)
        if self.oauth(side) == settings:
            with self._tokens_lock:
                self._tokens.pop(side, None)
            return
        self.forget_admin(side)
        self.set_note(f"oauth.{side.value}", json.dumps(settings.facts(), ensure_ascii=False))
        self._put(f"{side.value}.oauth", settings.secret)

    def test_oauth(self, side: Side, mailbox: Mailbox) -> None:
        """Gets a token for one mailbox; raises why there is none."""
        if (tokens := self._tokens_of(side)) is not None:
            tokens.of(_user(mailbox, side))()

    def has_consent(self, side: Side, mailbox: Mailbox) -> bool:
        """Whether a token can be got for the mailbox without asking its user."""
        tokens = self._tokens_of(side)
        return tokens is not None and tokens.knows(_user(mailbox, side))

    def ask_by_code(
        self,
        side: Side,
        mailbox: Mailbox,
        show: Callable[[str, str], object],
        cancelled: threading.Event,
    ) -> None:
        """The user of one mailbox agrees at Microsoft: ``show`` gets the code and the address to type it at. Blocks; raises why not."""
        from mailsafi_wizard.net import oauth_microsoft

        settings, user = self._settings(side), _user(mailbox, side)
        answer = oauth_microsoft.by_device(settings, user, lambda code: show(code.code, code.address), cancelled, self.ca_file)
        self._keep_refresh(side, user, answer)

    def ask_in_browser(self, side: Side, mailbox: Mailbox, show: Callable[[str], object], cancelled: threading.Event) -> None:
        """The user of one mailbox agrees at Google: ``show`` gets the address to open in a browser here. Blocks; raises why not."""
        from mailsafi_wizard.net import oauth_google

        settings, user = self._settings(side), _user(mailbox, side)
        self._keep_refresh(side, user, oauth_google.by_browser(settings, user, show, cancelled, self.ca_file))

    def powershell(self, side: Side, mailboxes: Iterable[Mailbox]) -> str:
        """What the admin of Microsoft 365 pastes to let the app open the mailboxes; raises SettingsUnreadable."""
        from mailsafi_wizard.net import exchange_online

        return exchange_online.script(self._settings(side), [_user(box, side) for box in mailboxes])

    def covers_all(self, side: Side) -> bool:
        """Whether one login that is known now reaches every mailbox of a side."""
        settings = self.oauth(side)
        if settings is not None:
            return settings.way.for_all and bool(settings.secret)
        return self.admin(side) is not None and bool(self.admin_password(side))

    # --- within

    def _settings(self, side: Side) -> OAuth:
        settings = self.oauth(side)
        if settings is None:
            raise errors.WrongUsage(what=NO_APP[side])
        return settings

    def _keep_refresh(self, side: Side, user: str, answer: dict[str, object]) -> None:
        self._put(f"{side.value}.refresh {user}", Secret(str(answer.get("refresh_token") or "")))
        with self._tokens_lock:
            self._tokens.pop(side, None)

    def _put(self, name: str, secret: Secret) -> None:
        if secret or self._secrets.get_at((0, name)):
            self._secrets.put_all({(0, name): secret}, keep=not self.rehearsal)

    def _tokens_of(self, side: Side) -> TokenSources | None:
        from mailsafi_wizard.net.oauth import TokenSources

        with self._tokens_lock:
            if side not in self._tokens and (settings := self.oauth(side)) is not None:
                self._tokens[side] = TokenSources(
                    settings,
                    lambda user: self._secrets.get_at((0, f"{side.value}.refresh {user}")),
                    lambda user, secret: self._put(f"{side.value}.refresh {user}", secret),
                    self.ca_file,
                )
            return self._tokens.get(side)

    def _for_all(self, box: Mailbox, side: Side, has_own: bool) -> SignIn | None:
        """How ``box`` is signed in by the login for all; None where there is none, or its own password comes first."""
        user = _user(box, side)
        if (tokens := self._tokens_of(side)) is not None:
            known = tokens.knows(user) and (tokens.settings.secret or tokens.settings.way is OAuthWay.MICROSOFT_USER)
            return SignIn(user, Secret(""), SignInStyle.XOAUTH2, tokens=tokens.of(user)) if known else None
        login = self.admin(side)
        if login is None or (has_own and not login.everyone):
            return None
        password = self.admin_password(side)
        if not password:
            return None
        gate = self._gates.setdefault(side, AdminGate())
        return SignIn(user, password, login.style, login.user, login.separator, gate=gate)


def _user(box: Mailbox, side: Side) -> str:
    return box.source_user if side is Side.SOURCE else box.destination_user
