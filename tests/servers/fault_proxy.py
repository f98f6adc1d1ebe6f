"""A proxy between a client and a real IMAP server, TLS on both sides, that makes go wrong what it is told (see `faults`).

It follows the conversation: the client's commands with their literals (also LITERAL+, MULTIAPPEND, pipelined), the server's
replies with theirs. COMPRESS and STARTTLS are taken out of CAPABILITY, since it could not follow them.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
import ssl
import struct
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.model import Security
from tests.servers.faults import (
    Action,
    Answer,
    Body,
    Command,
    Connect,
    Cut,
    Fault,
    Faults,
    Garble,
    Greeting,
    Hang,
    Inject,
    Literal,
    Replace,
    Reply,
    Resize,
    Shorten,
    Slow,
    Swallow,
    Untagged,
    Wait,
)

_LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n\Z")
_CAPABILITIES = re.compile(rb"(\* CAPABILITY |\[CAPABILITY )([^\]\r\n]*)")
_LIMIT = 64 << 20
_CHUNK = 1 << 16


class FaultProxy:
    """Listens on a free port of the loopback until `stop`; use as a context manager. ``hide``: capabilities nobody shall see."""

    host = "localhost"

    def __init__(
        self, server_port: int, certificate: Certificate, faults: Sequence[Fault] = (), hide: Sequence[str] = (), tls: bool = True
    ) -> None:
        self.server_port, self.certificate, self._tls = server_port, certificate, tls
        self.faults = Faults(faults)
        self.hidden = {h.upper() for h in hide} | {"COMPRESS=DEFLATE", "STARTTLS"}
        self.connections = 0
        self.commands: list[tuple[int, str]] = []  # (connection, name), as they came
        self._listener = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name=f"fault-proxy-{self.port}", daemon=True)
        self._thread.start()

    def url(self) -> str:
        return f"{(Security.TLS if self._tls else Security.CLEARTEXT).value}://{self.host}:{self.port}"

    @property
    def fired(self) -> int:
        """How often anything was made to go wrong."""
        return self.faults.fired.total()

    def __enter__(self) -> FaultProxy:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End all connections."""
        if self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10)
        self._listener.close()

    def _run(self) -> None:
        asyncio.set_event_loop(self._loop)
        self._task = self._loop.create_task(self._listen())
        with contextlib.suppress(asyncio.CancelledError):
            self._loop.run_until_complete(self._task)
        self._loop.close()

    async def _listen(self) -> None:
        self._listener.setblocking(False)
        async with asyncio.TaskGroup() as group:
            while True:
                client, _address = await self._loop.sock_accept(self._listener)
                client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                self.connections += 1
                group.create_task(self._serve(client, self.connections))

    async def _serve(self, client: socket.socket, number: int) -> None:
        fault = self.faults.at(Connect, "", number)
        if fault and isinstance(fault.do, Cut):
            _close(client, fault.do.reset)
            return
        if fault and isinstance(fault.do, Hang):
            try:
                await asyncio.Event().wait()
            finally:
                client.close()
        if fault and isinstance(fault.do, Wait):
            await asyncio.sleep(fault.do.seconds)
        with contextlib.suppress(OSError, EOFError, ValueError, _Over):
            await self._relay(client, number)

    async def _relay(self, client: socket.socket, number: int) -> None:
        to_client, to_server = None, None
        try:
            to_client = await _opened(self._loop, client, self._server_context() if self._tls else None)
            trust = ssl.create_default_context(cafile=str(self.certificate.ca_file))
            to_server = await asyncio.open_connection("localhost", self.server_port, ssl=trust, limit=_LIMIT)
            await _Link(self, number, *to_client, *to_server).run()
        finally:
            for pair in (to_client, to_server):
                if pair:
                    _abort(pair[1])
            if to_client is None:
                client.close()

    def _server_context(self) -> ssl.SSLContext:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate.chain, self.certificate.key)
        return context


class _Over(Exception):
    """The connection was cut on purpose."""


@dataclass
class _Asked:
    """A command that has not been answered. ``answer``: what the proxy itself will say to it."""

    tag: bytes
    name: str
    answer: bytes = b""
    go_ahead: asyncio.Queue[bool] = field(default_factory=asyncio.Queue)


