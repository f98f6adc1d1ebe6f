"""Finds out, gently, how an administrator signs in for others: a few likely ways on one mailbox, and no more once a lock is in sight.

Servers lock out who fails often, so at most three sign-ins may fail, with pauses between. A way that works is not believed before it is
sure that it opens the mailbox and not the administrator's own: some servers take no notice of whom the administrator acts for.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Secret, SignIn, SignInStyle, StyleTrial, StyleTry
from mailsafi_wizard.net import wire
from mailsafi_wizard.net.auth import sign_in
from mailsafi_wizard.net.refusals import locked_out
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

MOST_FAILED = 3
PAUSES = (5.0, 15.0)  # seconds after the first and the second that failed

S = SignInStyle
_BY_GREETING: tuple[tuple[str, tuple[SignInStyle, ...]], ...] = (
    (r"kerio", (S.KERIO,)),
    (r"exchange", (S.EXCHANGE, S.EXCHANGE_ALIAS, S.PLAIN_AUTHZID)),
    (r"zimbra", (S.PLAIN_AUTHZID,)),
    (r"cyrus", (S.PLAIN_AUTHZID,)),
    (r"dovecot|cpanel|plesk", (S.MASTER_USER, S.PLAIN_AUTHZID)),
    (r"mirapoint", (S.MIRAPOINT,)),
    (r"sun java|iplanet|oracle|messaging server", (S.PROXYAUTH, S.PLAIN_AUTHZID)),
    (r"university of washington|\bimap4rev1 20\d\d\.", (S.MASTER_USER,)),
)
_USUAL = (S.PLAIN_AUTHZID, S.MASTER_USER, S.EXCHANGE)


class WrongMailbox(errors.AdminRefused):
    title = "{host} opens the administrator's own mailbox instead of that of {user}"
    hint = "This way of signing in must not be used here: everybody would get the administrator's mail. Choose another one."


@dataclass(frozen=True)
class Admin:
    """Who signs in, and for which mailbox it is tried out."""

    user: str
    password: Secret
    mailbox: str
    separator: str = "*"


def likely(greeting: str, capabilities: Iterable[str], hints: Iterable[SignInStyle] = ()) -> tuple[SignInStyle, ...]:
    """The ways worth trying, best first: those the provider is known for, those the greeting points to, the usual ones."""
    able = set(capabilities)
    named = next((styles for words, styles in _BY_GREETING if re.search(words, greeting, re.I)), ())
    if "X-MASTERAUTH" in able:
        named = (S.KERIO, *named)
    found = dict.fromkeys((*hints, *(named or _USUAL)))
    without_plain = bool(able) and "AUTH=PLAIN" not in able
    return tuple(s for s in found if s is not S.PASSWORD and not s.by_token and not (s is S.PLAIN_AUTHZID and without_plain))


def try_out(
    endpoint: Endpoint,
    trust: wire.Trust,
    patience: wire.Patience,
    admin: Admin,
    pause: Callable[[float], object],
    hints: Sequence[SignInStyle] = (),
    only: bool = False,
) -> StyleTrial:
    """Tries the likely ways in turn, or ``only`` those of ``hints``. ``pause`` (seconds) stands between two that failed; it may raise.

    Raises what the connection raises before the first sign-in; later problems are in the result.
    """
    session = Session.open(endpoint, trust, patience, secrets=[admin.password.reveal()])
    styles = tuple(hints) if only else likely(session.greeting, session.capabilities, hints)
    session.logout()
    trial = _Trial(endpoint, trust, patience, admin, pause)
    for style in styles:
        if trial.works(style):
            return StyleTrial(style, tuple(trial.tries))
        if trial.stopped:
            break
    return StyleTrial(None, tuple(trial.tries), trial.stopped)


class _Trial:
    def __init__(
        self, endpoint: Endpoint, trust: wire.Trust, patience: wire.Patience, admin: Admin, pause: Callable[[float], object]
    ) -> None:
        self._where = (endpoint, trust, patience)
        self._admin = admin
        self._pause = pause
        self._failed = 0
        self.tries: list[StyleTry] = []
        self.stopped = ""

    def works(self, style: SignInStyle) -> bool:
        """Whether this way opens the mailbox. A try is noted; `stopped` says when there must be no other."""
        admin = self._admin
        self._wait()
        try:
            seen = self._inbox(SignIn(admin.mailbox, admin.password, style, admin.user, admin.separator))
            self._check_whose(style, seen)
        except errors.MigrationError as e:
            self.tries.append(StyleTry(style, e.title_text, e.hint_text, e.detail))
            self._weigh(e)
            return False
        self.tries.append(StyleTry(style))
        return True

    def _wait(self) -> None:
        if self._failed:
            self._pause(PAUSES[min(self._failed, len(PAUSES)) - 1])

    def _weigh(self, error: errors.MigrationError) -> None:
        """Only a plain refusal allows another try."""
        if isinstance(error, (errors.StyleUnknown, WrongMailbox)):
            return  # no password was found wrong
        self._failed += 1
        if locked_out(error.detail) or not isinstance(error, (errors.AdminRefused, errors.NoRights)):
            self.stopped = error.title_text
        elif self._failed >= MOST_FAILED:
            self.stopped = N_("Three sign-ins have failed; another could lock the administrator out")

    def _inbox(self, who: SignIn) -> bytes:
        """What tells one mailbox from another: numbering, next number and count of its INBOX."""
        endpoint, trust, patience = self._where
        session = Session.open(endpoint, trust, patience, secrets=[who.password.reveal()])
        try:
            sign_in(session, who)
            found = session.try_run(b"STATUS", b"INBOX", b"(UIDVALIDITY UIDNEXT MESSAGES)") or []
            return next((parts[0] for parts in found if parts[0].upper().startswith(b"* STATUS")), b"")
        finally:
            session.logout()

    def _check_whose(self, style: SignInStyle, seen: bytes) -> None:
        """The administrator's own mailbox, where there is one, must be another than the one that was opened."""
        admin = self._admin
        if style is S.KERIO or not seen or admin.user.lower() == admin.mailbox.lower():
            return
        try:
            own = self._inbox(SignIn(admin.user, admin.password))
        except errors.SignInRefused:
            return  # it has none
        if own == seen:
            raise WrongMailbox(host=self._where[0].host, user=admin.mailbox)
