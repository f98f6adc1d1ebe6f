"""Listens for the embedded IMAP server: TLS from the start, loopback only, a thread for each connection, ended by `stop`."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from typing import BinaryIO, cast

from mailsafi_wizard.demo.imapd.accounts import Accounts
from mailsafi_wizard.demo.imapd.session import Session

HANDSHAKE_SECONDS = 10.0


NewSession = Callable[[Accounts, BinaryIO, BinaryIO], Session]


class ImapServer:
    """A running server on a free port of 127.0.0.1. ``bytes_per_second``: how fast each connection sends, 0 as fast as it can."""

    def __init__(
        self, accounts: Accounts, context: ssl.SSLContext, session: NewSession = Session, bytes_per_second: float = 0
    ) -> None:
        self.accounts = accounts
        self._context, self._session, self._pace = context, session, bytes_per_second
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._lock = threading.Lock()
        self._open: dict[threading.Thread, socket.socket] = {}
        self._ended = False
        self._thread = threading.Thread(target=self._listen, name=f"imap-{self.port}", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """Close all connections and wait until their threads have ended."""
        self._ended = True
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            self._thread.join(5)  # closing a socket does not wake accept on every system; a connection does
        self._listener.close()
        with self._lock:
            remaining = dict(self._open)
        for connection in remaining.values():
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in remaining:
            thread.join(5)

    def _listen(self) -> None:
        while True:
            connection, _address = self._listener.accept()
            if self._ended:
                connection.close()
                return
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            thread = threading.Thread(target=self._serve, args=(connection,), name=f"imap-{self.port}-client", daemon=True)
            with self._lock:
                self._open[thread] = connection
            thread.start()

    def _serve(self, connection: socket.socket) -> None:
        try:
            self.talk(connection)
        except (OSError, ValueError):  # the client has gone; a file closed under us is a ValueError
            pass
        finally:
            connection.close()
            with self._lock:
                self._open.pop(threading.current_thread(), None)

    def talk(self, connection: socket.socket) -> None:
        """One connection from TLS to its end; raises OSError when it breaks."""
        with self.secured(connection) as secure, opened(secure) as (reader, raw):
            writer = cast(BinaryIO, _Slow(raw, self._pace)) if self._pace else raw
            self._session(self.accounts, reader, writer).run()

    def secured(self, connection: socket.socket) -> ssl.SSLSocket:
        """TLS over ``connection``, which is then closed with it."""
        connection.settimeout(HANDSHAKE_SECONDS)
        secure = self._context.wrap_socket(connection, server_side=True)
        with self._lock:
            self._open[threading.current_thread()] = secure
        secure.settimeout(None)
        return secure


@contextlib.contextmanager
def opened(connection: socket.socket) -> Iterator[tuple[BinaryIO, BinaryIO]]:
    """Buffered files to read from and write to ``connection``; a client that has gone is no error when they are closed."""
    reader = cast(BinaryIO, connection.makefile("rb", buffering=1 << 16))
    writer = cast(BinaryIO, connection.makefile("wb", buffering=1 << 16))
    try:
        yield reader, writer
    finally:
        reader.close()
        with contextlib.suppress(OSError, ValueError):
            writer.close()


class _Slow:
    """Writes no faster than a given number of bytes per second."""

    def __init__(self, file: BinaryIO, bytes_per_second: float) -> None:
        self._file, self._pace = file, bytes_per_second
        self.flush = file.flush

    def write(self, data: bytes) -> int:
        time.sleep(len(data) / self._pace)
        return self._file.write(data)
