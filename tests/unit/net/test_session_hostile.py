"""Whatever a server says, in whatever pieces: every reader ends, with a result or with one of our errors, and holds no more than it must."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.model import Secret, SignIn, SignInStyle
from mailsafi_wizard.net import fetch, listing
from mailsafi_wizard.net.append import Appender, Outgoing
from mailsafi_wizard.net.auth import sign_in
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.session import Session
from tests.unit.net.other_end import USUAL, Line

FRAGMENTS = [
    b"* ", b"+ ", b"W1 ", b"W2 ", b"W3 ", b"OK", b"NO", b"BAD", b" ", b"\r\n", b"\r\n", b"\r\n", b"\n", b"\r", b"\0", b"\xff", b'"', b"\\", b"(", b")",
    b"[", b"]", b"{3}\r\n", b"{0}\r\n", b"{3+}\r\n", b"~{2}\r\n", b"{999999999}\r\n", b"abc", b"FETCH (", b"1 FETCH (UID 1 ",
    b"UID 0", b"UID 4294967296 ", b"RFC822.SIZE 5", b"BODY[] ", b"BODY[] NIL", b"FLAGS (\\Seen x)", b'INTERNALDATE " 1-Jan-2020 00:00:00 +0000"',
    b"LIST () \"/\" a", b"LIST (", b"STATUS a (MESSAGES 1)",
    b"NAMESPACE ((", b"EXISTS", b"[UIDVALIDITY 7]", b"[APPENDUID 1 1:9]", b"[CAPABILITY ", b"BYE ", b"PREAUTH", b"[OVERQUOTA]", b"x" * 300,
    b"W1 OK done\r\n", b"W2 OK done\r\n", b"W1 NO no\r\n", b"+ go\r\n", b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc)\r\n", b"* 1 FETCH (UID 2 RFC822.SIZE 5)\r\n",
]  # fmt: skip
SPEECH = st.lists(st.sampled_from(FRAGMENTS), max_size=25).map(b"".join)
SIZES = st.lists(st.integers(1, 9), max_size=50)


def sign(session: Session, style: SignInStyle) -> None:
    sign_in(session, SignIn("jane", Secret("Mvua-77"), style, "boss"))


def append(session: Session, careful: bool) -> None:
    appender: Appender[int] = Appender(session, careful=careful)
    for number in range(2):
        appender.send(b"a", [Outgoing(number, b"", b"", 3, b"abc")], number)
    for settled in appender.settled():
        assert settled.uids is None or len(settled.uids) == 1


READERS: dict[str, Callable[[Session], object]] = {
    "run": lambda s: s.run(b"NOOP"),
    "overview": lambda s: listing.overview(s, sizes=True),
    "statuses": lambda s: listing.statuses(s, [b"a", b"\xe9"]),
    "opened": lambda s: opened(s, fetch.examine(s, b"a")),
    "listing": lambda s: deque(fetch.listing(s, fetch.ask_listing(s, b"1:*", key=True))),
    "bodies": lambda s: deque(fetch.bodies(s, fetch.ask_bodies(s, [1]), 1000)),
    "stream": lambda s: deque(fetch.stream(s, fetch.ask_body(s, 1), 1000).chunks),
    "digests": lambda s: digests(s, [1, 2], {1: 3, 2: fetch.BIG}),
    "append": lambda s: append(s, False),
    "append carefully": lambda s: append(s, True),
    "sign in": lambda s: sign(s, SignInStyle.PASSWORD),
    "sign in as": lambda s: sign(s, SignInStyle.PLAIN_AUTHZID),
    "sign in by token": lambda s: sign(s, SignInStyle.XOAUTH2),
    "sign in by bearer": lambda s: sign(s, SignInStyle.OAUTHBEARER),
    "sign in by challenge": lambda s: sign(s, SignInStyle.KERIO),
    "sign in and name the mailbox": lambda s: sign(s, SignInStyle.PROXYAUTH),
}


@pytest.mark.parametrize("name", READERS)
@given(said=SPEECH, sizes=SIZES, plain=st.booleans())
def test_every_reader_ends_with_a_result_or_one_of_our_errors(name: str, said: bytes, sizes: list[int], plain: bool) -> None:
    with Line(said, sizes=sizes, capabilities=() if plain else USUAL) as line:
        problem: errors.MigrationError | None = None
        try:
            READERS[name](line.session)
        except errors.MigrationError as e:
            problem = e
    if problem is not None:
        assert problem.title_text
        assert "Mvua-77" not in f"{problem} {problem.fields}"
