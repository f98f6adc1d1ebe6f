"""The search among name servers and servers that are slow, silent, wrong or wicked: it ends, and believes none of them."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import dns.rcode
import pytest
from dns.message import Message

from mailsafi_wizard.net import names as naming
from mailsafi_wizard.net.discovery import discover
from mailsafi_wizard.net.found import Discovery, Note, Origin, Sureness
from mailsafi_wizard.net.probe import Outcome
from tests.unit.net.small_internet import (
    DOMAIN,
    Names,
    SmallInternet,
    cuts,
    denies_everything,
    has_many_addresses,
    reply,
    trickle,
)
from tests.unit.net.test_discovery import XML, ZONE

pytestmark = pytest.mark.skipif(not has_many_addresses(), reason="this system has one loopback address only")

BOX = f"box.{DOMAIN}"
SRV = ZONE + "box A 127.0.0.2\nautoconfig A 127.0.0.5\n"


@pytest.fixture
def net(tmp_path: Path) -> Iterator[SmallInternet]:
    with SmallInternet(tmp_path) as made:
        yield made


def zone(net: SmallInternet) -> str:
    return SRV + f"_imaps._tcp SRV 0 1 {net.imaps} box\n"


def silent_names() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    made.bind(("127.0.0.1", 0))
    return made


def sure(discovery: Discovery) -> bool:
    return discovery.best is not None and (discovery.best.endpoint.host, discovery.best.sureness) == (BOX, Sureness.SURE)


# --- name servers


def test_one_that_denies_everything_is_not_believed_when_another_knows(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)
    liar, honest = net.names(zone(net), denies_everything), net.names(zone(net))
    assert sure(discover(DOMAIN, net.where(liar, honest)))
    assert len(liar.questions) < len(honest.questions)


def test_one_that_is_silent_is_gone_round(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)
    with silent_names() as silent:
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        where = net.where(net.names(zone(net)))
        assert sure(discover(DOMAIN, net.where(resolvers=(dead, *where.resolvers))))


def test_one_that_fails_is_gone_round(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)

    def fails(_query: Message, right: Message) -> Message:
        right.answer.clear()
        right.set_rcode(dns.rcode.SERVFAIL)
        return right

    assert sure(discover(DOMAIN, net.where(net.names(zone(net), fails), net.names(zone(net)))))


def test_one_that_is_slow_is_heard_when_it_is_the_only_one(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)

    def slow(_query: Message, right: Message) -> Message:
        time.sleep(0.3)  # the slowness itself is what is tested
        return right

    assert sure(discover(DOMAIN, net.where(net.names(zone(net), slow))))


def test_answers_that_udp_cannot_hold_come_by_tcp(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)
    assert sure(discover(DOMAIN, net.where(net.names(zone(net), cuts))))


def test_answers_to_another_question_are_no_answers(net: SmallInternet) -> None:
    def foreign(_query: Message, right: Message) -> Message:
        right.question.clear()
        return right

    names = net.names(zone(net), foreign)
    discovery = discover(DOMAIN, net.where(names, seconds=1.5))
    assert discovery.candidates == ()
    assert Note.NO_DNS in discovery.notes


def test_no_name_server_at_all_is_told_in_time(net: SmallInternet) -> None:
    with silent_names() as silent:
        discovery = discover("jane@gmail.com", net.where(resolvers=(f"127.0.0.1:{silent.getsockname()[1]}",), seconds=1.0))
    assert discovery.notes[0] is Note.NO_DNS
    assert [c.endpoint.host for c in discovery.candidates] == ["imap.gmail.com"]  # known without any
    assert discovery.seconds < 5


def test_name_servers_that_differ_are_told(net: SmallInternet) -> None:
    other = net.names(zone(net).replace("@ MX 10 mx", "@ MX 10 elsewhere"))
    assert Note.DISAGREE in discover(DOMAIN, net.where(net.names(zone(net)), other)).notes


@pytest.mark.parametrize("target", ["127.0.0.2", "box\\010evil", "localhost6", "x_y.example.co.ke", "a.b.localhost", "*"])
def test_a_record_whose_target_is_no_host_is_passed_over(net: SmallInternet, target: str) -> None:
    met = net.tls("127.0.0.2", BOX)
    names = net.names(SRV + f"_imaps._tcp SRV 0 1 {net.imaps} {target}.\n")
    assert discover(DOMAIN, net.where(names)).candidates == ()
    assert met.met == 0


@pytest.mark.parametrize("port", [0, 22, 25, 80, 445])
def test_a_record_with_the_port_of_another_service_is_passed_over(net: SmallInternet, port: int) -> None:
    assert discover(DOMAIN, net.where(net.names(SRV + f"_imaps._tcp SRV 0 1 {port} box\n"))).candidates == ()


# --- servers


def says_nothing(over: threading.Event) -> Callable[[socket.socket], None]:
    def talk(connection: socket.socket) -> None:
        over.wait(10)

    return talk


@pytest.mark.parametrize("kind", ["silent", "trickling", "trickling in TLS"])
def test_a_server_that_never_comes_to_an_end_does_not_hold_the_search(net: SmallInternet, kind: str) -> None:
    over = threading.Event()
    context = net.context(BOX)

    def in_tls(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            trickle(secure)

    talk = {"silent": says_nothing(over), "trickling": trickle, "trickling in TLS": in_tls}[kind]
    net.host("127.0.0.2", net.imaps, talk)
    net.host("127.0.0.5", net.https, talk)
    discovery = discover(DOMAIN, net.where(net.names(zone(net)), seconds=1.0))
    over.set()
    assert discovery.seconds < 5
    assert [c.sureness for c in discovery.candidates] == [Sureness.UNSEEN]
    if kind == "silent":
        assert discovery.candidates[0].probe.outcome is Outcome.NOT_TRIED
        assert discovery.notes == (Note.TIME_UP,)


def test_the_runners_up_are_not_waited_for_long_once_one_is_sure(net: SmallInternet) -> None:
    over = threading.Event()
    net.tls("127.0.0.2", BOX)
    net.host("127.0.0.3", net.imaps, says_nothing(over))
    discovery = discover(DOMAIN, net.where(net.names(zone(net) + "mail A 127.0.0.3\n"), seconds=30.0))
    over.set()
    assert sure(discovery)
    assert discovery.seconds < 15
    assert discovery.notes == ()


def test_a_cancelled_search_ends_with_what_it_has(net: SmallInternet) -> None:
    cancel, over = threading.Event(), threading.Event()

    def cancels(connection: socket.socket) -> None:
        cancel.set()
        over.wait(10)

    net.host("127.0.0.2", net.imaps, cancels)
    discovery = discover(DOMAIN, net.where(net.names(zone(net)), seconds=60.0), cancel)
    over.set()
    assert discovery.notes == (Note.CANCELLED,)
    assert discovery.seconds < 30


def test_a_greeting_cannot_command_a_screen(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX, greeting=b"* OK \x1b[2J\x07<b>ready</b>\x00\r\n")
    best = discover(DOMAIN, net.where(net.names(zone(net)))).best
    assert best is not None
    assert best.probe.greeting.isprintable()


def test_a_server_without_tls_is_not_used(net: SmallInternet) -> None:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1] no TLS here\r\n")
        while command := connection.recv(1000):
            tag = command.split(b" ")[0]
            connection.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")

    net.host("127.0.0.2", net.imap, talk)
    best = discover(DOMAIN, net.where(net.names(SRV + f"_imap._tcp SRV 0 1 {net.imap} box\n"))).best
    assert best is not None
    assert (best.sureness, best.probe.outcome) == (Sureness.UNSEEN, Outcome.NOT_IMAP)


# --- settings


def settings(net: SmallInternet, answer: Callable[[str], bytes], host: str = f"autoconfig.{DOMAIN}") -> Discovery:
    net.tls("127.0.0.2", BOX)
    net.settings("127.0.0.5", host, answer)
    return discover(DOMAIN, net.where(net.names(SRV)))


def good(net: SmallInternet) -> bytes:
    return reply(XML.format(host=BOX, port=net.imaps).encode())


def test_settings_are_followed_to_another_place_over_https(net: SmallInternet) -> None:
    def answer(path: str) -> bytes:
        return good(net) if path == "/x.xml" else reply(b"", "301 Moved", Location="/x.xml")

    assert sure(settings(net, answer))


@pytest.mark.parametrize(
    "location",
    [
        "http://autoconfig.example.co.ke/x.xml", "https://127.0.0.5/x.xml", "https://u:p@autoconfig.example.co.ke/x.xml", "https://localhost/x.xml",
        "https://autoconfig.example.co.ke:22/x.xml", "file:///etc/passwd", "//[::1]/x", "https://autoconfig.example.co.ke:99999/", "",
    ],
)  # fmt: skip
def test_settings_are_not_followed_to_a_bad_place(net: SmallInternet, location: str) -> None:
    def answer(path: str) -> bytes:
        return good(net) if path == "/x.xml" else reply(b"", "302 Found", Location=location)

    assert settings(net, answer).candidates == ()


def test_settings_that_lead_in_a_circle_end(net: SmallInternet) -> None:
    asked: list[str] = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return reply(b"", "302 Found", Location=f"/{len(asked)}")

    assert settings(net, answer).candidates == ()
    assert len(asked) == 4


def test_settings_behind_an_untrusted_certificate_are_not_read(net: SmallInternet) -> None:
    net.tls("127.0.0.2", BOX)
    asked: list[str] = []

    def talk(connection: socket.socket) -> None:
        with net_context.wrap_socket(connection, server_side=True) as secure:
            asked.append(secure.recv(100).decode())

    net_context: ssl.SSLContext = net.stranger(f"autoconfig.{DOMAIN}")
    net.host("127.0.0.5", net.https, talk)
    assert discover(DOMAIN, net.where(net.names(SRV))).candidates == ()
    assert asked == []


def test_settings_of_whoever_takes_in_the_mail_are_asked_with_the_address(net: SmallInternet) -> None:
    asked: list[str] = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return reply(XML.format(host="box.%EMAILDOMAIN%", port=net.imaps).encode())

    net.tls("127.0.0.2", BOX)
    net.settings("127.0.0.6", "autoconfig.other.co.ke", answer)
    text = "$TTL 60\n@ SOA ns1 h 1 1 1 1 1\n@ NS ns1\nns1 A 127.0.0.1\nautoconfig.other A 127.0.0.6\nbox.example A 127.0.0.2\n"
    names = net.names(text + "example MX 10 mx.other\n", domain="co.ke")
    best = discover(f"jane@{DOMAIN}", net.where(names)).best
    assert best is not None
    assert (best.endpoint.host, best.sureness, best.sources[0].origin) == (BOX, Sureness.LIKELY, Origin.PROVIDER_FILE)
    assert asked == [f"/mail/config-v1.1.xml?emailaddress=jane@{DOMAIN}"]


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n<clientConfig/>", b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 500 + b"\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n", b"SSH-2.0-x\r\n", b"HTTP/1.1 99999 x\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFFF\r\nx",
        b"HTTP/1.1 100 Continue\r\n\r\n" * 50, reply(b"\x1f\x8b\x08\x00", Content_Encoding="gzip"), reply(b"<clientConfig/>", "404 Not Found"),
    ],
)  # fmt: skip
def test_replies_that_are_no_http_or_no_file_are_passed_over(net: SmallInternet, raw: bytes) -> None:
    discovery = settings(net, lambda _path: raw)
    assert discovery.candidates == ()
    assert discovery.notes == ()


def test_ten_megabytes_are_not_read_to_the_end(net: SmallInternet) -> None:
    sent: list[int] = []
    context = net.context(f"autoconfig.{DOMAIN}")

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secure:
            secure.recv(4096)
            secure.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 10485760\r\n\r\n<clientConfig>")
            for count in range(1280):
                secure.sendall(b" " * 8192)
                sent.append(count)

    net.host("127.0.0.5", net.https, talk)
    assert discover(DOMAIN, net.where(net.names(SRV))).candidates == ()
    assert len(sent) < 1280


# --- names


def test_a_question_is_asked_once_however_many_want_to_know(net: SmallInternet) -> None:
    names: Names = net.names(zone(net))
    net.tls("127.0.0.2", BOX)
    discover(DOMAIN, net.where(names))
    assert sorted(names.questions) == sorted(set(names.questions))
    assert naming.sane_host("BOX.Example.co.ke.") == BOX
