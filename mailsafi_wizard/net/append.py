"""Writes messages: APPEND with as much in flight as the server allows (RFC 9051 section 6.3.12).

MULTIAPPEND (RFC 3502) and pushed literals (RFC 7888) where offered; without them one message a round trip, the next command riding
behind the previous literal. UIDs come back by UIDPLUS (RFC 4315). Nothing is ever resent from here: whoever calls decides.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterator, Sequence
from typing import Generic, NamedTuple, TypeVar

from mailsafi_wizard import errors
from mailsafi_wizard.net.fetch import parse_uid_set
from mailsafi_wizard.net.grammar import quoted
from mailsafi_wizard.net.session import Session

Token = TypeVar("Token")
JOINED = 1 << 18  # bytes written at once: eight mailboxes side by side hold two of each
_APPENDUID = re.compile(rb"\[APPENDUID (\d{1,10}) ([0-9:,]+)\]", re.I)


class Outgoing(NamedTuple):
    """A message to store. ``flags`` and ``date`` have passed `attributes`; exactly one of ``data`` and ``chunks`` is given."""

    uid: int  # at the source, for whoever reads the outcome
    flags: bytes
    date: bytes
    size: int
    data: bytes | None
    chunks: Iterator[bytes] | None = None
    doubtful: bool = False  # the server may say BAD to the attributes: then the literal must not be pushed


class Settled(NamedTuple, Generic[Token]):
    """What became of one `Appender.send`: the destination's UIDs (None when it doesn't tell), or the refusal."""

    token: Token
    uidvalidity: int
    uids: list[int] | None
    refusal: errors.ServerError | None


class CommandMisread(errors.BrokenProtocol):
    """BAD to a command with a pushed literal: the connection was dropped before mail could be taken for commands."""

    title = "{host} did not understand a command"


class Appender(Generic[Token]):
    """Keeps up to ``window`` bytes and commands in flight on one session. ``careful`` forces go-aheads for every literal."""

    def __init__(self, session: Session, careful: bool = False, window: int = 64 << 20, commands: int = 256) -> None:
        self.session = session
        self.pushes = session.has("LITERAL+") and not careful
        self.batches = self.pushes and session.has("MULTIAPPEND")
        self.careful = careful
        self._window = window
        self._commands = commands
        self._in_flight: deque[tuple[bytes, int, int, Token, bool]] = deque()
        self._bytes = 0
        self._open_end = False  # the last literal still lacks its CRLF
        self._settled: list[Settled[Token]] = []

    def send(self, folder: bytes, messages: Sequence[Outgoing], token: Token) -> None:
        """Sends one APPEND; more than one message only where `batches`. May first wait for earlier ones. Raises ConnectionLost and kin."""
        size = sum(m.size for m in messages)
        while self._in_flight and (len(self._in_flight) >= self._commands or self._bytes + size > self._window):
            self._settle_oldest()
        try:
            if self.pushes and not messages[0].doubtful and isinstance(quoted(folder), bytes):
                self._push(folder, messages, size, token)
            else:
                self._ask(folder, messages[0], token)
        except BaseException:
            self.session.drop()  # half a literal must never be completed by something else
            raise

    def settled(self, keep: int = 0) -> list[Settled[Token]]:
        """Outcomes so far, in order, after waiting until at most ``keep`` commands are in flight; what is answered already is taken in any case."""
        while len(self._in_flight) > keep or self._answered():
            self._settle_oldest()
        done, self._settled = self._settled, []
        return done

    @property
    def in_flight(self) -> int:
        return len(self._in_flight)

    def _answered(self) -> bool:
        """Whether the server has begun to answer. A literal that still lacks its end can't be asked for without a wait."""
        return bool(self._in_flight) and self._in_flight[0][-1] and self.session.wire.answer_waits

    def _push(self, folder: bytes, messages: Sequence[Outgoing], size: int, token: Token) -> None:
        write = self.session.wire.write_all
        self._close_open_end()
        tag = self.session.next_tag()
        head = tag + b" APPEND " + _quoted(folder)
        pending: list[bytes] = []
        held = 0
        for message in messages:
            pending.append(head + _attributes(message) + b" {%d+}\r\n" % message.size)
            head = b""
            if message.data is not None:
                pending.append(message.data)
                held += message.size
            if message.data is None or held > JOINED:
                write(b"".join(pending))
                pending.clear()
                held = 0
            if message.data is None:
                self._relay(message)
        pending.append(b"\r\n")
        write(b"".join(pending))
        self._in_flight.append((tag, size, len(messages), token, True))
        self._bytes += size

    def _relay(self, message: Outgoing) -> None:
        sent = 0
        for piece in message.chunks or ():
            sent += len(piece)
            if sent > message.size:
                break
            self.session.wire.write_all(piece)
        if sent != message.size:
            raise errors.BrokenProtocol(f"a message of {message.size} bytes turned out to have {sent}", host=self.session.host)

    def _ask(self, folder: bytes, message: Outgoing, token: Token) -> None:
        session = self.session
        name = quoted(folder)
        if self.careful or self.pushes or not isinstance(name, bytes):
            self._close_open_end()
            self._settle_all()
        tag = session.next_tag()
        prefix = b"\r\n" if self._open_end else b""
        if isinstance(name, bytes):
            line = prefix + tag + b" APPEND " + name
        else:
            session.wire.write_all(tag + b" APPEND {%d}\r\n" % len(name.data))
            session.await_go_ahead(tag)
            line = name.data
        self._open_end = False
        session.wire.write_all(line + _attributes(message) + b" {%d}\r\n" % message.size)
        self._settle_all()
        try:
            session.await_go_ahead(tag)
        except errors.ServerError as e:
            if session.dead:
                raise
            self._settled.append(Settled(token, 0, None, e))
            return
        if message.data is not None:
            session.wire.write_all(message.data)
        else:
            self._relay(message)
        self._open_end = True
        self._in_flight.append((tag, message.size, 1, token, False))
        self._bytes += message.size

    def _close_open_end(self) -> None:
        if self._open_end:
            self.session.wire.write_all(b"\r\n")
            self._open_end = False

    def _settle_all(self) -> None:
        while self._in_flight:
            self._settle_oldest()

    def _settle_oldest(self) -> None:
        if len(self._in_flight) == 1:
            self._close_open_end()
        tag, size, count, token, pushed = self._in_flight.popleft()
        self._bytes -= size
        try:
            for _reply in self.session.replies(tag):
                pass
        except errors.ServerError as e:
            if self.session.dead:
                raise
            if pushed and getattr(e, "bad", False):
                self.session.drop()
                if isinstance(e, errors.ServerBusy):
                    raise
                raise CommandMisread(e.detail, host=self.session.host) from e
            self._settled.append(Settled(token, 0, None, e))
            return
        self._settled.append(_outcome(token, self.session.last_ok, count))


def _outcome(token: Token, text: bytes, count: int) -> Settled[Token]:
    found = _APPENDUID.search(text)
    if not found:
        return Settled(token, 0, None, None)
    try:
        uids = parse_uid_set(found[2], most=count + 1)
    except ValueError:
        uids = []
    return Settled(token, int(found[1]), uids if len(uids) == count else None, None)


def _quoted(name: bytes) -> bytes:
    argument = quoted(name)
    assert isinstance(argument, bytes)
    return argument


def _attributes(message: Outgoing) -> bytes:
    return b" (" + message.flags + b")" + (b' "' + message.date + b'"' if message.date else b"")
