"""Each fault does what it says, seen by the standard library's client through the proxy and by the oracle behind it."""

from __future__ import annotations

import contextlib
import imaplib
import ssl
import time
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from mailsafi_wizard.demo.certificates import Certificate
from tests.servers import faults as f
from tests.servers.conftest import Pair
from tests.servers.fault_proxy import FaultProxy
from tests.servers.faults import Fault
from tests.servers.oracle import snapshot

BODY = b"Subject: x\r\n\r\n" + b"0123456789" * 3000 + b"\r\n"
BROKEN = (imaplib.IMAP4.abort, OSError)
leaky = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # imaplib forgets sockets that fail early
Through = Callable[..., tuple[FaultProxy, imaplib.IMAP4_SSL]]


@pytest.fixture
def proxies() -> Iterator[list[FaultProxy]]:
    made: list[FaultProxy] = []
    yield made
    for proxy in made:
        proxy.stop()


@pytest.fixture
def through(pair: Pair, certificate: Certificate, proxies: list[FaultProxy]) -> Iterator[Through]:
    """A proxy before the destination with the given faults, and a signed-in client behind it."""
    clients: list[imaplib.IMAP4_SSL] = []

    def make(*faults: Fault, **options: Any) -> tuple[FaultProxy, imaplib.IMAP4_SSL]:
        proxy = FaultProxy(pair.destination.tls_port, certificate, faults, **options)
        proxies.append(proxy)
        return proxy, connect(proxy, pair, clients)

    yield make
    for client in clients:
        with contextlib.suppress(OSError):
            client.shutdown()


def connect(proxy: FaultProxy, pair: Pair, made: list[imaplib.IMAP4_SSL]) -> imaplib.IMAP4_SSL:
    """A signed-in client, noted in ``made``."""
    context = ssl.create_default_context(cafile=str(pair.ca_file))
    client = imaplib.IMAP4_SSL("localhost", proxy.port, ssl_context=context, timeout=5)
    made.append(client)
    client.authenticate("PLAIN", lambda _: f"\0{pair.user}\0{pair.destination.password_of(pair.user)}".encode())
    return client


def stored(pair: Pair) -> int:
    server = pair.destination
    return snapshot("localhost", server.tls_port, pair.user, server.password_of(pair.user), server.ca_file).messages


def stored_in_the_end(pair: Pair) -> int:
    """How many messages the destination holds when it has worked off what was sent to it and its sessions have ended."""
    deadline = time.monotonic() + 10
    while pair.user in pair.destination.doveadm("who", "-1"):
        assert time.monotonic() < deadline, "a session does not end"
        time.sleep(0.02)
    return stored(pair)


def raw(client: imaplib.IMAP4, data: bytes, replies: int = 1) -> list[bytes]:
    """Send as it stands and read so many tagged replies; all lines."""
    client.send(data)
    lines: list[bytes] = []
    while replies:
        lines.append(client.readline())
        assert lines[-1], lines
        replies -= lines[-1].startswith(b"T")
    return lines


def plus(tag: bytes, body: bytes = BODY) -> bytes:
    return tag + b" APPEND INBOX {%d+}\r\n" % len(body) + body + b"\r\n"


def test_without_faults_everything_passes(through: Through, pair: Pair) -> None:
    proxy, client = through()
    assert client.append("INBOX", "", "", BODY)[0] == "OK"
    assert len(raw(client, plus(b"T1") + plus(b"T2") + b"T3 NOOP\r\n", 3)) >= 3
    multi = b"T4 APPEND INBOX (\\Seen) {5+}\r\nA: b\n (\\Draft) {%d}\r\n" % len(BODY)
    client.send(multi)
    assert client.readline().startswith(b"+")
    assert raw(client, BODY + b"\r\n")[-1].startswith(b"T4 OK")
    client.select(readonly=True)
    data = client.uid("FETCH", "1:*", "(BODY.PEEK[])")[1]
    assert [part[1] for part in data if isinstance(part, tuple)][:3] == [BODY] * 3
    assert client.logout()[0] == "BYE"
    assert proxy.fired == 0
    assert stored(pair) == 5


