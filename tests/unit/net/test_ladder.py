"""The ladder: which rung fails, with which one cause, and that nothing secret is said before it is due."""

from __future__ import annotations

import contextlib
import socket
import ssl
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Endpoint, Ladder, Rung, Secret, Security, SignIn
from mailsafi_wizard.net.ladder import climb
from mailsafi_wizard.net.wire import Patience, Trust
from tests.unit.net.other_end import SOON, Listener, conversation, over_tls, server_context

JANE = SignIn("jane", Secret("Mvua-77"))
GREETING = b"* OK [CAPABILITY IMAP4rev1] Habari\r\n"
SIGNED_IN = b"{tag} OK [CAPABILITY IMAP4rev1] in\r\n"


def states(ladder: Ladder) -> str:
    """The rungs as signs, in order: passed, failed, not tried."""
    assert [r.rung for r in ladder.rungs] == list(Rung)
    return "".join({True: "+", False: "!", None: "."}[r.ok] for r in ladder.rungs)


def at(listener: Listener, security: Security, pin: str = "") -> Endpoint:
    return Endpoint("localhost", listener.endpoint.port, security, pin)


def test_all_rungs_are_climbed(certificate: Certificate) -> None:
    heard: list[bytes] = []
    with Listener(over_tls(certificate, conversation(GREETING, None, SIGNED_IN, None, heard=heard))) as listener:
        ladder = climb(at(listener, Security.TLS), Trust(certificate.ca_file), SOON, JANE)
    assert states(ladder) == "+++++"
    assert ladder.ok
    assert ladder.failed is None
    assert len(ladder.fingerprint) == 64
    assert ladder.rungs[-1].found == "jane"
    assert b"LOGOUT" in b"".join(heard)


def test_without_a_sign_in_the_last_rung_is_not_tried_and_the_server_is_all_right(certificate: Certificate) -> None:
    with Listener(over_tls(certificate, conversation(GREETING, None))) as listener:
        ladder = climb(at(listener, Security.TLS), Trust(certificate.ca_file), SOON)
    assert states(ladder) == "++++."
    assert ladder.ok


def test_no_such_name() -> None:
    ladder = climb(Endpoint("mail.invalid", 993), Trust(), SOON, JANE)
    assert states(ladder) == "!...."
    assert ladder.failed is not None
    assert ladder.failed.cause == "There is no server named mail.invalid"
    assert ladder.failed.remedy


def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        port = once.getsockname()[1]
    assert states(climb(Endpoint("127.0.0.1", port), Trust(), SOON, JANE)) == "+!..."


def test_an_untrusted_certificate_is_shown_so_that_it_can_be_trusted_knowingly(certificate: Certificate) -> None:
    heard: list[bytes] = []
    with Listener(over_tls(certificate, conversation(GREETING, None, SIGNED_IN, None, heard=heard))) as listener:
        ladder = climb(at(listener, Security.TLS), Trust(), SOON, JANE)
        assert states(ladder) == "++!.."
        assert "CN=localhost" in ladder.certificate
        assert heard in ([], [b""])
        trusted = climb(at(listener, Security.TLS, ladder.fingerprint), Trust(), SOON, JANE)
        assert states(trusted) == "+++++"
        assert trusted.fingerprint == ladder.fingerprint
        other = climb(at(listener, Security.TLS, "0" * 64), Trust(), SOON, JANE)
        assert states(other) == "++!.."
        assert other.fingerprint == ladder.fingerprint


def test_an_untrusted_certificate_behind_starttls_is_shown_too(certificate: Certificate) -> None:
    heard: list[bytes] = []
    context = server_context(certificate)

    def talk(connection: socket.socket) -> None:
        connection.sendall(GREETING)
        for answer in (b"* CAPABILITY IMAP4rev1 STARTTLS\r\n%s OK\r\n", b"%s OK begin\r\n"):
            connection.sendall(answer % connection.recv(100).split(b" ")[0])
        with contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True) as secure:
            conversation(None, b"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n", None, SIGNED_IN, None, heard=heard)(secure)

    with Listener(talk) as listener:
        ladder = climb(at(listener, Security.STARTTLS), Trust(), SOON, JANE)
        assert states(ladder)[2] == "!"
        assert "CN=localhost" in ladder.certificate
        assert b"".join(heard) == b""
        assert states(climb(at(listener, Security.STARTTLS, ladder.fingerprint), Trust(), SOON, JANE)) == "+++++"
    with Listener(conversation(GREETING, None, b"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n", None)) as listener:
        assert climb(at(listener, Security.STARTTLS), Trust(), SOON, JANE).fingerprint == ""


