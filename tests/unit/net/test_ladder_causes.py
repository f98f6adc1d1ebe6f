"""Each way a server can fail, over real sockets: the rung it fails at, one cause, one remedy, and what was said, one click away."""

from __future__ import annotations

import contextlib
import errno
import socket
import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Endpoint, Ladder, Rung, RungResult, Secret, Security, SignIn, SignInStyle
from mailsafi_wizard.net import wire
from mailsafi_wizard.net.ladder import climb
from mailsafi_wizard.net.wire import Patience, Trust
from tests.unit.net.other_end import SOON, Listener, Talk, conversation, over_tls, server_context

JANE = SignIn("jane", Secret("Mvua-77"))
GREETING = b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] Habari\r\n"


def failed(ladder: Ladder, rung: Rung) -> RungResult:
    found = ladder.failed
    assert found is not None
    assert found.rung is rung
    assert found.cause
    assert found.remedy.endswith(".")
    assert "Mvua" not in repr(ladder)
    return found


def climbed(talk: Talk, security: Security, trust: Trust | None = None, who: SignIn = JANE, patience: Patience = SOON) -> Ladder:
    with Listener(talk) as listener:
        return climb(Endpoint("localhost", listener.endpoint.port, security), trust or Trust(), patience, who)


# --- connection


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        (OSError(errno.ENETUNREACH, "Network is unreachable"), "The network has no way to localhost"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "The network has no way to localhost"),
        (TimeoutError("timed out"), "localhost did not answer on port 993"),
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused"), "localhost does not accept connections on port 993"),
    ],
)
def test_no_connection(monkeypatch: pytest.MonkeyPatch, error: OSError, cause: str) -> None:
    def refuse(*_arguments: object, **_options: object) -> socket.socket:
        raise error

    monkeypatch.setattr(wire.socket, "create_connection", refuse)  # type: ignore[attr-defined]  # no test can break the network
    found = failed(climb(Endpoint("localhost", 993), Trust(), SOON, JANE), Rung.CONNECTION)
    assert found.cause == cause
    assert found.detail


# --- TLS


def old_tls(certificate: Certificate) -> Talk:
    context = server_context(certificate)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_1

    def talk(connection: socket.socket) -> None:
        with contextlib.suppress(ssl.SSLError, OSError), context.wrap_socket(connection, server_side=True) as secure:
            secure.sendall(GREETING)

    return talk


def injecting(connection: socket.socket) -> None:
    """Says more after its OK to STARTTLS than it may."""
    connection.sendall(b"* OK [CAPABILITY IMAP4rev1 STARTTLS] Habari\r\n")
    with connection.makefile("rb") as lines:
        for answer in (b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%s OK\r\n", b"%s OK begin\r\n* OK [CAPABILITY IMAP4rev1] hello\r\n"):
            connection.sendall(answer % lines.readline().split(b" ")[0])


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("name", "talk", "security", "rung", "cause"),
    [
        ("too old", old_tls, Security.TLS, Rung.TLS, "localhost speaks only outdated forms of TLS"),
        ("none", lambda _c: conversation(GREETING, None), Security.TLS, Rung.TLS, "localhost does not speak TLS on port"),
        ("injected", lambda _c: injecting, Security.STARTTLS, Rung.TLS, "Somebody put text into the connection"),
        (
            "not offered",
            lambda _c: conversation(GREETING, None, b"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n", None),
            Security.STARTTLS,
            Rung.TLS,
            "localhost does not offer STARTTLS on port",
        ),
        ("expected", lambda c: over_tls(c, conversation(GREETING, None), broken=[]), Security.STARTTLS, Rung.GREETING, "localhost waits for TLS"),
        ("expected", lambda c: over_tls(c, conversation(GREETING, None), broken=[]), Security.CLEARTEXT, Rung.GREETING, "localhost waits for TLS"),
        ("untrusted", lambda c: over_tls(c, conversation(GREETING), broken=[]), Security.TLS, Rung.TLS, "is not signed by anyone this computer trusts"),
        ("no IMAP", lambda _c: conversation(b"220 smtp ready\r\n", None), Security.CLEARTEXT, Rung.GREETING, "is not an IMAP server"),
    ],
)  # fmt: skip
def test_tls(
    authority: Authority, name: str, talk: Callable[[Certificate], Talk], security: Security, rung: Rung, cause: str
) -> None:
    trust = Trust(None if name == "untrusted" else authority.ca_file)
    found = failed(climbed(talk(authority.issue()), security, trust, patience=Patience(connect=5, silence=1)), rung)
    assert cause in found.cause


