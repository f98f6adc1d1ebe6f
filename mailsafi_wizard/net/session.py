"""One IMAP connection: greeting, STARTTLS, commands in flight, replies in bounds (RFC 9051).

It is our own, because copying keeps many commands in flight, streams bodies and must survive servers that never stop talking. A session
belongs to one thread at a time.
"""

from __future__ import annotations

import base64
import contextlib
import re
import socket
import time
from collections.abc import Callable, Iterator, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Rung, Security
from mailsafi_wizard.net import ahead
from mailsafi_wizard.net import wire as w
from mailsafi_wizard.net.grammar import Literal, Parts
from mailsafi_wizard.net.refusals import refusal
from mailsafi_wizard.words import one_line

Climbed = Callable[[Rung, str], None]

LITERAL_END = re.compile(rb"~?\{(\d{1,19})\+?\}\r?\n\Z")
_TAGGED = re.compile(rb"([A-Za-z0-9]+) (OK|NO|BAD)(?: (.*?))?\r?\n\Z", re.I | re.S)
_CODE = re.compile(rb"\[([A-Za-z0-9.\-]+)(?: ([^\]]*))?\]")
_GREETING = re.compile(rb"\* (OK|PREAUTH|BYE)\b ?(.*?)\r?\n\Z", re.I | re.S)
MOST_REPLY_BYTES = 4 << 20  # of one untagged reply outside message bodies
MOST_STRAY_REPLIES = 20_000  # untagged replies nobody asked for, within one command


