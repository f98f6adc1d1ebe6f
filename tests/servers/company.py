"""Puts believable and odd mail into a test server, quickly: imaplib's connection and raw APPENDs, none of the product's engine."""

from __future__ import annotations

import datetime as dt
import imaplib
import os
import random
import re
import socket
import ssl
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from mailsafi_wizard.demo.letters import Letter, Person, internaldate, letters, rfc2822
from tests.servers import owner
from tests.servers.names import encode


class Server(Protocol):
    """What `fill` needs to know of a server; `Dovecot` and its siblings have it."""

    @property
    def host(self) -> str: ...

    @property
    def tls_port(self) -> int: ...

    @property
    def ca_file(self) -> Path: ...

    def password_of(self, user: str) -> str: ...


def sign_in(server: Server, user: str, password: str | None = None) -> imaplib.IMAP4_SSL:
    """A connection over TLS, signed in as ``user``."""
    context = ssl.create_default_context(cafile=str(server.ca_file))
    connection = imaplib.IMAP4_SSL(server.host, server.tls_port, ssl_context=context, timeout=60)
    secret = server.password_of(user) if password is None else password
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    try:
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{secret}".encode())
    except imaplib.IMAP4.error:
        connection.shutdown()
        raise
    connection.capabilities = tuple(connection.capability()[1][0].decode().upper().split())  # others before the sign-in
    return connection


def fill(server: Server, user: str, count: int, seed: int, *, odd: bool = True, subscribe: bool = True) -> int:
    """``count`` letters (see `demo.letters`) and, with ``odd``, those of `odd_letters` besides; returns how many were put in.

    Every other folder is subscribed. On a Maildir Dovecot ``odd`` also lays in a message with NUL and one with bare CR and LF.
    """
    owner = Person(user.split("@")[0].title(), user if "@" in user else f"{user}@example.co.ke")
    mail = [*letters(owner, count, seed), *(odd_letters(owner) if odd else ())]
    put(server, user, mail)
    if subscribe:
        subscribe_some(server, user, sorted({letter.folder for letter in mail}))
    raw = _raw_letters(owner) if odd and _maildir(server, user) else []
    for letter in raw:
        drop(server, user, letter)
    return len(mail) + len(raw)


def put(server: Server, user: str, mail: Iterable[Letter]) -> None:
    """APPEND ``mail`` in its order, making the folders it needs; raises imaplib's error with the server's words on a refusal."""
    connection = sign_in(server, user)
    try:
        prefix, separator = namespace(connection)
        folders: dict[tuple[str, ...], list[Letter]] = {}
        for letter in mail:
            folders.setdefault(letter.folder, []).append(letter)
        for folder, batch in folders.items():
            name = wire_name(folder, prefix, separator)
            if folder != ("INBOX",):
                connection.create(_quoted(name))  # a NO because it is there is fine: APPEND will tell
            for start in range(0, len(batch), 100):
                _append(connection, name, batch[start : start + 100])
    finally:
        connection.logout()


def subscribe_some(server: Server, user: str, folders: list[tuple[str, ...]]) -> None:
    """Subscribe every other one of ``folders``."""
    connection = sign_in(server, user)
    prefix, separator = namespace(connection)
    for folder in folders[::2]:
        connection.subscribe(_quoted(wire_name(folder, prefix, separator)))
    connection.logout()


def namespace(connection: imaplib.IMAP4) -> tuple[str, str]:
    """(prefix, separator) of the personal namespace."""
    if "NAMESPACE" in connection.capabilities:
        answer = connection.namespace()[1][0]
        found = re.match(rb'\(\("([^"]*)" "(.|\\\\)"', answer if isinstance(answer, bytes) else b"")
        if found:
            return found[1].decode(), found[2].decode()[-1]
    line = connection.list('""', '""')[1][0]
    found = re.search(rb'"(.)"', line if isinstance(line, bytes) else b"")
    return "", found[1].decode() if found else "/"


def wire_name(folder: tuple[str, ...], prefix: str, separator: str) -> bytes:
    """How ``folder`` is called in commands, before quoting."""
    if folder == ("INBOX",):
        return b"INBOX"
    return (prefix.encode() if folder[0] != "INBOX" else b"") + separator.encode().join(encode(part) for part in folder)


def _quoted(name: bytes) -> str:
    return '"' + name.decode().replace("\\", "\\\\").replace('"', '\\"') + '"'


def _append(connection: imaplib.IMAP4, name: bytes, batch: list[Letter]) -> None:
    """All of ``batch`` at once where the server takes LITERAL+, else one by one."""
    if "LITERAL+" not in connection.capabilities:
        for letter in batch:
            status, data = connection.append(
                _quoted(name), f"({' '.join(letter.flags)})", f'"{internaldate(letter.date)}"', letter.body
            )
            if status != "OK":
                raise imaplib.IMAP4.error(f"APPEND: {data!r}")
        return
    tags = [f"X{index}".encode() for index in range(len(batch))]
    for tag, letter in zip(tags, batch, strict=True):
        head = f'APPEND {_quoted(name)} ({" ".join(letter.flags)}) "{internaldate(letter.date)}" {{{len(letter.body)}+}}'
        connection.send(tag + b" " + head.encode() + b"\r\n" + letter.body + b"\r\n")
    waiting = set(tags)
    while waiting:
        line = connection.readline()
        tag, _, rest = line.partition(b" ")
        if tag in waiting:
            waiting.discard(tag)
            if not rest.startswith(b"OK"):
                raise imaplib.IMAP4.error(f"APPEND to {name!r}: {line!r}")
        elif not line:
            raise imaplib.IMAP4.abort("the server hung up")


