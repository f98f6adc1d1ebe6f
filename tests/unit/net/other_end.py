"""The other end of a connection, for tests: bytes as a server might send them, over real sockets. Nothing of the program is replaced.

`Line` needs no thread: everything the server will ever say is in the socket before the client reads. `Listener` is for what only a
listening socket has: addresses, TLS, timing.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from typing import Self

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Patience, Wire

HERE = Endpoint("localhost", 143, Security.CLEARTEXT)
SOON = Patience(connect=5, silence=5, window=5, floor=1, command=20)
USUAL = ("IMAP4REV1", "LITERAL+", "SASL-IR", "UIDPLUS", "MULTIAPPEND", "NAMESPACE")


class Chopped(socket.socket):
    """A socket that hands over what came in pieces of the given sizes (bytes, at least 1), whatever the system would do; then as it comes."""

    sizes: Iterator[int] = iter(())

    def recv_into(self, buffer: memoryview, nbytes: int = 0, flags: int = 0) -> int:  # type: ignore[override]
        room = memoryview(buffer)
        return super().recv_into(room[: next(self.sizes, len(room))], nbytes, flags)


class Line:
    """A client's session and the server's end of its connection. Use as a context manager."""

    def __init__(
        self,
        said: bytes = b"",
        *,
        sizes: Iterable[int] = (),
        capabilities: Iterable[str] = USUAL,
        ended: bool = True,
        listens: bool = False,
        patience: Patience = SOON,
    ) -> None:
        """``said`` is what the server says, whatever it is asked; when ``ended`` it then hangs up.

        ``listens``: takes in at once what the client sends, so that it may send much; `heard` is then empty.
        """
        mine, self.far = socket.socketpair()
        near = Chopped(fileno=mine.detach())
        near.sizes = iter(sizes)
        near.settimeout(patience.silence)
        self.wire = Wire(near, HERE, patience)
        self.session = Session(self.wire, HERE)
        self.session.capabilities = frozenset(capabilities)
        self._threads: list[threading.Thread] = []
        if len(said) > 50_000:
            self._start(self._say, said, ended)
        else:
            self._say(said, ended)
        if listens:
            self._start(self._listen)

    def _start(self, work: Callable[..., None], *arguments: object) -> None:
        self._threads.append(threading.Thread(target=work, args=arguments, daemon=True))
        self._threads[-1].start()

    def _listen(self) -> None:
        with contextlib.suppress(OSError):
            while self.far.recv(1 << 16):
                pass

    def _say(self, said: bytes, ended: bool) -> None:
        with contextlib.suppress(OSError):
            self.far.sendall(said)
            if ended:
                self.far.shutdown(socket.SHUT_WR)

    @property
    def heard(self) -> bytes:
        """What the client has sent since this was last asked."""
        found = b""
        self.far.setblocking(False)
        with contextlib.suppress(BlockingIOError, ConnectionResetError):
            while piece := self.far.recv(1 << 16):
                found += piece
        self.far.setblocking(True)
        return found

    def __enter__(self) -> Line:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.wire.drop()
        for thread in self._threads:
            thread.join(5)
        self.far.close()


Talk = Callable[[socket.socket], object]


class Listener:
    """Accepts connections on a free port of the loopback, one after the other, and lets ``talk`` have each. Use as a context manager."""

    def __init__(self, talk: Talk, security: Security = Security.CLEARTEXT) -> None:
        self._talk = talk
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.endpoint = Endpoint("localhost", self._listener.getsockname()[1], security)
        self.over = threading.Event()  # the test is over: whoever kept silent until now may go
        self._connections: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            if self.over.is_set():
                connection.close()
                return
            connection.settimeout(10)
            self._connections.append(connection)
            with contextlib.suppress(OSError), connection:  # the client may go at any time
                self._talk(connection)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.over.set()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.endpoint.port), timeout=1):
            self._thread.join(10)
        self._listener.close()


def conversation(*steps: bytes | None, heard: list[bytes] | None = None) -> Talk:
    """A talk: bytes are said, None stands for hearing one line. ``{tag}`` in what is said is the tag of the last line."""

    def talk(connection: socket.socket) -> None:
        with connection.makefile("rb") as lines:
            tag = b"*"
            for step in steps:
                if step is None:
                    line = lines.readline()
                    tag = line.split(b" ")[0] or tag
                    if heard is not None:
                        heard.append(line)
                else:
                    connection.sendall(step.replace(b"{tag}", tag))
            if heard is not None:
                heard.extend(lines)

    return talk


def server_context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


def over_tls(certificate: Certificate, talk: Talk, broken: list[ssl.SSLError] | None = None) -> Talk:
    """``talk`` behind TLS; a handshake that fails is noted in ``broken``, and nothing is said."""
    context = server_context(certificate)

    def secured(connection: socket.socket) -> None:
        try:
            secure = context.wrap_socket(connection, server_side=True)
        except ssl.SSLError as e:
            if broken is not None:
                broken.append(e)
            return
        with secure:
            talk(secure)

    return secured