@leaky
def test_refused_and_silent_connections(through: Through, pair: Pair) -> None:
    proxy, client = through(Fault(f.Connect(), f.Cut(), nth=2), Fault(f.Connect(), f.Hang(), connections=(3,)))
    with pytest.raises(BROKEN):
        connect(proxy, pair, [])
    with pytest.raises(TimeoutError):
        imaplib.IMAP4_SSL("localhost", proxy.port, ssl_context=ssl.create_default_context(), timeout=0.3)
    assert client.noop()[0] == "OK"
    assert connect(proxy, pair, []).logout()[0] == "BYE"
    assert proxy.connections == 4


@pytest.mark.parametrize(
    ("point", "kept"),
    [
        (f.Command("APPEND"), 0),
        (f.Literal("APPEND", byte=0), 0),
        (f.Literal("APPEND", byte=1000), 0),
        (f.Literal("APPEND", byte=-1), 0),
        (f.Literal("APPEND"), 0),  # the line's own end is still missing
        (f.Reply("APPEND"), 1),
    ],
)
@pytest.mark.parametrize("reset", [True, False])
def test_a_cut_is_made_exactly_where_it_should(through: Through, pair: Pair, point: f.Point, kept: int, reset: bool) -> None:
    proxy, client = through(Fault(point, f.Cut(reset), nth=2))
    with pytest.raises((AssertionError, *BROKEN)):
        raw(client, plus(b"T1") + plus(b"T2") + plus(b"T3"), 3)
    assert proxy.fired == 1
    assert stored_in_the_end(pair) in ((1 + kept,) if point != f.Reply("APPEND") else (2, 3))
    assert connect(proxy, pair, []).logout()[0] == "BYE"


def test_a_cut_within_several_messages_of_one_append(through: Through, pair: Pair) -> None:
    _proxy, client = through(Fault(f.Literal("APPEND", byte=10), f.Cut(), nth=2))
    with pytest.raises((AssertionError, *BROKEN)):
        raw(client, b"T1 APPEND INBOX {5+}\r\nA: b\n {%d+}\r\n%s\r\n" % (len(BODY), BODY))
    assert stored_in_the_end(pair) == 0


@pytest.mark.parametrize("name", ["EXAMINE", "CREATE", "LOGOUT", "LIST"])
def test_a_cut_before_the_reply(through: Through, name: str) -> None:
    _proxy, client = through(Fault(f.Reply(name), f.Cut()))
    commands: dict[str, Callable[[], object]] = {
        "EXAMINE": lambda: client.select("INBOX", readonly=True),
        "CREATE": lambda: client.create("Neu"),
        "LIST": client.list,
        "LOGOUT": lambda: raw(client, b"T1 LOGOUT\r\n"),
    }
    with pytest.raises((AssertionError, *BROKEN)):
        commands[name]()


def test_a_cut_before_the_reply_to_the_sign_in(through: Through) -> None:
    with pytest.raises(BROKEN):
        through(Fault(f.Reply("AUTHENTICATE|LOGIN"), f.Cut()))


def test_a_swallowed_reply_never_comes_but_the_next_does(through: Through, pair: Pair) -> None:
    _proxy, client = through(Fault(f.Reply("APPEND"), f.Swallow()))
    lines = raw(client, plus(b"T1") + b"T2 NOOP\r\n")
    assert lines[-1].startswith(b"T2 OK")
    assert not any(line.startswith(b"T1") for line in lines)
    assert stored(pair) == 1


def test_a_silent_server(through: Through) -> None:
    _proxy, client = through(Fault(f.Command("NOOP"), f.Hang(), nth=2))
    assert client.noop()[0] == "OK"
    client.sock.settimeout(0.2)
    with pytest.raises(TimeoutError):
        client.noop()


def test_refusals_are_answered_in_turn_and_nothing_is_stored(through: Through, pair: Pair) -> None:
    _proxy, client = through(
        Fault(f.Command("APPEND"), f.Answer("NO [UNAVAILABLE] Suggested Backoff Time: 100 milliseconds"), times=2)
    )
    lines = raw(client, b"T0 NOOP\r\n" + plus(b"T1") + b"T2 APPEND INBOX {1}\r\n", 2)
    assert [line[:6] for line in lines] == [b"T0 OK ", b"T1 NO "]
    assert client.readline().startswith(b"+")
    assert raw(client, b"x\r\n")[-1] == b"T2 NO [UNAVAILABLE] Suggested Backoff Time: 100 milliseconds\r\n"
    assert raw(client, plus(b"T3"))[-1].startswith(b"T3 OK")
    assert stored(pair) == 1