def odd_letters(owner: Person) -> list[Letter]:
    """Mail that strains a copier and that a real server still takes by APPEND."""
    when = dt.datetime(2024, 2, 29, 12, 0, tzinfo=dt.timezone(dt.timedelta(hours=3)))
    early, night = (
        dt.datetime(1969, 7, 20, 20, 17, tzinfo=dt.UTC),
        dt.datetime(1995, 1, 1, tzinfo=dt.timezone(dt.timedelta(hours=-11))),
    )
    to = f"To: {owner.mention}\r\nDate: {rfc2822(when)}\r\n".encode()
    bodies: list[tuple[str, bytes]] = [
        (
            "8-bit headers",
            b"Subject: caf\xe9 \xff\xfe \xe2\x82\xac\r\nFrom: \xc3\xa9ric <e@example.org>\r\n" + to + b"\r\nbody \x80\x81\r\n",
        ),
        ("1 MB line", b"Subject: long\r\n" + to + b"\r\n" + b"x" * 1_000_000 + b"\r\n"),
        ("empty body", b"Subject: nothing more\r\n" + to + b"\r\n"),
        ("header without end", b"Subject: no blank line\r\nX-Last: yes"),
        ("no headers", b"\r\nonly text, no header at all\r\n"),
        ("dots and From", b"Subject: dots\r\n" + to + b"\r\n.\r\n..\r\nFrom here on\r\n>From there\r\n"),
        ("looks like IMAP", b"Subject: a) {3}\r\n" + to + b"\r\nabc)\r\nA1 OK FETCH completed\r\n* 1 EXISTS\r\n* BYE\r\n"),
        ("deep MIME", _deep(60)),
        ("many headers", b"".join(b"X-H%d: %d\r\n" % (i, i) for i in range(2000)) + b"\r\nx\r\n"),
        ("long header", b"Subject: " + b"word " * 20_000 + b"\r\n" + to + b"\r\nx\r\n"),
    ]
    mail = [Letter(("INBOX",), ("\\Seen",), when + dt.timedelta(minutes=i), body) for i, (_n, body) in enumerate(bodies)]
    mail.append(Letter(("INBOX",), (), early, b"Subject: before 1970\r\n" + to + b"\r\nsmall step\r\n"))
    mail.append(Letter(("INBOX",), ("\\Deleted", "\\Seen"), night, b"Subject: marked for deletion\r\n" + to + b"\r\nx\r\n"))
    everything = ("\\Seen", "\\Answered", "\\Flagged", "\\Draft", "$MDNSent", "NonJunk", "keyword-with_dots.and/slash")
    mail.append(Letter(("INBOX",), everything, when, b"Subject: all flags\r\n" + to + b"\r\nx\r\n"))
    return mail


def _deep(levels: int) -> bytes:
    head = b"Subject: deep\r\nMIME-Version: 1.0\r\n"
    opening = b"".join(b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (i, i) for i in range(levels))
    closing = b"".join(b"\r\n--b%d--\r\n" % i for i in reversed(range(levels)))
    return head + opening + b"Content-Type: text/plain\r\n\r\ninnermost" + closing


def big_letter(folder: tuple[str, ...], size: int, seed: int = 1) -> Letter:
    """One message of about ``size`` bytes."""
    rng = random.Random(seed)
    when = dt.datetime(2023, 5, 5, 8, 0, tzinfo=dt.UTC)
    lines = b"".join(rng.randbytes(38).hex().encode() + b"\r\n" for _ in range(4096))
    text = (lines * (size // len(lines) + 1))[: size - 2] + b"\r\n"
    return Letter(folder, ("\\Seen",), when, f"Subject: big {seed}\r\nDate: {rfc2822(when)}\r\n\r\n".encode() + text)


def _raw_letters(owner: Person) -> list[Letter]:
    when = dt.datetime(2022, 8, 9, 10, 0, tzinfo=dt.UTC)
    to = f"To: {owner.mention}\nDate: {rfc2822(when)}\n".encode()
    return [
        Letter(("INBOX",), ("\\Seen",), when, b"Subject: NUL\n" + to + b"\nbefore \0 after\n"),
        Letter(("INBOX",), ("\\Seen",), when, b"Subject: bare\n" + to + b"\nold\rmac\rtext\nno last line end"),
    ]


def _maildir(server: Server, user: str) -> bool:
    return getattr(getattr(server, "options", None), "storage", "") == "maildir" and hasattr(server, "home")


_MAILDIR_FLAGS = {"\\Draft": "D", "\\Flagged": "F", "\\Answered": "R", "\\Seen": "S", "\\Deleted": "T"}


def drop(server: Server, user: str, letter: Letter) -> None:
    """Lay ``letter`` into the Maildir of ``user``'s INBOX byte for byte, as a delivery program would; keywords are not kept."""
    connection = sign_in(server, user)
    connection.select()  # makes the Maildir
    connection.logout()
    folder = server.home(user) / "maildir" / "cur"  # type: ignore[attr-defined]
    flags = "".join(sorted(_MAILDIR_FLAGS[f] for f in letter.flags if f in _MAILDIR_FLAGS))
    number = len(list(folder.iterdir()))
    path = folder / f"{int(letter.date.timestamp())}.M{number}P{os.getpid()}.localhost:2,{flags}"
    path.write_bytes(letter.body)
    os.utime(path, (letter.date.timestamp(),) * 2)
    owner.give(path)
