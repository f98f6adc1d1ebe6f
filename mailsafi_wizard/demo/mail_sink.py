"""The rehearsal's stand-in for MailSafi's server for outgoing mail: signs one account in, takes its mail and keeps it here (RFC 5321, RFC 4954).

On this computer only; nothing that is handed over here leaves it. It takes what is right and refuses what is not; no more is needed to try the step.
"""

from __future__ import annotations

import base64
import hmac
import re
import ssl
from collections.abc import Sequence
from typing import cast

from mailsafi_wizard.demo.smtp_server import LONGEST_LINE, Conversation, SmtpServer
from mailsafi_wizard.model import Endpoint, Secret, Security
from mailsafi_wizard.records import dataclass

_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.I)
LARGEST = 10_000_000  # bytes of a mail


@dataclass(frozen=True)
class Taken:
    """One mail that was handed over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class MailSink(SmtpServer):
    """``context``: for STARTTLS, without which nobody can sign in. ``unknown``: addresses that are refused; none until somebody adds one."""

    def __init__(self, user: str, password: Secret, context: ssl.SSLContext) -> None:
        self._user, self._password = user, password
        self._mails: list[Taken] = []
        self.unknown: set[str] = set()
        super().__init__(_HandingOver, context)

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("localhost", self.port, Security.STARTTLS)

    @property
    def mails(self) -> tuple[Taken, ...]:
        return tuple(self._mails)

    def knows(self, plain: bytes) -> bool:
        """Whether this is the account's own message of SASL PLAIN (RFC 4616)."""
        return hmac.compare_digest(plain, f"\0{self._user}\0{self._password.reveal()}".encode())

    def take(self, mail: Taken) -> None:
        self._mails.append(mail)


class _HandingOver(Conversation):
    known = False
    sender = ""
    recipients: tuple[str, ...] = ()

    def offers(self) -> Sequence[str]:
        return ("8BITMIME", "AUTH PLAIN") if self.secure else ("8BITMIME",)

    def answer(self, word: str, line: str) -> str:
        if word == "AUTH":
            self.known = self.secure and self._right(line)
            return "235 2.7.0 welcome" if self.known else "535 5.7.8 user name or password is wrong"
        if word in ("MAIL", "RCPT"):
            return self._address(word, line)
        if word == "DATA":
            return self._take() if self.recipients else "503 5.5.1 to whom?"
        if word == "RSET":
            self.sender, self.recipients = "", ()
        return "250 ok" if word in ("RSET", "NOOP") else "502 5.5.1 not here"

    @property
    def _sink(self) -> MailSink:
        return cast(MailSink, self.server.owner)

    def _right(self, line: str) -> bool:
        parts = line.split()
        return len(parts) == 3 and parts[1].upper() == "PLAIN" and self._sink.knows(base64.b64decode(parts[2]))

    def _address(self, word: str, line: str) -> str:
        found = _PATH.search(line)
        if not self.known:
            return "530 5.7.0 sign in first"
        if found is None:
            return "501 5.5.4 no address"
        if word == "RCPT" and found[1] in self._sink.unknown:
            return "550 5.1.1 there is no such user here"
        if word == "MAIL":
            self.sender, self.recipients = found[1], ()
        else:
            self.recipients += (found[1],)
        return "250 2.1.0 ok"

    def _take(self) -> str:
        self.say("354 go on")
        lines, size = [], 0
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b""):
            size += len(line)
            if size > LARGEST:
                raise OSError("more than is taken here")
            lines.append(line.removeprefix(b"."))
        if not line:
            return ""
        self._sink.take(Taken(self.sender, self.recipients, b"".join(lines)))
        return "250 2.0.0 taken; it stays on this computer"