def test_a_lie_about_what_was_done(through: Through, pair: Pair) -> None:
    _proxy, client = through(Fault(f.Reply("APPEND"), f.Replace("BAD internal error")))
    assert raw(client, plus(b"T1"))[-1] == b"T1 BAD internal error\r\n"
    assert stored(pair) == 1


@pytest.mark.parametrize(
    ("action", "announced", "body"),
    [
        (f.Shorten(100), 100, BODY[:100]),
        (f.Garble(), len(BODY), None),
        (f.Resize(-3), len(BODY) - 3, BODY),
    ],
)
def test_fetched_text_is_spoilt(through: Through, action: f.Action, announced: int, body: bytes | None) -> None:
    _proxy, client = through(Fault(f.Body(), action))
    raw(client, plus(b"T1"))
    client.select(readonly=True)
    client.send(b"T2 UID FETCH 1 (BODY.PEEK[])\r\n")
    assert b"{%d}" % announced in client.readline()
    got = client.read(announced if body is None else len(body))
    assert got != BODY if body is None else got == body
    assert client.readline() == b")\r\n"


def test_a_text_shorter_than_announced_runs_into_what_follows(through: Through) -> None:
    _proxy, client = through(Fault(f.Body(), f.Shorten(10, honest=False)))
    raw(client, plus(b"T1"))
    client.select(readonly=True)
    client.send(b"T2 UID FETCH 1 (BODY.PEEK[])\r\n")
    assert b"{%d}" % len(BODY) in client.readline()
    assert client.read(13) == BODY[:10] + b")\r\n"


def test_a_cut_inside_a_fetched_text(through: Through) -> None:
    _proxy, client = through(Fault(f.Body(byte=12345), f.Cut(reset=False)))
    raw(client, plus(b"T1"))
    client.select(readonly=True)
    client.send(b"T2 UID FETCH 1 (BODY.PEEK[])\r\n")
    client.readline()
    assert len(client.file.read(len(BODY))) == 12345


def test_capabilities_are_hidden_everywhere(through: Through) -> None:
    _proxy, client = through(hide=("LITERAL+", "uidplus"))
    assert "LITERAL+" not in client.capabilities
    words = client.capability()[1][0].split()
    assert b"MULTIAPPEND" in words
    assert not {b"LITERAL+", b"UIDPLUS", b"COMPRESS=DEFLATE"} & set(words)


def test_injected_and_swallowed_untagged_replies(through: Through) -> None:
    _proxy, client = through(
        Fault(f.Reply("NOOP"), f.Inject(b"* 77 EXISTS\r\n")),
        Fault(f.Untagged("EXISTS"), f.Swallow()),
    )
    assert client.select(readonly=True) == ("OK", [b"0"]) or client.untagged_responses.get("EXISTS") is None
    client.noop()
    assert client.response("EXISTS")[1][-1] == b"77"


def test_a_trickle_and_a_pause(through: Through) -> None:
    _proxy, client = through(Fault(f.Command("UID FETCH"), f.Slow(60_000)), Fault(f.Command("NOOP"), f.Wait(0.3)))
    raw(client, plus(b"T1"))
    started = time.monotonic()
    client.noop()
    assert time.monotonic() - started >= 0.3
    client.select(readonly=True)
    started = time.monotonic()
    client.uid("FETCH", "1", "(BODY.PEEK[])")
    assert 0.3 < time.monotonic() - started < 4


def test_a_cleartext_proxy(pair: Pair, certificate: Certificate, proxies: list[FaultProxy]) -> None:
    proxies.append(FaultProxy(pair.destination.tls_port, certificate, tls=False))
    client = imaplib.IMAP4("localhost", proxies[0].port, timeout=5)
    assert "STARTTLS" not in client.capabilities
    client.logout()


def test_senseless_faults_are_refused() -> None:
    with pytest.raises(ValueError, match="makes no sense"):
        Fault(f.Reply("NOOP"), f.Garble())
