"""Plain replies are read as the library reads them; what is not plain is left to it."""

from __future__ import annotations

import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from imapclient import imap_utf7
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


def by_the_library(raw: bytes) -> tuple[str, bool]:
    try:
        text = imap_utf7.decode(raw)
        if imap_utf7.encode(text) == raw and not any(0xD800 <= ord(c) <= 0xDFFF for c in text):
            return text, True
    except (UnicodeError, ValueError, IndexError):
        pass
    return raw.decode("utf-8", "backslashreplace"), False


@given(
    st.lists(
        st.sampled_from(
            [b"&", b"-", b"&-", b"&APw-", b"&2D3eAA-", b"&2D0-", b"A", b"AP", b",", b"/", b"+", b"=", b" ", b"\xe9", b"\n", b"x"]
        )
    )
)
def test_a_name_is_read_as_the_library_reads_it(pieces: list[bytes]) -> None:
    raw = b"".join(pieces)
    assert grammar.decode_name(raw) == by_the_library(raw)


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_a_name_is_written_as_the_library_writes_it_and_comes_back(text: str) -> None:
    raw = grammar.encode_name(text)
    assert raw == imap_utf7.encode(text)
    assert grammar.decode_name(raw) == (text, True)


def test_half_a_character_can_not_be_a_name() -> None:
    with pytest.raises(UnicodeEncodeError):
        grammar.encode_name("a\ud800")


def test_names_in_other_languages_do_not_load_the_library() -> None:
    text = "import sys; from mailsafi_wizard.net import grammar; grammar.decode_name(b'&ZeVnLIqe-'); print('imapclient' in sys.modules)"
    found = subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "False"
