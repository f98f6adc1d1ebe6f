"""What the rehearsal's two SMTP servers have in common (RFC 5321, RFC 3207): they listen, secure the connection and read commands line by line.

On this computer only. What is answered, and whether mail is taken, is for each of them (`mail_sink`, `receiver`).
"""

from __future__ import annotations

import contextlib
import socketserver
import ssl
import threading
from collections.abc import Sequence

SILENCE = 60.0  # seconds
LONGEST_LINE = 4096


class SmtpServer:
    """Listens on a free port of 127.0.0.1 from the start until `stop`. ``context``: for STARTTLS, None for a server without."""

    def __init__(self, conversation: type[Conversation], context: ssl.SSLContext | None) -> None:
        self.context = context
        self._listener = _Listener(("127.0.0.1", 0), conversation)
        self._listener.owner = self
        self.port = int(self._listener.server_address[1])
        self._thread = threading.Thread(target=self._listener.serve_forever, args=(0.05,), name=f"smtp-{self.port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._listener.shutdown()
        self._listener.server_close()
        self._thread.join()


class _Listener(socketserver.ThreadingTCPServer):
    daemon_threads = True
    owner: SmtpServer


class Conversation(socketserver.StreamRequestHandler):
    """What is said to one client."""

    server: _Listener
    timeout = SILENCE
    secure = False

    def answer(self, word: str, line: str) -> str:
        """The reply to a command other than EHLO, STARTTLS and QUIT; ``word`` is its first word in capitals. "" says nothing."""
        raise NotImplementedError

    def offers(self) -> Sequence[str]:
        """What EHLO tells beside STARTTLS."""
        return ()

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.say("220 rehearsal ready")
            while line := self.rfile.readline(LONGEST_LINE).decode("ascii", "replace").strip():
                word = line.split(" ", 1)[0].upper()
                if word == "STARTTLS" and self._may_secure:
                    self.say("220 go ahead")
                    self._secure()
                elif word == "QUIT":
                    return self.say("221 bye")
                else:
                    self.say(self._hello() if word == "EHLO" else self.answer(word, line))

    def say(self, text: str) -> None:
        if text:
            self.wfile.write(text.encode("ascii") + b"\r\n")

    @property
    def _may_secure(self) -> bool:
        return self.server.owner.context is not None and not self.secure

    def _hello(self) -> str:
        lines = ["rehearsal", *self.offers(), *(["STARTTLS"] if self._may_secure else [])]
        return "\r\n".join([*(f"250-{line}" for line in lines[:-1]), f"250 {lines[-1]}"])

    def _secure(self) -> None:
        assert self.server.owner.context is not None
        self.request = self.connection = self.server.owner.context.wrap_socket(self.request, server_side=True)
        self.setup()
        self.secure = True

    def finish(self) -> None:
        with contextlib.suppress(OSError):
            super().finish()
        self.request.close()  # the secured one, too, which the server does not know
