"""Trying out how an administrator signs in: in which order, how often at most, and when not once more. Servers that follow a script."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, Security, SignInStyle, StyleTrial
from mailsafi_wizard.net.admin_styles import PAUSES, Admin, likely, try_out
from mailsafi_wizard.net.wire import Trust
from tests.unit.net.other_end import SOON, Listener

S = SignInStyle
BOSS = Admin("boss", Secret("Mvua-77"), "jane")
Answer = Callable[[bytes], bytes]


class Server:
    """Answers sign-ins by `answer`; counts those with a password in them."""

    def __init__(self, answer: Answer, greeting: bytes = b"ready", own: bytes = b"1", box: bytes = b"2") -> None:
        self.answer, self.greeting, self.own, self.box = answer, greeting, own, box
        self.tried: list[bytes] = []
        self.pauses: list[float] = []

    def talk(self, connection: socket.socket) -> None:
        connection.sendall(b"* OK [CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN] " + self.greeting + b"\r\n")
        box = b""
        with connection.makefile("rb") as lines:
            for line in lines:
                tag, _, command = line.strip().partition(b" ")
                if command.startswith(b"STATUS"):
                    connection.sendall(b"* STATUS INBOX (UIDVALIDITY " + box + b" UIDNEXT 9 MESSAGES 7)\r\n" + tag + b" OK\r\n")
                elif command == b"LOGOUT":
                    return
                else:
                    said = self.said(command)
                    box = self.own if said in (b"boss", b"\0boss") else self.box
                    self.tried.append(said)
                    connection.sendall(tag + b" " + self.answer(said) + b"\r\n")

    @staticmethod
    def said(command: bytes) -> bytes:
        """The name in a LOGIN, or both names of a PLAIN with NUL between."""
        if command.startswith(b"AUTHENTICATE PLAIN "):
            return base64.b64decode(command.split()[2]).rpartition(b"\0")[0]
        return command.split(b'"')[1] if b'"' in command else command

    def tried_out(self, *hints: SignInStyle) -> StyleTrial:
        with Listener(self.talk, Security.CLEARTEXT) as listener:
            return try_out(listener.endpoint, Trust(), SOON, BOSS, self.pauses.append, hints)


def only(good: bytes) -> Answer:
    ok, no = b"OK [CAPABILITY IMAP4rev1] in", b"NO [AUTHENTICATIONFAILED] Authentication failed."
    return lambda said: ok if said == good else no


def test_the_first_that_works_is_the_answer() -> None:
    server = Server(only(b"jane*boss"), b"Dovecot ready.")
    trial = server.tried_out()
    assert (trial.style, trial.stopped) == (S.MASTER_USER, "")
    assert server.tried == [b"jane*boss", b"boss"]
    assert server.pauses == []


def test_never_more_than_three_fail_and_not_in_a_hurry() -> None:
    server = Server(only(b""))
    trial = server.tried_out(S.MIRAPOINT, S.EXCHANGE_ALIAS)
    assert trial.style is None
    assert "lock" in trial.stopped
    assert [one.style for one in trial.tries] == [S.MIRAPOINT, S.EXCHANGE_ALIAS, S.PLAIN_AUTHZID]
    assert len(server.tried) == 3
    assert server.pauses == list(PAUSES)
    assert all(one.cause and one.remedy and one.detail for one in trial.tries)
    assert "Mvua" not in repr(trial)


@pytest.mark.parametrize(
    "word",
    [
        b"NO account locked after repeated failures",
        b"NO [ALERT] Too many failed logins",
        b"NO [LIMIT] LOGIN Rate limit hit.",
        b"NO [UNAVAILABLE] Temporary authentication failure",
        b"NO IMAP access is disabled",
    ],
)
def test_a_lock_or_anything_else_than_a_plain_refusal_ends_it(word: bytes) -> None:
    server = Server(lambda _said: word)
    trial = server.tried_out()
    assert trial.style is None
    assert trial.stopped
    assert len(server.tried) == 1


def test_a_way_the_server_does_not_know_costs_nothing() -> None:
    def answer(said: bytes) -> bytes:
        return b"BAD Unknown command" if said.startswith(b"X-") else only(b"jane\0boss")(said)

    server = Server(answer)
    trial = server.tried_out(S.KERIO)
    assert trial.style is S.PLAIN_AUTHZID
    assert server.pauses == []


def test_a_server_that_opens_the_administrator_s_own_mailbox_is_found_out() -> None:
    def answer(_said: bytes) -> bytes:
        return b"OK [CAPABILITY IMAP4rev1] in"  # to anybody

    server = Server(answer, b"Cyrus", own=b"1", box=b"1")
    trial = server.tried_out()
    assert trial.style is None
    assert "own mailbox" in trial.tries[0].cause
    assert Server(answer, b"Cyrus").tried_out().style is S.PLAIN_AUTHZID


@pytest.mark.parametrize(
    ("greeting", "capabilities", "first"),
    [
        ("Dovecot (Ubuntu) ready.", ("AUTH=PLAIN",), (S.MASTER_USER, S.PLAIN_AUTHZID)),
        ("mail Cyrus IMAP 3.6 server ready", ("AUTH=PLAIN",), (S.PLAIN_AUTHZID,)),
        ("The Microsoft Exchange IMAP4 service is ready.", ("AUTH=PLAIN",), (S.EXCHANGE, S.EXCHANGE_ALIAS, S.PLAIN_AUTHZID)),
        ("The Microsoft Exchange IMAP4 service is ready.", ("AUTH=NTLM",), (S.EXCHANGE, S.EXCHANGE_ALIAS)),
        ("Kerio Connect 9 IMAP4rev1 server ready", (), (S.KERIO,)),
        ("hello", ("X-MASTERAUTH", "AUTH=PLAIN"), (S.KERIO,)),
        ("Messaging Multiplexor (Sun Java System)", ("AUTH=PLAIN",), (S.PROXYAUTH, S.PLAIN_AUTHZID)),
        ("hello", ("AUTH=PLAIN",), (S.PLAIN_AUTHZID, S.MASTER_USER, S.EXCHANGE)),
    ],
)
def test_the_order(greeting: str, capabilities: tuple[str, ...], first: tuple[SignInStyle, ...]) -> None:
    assert likely(greeting, capabilities) == first
    hinted = likely(greeting, capabilities, [S.PROXYAUTH, S.XOAUTH2, S.PASSWORD])
    assert hinted[0] is S.PROXYAUTH
    assert not any(style.by_token or style is S.PASSWORD for style in hinted)


def test_a_server_that_is_not_there_is_told_at_once() -> None:
    with Listener(lambda _connection: None) as listener, pytest.raises(errors.ConnectionLost):
        try_out(listener.endpoint, Trust(), SOON, BOSS, lambda _s: None)
