"""Asks a mail server whether it takes mail for some addresses, as a sender would, and stops before any mail is sent (RFC 5321).

EHLO, STARTTLS, MAIL with the empty sender, RCPT, RSET, QUIT: this file has no way to say DATA.
"""

from __future__ import annotations

import contextlib
import smtplib
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from dataclasses import field
from pathlib import Path

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_, one_line

PORT = 25
PATIENCE = 10.0  # seconds for one answer
LONGEST = 60.0  # seconds for one server
AT_A_TIME = 20  # addresses in one envelope
SECURE = "yes"


@dataclass
class Heard:
    """What one server said. ``tls``: "" when it offers none, `SECURE`, or what is wrong with it. ``refused``: (address, words)."""

    host: str
    asked: int = 0
    accepted: int = 0
    later: int = 0
    refused: list[tuple[str, str]] = field(default_factory=list)
    tls: str = ""
    problem: str = ""


def ask(host: str, addresses: Sequence[str], port: int = PORT, at: str = "", ca_file: Path | None = None) -> Heard:
    """Blocks up to a minute; never raises for what a server does. ``at``: an address to connect to in place of ``host``'s own."""
    heard = Heard(host)
    secure = _context(ca_file)
    try:
        for way in (
            secure,
            _unchecked(),
            None,
        ):  # the second shows whether only the certificate is wrong; the third asks all the same
            try:
                with _session(at or host, port) as smtp:
                    if way is not None and smtp.has_extn("starttls"):
                        _secure(smtp, way, host)
                        heard.tls = heard.tls or SECURE
                    _envelopes(smtp, addresses, heard)
                return heard
            except ssl.SSLError as error:
                heard.tls = _certificate(error)
    except smtplib.SMTPResponseException as error:
        heard.problem = f"{error.smtp_code} {_words(error.smtp_error)}"
    except (smtplib.SMTPException, OSError, ValueError, EOFError) as error:
        heard.problem = _why(error)
    return heard


def _certificate(error: ssl.SSLError) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        return N_("the certificate does not hold: {why}").format(why=error.verify_message)
    return N_("the secure connection fails: {why}").format(why=error.reason or N_("no reason given"))


def _why(error: Exception) -> str:
    if isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError):  # smtplib calls that a closed connection
        return N_("it does not answer")
    if isinstance(error, socket.gaierror):
        return N_("there is no such server")
    if isinstance(error, ConnectionRefusedError):
        return N_("it takes no connections on this port")
    if isinstance(error, smtplib.SMTPServerDisconnected):
        return N_("it closed the connection")
    return _words(str(error).encode()) or type(error).__name__


def _context(ca_file: Path | None) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(ca_file) if ca_file else None)


def _unchecked() -> ssl.SSLContext:
    """Senders mostly don't check a mail server's certificate (RFC 7435), so a wrong one is told but no hindrance. No secret is sent here."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


@contextlib.contextmanager
def _session(host: str, port: int) -> Iterator[smtplib.SMTP]:
    smtp = smtplib.SMTP(timeout=PATIENCE, local_hostname="mailsafi-wizard.invalid")
    code, words = smtp.connect(host, port)
    connection = smtp.sock
    limit = threading.Timer(LONGEST, _cut, (connection,))  # a server that drips its answer would hold this thread
    limit.daemon = True
    limit.start()
    try:
        if code != 220:
            raise smtplib.SMTPConnectError(code, words)
        smtp.ehlo_or_helo_if_needed()
        yield smtp
        with contextlib.suppress(smtplib.SMTPException, OSError):
            smtp.quit()
    finally:
        limit.cancel()
        smtp.close()


def _cut(connection: socket.socket | None) -> None:
    if connection is not None:
        with contextlib.suppress(OSError):
            connection.shutdown(socket.SHUT_RDWR)


def _secure(smtp: smtplib.SMTP, context: ssl.SSLContext, host: str) -> None:
    """STARTTLS with the name that was asked for, whatever address was connected to (RFC 3207)."""
    smtp._host = host  # type: ignore[attr-defined]
    code, words = smtp.starttls(context=context)
    if code != 220:
        raise smtplib.SMTPResponseException(code, words)
    smtp.ehlo_or_helo_if_needed()


def _envelopes(smtp: smtplib.SMTP, addresses: Sequence[str], heard: Heard) -> None:
    for start in range(0, len(addresses), AT_A_TIME):
        _envelope(smtp, addresses[start : start + AT_A_TIME], heard)


def _envelope(smtp: smtplib.SMTP, addresses: Sequence[str], heard: Heard) -> None:
    """The empty sender is what bounces have; no server may refuse it, and none answers it (RFC 5321 section 4.5.5)."""
    code, words = smtp.docmd("MAIL", "FROM:<>")
    if code != 250:
        raise smtplib.SMTPResponseException(code, words)
    for address in addresses:
        if not _plain(address):
            heard.asked += 1
            heard.refused.append((_words(address.encode("utf-8", "replace")), N_("the address can't be asked for")))
            continue
        code, words = smtp.docmd("RCPT", f"TO:<{address}>")
        if code == 421:
            raise smtplib.SMTPResponseException(code, words)
        heard.asked += 1
        if code in (250, 251, 252):
            heard.accepted += 1
        elif 400 <= code < 500:
            heard.later += 1
        else:
            heard.refused.append((address, f"{code} {_words(words)}"))
    smtp.docmd("RSET")


def _plain(address: str) -> bool:
    return address.isascii() and address.isprintable() and not set(address) & set(" <>") and address.count("@") == 1


def _words(said: bytes | str) -> str:
    """A server's text on one line, cut, without what could steer a terminal or turn the line round."""
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    return one_line(text)[:200]
