"""Tokens in the place of passwords: got when they are needed, kept until shortly before they die, shared by all threads of a run.

A `TokenSource` is asked at every sign-in, so a connection that is made anew after hours gets a token that is good then. How one is got from
Microsoft or Google is told in `oauth_microsoft` and `oauth_google`; this file knows neither of them before it is asked.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.model import OAuth, OAuthWay, Secret
from mailsafi_wizard.net.oauth_errors import IssuerUnreachable, PermissionExpired
from mailsafi_wizard.net.oauth_settings import issuer
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

EARLY = 300.0  # seconds before its end at which a token is renewed
REFUSED_FOR = 20.0  # seconds


@dataclass(frozen=True)
class Token:
    """``expires``: seconds since 1970. ``refresh`` is what a user's next token is got with, "" where there is none."""

    value: Secret
    expires: float
    refresh: Secret

    @classmethod
    def from_answer(cls, answer: dict[str, object], now: float) -> Token:
        """From an issuer's answer (RFC 6749 section 5.1)."""
        lifetime = float(str(answer.get("expires_in") or 3600))
        return cls(Secret(str(answer["access_token"])), now + lifetime, Secret(str(answer.get("refresh_token") or "")))


class TokenSource:
    """The current token of one app or one user. Call it from any thread.

    Time is the wall clock's: a monotonic one stands still while a laptop sleeps, and the token does not.
    """

    def __init__(self, fetch: Callable[[], Token], clock: Callable[[], float] = time.time) -> None:
        self._fetch = fetch
        self._clock = clock
        self._lock = threading.Lock()
        self._token: Token | None = None
        self._refusal: tuple[float, errors.SignInRefused] | None = None  # until when it is repeated without asking

    def __call__(self, refused: Secret | None = None) -> Secret:
        """A good token. ``refused``: this one was not taken by the server, so it is not given again. Raises MigrationError."""
        with self._lock:  # one thread fetches, the others wait for what it gets
            if self._token is None or self._token.value == refused or self._dead(self._token):
                self._token = self._asked()
            elif self._token.expires - self._clock() < EARLY:
                self._token = self._renewed(self._token)
            return self._token.value

    def _asked(self) -> Token:
        """A refusal holds for a while: hundreds of mailboxes must not ask hundreds of times with a wrong secret."""
        if self._refusal is not None and self._clock() < self._refusal[0]:
            why = self._refusal[1]
            raise type(why)(why.detail, **why.fields) from why
        try:
            token = self._fetch()
        except errors.SignInRefused as e:
            self._refusal = (self._clock() + REFUSED_FOR, e)
            raise
        self._refusal = None
        return token

    def _dead(self, token: Token) -> bool:
        return token.expires <= self._clock()

    def _renewed(self, token: Token) -> Token:
        """Another before this one dies; that there is none is no harm as long as this one lives."""
        try:
            return self._asked()
        except (IssuerUnreachable, errors.ServerBusy, errors.SignInRefused):
            return token


class TokenSources:
    """All token sources of one side. ``kept`` gives a user's refresh token, ``keep`` takes a new one; both by user name."""

    def __init__(
        self,
        settings: OAuth,
        kept: Callable[[str], Secret | None],
        keep: Callable[[str, Secret], None],
        ca_file: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self.settings = settings
        self._kept, self._keep = kept, keep
        self._ca_file = ca_file
        self._clock = clock
        self._lock = threading.Lock()
        self._sources: dict[str, TokenSource] = {}

    def of(self, user: str) -> TokenSource:
        """The source of one mailbox: the same object for the same user, so that its token is fetched once."""
        key = "" if self.settings.way is OAuthWay.MICROSOFT_APP else user
        with self._lock:
            if key not in self._sources:
                self._sources[key] = TokenSource(lambda: self._fetched(user), self._clock)
            return self._sources[key]

    def knows(self, user: str) -> bool:
        """Whether a token can be got without asking anybody."""
        return self.settings.way.for_all or bool(self._kept(user))

    def _fetched(self, user: str) -> Token:
        if self.settings.way.for_all:
            return _fetch_for_all(self.settings, user, self._ca_file, self._clock)
        refresh = self._kept(user)
        if not refresh:
            raise PermissionExpired(N_("no permission was given yet"), host=issuer(self.settings), user=user)
        token = _refreshed(self.settings, user, refresh, self._ca_file, self._clock)
        if token.refresh and token.refresh != refresh:
            self._keep(user, token.refresh)
        return token


def _fetch_for_all(settings: OAuth, user: str, ca_file: Path | None, clock: Callable[[], float]) -> Token:
    if settings.way is OAuthWay.MICROSOFT_APP:
        from mailsafi_wizard.net import oauth_microsoft

        return Token.from_answer(oauth_microsoft.for_app(settings, user, ca_file), clock())
    from mailsafi_wizard.net import oauth_google

    return Token.from_answer(oauth_google.for_mailbox(settings, user, ca_file), clock())


def _refreshed(settings: OAuth, user: str, refresh: Secret, ca_file: Path | None, clock: Callable[[], float]) -> Token:
    if settings.way is OAuthWay.MICROSOFT_USER:
        from mailsafi_wizard.net import oauth_microsoft

        return Token.from_answer(oauth_microsoft.refreshed(settings, user, refresh, ca_file), clock())
    from mailsafi_wizard.net import oauth_google

    return Token.from_answer(oauth_google.refreshed(settings, user, refresh, ca_file), clock())
