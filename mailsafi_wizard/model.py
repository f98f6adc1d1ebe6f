"""The words of the product: frozen dataclasses and enums, shared by every floor of the house.

Knows nothing of networks, disks or screens. A *Mailbox* is a person's account; a *Folder* is what RFC 9051 calls a mailbox.
Sizes are bytes, times are aware datetimes unless a name says otherwise.
"""

from __future__ import annotations

import datetime as dt
import enum
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from typing import Any
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

CUTOVER_TIME = dt.time(18)  # local; when offices are empty and a whole weekend is left for questions


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
    XOAUTH2 = "xoauth2"


@dataclass(frozen=True)
class SignIn:
    """Everything needed to sign one mailbox in. ``admin`` is "" for PASSWORD."""

    user: str
    password: Secret
    style: SignInStyle = SignInStyle.PASSWORD
    admin: str = ""


@dataclass(frozen=True)
class MailSafiValues:
    """What the MailSafi welcome mail tells; empty where the admin has not entered it. None of it is ever invented."""

    mx: tuple[str, ...] = ()  # host names, best first
    spf: str = ""  # the mechanism to include, e.g. "include:spf.example.net"
    dkim_selector: str = ""
    dkim_value: str = ""
    webmail: str = ""  # URL
    smtp_host: str = ""


@dataclass(frozen=True)
class Company:
    """The admin's answers on the first page. ``cutover`` is a local date in ``timezone`` (an IANA name)."""

    name: str = ""
    domains: tuple[str, ...] = ()
    cutover: dt.date | None = None
    timezone: str = "Africa/Nairobi"
    help_contact: str = ""
    language: str = "en"  # of the notices: "en" or "sw"
    mailsafi: MailSafiValues = field(default_factory=MailSafiValues)

    def facts(self) -> dict[str, object]:
        """As plain data for JSON."""
        return {**asdict(self), "cutover": self.cutover.isoformat() if self.cutover else ""}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Company:
        """The reverse of `facts`; what an older form lacks gets its default. Raises TypeError or ValueError when it is not one."""
        values, cutover = dict(facts.get("mailsafi") or {}), facts.get("cutover")
        rest = {key: value for key, value in facts.items() if key not in ("mailsafi", "cutover", "domains")}
        return cls(
            **rest,
            domains=tuple(facts.get("domains") or ()),
            cutover=dt.date.fromisoformat(cutover) if cutover else None,
            mailsafi=MailSafiValues(**{**values, "mx": tuple(values.get("mx") or ())}),
        )

    @property
    def cutover_at(self) -> dt.datetime | None:
        """The moment of the change, aware: in the evening of ``cutover``; None without a date. An unknown zone counts as UTC."""
        if self.cutover is None:
            return None
        try:
            zone: dt.tzinfo = ZoneInfo(self.timezone)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            zone = dt.UTC
        return dt.datetime.combine(self.cutover, CUTOVER_TIME, zone)


@dataclass(frozen=True)
class Mailbox:
    """A person's account. ``id`` is its number in the project file, 0 before it is stored."""

    address: str
    source_user: str
    destination_user: str
    id: int = 0
    source_host: str = ""  # an own source server for this row, "" for the project's
    user_root: str = ""


class Role(enum.Enum):
    """Special use of a folder (RFC 6154), INBOX included for convenience."""

    INBOX = "\\Inbox"
    SENT = "\\Sent"
    DRAFTS = "\\Drafts"
    TRASH = "\\Trash"
    JUNK = "\\Junk"
    ARCHIVE = "\\Archive"
    ALL = "\\All"
    FLAGGED = "\\Flagged"
    IMPORTANT = "\\Important"


class MessageState(enum.IntEnum):
    """Where one source message stands; the number is what the project file stores. A message without one is still to be copied."""

    COPYING = 1  # sent or about to be: in doubt until the answer is stored
    COPIED = 2
    PRESENT = 3  # was at the destination already
    EXCLUDED = 4
    FAILED = 5


class MailboxState(enum.Enum):
    """Where a mailbox stands in a run."""

    NEW = "new"  # never run
    WAITING = "waiting"  # in the queue of a run
    CONNECTING = "connecting"
    LOOKING = "looking"  # listing folders and messages
    COPYING = "copying"
    CHECKING = "checking"  # reading the destination back
    BACKING_OFF = "backing off"  # a server asked to wait, or a link broke
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"  # every message accounted for, none failed
    INCOMPLETE = "incomplete"  # finished, but some messages failed or do not balance
    REFUSED = "refused"  # not reachable, not trusted or sign-in refused


