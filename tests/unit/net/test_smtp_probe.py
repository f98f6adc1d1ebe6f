"""Asking a real SMTP server on this computer whether it takes the mail, in all its moods. No mail is ever sent."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterator

import pytest

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.receiver import Receiver
from mailsafi_wizard.net import smtp_probe
from tests.unit.net.other_end import Listener

HOST = "mx1.mailsafi.invalid"
KNOWN = ("jane@example.co.ke", "info@example.co.ke")
HERE = "127.0.0.1"


class Sink(Listener):
    """Says what the test's ``reply`` gives for each line, "" to close; keeps every line."""

    def __init__(self, reply: Callable[[str], str], greeting: str = "220 sink") -> None:
        self.lines: list[str] = []
        self._reply, self._greeting = reply, greeting
        super().__init__(self._converse)

    @property
    def port(self) -> int:
        return self.endpoint.port

    def _converse(self, peer: socket.socket) -> None:
        with peer.makefile("rb") as heard:
            peer.sendall(self._greeting.encode("latin-1") + b"\r\n")
            while line := heard.readline().decode().strip():
                self.lines.append(line)
                said = self._reply(line)
                if not said:
                    return
                peer.sendall(said.encode("latin-1") + b"\r\n")
                if line == "STARTTLS":
                    heard.read(1)
                    peer.sendall(b"this is not TLS at all" * 30)
                    return


def context(authority: Authority, host: str = HOST, days: int = 30) -> ssl.SSLContext:
    certificate = authority.issue("s", (host,), days)
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(certificate.chain, certificate.key)
    return made


@pytest.fixture
def receiver(authority: Authority) -> Iterator[Receiver]:
    made = Receiver(KNOWN, context(authority))
    yield made
    made.stop()


def test_all_are_taken_over_a_sound_connection(receiver: Receiver, authority: Authority) -> None:
    heard = smtp_probe.ask(HOST, KNOWN, receiver.port, HERE, authority.ca_file)
    assert (heard.asked, heard.accepted, heard.refused, heard.tls, heard.problem) == (2, 2, [], smtp_probe.SECURE, "")


def test_who_is_not_known_is_named(receiver: Receiver, authority: Authority) -> None:
    heard = smtp_probe.ask(HOST, (*KNOWN, "nobody@example.co.ke"), receiver.port, HERE, authority.ca_file)
    assert (heard.asked, heard.accepted) == (3, 2)
    assert heard.refused == [("nobody@example.co.ke", "550 no such user here")]


def test_a_wrong_certificate_is_told_and_asked_over_all_the_same(authority: Authority) -> None:
    for made in (context(authority, "other.invalid"), context(authority, days=-1)):
        receiver = Receiver(KNOWN, made)
        heard = smtp_probe.ask(HOST, KNOWN, receiver.port, HERE, authority.ca_file)
        receiver.stop()
        assert "certificate does not hold" in heard.tls
        assert (heard.accepted, heard.problem) == (2, "")


def test_a_server_without_starttls(authority: Authority) -> None:
    receiver = Receiver(KNOWN)
    heard = smtp_probe.ask(HOST, KNOWN, receiver.port, HERE)
    receiver.stop()
    assert (heard.tls, heard.accepted) == ("", 2)


def test_starttls_that_breaks_is_told_and_asked_without() -> None:
    def reply(line: str) -> str:
        return "250-sink\r\n250 STARTTLS" if line.startswith("ehlo") else "220 go" if line == "STARTTLS" else "250 ok"

    with Sink(reply) as sink:
        heard = smtp_probe.ask(HOST, KNOWN, sink.port, HERE)
    assert "fails" in heard.tls
    assert (heard.accepted, heard.problem) == (2, "")


def test_greylisting_is_later_and_the_rest_is_told_apart() -> None:
    with Sink(lambda line: "451 4.7.1 try again" if line.startswith("RCPT TO:<jane") else "250 ok") as sink:
        heard = smtp_probe.ask(HOST, KNOWN, sink.port, HERE)
    assert (heard.asked, heard.accepted, heard.later) == (2, 1, 1)


def test_data_is_never_said() -> None:
    with Sink(lambda line: "221 bye" if line == "quit" else "250 ok") as sink:
        smtp_probe.ask(HOST, [f"u{i}@example.co.ke" for i in range(45)], sink.port, HERE)
        words = {line.split()[0].upper() for line in sink.lines}
    assert words == {"EHLO", "MAIL", "RCPT", "RSET", "QUIT"}
    assert sum(line.startswith("MAIL FROM:<>") for line in sink.lines) == 3


def test_an_address_that_would_be_two_commands_is_not_said() -> None:
    with Sink(lambda _line: "250 ok") as sink:
        heard = smtp_probe.ask(HOST, ["a@b.example>\r\nDATA", "münze@x.example", "a b@c.example", "plain"], sink.port, HERE)
        assert not any("DATA" in line for line in sink.lines)
    assert heard.accepted == 0
    assert len(heard.refused) == 4
    assert all("\r" not in address and "\n" not in address for address, _words in heard.refused)


@pytest.mark.parametrize(
    ("reply", "greeting", "words"),
    [
        (lambda _line: "250 ok", "554 go away", "554 go away"),
        (lambda _line: "", "220 hello", "closed"),
        (lambda line: "421 4.3.2 closing" if line.startswith("RCPT") else "250 ok", "220 x", "421 4.3.2 closing"),
        (
            lambda line: "550 \x1b[31mblocked\u202e".encode().decode("latin-1") if line.startswith("MAIL") else "250 ok",
            "220 x",
            "blocked",
        ),
        (lambda line: "x" * 9000 if line.startswith("MAIL") else "250 ok", "220 x", "5"),
    ],
)
def test_every_bad_mood_is_a_sentence(reply: Callable[[str], str], greeting: str, words: str) -> None:
    with Sink(reply, greeting) as sink:
        heard = smtp_probe.ask(HOST, KNOWN, sink.port, HERE)
    assert words in heard.problem
    assert heard.problem.isprintable()
    assert "\u202e" not in heard.problem
    assert len(heard.problem) < 250


def test_nobody_there_and_nobody_answering(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_probe, "PATIENCE", 0.2)
    with socket.create_server((HERE, 0)) as silent:
        assert smtp_probe.ask(HOST, KNOWN, silent.getsockname()[1], HERE).problem == "it does not answer"
        port = silent.getsockname()[1]
    assert smtp_probe.ask(HOST, KNOWN, port, HERE).problem == "it takes no connections on this port"
    assert smtp_probe.ask("mx1.invalid", KNOWN, port).problem == "there is no such server"


def test_a_server_that_drips_is_cut_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(smtp_probe, "LONGEST", 0.5)
    over = threading.Event()

    def drip(peer: socket.socket) -> None:
        with peer:
            peer.sendall(b"220 hello\r\n")
            while not over.wait(0.05):
                try:
                    peer.sendall(b"2")
                except OSError:
                    return

    with socket.create_server((HERE, 0)) as listening:
        thread = threading.Thread(target=lambda: drip(listening.accept()[0]), daemon=True)
        thread.start()
        heard = smtp_probe.ask(HOST, KNOWN, listening.getsockname()[1], HERE)
        over.set()
        thread.join(5)
    assert heard.problem
    assert heard.accepted == 0