# --- sign-in

APP = SignIn("jane@x", Secret("tok"), SignInStyle.XOAUTH2)
BOSS = SignIn("jane@x", Secret("pw"), SignInStyle.PLAIN_AUTHZID, "boss")
OFF = b"* OK [CAPABILITY IMAP4rev1 LOGINDISABLED] Habari\r\n"
EXCHANGE = b"* OK [CAPABILITY IMAP4rev1 SASL-IR] The Microsoft Exchange IMAP4 service is ready. [RABC]\r\n"
NOT_CONNECTED = (
    b"{tag} OK [CAPABILITY IMAP4rev1] AUTHENTICATE completed.\r\n",
    None,
    b"{tag} BAD User is authenticated but not connected.\r\n",
)
TOKEN = b"+ eyJzdGF0dXMiOiI0MDAifQ==\r\n"


@pytest.mark.parametrize(
    ("who", "greeting", "answer", "kind"),
    [
        (JANE, OFF, (), errors.LoginDisabled),
        (JANE, GREETING, (b"{tag} NO [AUTHENTICATIONFAILED] Authentication failed.\r\n",), errors.SignInRefused),
        (JANE, GREETING, (b"{tag} NO [ALERT] Application-specific password required\r\n",), errors.AppPasswordNeeded),
        (JANE, GREETING, (b"{tag} NO [ALERT] Please log in via your web browser\r\n",), errors.OAuthNeeded),
        (JANE, GREETING, (b"{tag} NO IMAP access is disabled\r\n",), errors.ImapOff),
        (JANE, GREETING, (b"{tag} NO [ALERT] Too many simultaneous connections. (Failure)\r\n",), errors.TooManyConnections),
        (JANE, GREETING, (b"{tag} NO Your address is blocked\r\n",), errors.Blocked),
        (BOSS, GREETING, (b"{tag} NO authentication failure\r\n",), errors.AdminRefused),
        (BOSS, GREETING, (b"{tag} BAD Unknown command\r\n",), errors.StyleUnknown),
        (BOSS, GREETING, (b"{tag} NO [AUTHORIZATIONFAILED] Not authorized\r\n",), errors.NoRights),
        (APP, EXCHANGE, NOT_CONNECTED, errors.NoRights),
        (APP, GREETING, (TOKEN, None, b"W1 NO AUTHENTICATE failed.\r\n"), errors.SignInRefused),
    ],
)  # fmt: skip
def test_a_sign_in(who: SignIn, greeting: bytes, answer: tuple[bytes | None, ...], kind: type[errors.MigrationError]) -> None:
    said = [greeting, None, *answer, None]
    found = failed(climbed(conversation(*said), Security.CLEARTEXT, who=who), Rung.SIGN_IN)
    expected = kind("", host="localhost", user=who.user)
    if TOKEN not in answer:
        assert (found.cause, found.remedy) == (expected.title_text, expected.hint_text)
    else:
        assert "refused the token" in found.cause
    last = next((part for part in reversed(answer) if part), b"")
    assert last.decode().partition(" ")[2].partition(" ")[2].strip() in found.detail


def test_a_file_of_authorities_that_is_none(authority: Authority, tmp_path: Path) -> None:
    (tmp_path / "none.pem").write_text("nothing")
    failed(
        climbed(over_tls(authority.issue(), conversation(GREETING), broken=[]), Security.TLS, Trust(tmp_path / "none.pem")),
        Rung.TLS,
    )
