"""The byte stream, packed (RFC 4978): whole however it comes, bounded whatever it grows to."""

from __future__ import annotations

import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from tests.unit.net.other_end import Line


def packed(data: bytes, level: int = 6) -> bytes:
    deflate = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflate.compress(data) + deflate.flush(zlib.Z_SYNC_FLUSH)


@given(st.lists(st.binary(max_size=300), max_size=8), st.lists(st.integers(1, 50), max_size=40))
def test_what_comes_packed_is_what_was_sent_however_it_comes(lines: list[bytes], sizes: list[int]) -> None:
    wanted = [line.replace(b"\n", b"") + b"\n" for line in lines]
    with Line(b"W1 OK DEFLATE active\r\n" + packed(b"".join(wanted)), sizes=sizes) as line:
        line.session.capabilities = frozenset({"COMPRESS=DEFLATE"})
        assert line.session.compress()
        assert [line.wire.readline() for _ in wanted] == wanted
        with pytest.raises(errors.ConnectionLost):
            line.wire.readline()


def test_what_is_written_packed_can_be_read_at_once() -> None:
    inflate = zlib.decompressobj(-zlib.MAX_WBITS)
    with Line(ended=False) as line:
        line.wire.compress()
        for words in (b"W1 NOOP\r\n", b"x" * 100_000, b"W2 NOOP\r\n"):
            line.wire.write_all(words)
            assert inflate.decompress(line.heard) == words


def test_a_bomb_fills_no_memory() -> None:
    with Line(packed(b"\0" * (64 << 20), 9)) as line:
        line.wire.compress()
        with pytest.raises(errors.BrokenProtocol):
            line.wire.readline(1 << 20)


def test_what_can_not_be_unpacked_is_a_lost_connection() -> None:
    with Line(b"\xff\xff\xff\xff no DEFLATE") as line:
        line.wire.compress()
        with pytest.raises(errors.ConnectionLost):
            line.wire.readline()


def test_compression_that_is_not_offered_or_refused_leaves_the_line_as_it_is() -> None:
    with Line(b"W1 NO not now\r\nW2 OK done\r\n") as line:
        assert not line.session.compress()
        assert line.heard == b""
        line.session.capabilities = frozenset({"COMPRESS=DEFLATE"})
        assert not line.session.compress()
        assert line.session.run(b"NOOP") == []
