"""When to stop trying sign-ins: pure. Lock-outs are real, so a common cause is believed early and the rest is left alone.

One `Caution` watches the sign-ins of one kind at one server: all mailboxes with passwords of their own, or all that one administrator opens.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Mapping

from mailsafi_wizard.words import N_

FEW = 6  # refusals of one kind, and no success, after which the rest is not tried
FEW_OF_ONE_LOGIN = 2  # the same where it is one administrator's password each time
FEW_SHUT_OUT = 3  # in a row: the server does not let this computer in any more, whoever asks

SHUT_OUT = frozenset({"Blocked", "ConnectionRefused", "ConnectTimeout", "NoRoute"})
"""Kinds of errors that a server shows when it has begun to turn this computer away."""

_WORDS: Mapping[str, tuple[str, str]] = {
    "ImapOff": (
        N_("IMAP seems to be switched off for the whole domain"),
        N_("Switch IMAP on for all mailboxes in the server's administration, then test again."),
    ),
    "AppPasswordNeeded": (
        N_("the server seems to want app passwords instead of the normal ones"),
        N_("Collect an app password for each mailbox, or use an administrator's sign-in, then test again."),
    ),
    "AppPasswordLikely": (
        N_("the provider seems to want app passwords instead of the normal ones"),
        N_("Collect an app password for each mailbox, then test again."),
    ),
    "OAuthNeeded": (
        N_("the server seems to accept no passwords at all"),
        N_("Use the sign-in with OAuth2 for this provider."),
    ),
    "LoginDisabled": (
        N_("the server allows no sign-in with a password on this connection"),
        N_("Choose a connection with TLS in the step Prepare, then test again."),
    ),
    "NoRights": (
        N_("the administrator seems to have no access to the mailboxes"),
        N_("Give the administrator's account full access to all mailboxes, then test again."),
    ),
    "Blocked": (
        N_("the server has begun to lock accounts or this computer's address"),
        N_("Wait an hour, or ask the server's administrator to lift the block, then test again."),
    ),
    "TooManyConnections": (
        N_("the server allows no more connections"),
        N_("Close other programs that use these accounts, or ask the server's administrator for a higher limit, then test again."),
    ),
    "SignInRefused": (
        N_("no user name and password was right so far"),
        N_(
            "Check one mailbox by hand: is the user name the whole address, and does the list belong to this server? Then test again."
        ),
    ),
}
_NOT_REACHED = (
    N_("the server cannot be reached or trusted"),
    N_("Test the server in the step Prepare; it says which part fails. Then test again."),
)
_ONE_LOGIN = (
    N_("the server refused the administrator's sign-in"),
    N_("Check the administrator's user name, password and way of signing in, then test again."),
)


_OF_ONE_LOGIN = frozenset({"SignInRefused", "AdminRefused", "StyleUnknown"})


def words(kind: str, one_login: bool = False, hint: str = "") -> tuple[str, str]:
    """What is supposed to be the common cause of refusals of ``kind`` (an error's class name), and what to do about it.

    ``hint``: what helps against a refused sign-in of this kind, where it was one.
    """
    if one_login and kind in _OF_ONE_LOGIN:
        return _ONE_LOGIN
    if kind in _WORDS:
        return _WORDS[kind]
    return (N_("each for the same reason"), hint) if hint else _NOT_REACHED


class Caution:
    """Thread-safe. Call `may_begin`, `begun` when it said True, and `ended` with the kind of refusal or "" for success."""

    def __init__(self, one_login: bool = False, all_the_same: bool = False) -> None:
        """``all_the_same``: the admin wants the others tried although there was a common cause; being turned away still ends it."""
        self.one_login = one_login
        self._few = FEW_OF_ONE_LOGIN if one_login else FEW
        self._all_the_same = all_the_same
        self._guard = threading.Lock()
        self._refused: Counter[str] = Counter()
        self._good = 0
        self._busy = 0
        self._shut_out = 0
        self.cause = ""  # the kind of refusal that made it stop

    def may_begin(self) -> bool | None:
        """True: go on. False: wait for those under way, their outcome decides. None: no more."""
        with self._guard:
            if self.cause:
                return None
            if self._good or self._all_the_same:
                return self._busy + self._shut_out < FEW_SHUT_OUT if self._shut_out else True
            return self._busy + max(self._refused.values(), default=0) < self._few

    def begun(self) -> None:
        with self._guard:
            self._busy += 1

    def withdrawn(self) -> None:
        """It was begun, but the server did not get to judge it."""
        with self._guard:
            self._busy -= 1

    def ended(self, kind: str) -> None:
        """``kind``: class name of the refusal, "" when it signed in."""
        with self._guard:
            self._busy -= 1
            if not kind:
                self._good += 1
                self._shut_out = 0
                return
            self._refused[kind] += 1
            self._shut_out = self._shut_out + 1 if kind in SHUT_OUT else 0
            common = not self._good and not self._all_the_same and self._refused[kind] >= self._few
            if not self.cause and (common or self._shut_out >= FEW_SHUT_OUT):
                self.cause = kind

    @property
    def refusals(self) -> int:
        """How many were refused for the cause that made it stop."""
        return self._refused[self.cause]
