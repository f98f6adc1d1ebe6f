"""Servers and how to sign in to them: endpoints, secrets, the ladder of a test."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import field
from urllib.parse import urlsplit

from mailsafi_wizard.records import dataclass


class Side(enum.Enum):
    """The two ends of a migration. Nothing is ever written to SOURCE."""

    SOURCE = "source"
    DESTINATION = "destination"


class Security(enum.Enum):
    """How a connection is protected; the value is the URL scheme of the command line."""

    TLS = "imaps"
    STARTTLS = "imap+starttls"
    CLEARTEXT = "imap+cleartext"

    @property
    def default_port(self) -> int:
        return 993 if self is Security.TLS else 143


@dataclass(frozen=True)
class Endpoint:
    """Where an IMAP server listens. ``pin`` is the SHA-256 fingerprint (lower-case hex) of one trusted certificate, or ""."""

    host: str
    port: int
    security: Security = Security.TLS
    pin: str = ""

    @classmethod
    def parse(cls, url: str) -> Endpoint:
        """Read ``imaps://HOST[:PORT]`` and its two sisters; raises ValueError that says what is wrong."""
        if "@" in url:  # first of all: what is told below repeats the address
            raise ValueError("a server address must not contain a user name or a password")
        parts = urlsplit(url.strip())
        try:
            security = Security(parts.scheme)
        except ValueError:
            schemes = ", ".join(f"{s.value}://" for s in Security)
            raise ValueError(f"{url!r} does not start with one of {schemes}") from None
        try:
            port = parts.port or security.default_port
        except ValueError:
            raise ValueError(f"{url!r} has a port that is not a number from 1 to 65535") from None
        host = parts.hostname or ""
        if not host or re.search(r"[\s\x00-\x1f\x7f]", host):
            raise ValueError(f"{url!r} names no server")
        if parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError(f"{url!r} has something after the server name")
        return cls(host, port, security)

    @property
    def url(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.security.value}://{host}:{self.port}"


class Secret:
    """A password or token that never shows itself: ``repr``, ``str`` and formatting give dots, pickling is refused."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def reveal(self) -> str:
        return self._value

    def __bool__(self) -> bool:
        return bool(self._value)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and self._value == other._value

    def __hash__(self) -> int:
        return hash(self._value)

    def __repr__(self) -> str:
        return "Secret(•••)"

    __str__ = __repr__

    def __reduce__(self) -> str:
        raise TypeError("a secret is never pickled")


class SignInStyle(enum.Enum):
    """How a connection proves who it is; `net.auth` carries each out."""

    PASSWORD = "password"  # the user's own name and password
    PLAIN_AUTHZID = "plain-authzid"  # SASL PLAIN (RFC 4616): administrator signs in, acts as the user
    MASTER_USER = "user*master"  # Dovecot master user: "user*admin"
    EXCHANGE = "domain/admin/mailbox"  # Exchange on premises
    EXCHANGE_ALIAS = "domain\\admin\\alias"  # the same, in its older form
    KERIO = "x-masterauth"  # Kerio's master password; there is no administrator's name
    PROXYAUTH = "proxyauth"  # Sun, iPlanet: the administrator signs in, then names the mailbox
    MIRAPOINT = "#mailbox#admin#"
    XOAUTH2 = "xoauth2"  # a token, as the server takes it: XOAUTH2, or OAUTHBEARER where there is no other
    OAUTHBEARER = "oauthbearer"  # a token (RFC 7628)

    @property
    def by_token(self) -> bool:
        return self in (SignInStyle.XOAUTH2, SignInStyle.OAUTHBEARER)


Tokens = Callable[[Secret | None], Secret]
"""Where tokens come from: called at every sign-in, from any thread, with the token that was just refused, or None. Raises MigrationError."""


@dataclass(frozen=True)
class SignIn:
    """Everything needed to sign one mailbox in. ``admin`` is "" for PASSWORD. ``tokens`` stands in the place of a password that changes."""

    user: str
    password: Secret
    style: SignInStyle = SignInStyle.PASSWORD
    admin: str = ""
    separator: str = "*"  # of MASTER_USER
    tokens: Tokens | None = field(default=None, compare=False, repr=False)
    gate: AbstractContextManager[None] | None = field(default=None, compare=False, repr=False)  # entered around each sign-in


class Rung(enum.Enum):
    """The steps of the ladder, in order."""

    NAME = "name"
    CONNECTION = "connection"
    TLS = "tls"
    GREETING = "greeting"
    SIGN_IN = "sign-in"


@dataclass(frozen=True)
class RungResult:
    """One climbed rung. ``ok`` None means not tried, because an earlier one failed or because nobody asked."""

    rung: Rung
    ok: bool | None
    found: str = ""  # what was seen: addresses, certificate, greeting
    cause: str = ""
    remedy: str = ""
    detail: str = ""  # the server's or the system's own words


@dataclass(frozen=True)
class Ladder:
    """The outcome of testing one server. ``fingerprint`` is that of the certificate shown, trusted or not."""

    endpoint: Endpoint
    rungs: tuple[RungResult, ...]
    fingerprint: str = ""
    certificate: str = ""  # subject, issuer and expiry in words

    @property
    def failed(self) -> RungResult | None:
        return next((r for r in self.rungs if r.ok is False), None)

    @property
    def ok(self) -> bool:
        return self.failed is None and all(r.ok for r in self.rungs if r.rung is not Rung.SIGN_IN)


NOT_TRIED = "Not tried"


@dataclass(frozen=True)
class SignInResult:
    """Whether one mailbox could be signed in on one side. With the cause NOT_TRIED it was left alone; the remedy says why."""

    mailbox_id: int
    side: Side
    ok: bool
    cause: str = ""
    remedy: str = ""
    detail: str = ""

    @property
    def tried(self) -> bool:
        return self.cause != NOT_TRIED
