"""Plain replies are read as the library reads them; what is not plain is left to it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient.response_parser import parse_response

from mailsafi_wizard.net import grammar

PIECES = [
    b"(", b")", b" ", b"a", b"\\Seen", b"NIL", b"nil", b"12", b"012", b"0", b'"x y"', b'""', b'"', b'"NIL"', b'"12"', b"{3}", b"[", b"]",
    b"A.B", b"%", b"*", b"&-", b"/", b'".")', b'"\\\\"', b"\xff", b"-1", b"+5", b"\x00",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join))
def test_a_plain_reply_means_what_the_library_says(line: bytes) -> None:
    found = grammar._plainly(line)
    if found is not None:
        assert found == tuple(parse_response([line]))


@pytest.mark.parametrize(
    ("line", "meaning"),
    [
        (b'(\\HasNoChildren \\Sent) "." INBOX.Sent', ((b"\\HasNoChildren", b"\\Sent"), b".", b"INBOX.Sent")),
        (b'"Year 1" (MESSAGES 12 UIDNEXT 13)', (b"Year 1", (b"MESSAGES", 12, b"UIDNEXT", 13))),
        (b'(("INBOX." ".")) NIL NIL', (((b"INBOX.", b"."),), None, None)),
    ],
)
def test_the_usual_replies_are_plain(line: bytes, meaning: tuple[object, ...]) -> None:
    assert grammar._plainly(line) == meaning


@pytest.mark.parametrize("line", [b'() "/" "a\\"b"', b'() "/" {3}', b"(a", b"a)", b'() "/" a%b'])
def test_what_is_not_plain_is_left_to_the_library(line: bytes) -> None:
    assert grammar._plainly(line) is None


def test_a_plain_name_is_itself() -> None:
    assert grammar.decode_name(b"INBOX.Old mail/2019") == ("INBOX.Old mail/2019", True)
    assert grammar.decode_name(b"Entw&APw-rfe") == ("Entw\xfcrfe", True)
    assert grammar.decode_name(b"a & b")[1] is False
    assert grammar.decode_name(b"a\tb")[1] is False