class _Link:
    """One client and its connection to the server, until one of them ends."""

    def __init__(
        self,
        proxy: FaultProxy,
        number: int,
        client: asyncio.StreamReader,
        client_writer: asyncio.StreamWriter,
        server: asyncio.StreamReader,
        server_writer: asyncio.StreamWriter,
    ) -> None:
        self.proxy, self.number = proxy, number
        self.client, self.client_writer = client, client_writer
        self.server, self.server_writer = server, server_writer
        self.waiting: deque[_Asked] = deque()
        self.asking: _Asked | None = None
        self.pace = {True: 0.0, False: 0.0}  # bytes per second to the server, to the client

    async def run(self) -> None:
        tasks = [asyncio.create_task(self._up()), asyncio.create_task(self._down())]
        try:
            done, _pending = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            if tasks[0] in done and not tasks[0].exception():
                with contextlib.suppress(TimeoutError):  # the client has finished speaking; let the server finish too
                    await asyncio.wait_for(asyncio.shield(tasks[1]), 1)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    # --- from the client to the server

    async def _up(self) -> None:
        while line := await self.client.readline():
            words = line.split(None, 3)
            name = words[1].decode("latin-1").upper() if len(words) > 1 else ""
            if name == "UID" and len(words) > 2:
                name = f"UID {words[2].decode('latin-1').upper()}"
            asked = _Asked(words[0] if words else b"", name)
            self.proxy.commands.append((self.number, name))
            fault = self._met(Command, name)
            if fault and isinstance(fault.do, Answer):
                await self._absorb(asked, line, fault.do.text)
                continue
            await self._act(fault)
            self.waiting.append(asked)
            await self._pass_command(asked, line)
        self.server_writer.close()

    async def _pass_command(self, asked: _Asked, line: bytes) -> None:
        while True:
            self.asking = asked
            await self._to_server(line)
            found = _LITERAL.search(line)
            if not found:
                break
            if not found[2] and not await asked.go_ahead.get():
                return
            await self._pass_literal(asked.name, int(found[1]))
            line = await self._line()
        while asked.name in ("AUTHENTICATE", "IDLE") and await asked.go_ahead.get():
            await self._to_server(await self._line())

    async def _line(self) -> bytes:
        line = await self.client.readline()
        if not line:
            raise EOFError
        return line

    async def _pass_literal(self, name: str, size: int) -> None:
        fault = self._met(Literal, name)
        place = _place(fault.at.byte, size) if fault and isinstance(fault.at, Literal) else -1
        sent = 0
        while True:
            if fault and sent == place:
                await self._act(fault)
            if sent == size:
                return
            most = min(_CHUNK, (place if sent < place else size) - sent)
            data = await self.client.read(most)
            if not data:
                raise EOFError
            await self._to_server(data)
            sent += len(data)

    async def _absorb(self, asked: _Asked, line: bytes, text: str) -> None:
        """Take a whole command without the server, and answer it in its turn."""
        while found := _LITERAL.search(line):
            if not found[2]:
                while self.waiting:  # a real server asks only when it has answered what came before
                    await asyncio.sleep(0.002)
                await self._to_client(b"+ go ahead\r\n")
            await self.client.readexactly(int(found[1]))
            line = await self._line()
        asked.answer = asked.tag + b" " + text.encode() + b"\r\n"
        self.waiting.append(asked)
        await self._own_answers()

    async def _own_answers(self) -> None:
        while self.waiting and self.waiting[0].answer:
            await self._to_client(self.waiting.popleft().answer)

    # --- from the server to the client

    async def _down(self) -> None:
        greeting = await self.server.readline()
        await self._act(self._met(Greeting, ""))
        await self._to_client(self._without_hidden(greeting))
        while line := await self.server.readline():
            if line.startswith(b"+"):
                if self.asking:
                    self.asking.go_ahead.put_nowait(True)
                await self._to_client(line)
            elif line.startswith(b"* "):
                await self._untagged(line)
            else:
                await self._tagged(line)
        await _closed(self.client_writer)

    async def _tagged(self, line: bytes) -> None:
        tag = line.split(None, 1)[0]
        asked = next((a for a in self.waiting if a.tag == tag), None)
        fault = self._met(Reply, asked.name) if asked else None
        if asked:
            self.waiting.remove(asked)
        await self._act(fault)
        if fault and isinstance(fault.do, Replace):
            line = tag + b" " + fault.do.text.encode() + b"\r\n"
        if not (fault and isinstance(fault.do, Swallow)):
            await self._to_client(self._without_hidden(line))
        if asked:
            asked.go_ahead.put_nowait(False)
        await self._own_answers()

    async def _untagged(self, line: bytes) -> None:
        fault = self._met(Untagged, line.decode("latin-1"))
        await self._act(fault)
        swallowed = bool(fault and isinstance(fault.do, Swallow))
        is_fetch = re.match(rb"\* \d+ FETCH ", line) is not None
        while found := _LITERAL.search(line):
            await self._pass_body(line, found, is_fetch, swallowed)
            line = await self.server.readline()
        if not swallowed:
            await self._to_client(self._without_hidden(line))

    async def _pass_body(self, line: bytes, found: re.Match[bytes], is_fetch: bool, swallowed: bool) -> None:
        size = int(found[1])
        if swallowed:
            await self.server.readexactly(size)
            return
        fault = self._met(Body, "") if is_fetch else None
        announced, change = _change_of(fault.do if fault else None, size)
        await self._to_client(line[: found.start()] + b"{%d}\r\n" % announced)
        if change:
            await self._to_client(change(await self.server.readexactly(size)))
            return
        place = _place(fault.at.byte, size) if fault and isinstance(fault.at, Body) else -1
        sent = 0
        while True:
            if sent == place:
                await self._act(fault)
            if sent == size:
                return
            data = await self.server.read(min(_CHUNK, (place if sent < place else size) - sent))
            if not data:
                raise EOFError
            await self._to_client(data)
            sent += len(data)

    def _without_hidden(self, line: bytes) -> bytes:
        def kept(found: re.Match[bytes]) -> bytes:
            return found[1] + b" ".join(w for w in found[2].split() if w.decode("latin-1").upper() not in self.proxy.hidden)

        return _CAPABILITIES.sub(kept, line)

    # --- both

    def _met(self, kind: type, text: str) -> Fault | None:
        return self.proxy.faults.at(kind, text, self.number)

    async def _act(self, fault: Fault | None) -> None:
        match fault.do if fault else None:
            case Cut(reset):
                await self._cut(reset)
                raise _Over
            case Hang():
                await asyncio.Event().wait()
            case Wait(seconds):
                await asyncio.sleep(seconds)
            case Slow(bytes_per_second, up):
                self.pace[up] = bytes_per_second
            case Inject(data):
                await self._to_client(data)

    async def _cut(self, reset: bool) -> None:
        """The server sees an orderly end, so that it has surely got what was passed on; the client as it was told."""
        await _closed(self.server_writer)
        sock = self.client_writer.get_extra_info("socket")
        if reset and sock is not None:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            _abort(self.client_writer)
        else:
            await _closed(self.client_writer)

    async def _to_client(self, data: bytes) -> None:
        await self._send(self.client_writer, data, self.pace[False])

    async def _to_server(self, data: bytes) -> None:
        await self._send(self.server_writer, data, self.pace[True])

    @staticmethod
    async def _send(writer: asyncio.StreamWriter, data: bytes, pace: float) -> None:
        step = max(1, int(pace / 10)) if pace else max(1, len(data))
        for start in range(0, len(data), step):
            writer.write(data[start : start + step])
            await writer.drain()
            if pace:
                await asyncio.sleep(step / pace)


