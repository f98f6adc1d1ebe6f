"""How a conversation begins: the greeting, STARTTLS, and what ends it before it has begun."""

from __future__ import annotations

import socket

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.model import Endpoint, Rung, Security
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Trust
from tests.unit.net.other_end import SOON, Listener, Talk, conversation, over_tls, server_context

CAPABILITY = b"* CAPABILITY IMAP4rev1 STARTTLS LOGINDISABLED\r\n{tag} OK\r\n"


def opened(
    listener: Listener, security: Security, trust: Trust | None = None, secrets: tuple[str, ...] = ()
) -> tuple[Session, dict[Rung, str]]:
    rungs: dict[Rung, str] = {}
    endpoint = Endpoint("localhost", listener.endpoint.port, security)
    return Session.open(endpoint, trust or Trust(), SOON, rungs.__setitem__, secrets), rungs


def test_a_greeting_with_capabilities_needs_no_question() -> None:
    heard: list[bytes] = []
    with Listener(conversation(b"* OK [CAPABILITY imap4rev1 Literal+] Habari\r\n", None, heard=heard)) as listener:
        session, rungs = opened(listener, Security.CLEARTEXT)
        assert session.capabilities == {"IMAP4REV1", "LITERAL+"}
        session.drop()
    assert heard == [b""]
    assert list(rungs) == [Rung.NAME, Rung.CONNECTION, Rung.TLS, Rung.GREETING]
    assert rungs[Rung.TLS] == "none, as chosen"
    assert "Habari" in rungs[Rung.GREETING]


@pytest.mark.parametrize(
    ("greeting", "kind"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n", errors.NotImap),
        (b"220 mail ESMTP\r\n", errors.NotImap),
        (b"\x16\x03\x01\x02\n", errors.NotImap),
        (b"x" * 9000, errors.NotImap),
        (b"", errors.ConnectionLost),
        (b"* OK no end of line", errors.ConnectionLost),
        (b"* PREAUTH you are in\r\n", errors.BrokenProtocol),
        (b"* BYE go away\r\n", errors.ConnectionLost),
        (b"* BYE [ALERT] Maximum number of connections from your IP exceeded\r\n", errors.TooManyConnections),
        (b"* BYE [UNAVAILABLE] down for now\r\n", errors.ServerBusy),
    ],
)
def test_other_greetings(greeting: bytes, kind: type[errors.MigrationError]) -> None:
    with Listener(conversation(greeting)) as listener, pytest.raises(kind) as caught:
        opened(listener, Security.CLEARTEXT)
    assert type(caught.value) is kind


def test_a_greeting_cannot_repeat_a_secret() -> None:
    with Listener(conversation(b"* OK hello, is it Mvua-77?\r\n", None, b"{tag} OK\r\n")) as listener:
        session, rungs = opened(listener, Security.CLEARTEXT, secrets=("Mvua-77",))
        session.drop()
    assert "Mvua" not in str(rungs) + session.greeting
    with Listener(conversation(b"Mvua-77\r\n")) as listener, pytest.raises(errors.NotImap) as caught:
        opened(listener, Security.CLEARTEXT, secrets=("Mvua-77",))
    assert "Mvua" not in str(caught.value)


def upgrading(certificate: Certificate, before: bytes, heard: list[bytes], after: Talk) -> Talk:
    """A server that says ``before`` to STARTTLS and goes on in TLS with ``after``."""
    context = server_context(certificate)

    def talk(connection: socket.socket) -> None:
        connection.sendall(b"* OK ready\r\n")
        for answer in (CAPABILITY, before):
            line = connection.recv(200)
            heard.append(line)
            connection.sendall(answer.replace(b"{tag}", line.split(b" ")[0]))
        if b" OK" in before:
            with context.wrap_socket(connection, server_side=True) as secure:
                after(secure)

    return talk


def test_starttls_and_capabilities_are_asked_anew(certificate: Certificate) -> None:
    heard: list[bytes] = []
    inside = conversation(None, b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK\r\n", None, heard=heard)
    with Listener(upgrading(certificate, b"{tag} OK begin\r\n", heard, inside)) as listener:
        session, rungs = opened(listener, Security.STARTTLS, Trust(certificate.ca_file))
        assert session.capabilities == {"IMAP4REV1", "AUTH=PLAIN"}
        session.drop()
    assert [line.split(b" ")[1] for line in heard if line] == [b"CAPABILITY\r\n", b"STARTTLS\r\n", b"CAPABILITY\r\n"]
    assert rungs[Rung.TLS].startswith("TLS")


def test_text_put_in_before_tls_is_an_attack(certificate: Certificate) -> None:
    heard: list[bytes] = []
    talk = upgrading(certificate, b"{tag} OK begin\r\n* CAPABILITY IMAP4rev1 AUTH=EVIL\r\n", heard, conversation(None, heard=heard))
    with Listener(talk) as listener, pytest.raises((errors.StartTlsInjected, errors.TlsFailed)) as caught:
        opened(listener, Security.STARTTLS, Trust(certificate.ca_file))
    assert type(caught.value) is errors.StartTlsInjected
    assert [line for line in heard if line] == [
        b"W1 CAPABILITY\r\n",
        b"W2 STARTTLS\r\n",
    ]  # and nothing more before the end of the stream


@pytest.mark.parametrize("answer", [b"{tag} NO not today\r\n", b"{tag} BAD what?\r\n"])
def test_starttls_that_is_refused_is_not_done_without(certificate: Certificate, answer: bytes) -> None:
    heard: list[bytes] = []
    with Listener(upgrading(certificate, answer, heard, conversation())) as listener, pytest.raises(errors.StartTlsMissing):
        opened(listener, Security.STARTTLS)


def test_starttls_that_was_taken_out_of_the_capabilities_is_not_done_without() -> None:
    heard: list[bytes] = []
    talk = conversation(
        b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hi\r\n",
        None,
        b"* CAPABILITY IMAP4rev1 AUTH=PLAIN\r\n{tag} OK\r\n",
        None,
        heard=heard,
    )
    with Listener(talk) as listener, pytest.raises(errors.StartTlsMissing):
        opened(listener, Security.STARTTLS)
    assert [line for line in heard if line] == [b"W1 CAPABILITY\r\n"]


def test_preauth_and_bye_before_starttls_end_it() -> None:
    for greeting, kind in ((b"* PREAUTH in\r\n", errors.BrokenProtocol), (b"* BYE no\r\n", errors.ConnectionLost)):
        heard: list[bytes] = []
        with Listener(conversation(greeting, None, heard=heard)) as listener, pytest.raises(kind):
            opened(listener, Security.STARTTLS)
        assert b"".join(heard) == b""


def test_tls_from_the_start(certificate: Certificate) -> None:
    with Listener(over_tls(certificate, conversation(b"* OK [CAPABILITY IMAP4rev1] hi\r\n", None))) as listener:
        session, rungs = opened(listener, Security.TLS, Trust(certificate.ca_file))
        session.drop()
    assert list(rungs) == [Rung.NAME, Rung.CONNECTION, Rung.TLS, Rung.GREETING]
