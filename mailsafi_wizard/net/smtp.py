"""Hands mails to a submission server (RFC 6409) over one signed-in connection, one mail and one recipient at a time. Knows no project.

Every error of aiosmtplib becomes one of ours at this edge, with what the server said and without any secret it may have repeated. The
one thing SMTP can't tell is whether a mail was taken when the connection breaks after its text has left: that is `OutcomeUnknown`.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import ssl
from collections.abc import AsyncIterator
from dataclasses import replace
from types import TracebackType

import aiosmtplib
from aiosmtplib import SMTP

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Security, SignIn, SignInStyle
from mailsafi_wizard.net import certificates, smtp_errors, wire
from mailsafi_wizard.net.tls_errors import tls_errors
from mailsafi_wizard.net.wire import Patience, Trust
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_, one_line

EHLO_NAME = "[127.0.0.1]"  # the computer's own name is nobody's business, and looking it up may take long
DATA_SECONDS = 300.0  # a server may check a mail before it answers; RFC 5321 section 4.5.3.2.6 allows twice this


@dataclass(frozen=True)
class Envelope:
    """One mail to one recipient. ``mail``: whole, with CRLF. ``name`` comes back in a report of failure, if there is one (RFC 3461)."""

    sender: str
    recipient: str
    mail: bytes
    name: str = ""

    @property
    def needs_utf8(self) -> bool:
        return not (self.recipient.isascii() and self.sender.isascii())


class Mailer:
    """One connection; use as an async context manager. Without ``who`` nobody signs in, which only a server on the spot allows."""

    def __init__(self, endpoint: Endpoint, trust: Trust, who: SignIn | None, patience: Patience | None = None) -> None:
        self.endpoint = endpoint
        self._trust, self._who = trust, who
        self._patience = patience or Patience()
        self._secrets = _forms(who)
        self._smtp: SMTP | None = None
        self._transport: asyncio.WriteTransport | None = None

    async def __aenter__(self) -> Mailer:
        try:
            await self._open()
        except BaseException:
            self.drop()
            await _closed()
            raise
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._smtp is not None and self._smtp.is_connected and kind is None:
            with contextlib.suppress(aiosmtplib.SMTPException, OSError, ValueError):
                await self._smtp.quit(timeout=5)
        self.drop()
        await _closed()

    def drop(self) -> None:
        """Closes without ceremony; safe to call twice."""
        if self._smtp is not None:
            self._note_transport()
            self._smtp.close()
        if self._transport is not None:
            self._transport.abort()  # a farewell in TLS would wait for the other end
            self._transport = None

    def _note_transport(self) -> None:
        """aiosmtplib forgets its transport when it closes it by itself."""
        if self._smtp is not None and isinstance(self._smtp.transport, asyncio.WriteTransport):
            self._transport = self._smtp.transport

    # --- opening

    async def _open(self) -> None:
        endpoint = self.endpoint
        try:
            sock = await asyncio.to_thread(wire.connect, endpoint, self._patience)
        except (errors.ConnectionRefused, errors.ConnectTimeout) as e:
            raise smtp_errors.SmtpUnreachable(e.detail, host=endpoint.host, port=endpoint.port) from e
        sock.setblocking(False)
        secure = endpoint.security is not Security.CLEARTEXT
        context = await asyncio.to_thread(self._trust.context, endpoint) if secure else None
        self._smtp = SMTP(
            hostname=endpoint.host, sock=sock, local_hostname=EHLO_NAME, timeout=self._patience.silence,
            use_tls=endpoint.security is Security.TLS, start_tls=False, tls_context=context,
        )  # fmt: skip
        async with self._told():
            await self._smtp.connect()
            await self._smtp.ehlo()
            if endpoint.security is Security.STARTTLS:
                await self._start_tls(context)
        self._note_transport()
        self._check_pin()
        if self._who is not None:
            await self._sign_in(self._who)

    async def _start_tls(self, context: ssl.SSLContext | None) -> None:
        assert self._smtp is not None
        if not self._smtp.supports_extension("starttls"):
            raise smtp_errors.SmtpWithoutStartTls(host=self.endpoint.host, port=self.endpoint.port)
        await self._smtp.starttls(tls_context=context, server_hostname=self.endpoint.host)
        await self._smtp.ehlo()

    def _check_pin(self) -> None:
        assert self._smtp is not None
        pin = self.endpoint.pin
        if not pin or self.endpoint.security is Security.CLEARTEXT:
            return
        shown = self._smtp.get_transport_info("ssl_object")
        certificate = shown.getpeercert(binary_form=True) if shown is not None else None
        if not certificate or certificates.fingerprint(certificate) != pin:
            raise errors.CertificateChanged(host=self.endpoint.host, certificate=certificate or b"")

    async def _sign_in(self, who: SignIn) -> None:
        """One try, by one mechanism: a second one with the same password brings an account nearer to being locked."""
        smtp, host = self._smtp, self.endpoint.host
        assert smtp is not None
        offered = smtp.server_auth_methods
        user, secret = who.user.encode("utf-8", "surrogatepass"), who.password.reveal().encode("utf-8", "surrogatepass")
        try:
            async with self._told():
                if who.style is SignInStyle.XOAUTH2 and "xoauth2" in offered:
                    await smtp.auth_xoauth2(user, secret)
                elif who.style is not SignInStyle.XOAUTH2 and "plain" in offered:
                    await smtp.auth_plain(user, secret)
                elif who.style is not SignInStyle.XOAUTH2 and "login" in offered:
                    await smtp.auth_login(user, secret)
                else:
                    raise smtp_errors.SmtpNoPasswords(" ".join(offered), host=host, user=who.user)
        except aiosmtplib.SMTPAuthenticationError as e:
            raise smtp_errors.sign_in_refused(host, who.user, e.code, self._words(e.message)) from e

    # --- sending

    async def send(self, envelope: Envelope) -> str:
        """Hands one mail over; returns what the server said when it took it.

        Raises SenderRefused, RecipientRefused, MailRefused, TryLater, TooFast: it was not taken. ConnectionLost: it was not taken either,
        for its text had not left. OutcomeUnknown: it may have been.
        """
        smtp = self._smtp
        if smtp is None or not smtp.is_connected:
            raise errors.ConnectionLost(N_("the server closed the connection"), host=self.endpoint.host)
        self._check_letters(envelope)
        async with self._told():
            await self._begin(smtp, envelope)
        return await self._hand_over(smtp, envelope)

    def _check_letters(self, envelope: Envelope) -> None:
        assert self._smtp is not None
        if envelope.needs_utf8 and not self._smtp.supports_extension("smtputf8"):
            raise smtp_errors.AddressNeedsUtf8(host=self.endpoint.host, address=envelope.recipient)

    async def _begin(self, smtp: SMTP, envelope: Envelope) -> None:
        """MAIL and RCPT. A failed one is followed by RSET, so that the next mail begins anew."""
        host, encoding = self.endpoint.host, "utf-8" if envelope.needs_utf8 else "ascii"
        dsn = smtp.supports_extension("dsn")
        sender_options = ["SMTPUTF8"] if envelope.needs_utf8 else []
        sender_options += ["RET=HDRS", f"ENVID={_xtext(envelope.name)}"] if dsn and envelope.name else []
        try:
            await smtp.mail(envelope.sender, options=sender_options, encoding=encoding)
            await smtp.rcpt(envelope.recipient, options=["NOTIFY=FAILURE,DELAY"] if dsn else None, encoding=encoding)
        except aiosmtplib.SMTPSenderRefused as e:
            raise smtp_errors.sender_refused(host, envelope.sender, e.code, self._words(e.message)) from e
        except aiosmtplib.SMTPRecipientRefused as e:
            await self._reset(smtp, e.code)
            raise smtp_errors.recipient_refused(host, envelope.recipient, e.code, self._words(e.message)) from e

    async def _hand_over(self, smtp: SMTP, envelope: Envelope) -> str:
        host, address = self.endpoint.host, envelope.recipient
        try:
            answer = await smtp.data(envelope.mail, timeout=DATA_SECONDS)
        except aiosmtplib.SMTPDataError as e:
            await self._reset(smtp, e.code)
            raise smtp_errors.mail_refused(host, address, e.code, self._words(e.message)) from e
        except (aiosmtplib.SMTPException, OSError, ValueError) as e:
            self.drop()
            raise smtp_errors.OutcomeUnknown(self._words(str(e)), host=host, address=address) from e
        return self._words(answer.message)

    async def _reset(self, smtp: SMTP, code: int) -> None:
        if code == 421:
            self.drop()
            return
        try:
            await smtp.rset()
        except (aiosmtplib.SMTPException, OSError, ValueError):
            self.drop()

    # --- errors

    def _words(self, text: str) -> str:
        """Server text for people: one line, no control characters, at most 300 characters, no secret."""
        for secret in self._secrets:
            text = text.replace(secret, "•••")
        return one_line(text)[:300]

    @contextlib.asynccontextmanager
    async def _told(self) -> AsyncIterator[None]:
        """What aiosmtplib says of a connection becomes an error of ours; refusals it lets pass are told by the caller."""
        host, port = self.endpoint.host, self.endpoint.port
        try:
            yield
        except (aiosmtplib.SMTPAuthenticationError, aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused):
            raise
        except aiosmtplib.SMTPTimeoutError as e:
            raise errors.NoAnswer(self._words(str(e)), host=host) from e
        except aiosmtplib.SMTPResponseException as e:
            said = f"{e.code} {self._words(e.message)}"
            raise (
                errors.ServerBusy(said, host=host) if 400 <= e.code < 500 else smtp_errors.NotSmtp(said, host=host, port=port)
            ) from e
        except aiosmtplib.SMTPConnectError as e:
            self._raise_tls(e.__cause__)
            raise errors.ConnectionLost(self._words(str(e)), host=host) from e
        except ssl.SSLError as e:
            self._raise_tls(e)
        except (aiosmtplib.SMTPServerDisconnected, OSError) as e:
            raise errors.ConnectionLost(self._words(str(e)), host=host) from e
        except (aiosmtplib.SMTPException, ValueError) as e:  # a reply that is none, or a command that can't be said
            raise smtp_errors.NotSmtp(self._words(str(e)), host=host, port=port) from e

    def _raise_tls(self, cause: BaseException | None) -> None:
        if not isinstance(cause, ssl.SSLError):
            return
        try:
            with tls_errors(self.endpoint):
                raise cause
        except errors.TlsFailed as e:  # its own hint speaks of the ports of IMAP
            raise smtp_errors.SmtpWantsTls(e.detail, host=self.endpoint.host, port=self.endpoint.port) from e


async def shown_certificate(endpoint: Endpoint, patience: Patience) -> bytes:
    """The certificate (DER) that a server shows, trusted or not, for an admin to look at; nothing secret is sent."""
    try:
        async with Mailer(replace(endpoint, pin="none"), Trust(), None, patience):
            return b""  # without TLS there is none
    except errors.CertificateChanged as e:  # no certificate has this fingerprint
        return bytes(e.fields.get("certificate", b""))  # type: ignore[call-overload,no-any-return]


async def _closed() -> None:
    """Lets the loop close what was dropped before it ends itself."""
    for _turn in range(3):
        await asyncio.sleep(0)


def _forms(who: SignIn | None) -> list[str]:
    """The secret in all forms in which a server could repeat it, the longest first."""
    if who is None or not who.password:
        return []
    secret = who.password.reveal()
    raw, user = secret.encode("utf-8", "surrogatepass"), who.user.encode("utf-8", "surrogatepass")
    whole = [raw, b"\0" + user + b"\0" + raw, b"user=" + user + b"\x01auth=Bearer " + raw + b"\x01\x01"]
    return sorted([secret, *(base64.b64encode(one).decode() for one in whole)], key=len, reverse=True)


def _xtext(text: str) -> str:
    """RFC 3461 section 4."""
    return "".join(c if "!" <= c <= "~" and c not in "+=" else f"+{ord(c):02X}" for c in text if c.isascii())[:100]