@pytest.mark.parametrize(("hosts", "days", "word"), [(("mail.example.net",), 30, "another name"), (("localhost",), -1, "expired")])
def test_other_bad_certificates(authority: Authority, hosts: tuple[str, ...], days: int, word: str) -> None:
    bad = authority.issue("bad", hosts, days)
    with Listener(over_tls(bad, conversation(GREETING, None))) as listener:
        ladder = climb(at(listener, Security.TLS), Trust(bad.ca_file), SOON, JANE)
    assert states(ladder) == "++!.."
    assert ladder.failed is not None
    assert word in ladder.failed.cause
    assert "No password was sent" in ladder.failed.remedy


def test_what_answers_is_no_imap_server() -> None:
    with Listener(conversation(b"220 smtp ready\r\n", None)) as listener:
        ladder = climb(at(listener, Security.CLEARTEXT), Trust(), SOON, JANE)
        assert states(ladder) == "+++!."
        assert states(climb(at(listener, Security.STARTTLS), Trust(), SOON, JANE)) == "++.!."
    assert ladder.failed is not None
    assert ladder.failed.detail == "220 smtp ready"


def test_tls_on_a_port_without_it_and_the_reverse(certificate: Certificate) -> None:
    with Listener(conversation(GREETING, None)) as listener:
        assert states(climb(at(listener, Security.TLS), Trust(), SOON, JANE)) == "++!.."
    with Listener(over_tls(certificate, conversation(GREETING, None), broken=[])) as listener:
        ladder = climb(at(listener, Security.CLEARTEXT), Trust(), Patience(connect=5, silence=0.05), JANE)
        assert ladder.failed is not None
        assert states(ladder) == "+++!."


def test_starttls_that_is_not_offered() -> None:
    talk = conversation(GREETING, None, b"* CAPABILITY IMAP4rev1\r\n{tag} OK\r\n", None)
    with Listener(talk) as listener:
        ladder = climb(at(listener, Security.STARTTLS), Trust(), SOON, JANE)
    assert states(ladder) == "++!.."
    assert ladder.failed is not None
    assert "STARTTLS" in ladder.failed.cause


def test_a_refused_sign_in_is_the_last_rung_and_shows_no_password() -> None:
    with Listener(conversation(GREETING, None, b"{tag} NO [AUTHENTICATIONFAILED] not Mvua-77\r\n", None)) as listener:
        ladder = climb(at(listener, Security.CLEARTEXT), Trust(), SOON, JANE)
    assert states(ladder) == "++++!"
    assert ladder.failed is not None
    assert ladder.failed.cause == "localhost refused the sign-in of jane"
    assert "Mvua" not in repr(ladder)


def test_a_break_belongs_to_the_rung_it_came_at() -> None:
    with Listener(conversation()) as listener:
        assert states(climb(at(listener, Security.CLEARTEXT), Trust(), SOON, JANE)) == "+++!."
    with Listener(conversation(GREETING, None)) as listener:
        assert states(climb(at(listener, Security.CLEARTEXT), Trust(), SOON, JANE)) == "++++!"


def test_a_missing_file_of_authorities_is_in_the_ladder(certificate: Certificate, tmp_path: Path) -> None:
    with Listener(over_tls(certificate, conversation(GREETING, None), broken=[])) as listener:
        ladder = climb(at(listener, Security.TLS), Trust(tmp_path / "none.pem"), SOON, JANE)
    assert ladder.failed is not None
    assert ladder.failed.rung is Rung.TLS
