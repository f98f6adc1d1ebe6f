"""The rehearsal's stand-in for MailSafi's receiving mail servers: takes connections and says which addresses it knows (RFC 5321).

On this computer only; it refuses DATA, so no mail can ever be left here.
"""

from __future__ import annotations

import contextlib
import re
import socketserver
import ssl
import threading
from collections.abc import Collection

_RCPT = re.compile(r"RCPT TO:\s*<([^<>]*)>", re.I)
SILENCE = 30.0  # seconds
LONGEST_LINE = 1000


class Receiver:
    """Listens from the start until `stop`; ``known``: addresses it accepts. ``context``: for STARTTLS, None for a server without."""

    def __init__(self, known: Collection[str], context: ssl.SSLContext | None = None) -> None:
        self._server = _Server(("127.0.0.1", 0), _Handler)
        self._server.known = {address.lower() for address in known}
        self._server.context = context
        self.port = int(self._server.server_address[1])
        self.address = f"127.0.0.1:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True)
        self._thread.start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


class _Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    known: set[str]
    context: ssl.SSLContext | None


class _Handler(socketserver.BaseRequestHandler):
    server: _Server

    def handle(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.request.settimeout(SILENCE)
            self._say("220 rehearsal ready")
            secure = False
            while line := self._line():
                word = line.split(" ", 1)[0].upper()
                if word == "STARTTLS" and self.server.context and not secure:
                    self._say("220 go ahead")
                    self.request = self.server.context.wrap_socket(self.request, server_side=True)
                    secure = True
                    continue
                self._say(self._reply(word, line, secure))
                if word == "QUIT":
                    return

    def finish(self) -> None:
        self.request.close()  # the secured one, too, which the server does not know

    def _reply(self, word: str, line: str, secure: bool) -> str:
        if word == "EHLO":
            return "250-rehearsal\r\n250 STARTTLS" if self.server.context and not secure else "250 rehearsal"
        if word in ("HELO", "MAIL", "RSET", "NOOP"):
            return "250 ok"
        if word == "RCPT":
            match = _RCPT.match(line)
            return "250 ok" if match and match[1].lower() in self.server.known else "550 no such user here"
        return "221 bye" if word == "QUIT" else "502 not here"

    def _say(self, text: str) -> None:
        self.request.sendall(text.encode("ascii") + b"\r\n")

    def _line(self) -> str:
        data = b""
        while not data.endswith(b"\n") and len(data) < LONGEST_LINE and (piece := self.request.recv(1)):
            data += piece
        return data.decode("ascii", "replace").strip()
