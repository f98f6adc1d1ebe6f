"""Telling the users: who sends, by which server, and what became of each notice to each user."""

from __future__ import annotations

import datetime as dt
import enum

from mailsafi_wizard.model.servers import Endpoint, Security
from mailsafi_wizard.records import dataclass

SUBMISSION = 587  # RFC 6409


class ToldState(enum.Enum):
    """What became of one notice to one user; the value is what the project file stores."""

    SENDING = "sending"  # about to be handed over: after a break it is in doubt
    SENT = "sent"  # the server took it
    LATER = "later"  # the server asks to try again later
    REFUSED = "refused"  # the server won't take it
    PERHAPS = "perhaps"  # the connection broke when the server may already have taken it
    SAVED = "saved"  # as a mail file; whether it was sent is not known

    @property
    def open(self) -> bool:
        """Whether it is to be sent when the rest is sent: surely not there."""
        return self in (ToldState.LATER, ToldState.REFUSED, ToldState.SAVED)


@dataclass(frozen=True)
class Sender:
    """Whom the notices come from, and where answers go ("" for the same)."""

    address: str = ""
    name: str = ""
    reply_to: str = ""


@dataclass(frozen=True)
class MailServer:
    """The server that takes the notices. ``endpoint.security`` is TLS, STARTTLS or, on loopback, none. ``rate``: mails a minute."""

    endpoint: Endpoint | None = None
    user: str = ""
    oauth: bool = False  # the secret is an access token (XOAUTH2)
    rate: int = 30

    @property
    def name(self) -> str:
        """Tells one setting from another, for "was it tested like this?"."""
        at = self.endpoint
        return f"{at.host}:{at.port} {at.security.name} {at.pin} {self.user} {self.oauth}" if at else ""


def security_of(port: int) -> Security:
    return Security.TLS if port == 465 else Security.STARTTLS


@dataclass(frozen=True)
class Told:
    """One notice to one user, once. ``mailbox_id`` 0: a test to the admin. Times are aware."""

    mailbox_id: int
    notice: str
    language: str
    address: str
    state: ToldState
    at: dt.datetime
    message_id: str = ""
    cause: str = ""
    remedy: str = ""
    detail: str = ""
    id: int = 0
