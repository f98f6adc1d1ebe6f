"""A small internet on this computer's own addresses: a name server, web servers and mail servers, well behaved or not.

Each host has an address of its own in 127.0.0.0/8, so that all of them can listen on one port number, as hosts do.
"""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from pathlib import Path

import dns.message
import dns.rcode
from dns.message import Message

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.dns import NameServer
from mailsafi_wizard.net.discovery import Where
from mailsafi_wizard.net.wire import Trust
from tests.unit.net.other_end import server_context

DOMAIN = "example.co.ke"
DOVECOT = b"* OK [CAPABILITY IMAP4rev1 ID STARTTLS] Dovecot (Debian) ready.\r\n"
Talk = Callable[[socket.socket], object]


def has_many_addresses() -> bool:
    """Whether this computer answers at all of 127.0.0.0/8; not every system does."""
    with socket.socket() as probe, contextlib.suppress(OSError):
        probe.bind(("127.0.0.2", 0))
        return True
    return False


class Host:
    """Listens at one address and port; each connection has a thread. ``met`` counts them."""

    def __init__(self, address: str, port: int, talk: Talk) -> None:
        self.met = 0
        self._talk = talk
        self._listener = socket.create_server((address, port))
        self._connections: list[socket.socket] = []
        self._threads = [threading.Thread(target=self._serve, daemon=True)]
        self._threads[0].start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self.met += 1
                self._connections.append(connection)
                self._threads.append(threading.Thread(target=self._one, args=(connection,), daemon=True))
                self._threads[-1].start()

    def _one(self, connection: socket.socket) -> None:
        connection.settimeout(10)
        with contextlib.suppress(OSError, ValueError, IndexError), connection:
            self._talk(connection)

    def stop(self) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for connection in self._connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
            connection.close()
        for thread in self._threads:
            thread.join(15)


def imap(greeting: bytes = DOVECOT, context: ssl.SSLContext | None = None, starttls: ssl.SSLContext | None = None) -> Talk:
    """A mail server that nobody signs in to. ``context``: TLS from the start; ``starttls``: when it is asked for."""

    def talk(connection: socket.socket) -> None:
        sock = context.wrap_socket(connection, server_side=True) if context else connection
        with sock:
            sock.sendall(greeting)
            _converse(sock, starttls)

    return talk


def _converse(sock: socket.socket, starttls: ssl.SSLContext | None) -> None:
    while line := _line(sock):
        tag, _, command = line.strip().partition(b" ")
        word = command.split(b" ")[0].upper()
        if word == b"STARTTLS" and starttls:
            sock.sendall(tag + b" OK begin\r\n")
            with starttls.wrap_socket(sock, server_side=True) as secure:
                _converse(secure, None)
            return
        if word == b"CAPABILITY":
            sock.sendall(b"* CAPABILITY IMAP4rev1 ID STARTTLS\r\n")
        elif word == b"ID":
            sock.sendall(b'* ID ("name" "Dovecot")\r\n')
        sock.sendall(tag + b" OK done\r\n")
        if word == b"LOGOUT":
            return


def _line(sock: socket.socket) -> bytes:
    line = b""
    while not line.endswith(b"\n") and len(line) < 1000:
        piece = sock.recv(1)
        if not piece:
            return b""
        line += piece
    return line


def web(context: ssl.SSLContext, answer: Callable[[str], bytes]) -> Talk:
    """A web server: ``answer`` gives the whole reply for the path that is asked."""

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as sock:
            request = b""
            while b"\r\n\r\n" not in request and (piece := sock.recv(4096)):
                request += piece
            sock.sendall(answer(request.split(b" ")[1].decode("ascii")))

    return talk


def reply(body: bytes, status: str = "200 OK", **headers: str) -> bytes:
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Content-Type: text/xml"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def trickle(sock: socket.socket) -> None:
    """Says one byte after another for as long as somebody listens."""
    while True:
        sock.sendall(b"*")
        time.sleep(0.02)


class Names(NameServer):
    """A name server that can be slow, silent or wrong: ``mood`` gets the question and the right reply; None is no reply at all."""

    def __init__(self, zone: str, mood: Callable[[Message, Message], Message | None] | None = None, domain: str = DOMAIN) -> None:
        super().__init__(domain, zone)
        self._mood = mood
        self.questions: list[str] = []

    def answer(self, query: Message) -> Message:
        self.questions.append(query.question[0].to_text())
        right = super().answer(query)
        if self._mood is None:
            return right
        moody = self._mood(query, right)
        if moody is None:
            raise TimeoutError("says nothing")
        return moody


def denies_everything(query: Message, _right: Message) -> Message:
    wrong = dns.message.make_response(query)
    wrong.set_rcode(dns.rcode.NXDOMAIN)
    return wrong


def cuts(_query: Message, right: Message) -> Message:
    """Right, and so long that UDP can't hold it."""
    right.use_edns(payload=65535)
    for number in range(60):
        right.additional.append(dns.rrset.from_text(f"pad{number}.{DOMAIN}.", 60, "IN", "TXT", "x" * 200))
    return right


class SmallInternet:
    """Everything a search can meet. Use as a context manager; hosts are added while it runs."""

    def __init__(self, folder: Path) -> None:
        self.authority = Authority(folder / "ca")
        self._folder = folder
        self._hosts: list[Host] = []
        self._servers: list[NameServer] = []
        self._count = 0
        with (
            socket.create_server(("127.0.0.1", 0)) as a,
            socket.create_server(("127.0.0.1", 0)) as b,
            socket.create_server(("127.0.0.1", 0)) as c,
        ):
            self.imaps, self.imap, self.https = (int(s.getsockname()[1]) for s in (a, b, c))

    def context(self, *hosts: str, authority: Authority | None = None) -> ssl.SSLContext:
        self._count += 1
        return server_context((authority or self.authority).issue(f"host{self._count}", hosts))

    def stranger(self, *hosts: str) -> ssl.SSLContext:
        """A certificate that nobody trusts."""
        return self.context(*hosts, authority=Authority(self._folder / f"stranger{self._count}", "Nobody's CA"))

    def host(self, address: str, port: int, talk: Talk) -> Host:
        self._hosts.append(Host(address, port, talk))
        return self._hosts[-1]

    def tls(self, address: str, *hosts: str, greeting: bytes = DOVECOT) -> Host:
        """A mail server with TLS whose certificate names ``hosts``."""
        return self.host(address, self.imaps, imap(greeting, self.context(*hosts)))

    def settings(self, address: str, host: str, answer: Callable[[str], bytes]) -> Host:
        """A web server with a good certificate for ``host``."""
        return self.host(address, self.https, web(self.context(host), answer))

    def names(self, zone: str, mood: Callable[[Message, Message], Message | None] | None = None, domain: str = DOMAIN) -> Names:
        made = Names(zone, mood, domain)
        self._servers.append(made.start())
        return made

    def where(self, *names: NameServer, **others: object) -> Where:
        known: Mapping[str, object] = {
            "resolvers": tuple(server.address for server in names),
            "trust": Trust(self.authority.ca_file),
            "loopback": True,
            "imaps": self.imaps,
            "imap": self.imap,
            "https": self.https,
        }
        return Where(**{**known, **others})  # type: ignore[arg-type]

    def __enter__(self) -> SmallInternet:
        return self

    def __exit__(self, *_exc: object) -> None:
        for server in self._servers:
            server.stop()
        for host in self._hosts:
            host.stop()
