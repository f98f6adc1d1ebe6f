"""Connections begun before anybody asks: used once, for just what was begun, and closed when nobody came."""

from __future__ import annotations

import socket
import threading
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net import ahead
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Trust
from tests.unit.net.other_end import SOON, Listener, over_tls

NO_TRUST = Trust()


class Counted:
    """A talk that greets, and knows how many came and whether they went."""

    def __init__(self) -> None:
        self.came = 0
        self.gone = threading.Event()

    def __call__(self, connection: socket.socket) -> None:
        self.came += 1
        connection.sendall(b"* OK [CAPABILITY IMAP4REV1] hello\r\n")
        while connection.recv(1000):
            pass
        self.gone.set()


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Certificate, Trust]:
    authority = Authority(tmp_path_factory.mktemp("tls"))
    return authority.issue(), Trust(authority.ca_file)


def test_whoever_asks_first_gets_it_and_the_next_one_makes_his_own() -> None:
    talk = Counted()
    with Listener(talk) as listener, ahead.connecting([listener.endpoint], NO_TRUST, SOON):
        first = Session.open(listener.endpoint, NO_TRUST, SOON)
        assert (first.greeting, talk.came) == ("[CAPABILITY IMAP4REV1] hello", 1)
        first.drop()
        second = Session.open(listener.endpoint, NO_TRUST, SOON)
        assert talk.came == 2
        second.drop()


def test_tls_is_done_and_checked_when_it_is_taken(certificate: tuple[Certificate, Trust]) -> None:
    shown, trust = certificate
    talk = Counted()
    with Listener(over_tls(shown, talk), Security.TLS) as listener, ahead.connecting([listener.endpoint], trust, SOON):
        wire = ahead.take(listener.endpoint, trust, SOON)
        assert wire is not None
        assert wire.tls_version.startswith("TLS")
        wire.drop()
        assert ahead.take(listener.endpoint, trust, SOON) is None


def test_a_certificate_that_is_not_trusted_is_refused_as_ever(certificate: tuple[Certificate, Trust]) -> None:
    with (
        Listener(over_tls(certificate[0], Counted()), Security.TLS) as listener,
        ahead.connecting([listener.endpoint], NO_TRUST, SOON),
        pytest.raises(errors.NotTrusted),
    ):
        Session.open(listener.endpoint, NO_TRUST, SOON)


def test_other_trust_or_another_server_gets_none() -> None:
    talk = Counted()
    with Listener(talk) as listener:
        with ahead.connecting([listener.endpoint], NO_TRUST, SOON):
            assert ahead.take(listener.endpoint, Trust(Path("other.pem")), SOON) is None
            assert ahead.take(Endpoint("localhost", listener.endpoint.port, Security.STARTTLS), NO_TRUST, SOON) is None
        assert talk.gone.wait(10)  # closed at the end, as nobody took it


def test_a_closed_port_is_told_to_who_asks() -> None:
    with socket.create_server(("127.0.0.1", 0)) as once:
        nobody = Endpoint("localhost", once.getsockname()[1], Security.CLEARTEXT)
    with ahead.connecting([nobody], NO_TRUST, SOON), pytest.raises(errors.ConnectionRefused):
        Session.open(nobody, NO_TRUST, SOON)


def test_one_that_has_waited_too_long_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    talk = Counted()
    with Listener(talk) as listener, ahead.connecting([listener.endpoint], NO_TRUST, SOON):
        monkeypatch.setattr(ahead, "KEPT", 0.0)
        assert ahead.take(listener.endpoint, NO_TRUST, SOON) is None
        assert talk.gone.wait(10)


def test_a_server_that_stays_silent_in_the_handshake_holds_nobody_up_at_the_end(certificate: tuple[Certificate, Trust]) -> None:
    hung_up = threading.Event()
    began = threading.Event()

    def silent(connection: socket.socket) -> None:
        connection.recv(10)  # the handshake's beginning
        began.set()
        while connection.recv(1000):
            pass
        hung_up.set()

    with Listener(silent, Security.TLS) as listener:
        with ahead.connecting([listener.endpoint], certificate[1], SOON):
            assert began.wait(10)
        assert hung_up.wait(10)
