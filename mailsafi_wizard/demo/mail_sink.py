"""The rehearsal's stand-in for MailSafi's server for outgoing mail: signs one account in, takes its mail and keeps it here (RFC 5321, RFC 4954).

On this computer only; nothing that is handed over here leaves it. It takes what is right and refuses what is not; no more is needed to try the step.
"""

from __future__ import annotations

import base64
import contextlib
import hmac
import re
import socketserver
import ssl
import threading

from mailsafi_wizard.model import Endpoint, Secret, Security
from mailsafi_wizard.records import dataclass

_PATH = re.compile(r"(?:FROM|TO):\s*<([^<>\s]*)>", re.I)
SILENCE = 60.0  # seconds
LONGEST_LINE = 4096
LARGEST = 10_000_000  # bytes of a mail


@dataclass(frozen=True)
class Taken:
    """One mail that was handed over."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes


class MailSink:
    """Listens from the start until `stop`; ``context``: for STARTTLS, without which nobody can sign in."""

    def __init__(self, user: str, password: Secret, context: ssl.SSLContext) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.user, self._server.password, self._server.context = user, password, context
        self._server.mails = []
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), name="mail sink", daemon=True)
        self._thread.start()

    @property
    def endpoint(self) -> Endpoint:
        return Endpoint("localhost", int(self._server.server_address[1]), Security.STARTTLS)

    @property
    def mails(self) -> tuple[Taken, ...]:
        return tuple(self._server.mails)

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    user: str
    password: Secret
    context: ssl.SSLContext
    mails: list[Taken]


class _Handler(socketserver.StreamRequestHandler):
    server: _Server
    timeout = SILENCE

    def handle(self) -> None:
        self.secure = self.known = False
        self.sender, self.recipients = "", list[str]()
        with contextlib.suppress(OSError, ValueError):
            self._say("220 rehearsal ready")
            while line := self._line():
                word = line.split(" ", 1)[0].upper()
                if word == "STARTTLS" and not self.secure:
                    self._say("220 go ahead")
                    self._secure()
                elif word == "DATA" and self.recipients:
                    self._take()
                else:
                    self._say(self._reply(word, line))
                if word == "QUIT":
                    return

    def _secure(self) -> None:
        self.request = self.connection = self.server.context.wrap_socket(self.request, server_side=True)
        self.setup()
        self.secure = True

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()  # the secured one, too, which the server does not know

    def _reply(self, word: str, line: str) -> str:
        if word == "EHLO":
            return "250-rehearsal\r\n250-8BITMIME\r\n250 " + ("AUTH PLAIN" if self.secure else "STARTTLS")
        if word == "AUTH":
            self.known = self.secure and self._right(line)
            return "235 2.7.0 welcome" if self.known else "535 5.7.8 user name or password is wrong"
        if word in ("MAIL", "RCPT"):
            return self._address(word, line)
        if word == "RSET":
            self.sender, self.recipients = "", []
        return {"QUIT": "221 bye", "RSET": "250 ok", "NOOP": "250 ok", "DATA": "503 5.5.1 to whom?"}.get(word, "502 5.5.1 not here")

    def _right(self, line: str) -> bool:
        parts = line.split()
        wanted = f"\0{self.server.user}\0{self.server.password.reveal()}".encode()
        return len(parts) == 3 and parts[1].upper() == "PLAIN" and hmac.compare_digest(base64.b64decode(parts[2]), wanted)

    def _address(self, word: str, line: str) -> str:
        found = _PATH.search(line)
        if not self.known:
            return "530 5.7.0 sign in first"
        if found is None:
            return "501 5.5.4 no address"
        if word == "MAIL":
            self.sender, self.recipients = found[1], []
        else:
            self.recipients.append(found[1])
        return "250 2.1.0 ok"

    def _take(self) -> None:
        self._say("354 go on")
        lines, size = [], 0
        while (line := self.rfile.readline(LONGEST_LINE)) not in (b".\r\n", b""):
            size += len(line)
            if size > LARGEST:
                return
            lines.append(line.removeprefix(b"."))
        if line:
            self.server.mails.append(Taken(self.sender, tuple(self.recipients), b"".join(lines)))
            self._say("250 2.0.0 taken; it stays on this computer")

    def _say(self, text: str) -> None:
        self.wfile.write(text.encode("ascii") + b"\r\n")

    def _line(self) -> str:
        return self.rfile.readline(LONGEST_LINE).decode("ascii", "replace").strip()
