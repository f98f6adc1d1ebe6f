"""Waits on this computer for a browser to come back from a consent page (RFC 8252 section 7.3). Knows nothing of tokens.

Listens on 127.0.0.1 only, on a port the system chooses, and believes nothing that does not carry the state it was made with.
"""

from __future__ import annotations

import hmac
import html
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from urllib.parse import parse_qsl, urlsplit

from mailsafi_wizard.words import _

LOOK_EVERY = 0.2  # seconds between two looks at the switch
PATIENCE = 10.0  # seconds a browser has for its request
MOST = 8192  # bytes of an address

PAGE = (
    '<!doctype html><html><head><meta charset="utf-8"><title>MailSafi Wizard</title></head>'
    '<body style="font-family: sans-serif; margin: 4em auto; max-width: 30em"><h1>{title}</h1><p>{text}</p></body></html>'
)


class Loopback:
    """Use as a context manager; `address` is where the browser shall be sent back to."""

    def __init__(self, state: str) -> None:
        self._state = state
        self._came = threading.Event()
        self._found: dict[str, str] | None = None
        loopback = self

        class Handler(BaseHTTPRequestHandler):
            timeout = PATIENCE
            server_version, sys_version = "MailSafi", ""

            def do_GET(self) -> None:
                ok = len(self.path) <= MOST and loopback._take(self.path)
                body = _page(ok).encode()
                self.send_response(200 if ok else 400)
                for name, value in _HEADERS.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, format: str, *args: object) -> None:
                """The address holds a code: it is never written down."""

        class Server(ThreadingHTTPServer):
            daemon_threads = True
            allow_reuse_address = False

            def handle_error(self, request: object, client_address: object) -> None:
                """A browser that goes away is no error."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(LOOK_EVERY,), name="consent", daemon=True)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def answer(self, longest: float, cancelled: threading.Event) -> dict[str, str] | None:
        """What came back, once; None when ``longest`` seconds have passed or it was ``cancelled``."""
        deadline = time.monotonic() + longest
        while not self._came.wait(LOOK_EVERY):
            if cancelled.is_set() or time.monotonic() > deadline:
                return None
        return self._found

    def _take(self, path: str) -> bool:
        try:
            found = dict(parse_qsl(urlsplit(path).query, max_num_fields=50))
        except ValueError:
            return False
        if not hmac.compare_digest(found.get("state", "").encode(), self._state.encode()):
            return False  # somebody else's, or a forged one
        if not self._came.is_set():
            self._found = found
            self._came.set()
        return True

    def __enter__(self) -> Loopback:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._server.shutdown()
        self._thread.join(5)
        self._server.server_close()


_HEADERS = {
    "Content-Type": "text/html; charset=utf-8",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "Connection": "close",
}


def _page(ok: bool) -> str:
    title = _("Thank you") if ok else _("This is not the page you want")
    text = _("You can close this window and go back to MailSafi Wizard.") if ok else _("Start again from MailSafi Wizard.")
    return PAGE.format(title=html.escape(title), text=html.escape(text))
