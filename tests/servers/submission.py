"""A real submission server on loopback (aiosmtpd) that does what a test tells it to: takes, refuses, delays, cuts the line.

What it took is in `mails`. It shares no code with the program.
"""

from __future__ import annotations

import asyncio
import ssl
import threading
import warnings
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

USER, PASSWORD, TOKEN = "njeri@example.co.ke", 'Chai, § "77"', "ya29.token"


@dataclass
class Mail:
    """One mail that was taken, with its envelope."""

    sender: str
    recipients: list[str]
    content: bytes
    sender_options: list[str]
    recipient_options: list[str]


@dataclass
class Behaviour:
    """What the server does. ``replies``: by address, replies to RCPT, one after another; ``data``: the same to the whole mail."""

    replies: dict[str, list[str]] = field(default_factory=dict)
    data: dict[str, list[str]] = field(default_factory=dict)
    cut_at: dict[str, str] = field(default_factory=dict)  # address -> "rcpt", "data" (before its end), "dot" (taken, then silence)
    sender_reply: str = ""
    auth_reply: str = ""
    greeting: str = ""
    hold_at: str = ""  # this address's mail is in, and the answer waits for `Submission.go_on`


class _Protocol(SMTP):
    behaviour: Behaviour
    mails: list[Mail]
    signed_in: list[str]

    async def auth_XOAUTH2(self, _server: object, args: list[str]) -> AuthResult:
        import base64

        said = base64.b64decode(args[1]).decode()
        if said == f"user={USER}\x01auth=Bearer {TOKEN}\x01\x01":
            self.signed_in.append("XOAUTH2")
            return AuthResult(success=True, auth_data=USER)
        await self.push("334 eyJzdGF0dXMiOiI0MDAifQ==")
        await self._reader.readline()
        await self.push(f"535 5.7.8 not this one: {args[1]}")
        return AuthResult(success=False, handled=True)


class _Handler:
    def __init__(self, server: Submission) -> None:
        self._server = server

    async def handle_MAIL(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        if self._server.behaviour.sender_reply:
            return self._server.behaviour.sender_reply
        envelope.mail_from, envelope.mail_options = address, list(options)
        return "250 OK"

    async def handle_RCPT(self, server: Any, session: Session, envelope: Envelope, address: str, options: list[str]) -> str:
        behaviour = self._server.behaviour
        if behaviour.cut_at.get(address) == "rcpt":
            del behaviour.cut_at[address]
            server.transport.abort()
            return "250 OK"
        waiting = behaviour.replies.get(address)
        if waiting:
            return waiting.pop(0)
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options = list(options)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Session, envelope: Envelope) -> str:
        behaviour, address = self._server.behaviour, envelope.rcpt_tos[0]
        waiting = behaviour.data.get(address)
        if waiting:
            return waiting.pop(0)
        cut = behaviour.cut_at.pop(address, "")
        if cut != "data":
            content = envelope.content if isinstance(envelope.content, bytes) else b""
            self._server.mails.append(
                Mail(envelope.mail_from or "", list(envelope.rcpt_tos), content, envelope.mail_options, envelope.rcpt_options)
            )
        if cut:
            server.transport.abort()
        if behaviour.hold_at == address:
            self._server.holding.set()
            await self._server.released.wait()
        return "250 2.0.0 taken as 4711"


class Submission:
    """Runs in a thread of its own while used as a context manager."""

    def __init__(
        self, context: ssl.SSLContext | None, *, implicit: bool = False, utf8: bool = False, without: tuple[str, ...] = ()
    ) -> None:
        """``context``: for STARTTLS, or for TLS from the start if ``implicit``. ``without``: SASL mechanisms it does not offer."""
        self.behaviour = Behaviour()
        self.mails: list[Mail] = []
        self.signed_in: list[str] = []
        self.connections = 0
        self.holding, self.released = threading.Event(), asyncio.Event()
        self._context, self._implicit, self._utf8 = context, implicit, utf8
        self._without = list(without)
        self.loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, name="submission", daemon=True)
        self._ready = threading.Event()
        self.port = 0

    def _protocol(self) -> SMTP:
        self.connections += 1
        with warnings.catch_warnings(action="ignore"):  # of a server that would take passwords in the clear
            made = self._made()
        made.signed_in = self.signed_in
        return made

    def _made(self) -> _Protocol:
        return _Protocol(
            _Handler(self),
            hostname="submission.test",
            enable_SMTPUTF8=self._utf8,
            tls_context=None if self._implicit else self._context,
            require_starttls=self._context is not None and not self._implicit,
            auth_required=self._context is not None,
            auth_require_tls=not self._implicit and self._context is not None,
            auth_exclude_mechanism=self._without,
            authenticator=self._authenticate,
            loop=self.loop,
            ident=self.behaviour.greeting or None,
        )

    def _authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        right = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        if right and not self.behaviour.auth_reply:
            self.signed_in.append(mechanism)
            return AuthResult(success=True, auth_data=data)
        said = self.behaviour.auth_reply or f"535 5.7.8 wrong: {data.password.decode()}"
        asyncio.ensure_future(server.push(said))  # noqa: RUF006 it is done before the next command is read
        return AuthResult(success=False, handled=True)

    def _run(self) -> None:
        asyncio.set_event_loop(self.loop)
        secure = self._context if self._implicit else None
        server = self.loop.run_until_complete(self.loop.create_server(self._protocol, "127.0.0.1", 0, ssl=secure))
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        self.loop.run_forever()
        server.close()
        for task in asyncio.all_tasks(self.loop):
            task.cancel()
        self.loop.run_until_complete(asyncio.sleep(0))
        self.loop.run_until_complete(self.loop.shutdown_asyncgens())
        self.loop.close()

    def go_on(self) -> None:
        """Ends the waiting of `Behaviour.hold_at`, and comes back when what was held is taken."""
        self.behaviour.hold_at = ""
        done = threading.Event()

        async def release() -> None:
            self.released.set()
            await asyncio.sleep(0)
            await asyncio.sleep(0)
            done.set()

        asyncio.run_coroutine_threadsafe(release(), self.loop)
        assert done.wait(10)

    def __enter__(self) -> Submission:
        self._thread.start()
        assert self._ready.wait(10)
        return self

    def __exit__(self, *_exc: object) -> None:
        self.loop.call_soon_threadsafe(self.loop.stop)
        self._thread.join(10)