def _place(byte: int | None, size: int) -> int:
    if byte is None:
        return size
    return max(0, size + byte) if byte < 0 else min(byte, size)


def _change_of(action: Action | None, size: int) -> tuple[int, Callable[[bytes], bytes] | None]:
    """(the size to announce, what to make of the bytes; None: pass them as they come)."""
    match action:
        case Shorten(keep, honest):
            return (min(keep, size) if honest else size), lambda body: body[:keep]
        case Garble():
            return (
                size,
                lambda body: body[: size // 2] + bytes(b ^ 1 for b in body[size // 2 : size // 2 + 8]) + body[size // 2 + 8 :],
            )
        case Resize(by):
            return max(0, size + by), lambda body: body
    return size, None


def _close(sock: socket.socket, reset: bool) -> None:
    if reset:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


def _abort(writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(AttributeError):  # Python before 3.11.3: a TLS transport that is closed already
        writer.transport.abort()


async def _closed(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with contextlib.suppress(OSError):
        await asyncio.wait_for(writer.wait_closed(), 2)


async def _opened(
    loop: asyncio.AbstractEventLoop, sock: socket.socket, context: ssl.SSLContext | None
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reader = asyncio.StreamReader(limit=_LIMIT, loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    options: dict[str, Any] = {"ssl": context, "ssl_handshake_timeout": 10} if context else {}
    transport, _protocol = await loop.connect_accepted_socket(lambda: protocol, sock, **options)
    return reader, asyncio.StreamWriter(transport, protocol, reader, loop)