@dataclass(frozen=True)
class FailedMessage:
    """One message that could not be copied, named so that a person can find it. ``date`` is INTERNALDATE as the server wrote it."""

    mailbox_id: int
    folder: str
    uid: int
    size: int
    date: str
    reason: str


@dataclass(frozen=True)
class FolderLedger:
    """One folder's accounts, in messages. Every source message is in exactly one of the four counts, or is *unaccounted*.

    ``confirmed`` is how many of copied + present the destination itself showed when it was read back.
    """

    mailbox_id: int
    source_name: str
    destination_name: str
    role: Role | None = None
    source: int = 0
    copied: int = 0
    present: int = 0  # was there before
    excluded: int = 0
    failed: int = 0
    confirmed: int = 0
    removed: int = 0  # of the confirmed ones, later deleted by the user at the destination
    source_bytes: int = 0
    excluded_reason: str = ""
    renamed: bool = False
    checked: bool = False  # the destination was read back after the last change

    @property
    def unaccounted(self) -> int:
        """Source messages in no state yet; 0 in a finished folder."""
        return self.source - self.copied - self.present - self.excluded - self.failed

    @property
    def balanced(self) -> bool:
        return (
            self.unaccounted == 0 and (self.excluded_reason != "" or self.checked) and self.confirmed == self.copied + self.present
        )


@dataclass(frozen=True)
class Ledger:
    """Folders' accounts, of one mailbox or of all."""

    folders: tuple[FolderLedger, ...] = ()

    def _sum(self, name: str) -> int:
        return sum(getattr(f, name) for f in self.folders)

    @property
    def source(self) -> int:
        return self._sum("source")

    @property
    def copied(self) -> int:
        return self._sum("copied")

    @property
    def present(self) -> int:
        return self._sum("present")

    @property
    def excluded(self) -> int:
        return self._sum("excluded")

    @property
    def failed(self) -> int:
        return self._sum("failed")

    @property
    def confirmed(self) -> int:
        return self._sum("confirmed")

    @property
    def unaccounted(self) -> int:
        return self._sum("unaccounted")

    @property
    def source_bytes(self) -> int:
        return self._sum("source_bytes")

    @property
    def balanced(self) -> bool:
        """True when every folder balances; an empty ledger does not (nothing was looked at)."""
        return bool(self.folders) and all(f.balanced for f in self.folders)

    @property
    def complete(self) -> bool:
        """Balanced and nothing failed: the only state that may be called done."""
        return self.balanced and self.failed == 0

    def of(self, mailbox_id: int) -> Ledger:
        return Ledger(tuple(f for f in self.folders if f.mailbox_id == mailbox_id))

    @classmethod
    def joined(cls, ledgers: Iterable[Ledger]) -> Ledger:
        return cls(tuple(f for ledger in ledgers for f in ledger.folders))


@dataclass(frozen=True)
class FolderCensus:
    """What a look at one source folder found."""

    name: str
    role: Role | None
    messages: int
    bytes: int
    destination_name: str
    excluded_reason: str = ""
    renamed: bool = False


@dataclass(frozen=True)
class MailboxCensus:
    """What a look at one mailbox found. ``error`` is the problem's title where the look failed."""

    mailbox_id: int
    folders: tuple[FolderCensus, ...] = ()
    error: str = ""

    @property
    def messages(self) -> int:
        return sum(f.messages for f in self.folders if not f.excluded_reason)

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.folders if not f.excluded_reason)


@dataclass(frozen=True)
class RunRecord:
    """One run, for history and report. ``outcome`` is "running", "done", "incomplete", "stopped" or "broken off"."""

    id: int
    started: dt.datetime
    ended: dt.datetime | None
    messages: int  # copied in this run
    bytes: int
    outcome: str


@dataclass(frozen=True)
class Forecast:
    """How long copying takes, in seconds, as a range; ``basis`` says what the figure rests on."""

    low: float
    high: float
    messages: int
    bytes: int
    basis: str


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


@dataclass(frozen=True)
class SignInResult:
    """Whether one mailbox could be signed in on one side."""

    mailbox_id: int
    side: Side
    ok: bool
    cause: str = ""
    remedy: str = ""
    detail: str = ""
