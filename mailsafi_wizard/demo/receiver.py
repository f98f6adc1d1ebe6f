"""The rehearsal's stand-in for MailSafi's receiving mail servers: takes connections and says which addresses it knows (RFC 5321).

On this computer only; it refuses DATA, so no mail can ever be left here.
"""

from __future__ import annotations

import re
import ssl
from collections.abc import Collection
from typing import cast

from mailsafi_wizard.demo.smtp_server import Conversation, SmtpServer

_RCPT = re.compile(r"RCPT TO:\s*<([^<>]*)>", re.I)


class Receiver(SmtpServer):
    """``known``: addresses it accepts."""

    def __init__(self, known: Collection[str], context: ssl.SSLContext | None = None) -> None:
        self.known = {address.lower() for address in known}
        super().__init__(_Asked, context)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"


class _Asked(Conversation):
    def answer(self, word: str, line: str) -> str:
        if word in ("HELO", "MAIL", "RSET", "NOOP"):
            return "250 ok"
        if word == "RCPT":
            match = _RCPT.match(line)
            return "250 ok" if match and match[1].lower() in cast(Receiver, self.server.owner).known else "550 no such user here"
        return "502 not here"
