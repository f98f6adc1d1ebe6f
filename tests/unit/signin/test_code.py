"""The code to scan: a whole QR code of the right size, the same in all forms."""

from __future__ import annotations

import re
import struct
import zlib

from mailsafi_wizard.signin import code

ADDRESS = "https://webmail.mailsafi.example/"


def test_the_dots_form_a_code() -> None:
    dots = code.dots(ADDRESS)
    size = len(dots)
    assert (size - 17) % 4 == 0
    assert all(len(row) == size for row in dots)
    finder = [tuple(c == "1" for c in row) for row in ("1111111", "1000001", "1011101", "1011101", "1011101", "1000001", "1111111")]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert [row[left : left + 7] for row in dots[top : top + 7]] == finder
    assert [dots[6][x] for x in range(8, size - 8)] == [x % 2 == 0 for x in range(8, size - 8)]


def test_the_svg_draws_and_says_nothing() -> None:
    drawn = code.svg(ADDRESS)
    size = len(code.dots(ADDRESS)) + 2 * code.QUIET
    assert f'viewBox="0 0 {size} {size}"' in drawn
    assert "mailsafi" not in drawn
    assert not re.search(r"<(?!/?(?:svg|path)\b)", drawn)


def test_the_picture_shows_the_same_dots() -> None:
    data = code.png(ADDRESS)
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    width, height, depth, colour = struct.unpack(">IIBB", data[16:26])
    dots = code.dots(ADDRESS)
    assert width == height == (len(dots) + 2 * code.QUIET) * 6
    assert (depth, colour) == (1, 0)
    raw = zlib.decompress(data[data.index(b"IDAT") + 4 : data.index(b"IEND") - 8])
    line = -(-width // 8) + 1
    above, lines = bytes(line - 1), []
    for start in range(0, len(raw), line):  # PNG filter types 0 (none) and 2 (up)
        kind, piece = raw[start], raw[start + 1 : start + line]
        assert kind in (0, 2)
        above = bytes((a + b) & 255 for a, b in zip(piece, above, strict=True)) if kind else piece
        lines.append("".join(f"{byte:08b}" for byte in above))
    for row, wanted in enumerate(dots):
        bits = lines[(row + code.QUIET) * 6 + 3]
        assert [bits[(x + code.QUIET) * 6 + 3] == "0" for x in range(len(dots))] == list(wanted)