class Session:
    """A connection that has greeted. ``capabilities`` are upper case. Raises `errors.ConnectionLost` and kin whenever it is unusable."""

    def __init__(self, wire: w.Wire, endpoint: Endpoint) -> None:
        self.wire = wire
        self.endpoint = endpoint
        self.host = endpoint.host
        self.capabilities: frozenset[str] = frozenset()
        self.greeting = ""
        self.authenticated = False
        self.selected: tuple[bytes, bool] | None = None
        self.dead = False
        self.last_ok = b""
        self._secrets: list[str] = []
        self._tag = 0
        self._outstanding: dict[bytes, bool] = {}  # tag -> whether its answer may come out of turn
        self._early: dict[bytes, re.Match[bytes]] = {}
        self._sent_at = 0.0  # when a command was sent with nothing else in flight, 0 when its answer has begun
        self.round_trip = 0.0  # seconds, the shortest seen; 0 before the first command

    # --- opening

    @classmethod
    def open(
        cls,
        endpoint: Endpoint,
        trust: w.Trust,
        patience: w.Patience,
        climbed: Climbed = lambda rung, found: None,
        secrets: Sequence[str] = (),
    ) -> Session:
        """Name, connection, TLS and greeting; raises the error of the rung that fails. ``climbed`` hears of each rung passed.

        ``secrets`` never show in what it reports: a hostile greeting may repeat what an earlier connection was told.
        """
        if (begun := ahead.take(endpoint, trust, patience)) is not None:  # its name was found then
            return cls._begin(begun, trust, climbed, secrets)
        climbed(Rung.NAME, ", ".join(w.resolve(endpoint)))
        return cls.over(w.connect(endpoint, patience), endpoint, trust, patience, climbed, secrets)

    @classmethod
    def over(
        cls,
        sock: socket.socket,
        endpoint: Endpoint,
        trust: w.Trust,
        patience: w.Patience,
        climbed: Climbed = lambda rung, found: None,
        secrets: Sequence[str] = (),
    ) -> Session:
        """`open` from a connection on, for who finds the way to the server by itself; the connection is closed when it fails."""
        return cls._begin(w.Wire(sock, endpoint, patience), trust, climbed, secrets)

    @classmethod
    def _begin(cls, wire: w.Wire, trust: w.Trust, climbed: Climbed, secrets: Sequence[str]) -> Session:
        endpoint = wire.endpoint
        try:
            climbed(Rung.CONNECTION, f"port {endpoint.port}")
            session = cls(wire, endpoint)
            session.hide(*secrets)
            if endpoint.security is Security.TLS:
                if not wire.tls_version:
                    wire.secure(trust)
                climbed(Rung.TLS, wire.tls_version)
            elif endpoint.security is Security.CLEARTEXT:
                climbed(Rung.TLS, "none, as chosen")
            session._greet()
            if endpoint.security is Security.STARTTLS:
                session._starttls(trust)
                climbed(Rung.TLS, wire.tls_version)
            if not session.capabilities:
                session.ask_capabilities()
            climbed(Rung.GREETING, session.greeting)
            return session
        except BaseException:
            wire.drop()
            raise

    def _greet(self) -> None:
        try:
            line = self.wire.readline(8192)
        except errors.BrokenProtocol as e:
            raise errors.NotImap("an endless line", host=self.host, port=self.endpoint.port) from e
        found = _GREETING.match(line)
        if not found:
            raise errors.NotImap(self.scrubbed(line), host=self.host, port=self.endpoint.port)
        self.greeting = self.scrubbed(found[2])
        kind = found[1].upper()
        if kind == b"BYE":
            raise self._goodbye(found[2])
        if kind == b"PREAUTH":
            raise errors.BrokenProtocol("the server claims that we are signed in already", host=self.host)
        self.note_capabilities(found[2])

    def _goodbye(self, text: bytes) -> errors.ServerError:
        code, words = self.code_and_text(text)
        error = refusal(self.host, code, words, bad=False)
        if isinstance(error, (errors.TooManyConnections, errors.ServerBusy)):
            return error
        return errors.ConnectionLost(words, host=self.host)

    def _starttls(self, trust: w.Trust) -> None:
        self.ask_capabilities()
        if "STARTTLS" not in self.capabilities:
            raise errors.StartTlsMissing(host=self.host, port=self.endpoint.port)
        try:
            self.run(b"STARTTLS")
        except errors.CommandRefused as e:
            raise errors.StartTlsMissing(e.detail, host=self.host, port=self.endpoint.port) from e
        if self.wire.has_unread:
            raise errors.StartTlsInjected(host=self.host)
        self.wire.secure(trust)
        self.capabilities = frozenset()  # what was said in the clear counts for nothing (RFC 9051 section 6.2.1)

    # --- capabilities

    def note_capabilities(self, text: bytes) -> None:
        """Takes a [CAPABILITY ...] code out of ``text`` when there is one."""
        found = re.search(rb"\[CAPABILITY ([^\]]*)\]", text, re.I)
        if found:
            self.capabilities = frozenset(found[1].decode("ascii", "replace").upper().split())

    def ask_capabilities(self) -> None:
        """Sends CAPABILITY."""
        for parts in self.run(b"CAPABILITY"):
            if parts[0].upper().startswith(b"* CAPABILITY "):
                self.capabilities = frozenset(parts[0][13:].decode("ascii", "replace").upper().split())

    def has(self, capability: str) -> bool:
        return capability in self.capabilities

    # --- secrets

    def hide(self, *secrets: str) -> None:
        """From now on these never appear in anything this session reports, whatever the server echoes."""
        for secret in secrets:
            if not secret:
                continue
            raw = secret.encode("utf-8", "surrogatepass")
            forms = {
                secret,
                base64.b64encode(raw).decode(),
                secret.replace("\\", "\\\\").replace('"', '\\"'),
                raw.decode("latin-1"),
            }
            self._secrets = sorted(set(self._secrets) | forms, key=len, reverse=True)

    def scrubbed(self, text: bytes) -> str:
        """Server text for people: one line, no control characters, at most 300 characters, no secret."""
        words = text.decode("utf-8", "replace")
        for secret in self._secrets:
            words = words.replace(secret, "•••")
        return one_line(words)[:300]

    def code_and_text(self, text: bytes) -> tuple[str, str]:
        """Response code (upper case, "" when none) and the words of a status reply."""
        found = _CODE.match(text)
        code = found[1].decode("ascii", "replace").upper() if found else ""
        return code, self.scrubbed(text)

    # --- commands

    def next_tag(self, any_order: bool = False) -> bytes:
        """``any_order``: the server may answer this command before earlier ones of its kind (RFC 9051 section 5.5)."""
        self._tag += 1
        tag = b"W%d" % self._tag
        self._outstanding[tag] = any_order
        return tag

    def send(self, *parts: bytes | Literal) -> bytes:
        """Sends one command without waiting; the parts are joined by spaces. Returns its tag for `replies`.

        A `Literal` is sent at once with LITERAL+ (RFC 7888), else after the server's go-ahead: then nothing else may be in flight.
        """
        if not self._outstanding:
            self._sent_at = time.monotonic()
        tag = self.next_tag(any_order=parts[0] in (b"UID FETCH", b"UID STORE"))
        line = tag
        for part in parts:
            if isinstance(part, Literal):
                line = self._send_literal(tag, line, part.data)
            else:
                line += b" " + part
        self._check_line(line)
        self._write(line + b"\r\n")
        return tag

    @staticmethod
    def _check_line(line: bytes) -> None:
        if re.search(rb"[\r\n\x00]", line):
            raise ValueError("a command must not contain CR, LF or NUL")

    def _send_literal(self, tag: bytes, line: bytes, data: bytes) -> bytes:
        self._check_line(line)
        if self.can_push(len(data)):
            self._write(line + b" {%d+}\r\n" % len(data) + data)
            return b""
        if len(self._outstanding) > 1:
            raise RuntimeError("a literal that needs a go-ahead was sent while other commands were in flight")
        self._write(line + b" {%d}\r\n" % len(data))
        self.await_go_ahead(tag)
        self._write(data)
        return b""

    def can_push(self, size: int) -> bool:
        """Whether a literal of ``size`` bytes may be sent without waiting (RFC 7888)."""
        return self.has("LITERAL+") or (self.has("LITERAL-") and size <= 4096)

    def await_go_ahead(self, tag: bytes) -> bytes:
        """Reads up to the "+" (RFC 9051 section 7.6), returns what stands behind it; raises the refusal when the tagged reply comes instead."""
        for _ in range(MOST_STRAY_REPLIES):
            line = self._line()
            if line.startswith(b"+"):
                return line[1:].strip()
            if not line.startswith(b"* "):
                self.settle(tag, line)
                raise self.broken("the server ended a command before its argument was sent")
            self.whole(line)
        raise self.broken("a flood of replies nobody asked for")

    def _write(self, data: bytes) -> None:
        try:
            self.wire.write_all(data)
        except errors.ConnectionLost:
            self.drop()
            raise

    def run(self, *parts: bytes | Literal) -> list[Parts]:
        """One command and all its untagged replies; raises the refusal for NO and BAD."""
        return list(self.replies(self.send(*parts)))

    def compress(self) -> bool:
        """Packs the rest of the conversation where the server offers it (COMPRESS, RFC 4978); True when it is packed now."""
        if not self.has("COMPRESS=DEFLATE") or self._outstanding or self.try_run(b"COMPRESS", b"DEFLATE") is None:
            return False
        self.wire.compress()
        return True

    def try_run(self, *parts: bytes | Literal) -> list[Parts] | None:
        """Like `run`, but None when the server refuses."""
        try:
            return self.run(*parts)
        except errors.CommandRefused:
            return None

    def replies(self, tag: bytes, most: int = MOST_STRAY_REPLIES) -> Iterator[Parts]:
        """The untagged replies up to the tagged one of ``tag``. Commands must be read in the order they were sent."""
        if self.came_early(tag):
            return
        deadline = w.Deadline(self.wire.patience)
        for _ in range(most):
            line = self._line()
            if line.startswith(b"* "):
                parts = self.whole(line)
                self.watch(parts)
                yield parts
            elif self.settle(tag, line):
                return
            self.check(deadline)
        raise self.broken(f"more than {most} replies to one command")

    def check(self, deadline: w.Deadline) -> None:
        """Raises NoAnswer, and drops the connection, when an answer has gone on for too long."""
        if deadline.passed:
            self.drop()
            raise errors.NoAnswer("it goes on talking without ever ending its answer", host=self.host)

    def _line(self) -> bytes:
        try:
            line = self.wire.readline(1 << 20)
        except errors.ConnectionLost:
            self.drop()
            raise
        if self._sent_at:
            took = time.monotonic() - self._sent_at
            self.round_trip = min(self.round_trip or took, took)
            self._sent_at = 0.0
        return line

    def whole(self, line: bytes) -> Parts:
        """A reply with its literals, from its first line."""
        parts: Parts = []
        total = 0
        while found := LITERAL_END.search(line):
            size = int(found[1])
            total += size + len(line)
            if total > MOST_REPLY_BYTES:
                raise self.broken(f"a reply of {total} bytes")
            parts += [line[: found.start()], self._exactly(size)]
            line = self._line()
        parts.append(line.rstrip(b"\r\n"))
        return parts

    def _exactly(self, size: int) -> bytes:
        try:
            return self.wire.read_exactly(size)
        except errors.ConnectionLost:
            self.drop()
            raise

    def watch(self, parts: Parts) -> None:
        if parts[0][:6].upper() == b"* BYE ":
            if b"LOGOUT" in self._outstanding:
                return
            self.drop()
            raise self._goodbye(parts[0][6:])

    def settle(self, tag: bytes, line: bytes) -> bool:
        """Handles a tagged line: True for OK to ``tag``, the refusal raised for NO and BAD, else the stream is broken.

        False for the end of another command that may come out of turn: it is remembered for whoever waits for that one.
        """
        found = _TAGGED.match(line)
        if not found or (found[1] != tag and not self._outstanding.get(found[1])):
            raise self.broken(f"an unexpected line: {self.scrubbed(line)[:100]}")
        self._outstanding.pop(found[1], None)
        if found[1] != tag:
            self._early[found[1]] = found
            return False
        return self._concluded(found)

    def came_early(self, tag: bytes) -> bool:
        """True when the server has ended this command already; raises its refusal."""
        found = self._early.pop(tag, None)
        return found is not None and self._concluded(found)

    def _concluded(self, found: re.Match[bytes]) -> bool:
        text = found[3] or b""
        kind = found[2].upper()
        if kind == b"OK":
            self.last_ok = text
            return True
        code, words = self.code_and_text(text)
        raise refusal(self.host, code, words, bad=kind == b"BAD")

    def broken(self, what: str) -> errors.BrokenProtocol:
        self.drop()
        return errors.BrokenProtocol(what, host=self.host)

    @property
    def in_flight(self) -> int:
        return len(self._outstanding)

    # --- ending

    def drop(self) -> None:
        """Closes without ceremony."""
        self.dead = True
        self.wire.drop()

    def logout(self) -> None:
        """Says LOGOUT and closes without waiting for the answer, which nobody needs; a server that has gone already is no error."""
        with contextlib.suppress(errors.MigrationError):
            if not self.dead:
                self.send(b"LOGOUT")
        self.drop()
