"""The one change that is ever made to a message: what a strict server refuses is put right, and nothing else."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.engine.repair import repaired
from mailsafi_wizard.net.identity import header_of

SOUND = b"Received: x\r\n\tby y\r\nSubject: Habari\r\n\r\nText\r\n\r\nmore: \xc3\xa9\r\n"
MESSY = st.lists(
    st.sampled_from(
        [b"\r", b"\n", b"\r\n", b"\0", b"\xe9", b"A: b", b" fold", b"\t", b"no name", b"X :y", b":", b"text", b"From me Mon"]
    ),
    max_size=20,
).map(b"".join)


def test_a_sound_message_is_left_alone() -> None:
    assert repaired(SOUND) == (SOUND, ())


@given(MESSY)
@example(b"")
@example(b"\r\n")
@example(b" folded first\r\n\r\n")
@example(b"A: b\r\n \r\n\r\ntext")
@example(b"A: b")
def test_a_repaired_message_is_sound_and_stays_as_it_is(data: bytes) -> None:
    mended, words = repaired(data)
    assert repaired(mended) == (mended, ())
    assert bool(words) == (mended != data)
    assert b"\0" not in mended
    assert not re.search(rb"\r(?!\n)|(?<!\r)\n", mended)
    header = header_of(mended)
    assert header.isascii()
    lines = [line for line in header.split(b"\r\n") if line]
    assert lines
    assert all(re.match(rb"[!-9;-~]+[ \t]*:|[ \t]", line) for line in lines)


@given(MESSY)
def test_no_word_of_the_text_is_lost(data: bytes) -> None:
    def words(message: bytes) -> bytes:
        return b"".join(message.split()).replace(b"\0", b"")

    mended, _ = repaired(data)
    body = re.sub(rb"\r(?!\n)|(?<!\r)\n", b"\r\n", data.replace(b"\0", b""))
    assert words(mended).endswith(words(body[len(header_of(body)) :]))


@pytest.mark.parametrize(
    ("data", "mended", "word"),
    [
        (b"A: b\r\n\r\nx\0y\r\n", b"A: b\r\n\r\nxy\r\n", "NUL"),
        (b"A: b\n\nx\ry\n", b"A: b\r\n\r\nx\r\ny\r\n", "line ends"),
        (b"From jane Mon\r\nA: b\r\n\r\n", b"X-Unreadable-Line: From jane Mon\r\nA: b\r\n\r\n", "without a name"),
        (b"Subject: Gr\xfc\xdfe\r\n\r\n\xfc\r\n", b"Subject: Gr=?unknown-8bit?Q?=FC=DF?=e\r\n\r\n\xfc\r\n", "RFC 2047"),
        (b"\r\ntext\r\n", b"X-Unreadable-Line: (no header)\r\n\r\n\r\ntext\r\n", "empty header"),
    ],
)
def test_each_repair_is_named(data: bytes, mended: bytes, word: str) -> None:
    result, words = repaired(data)
    assert result == mended
    assert len(words) == 1
    assert word in words[0]
