"""The icon files hold what they say; Pillow-like readers are not needed: the containers are read back here by their own rules."""

from __future__ import annotations

import struct
from pathlib import Path

import pytest

from installer import pictures

SIGN = Path(__file__).resolve().parents[2] / "resources" / "icons" / "app.svg"


@pytest.fixture(scope="module")
def drawn(qapp: object) -> dict[int, bytes]:
    assert qapp is not None
    return pictures.drawn(SIGN, tuple({*pictures.ICO_SIZES, *pictures.ICNS_KINDS.values()}))


def test_every_size_is_drawn(drawn: dict[int, bytes]) -> None:
    for size, data in drawn.items():
        assert struct.unpack(">II", data[16:24]) == (size, size)
    assert len(set(drawn.values())) == len(drawn)


def test_ico(drawn: dict[int, bytes]) -> None:
    data = pictures.ico({size: drawn[size] for size in pictures.ICO_SIZES})
    reserved, kind, count = struct.unpack_from("<HHH", data)
    assert (reserved, kind, count) == (0, 1, len(pictures.ICO_SIZES))
    for place, size in enumerate(pictures.ICO_SIZES):
        width, height, _, _, _, bits, length, offset = struct.unpack_from("<BBBBHHII", data, 6 + 16 * place)
        assert (width, height, bits) == (size % 256, size % 256, 32)
        assert data[offset : offset + length] == drawn[size]


def test_icns(drawn: dict[int, bytes]) -> None:
    data = pictures.icns(drawn)
    assert data[:4] == b"icns"
    assert struct.unpack(">I", data[4:8])[0] == len(data)
    place, kinds = 8, {}
    while place < len(data):
        kind, length = struct.unpack_from(">4sI", data, place)
        kinds[kind] = data[place + 8 : place + length]
        place += length
    assert kinds == {kind: drawn[size] for kind, size in pictures.ICNS_KINDS.items()}


def test_a_wrong_picture_is_refused(drawn: dict[int, bytes]) -> None:
    with pytest.raises(ValueError, match="32 pixels"):
        pictures.ico({32: drawn[16]})
    with pytest.raises(ValueError, match="cannot be drawn"):
        pictures.drawn(Path(__file__), (16,))
