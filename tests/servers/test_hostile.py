"""The hostile server plays the tricks it was told to, and none when it was told none."""

from __future__ import annotations

import contextlib
import datetime as dt
import imaplib
import socket
import ssl
from collections.abc import Callable, Iterator

import pytest

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.demo.imapd.accounts import Folder
from mailsafi_wizard.model import Security
from tests.servers.company import fill
from tests.servers.hostile import GREETING, PASSWORD, USER, HostileServer, Tricks
from tests.servers.oracle import snapshot

WHEN = dt.datetime(2024, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
BODY = b"Subject: a\r\n\r\n0123456789\r\n"
Make = Callable[..., HostileServer]
Speak = Callable[..., "Line"]


@pytest.fixture
def make(certificate: Certificate) -> Iterator[Make]:
    made: list[HostileServer] = []

    def start(security: Security = Security.TLS, messages: int = 3, **tricks: object) -> HostileServer:
        server = HostileServer(certificate, Tricks(**tricks), security)  # type: ignore[arg-type]
        for _ in range(messages):
            inbox(server).add(("\\Seen",), WHEN, BODY)
        made.append(server)
        return server

    yield start
    for server in made:
        server.stop()


def inbox(server: HostileServer) -> Folder:
    return server.account.folders[b"INBOX"]


class Line:
    """A client that says and hears lines."""

    def __init__(self, server: HostileServer) -> None:
        self._context = ssl.create_default_context(cafile=str(server.ca_file))
        self.sock: socket.socket = socket.create_connection(("localhost", server.port), timeout=5)
        if server.security is Security.TLS:
            self.sock = self._context.wrap_socket(self.sock, server_hostname="localhost")
        self.file = self.sock.makefile("rb")

    def say(self, command: str) -> list[bytes]:
        """The lines up to the tagged one or the end of the stream."""
        self.sock.sendall(b"t " + command.encode() + b"\r\n")
        return self.hear(b"t ")

    def hear(self, until: bytes) -> list[bytes]:
        lines: list[bytes] = []
        while line := self.file.readline(100_000):
            lines.append(line.rstrip(b"\r\n"))
            if line.startswith(until):
                break
        return lines

    def sign_in(self) -> list[bytes]:
        return self.say(f'LOGIN {USER} "{PASSWORD}"')

    def secure(self) -> None:
        self.file.close()
        self.sock = self._context.wrap_socket(self.sock, server_hostname="localhost")
        self.file = self.sock.makefile("rb")

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.file.close()
            self.sock.close()


@pytest.fixture
def speak() -> Iterator[Speak]:
    made: list[Line] = []

    def open_line(server: HostileServer, *commands: str) -> Line:
        made.append(Line(server))
        if commands:
            made[-1].hear(b"* ")
        for command in commands:
            made[-1].say(command)
        return made[-1]

    yield open_line
    for line in made:
        line.close()


LOGIN = f'LOGIN {USER} "{PASSWORD}"'


def test_without_tricks_it_is_a_good_server(make: Make) -> None:
    server = make(messages=0)
    assert fill(server, USER, 60, 1) == 73
    seen = snapshot("localhost", server.port, USER, PASSWORD, server.ca_file)
    assert seen.messages == 73


@pytest.mark.parametrize("where", [GREETING, "LOGIN", "LIST", "EXAMINE", "UID FETCH", "APPEND", "LOGOUT"])
def test_it_hangs_up_and_falls_silent_anywhere(make: Make, speak: Speak, where: str) -> None:
    command = {
        "EXAMINE": "EXAMINE INBOX",
        "UID FETCH": "UID FETCH 1:* UID",
        "APPEND": "APPEND INBOX {1+}\r\nx",
        "LIST": 'LIST "" *',
    }
    if where == GREETING:
        assert speak(make(vanish_at=where)).file.read() == b""
        assert speak(make(bye_at=where)).hear(b"* ")[0].startswith(b"* BYE")
        return
    before = [] if where == "LOGIN" else [LOGIN, "EXAMINE INBOX"] if where == "UID FETCH" else [LOGIN]
    words = LOGIN if where == "LOGIN" else command.get(where, where)
    assert speak(make(vanish_at=where), "NOOP", *before).say(words) == []
    assert speak(make(bye_at=where), "NOOP", *before).say(words)[0].startswith(b"* BYE")
    silent = speak(make(silent_at=where), "NOOP", *before)
    silent.sock.settimeout(0.1)
    with pytest.raises(TimeoutError):
        silent.say(words)


@pytest.mark.parametrize(
    ("tricks", "start"),
    [
        ({"endless_line_at": "LIST"}, b"* OK xxx"),
        ({"flood_at": "LIST"}, b"* 1 EXPUNGE\r\n* 1 EXPUNGE"),
        ({"flood_at": "LIST", "flood_line": b"* 5 EXISTS\r\n"}, b"* 5 EXISTS"),
        ({"huge_literal_at": "LIST"}, b"* 1 FETCH (UID 1 BODY[] {4294967296}\r\nxxx"),
    ],
)
def test_it_sends_without_end_until_the_client_goes(make: Make, speak: Speak, tricks: dict[str, object], start: bytes) -> None:
    server = make(**tricks)
    client = speak(server, LOGIN)
    client.sock.sendall(b't LIST "" *\r\n')
    assert client.file.read(3_000_000).startswith(start)
    client.close()
    assert server.poured > 2_000_000


@pytest.mark.parametrize(
    ("tricks", "command", "expected"),
    [
        ({"wrong_tag_at": "NOOP"}, "NOOP\r\nt CAPABILITY", b"Xt OK Noop done"),
        ({"deep_parentheses_at": "NOOP"}, "NOOP", b"* LIST ((((("),
        ({"garbage_at": "NOOP"}, "NOOP", b"* \x00\xff"),
        ({"before": (("NOOP", b"* 9 EXISTS\r\n"),)}, "NOOP", b"* 9 EXISTS"),
        ({"answers": (("CREATE", "NO [LIMIT] later"),)}, "CREATE x", b"t NO [LIMIT] later"),
        ({"list_lines": (b'* LIST () "/" {12}\r\nx\r\nA1 LOGOUT',)}, 'LIST "" *', b'* LIST () "/" {12}'),
        ({"exists_by": 497}, "EXAMINE INBOX", b"* 500 EXISTS"),
        ({"exists_by": 497}, "STATUS INBOX (MESSAGES)", b'* STATUS "INBOX" (MESSAGES 500)'),
        ({"uidnext_by": 90}, "EXAMINE INBOX", b"* OK [UIDNEXT 94] guessed"),
    ],
)
def test_it_answers_wrongly(make: Make, speak: Speak, tricks: dict[str, object], command: str, expected: bytes) -> None:
    answer = speak(make(**tricks), LOGIN).say(command)
    assert any(line.startswith(expected) for line in answer), answer


def test_a_tagged_line_may_be_missing(make: Make, speak: Speak) -> None:
    client = speak(make(no_tag_at="NOOP"), LOGIN)
    assert client.say("NOOP\r\nt CAPABILITY")[-1] == b"t OK Capability done"


@pytest.mark.parametrize(
    ("tricks", "expected"),
    [
        ({"skip_uids": frozenset({2})}, [b"* 1 FETCH (UID 1)", b"* 3 FETCH (UID 3)"]),
        ({"foreign_uid_by": 10}, [b"* 1 FETCH (UID 11)", b"* 2 FETCH (UID 12)", b"* 3 FETCH (UID 13)"]),
        ({"extra_fetch": b"* 9 FETCH (UID 9)", "skip_uids": frozenset({1, 2, 3})}, [b"* 9 FETCH (UID 9)"]),
    ],
)
def test_it_lists_messages_wrongly(make: Make, speak: Speak, tricks: dict[str, object], expected: list[bytes]) -> None:
    assert speak(make(**tricks), LOGIN, "EXAMINE INBOX").say("UID FETCH 1:* UID")[:-1] == expected


def test_it_repeats_itself(make: Make, speak: Speak) -> None:
    assert len(speak(make(double_fetch=True), LOGIN, "EXAMINE INBOX").say("UID FETCH 1:* UID")) == 7


@pytest.mark.parametrize(
    ("tricks", "item", "expected"),
    [
        ({"cut_body": 5}, "BODY.PEEK[]", b"BODY[] {5}\r\nSubje)"),
        ({"nil_body": True}, "BODY.PEEK[]", b"BODY[] NIL"),
        ({"size_by": 7}, "RFC822.SIZE", b"RFC822.SIZE %d" % (len(BODY) + 7)),
        ({"internaldate": b'"never"'}, "INTERNALDATE", b'INTERNALDATE "never"'),
        ({"flags": b"(\\Seen ((a) \\)"}, "FLAGS", b"FLAGS (\\Seen ((a) \\)"),
    ],
)
def test_it_tells_what_is_not_so(make: Make, speak: Speak, tricks: dict[str, object], item: str, expected: bytes) -> None:
    answer = b"\r\n".join(speak(make(**tricks), LOGIN, "EXAMINE INBOX").say(f"UID FETCH 1 ({item})"))
    assert expected in answer


def test_a_text_is_never_the_same_twice(make: Make, speak: Speak) -> None:
    client = speak(make(alter_body=True), LOGIN, "EXAMINE INBOX")
    first, second = (client.say("UID FETCH 1 (BODY.PEEK[])") for _ in range(2))
    assert first != second


@pytest.mark.parametrize(
    ("tricks", "kept"),
    [
        ({"store_nothing": True}, []),
        ({"store_cut": 2}, [b"su"]),
        ({"store_twice": True}, [b"subject"] * 2),
        ({"store_altered": b"X: y\r\n"}, [b"X: y\r\nsubject"]),
        ({"forget_flags": True}, [b"subject"]),
    ],
)
def test_it_stores_wrongly_and_says_ok(make: Make, speak: Speak, tricks: dict[str, object], kept: list[bytes]) -> None:
    server = make(messages=0, **tricks)
    answer = speak(server, LOGIN).say("APPEND INBOX (\\Seen) {7+}\r\nsubject")
    assert answer[0].startswith(b"t OK [APPENDUID ")
    assert [m.body for m in inbox(server).messages.values()] == kept
    assert all(m.flags == (set() if "forget_flags" in tricks else {"\\Seen"}) for m in inbox(server).messages.values())
    assert server.appended == [b"INBOX"]


def test_uids_are_told_wrongly_or_not_at_all(make: Make, speak: Speak) -> None:
    assert b" 14]" in speak(make(appenduid_by=10), LOGIN).say("APPEND INBOX {1+}\r\nx")[0]
    plain = speak(make(no_appenduid=True), LOGIN)
    assert b"APPENDUID" not in plain.say("APPEND INBOX {1+}\r\nx")[0]
    assert b"UIDPLUS" not in plain.say("CAPABILITY")[0]


def test_uidvalidity_never_stays(make: Make, speak: Speak) -> None:
    client = speak(make(uidvalidity_changes=True), LOGIN)
    first, second = ([x for x in client.say("EXAMINE INBOX") if b"UIDVALIDITY" in x] for _ in range(2))
    assert first != second


@pytest.mark.parametrize("greeting", [b"* PREAUTH welcome\r\n", b"220 smtp ready\r\n", b"SSH-2.0-x\r\n"])
def test_the_greeting_can_be_anything(make: Make, speak: Speak, greeting: bytes) -> None:
    assert speak(make(greeting=greeting)).file.readline() == greeting


def test_starttls_works(make: Make, speak: Speak) -> None:
    server = make(Security.STARTTLS)
    client = speak(server)
    assert b"STARTTLS LOGINDISABLED" in client.hear(b"* ")[0]
    assert client.say("STARTTLS") == [b"t OK Go on"]
    client.secure()
    assert b"STARTTLS" not in client.say("CAPABILITY")[0]
    assert client.sign_in()[-1].startswith(b"t OK")
    connection = imaplib.IMAP4("localhost", server.port, timeout=5)
    connection.starttls(ssl.create_default_context(cafile=str(server.ca_file)))
    connection.login(USER, PASSWORD)
    assert connection.select(readonly=True) == ("OK", [b"3"])
    connection.logout()


def test_starttls_is_stripped_refused_or_spoilt(make: Make, speak: Speak) -> None:
    assert b"STARTTLS" not in speak(make(Security.STARTTLS, strip_starttls=True)).hear(b"* ")[0]
    assert speak(make(Security.STARTTLS, refuse_starttls=True), "NOOP").say("STARTTLS")[0].startswith(b"t BAD")
    client = speak(make(Security.STARTTLS, inject_after_starttls=b"* BYE you\r\n"), "NOOP")
    client.say("STARTTLS")
    assert client.file.readline() == b"* BYE you\r\n"


def test_the_password_is_echoed_and_remembered(make: Make, speak: Speak) -> None:
    server = make(Security.CLEARTEXT, echo_password=True)
    assert PASSWORD.encode() in speak(server, "NOOP").sign_in()[0]
    assert server.passwords == [PASSWORD]


def test_stopping_ends_an_endless_reply(make: Make, speak: Speak) -> None:
    server = make(flood_at="NOOP")
    client = speak(server, LOGIN)
    client.sock.sendall(b"t NOOP\r\n")
    client.file.read(10)
    server.stop()
    with contextlib.suppress(OSError):
        while client.file.read(1 << 20):
            pass
