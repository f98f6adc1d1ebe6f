"""The program's sign in the forms that systems want: PNG in all sizes, Windows' .ico and Apple's .icns, all drawn from ``resources/icons/app.svg``.

The two containers are pure functions of PNG files; drawing needs Qt, without a screen.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Mapping
from pathlib import Path

SIZES = (16, 22, 24, 32, 48, 64, 128, 256, 512)  # of the desktop's icon themes
ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)
ICNS_KINDS: Mapping[
    bytes, int
] = {  # Apple's four letters -> pixels; those that end in 11 to 14 are for displays with double pixels
    b"icp4": 16,
    b"icp5": 32,
    b"ic07": 128,
    b"ic08": 256,
    b"ic09": 512,
    b"ic10": 1024,
    b"ic11": 32,
    b"ic12": 64,
    b"ic13": 256,
    b"ic14": 512,
}
PNG = b"\x89PNG\r\n\x1a\n"


def drawn(svg: Path, sizes: tuple[int, ...]) -> dict[int, bytes]:
    """The picture as square PNG files by their edge in pixels; raises ValueError when the SVG is not one."""
    os.environ["QT_QPA_PLATFORM"] = os.environ.get("QT_QPA_PLATFORM") or "offscreen"
    from PySide6.QtCore import QBuffer, QByteArray, QIODevice
    from PySide6.QtGui import QGuiApplication, QImage, QPainter
    from PySide6.QtSvg import QSvgRenderer

    application = QGuiApplication.instance() or QGuiApplication(["installer"])
    renderer = QSvgRenderer(QByteArray(svg.read_bytes()))
    if not renderer.isValid():
        raise ValueError(f"{svg} cannot be drawn")
    pictures = {}
    for size in sizes:
        image = QImage(size, size, QImage.Format.Format_ARGB32)
        image.fill(0)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        buffer = QBuffer()
        buffer.open(QIODevice.OpenModeFlag.WriteOnly)
        if not image.save(buffer, "PNG"):  # type: ignore[call-overload]
            raise ValueError(f"{svg} cannot be written as PNG")
        pictures[size] = bytes(buffer.data().data())
    del application
    return pictures


def ico(pictures: Mapping[int, bytes]) -> bytes:
    """Windows' icon file from PNG files by their edge (16 to 256)."""
    header = struct.pack("<HHH", 0, 1, len(pictures))
    place = len(header) + 16 * len(pictures)
    entries, bodies = b"", b""
    for size, data in sorted(pictures.items()):
        _check(size, data, 256)
        edge = size % 256  # 0 stands for 256
        entries += struct.pack("<BBBBHHII", edge, edge, 0, 0, 1, 32, len(data), place + len(bodies))
        bodies += data
    return header + entries + bodies


def icns(pictures: Mapping[int, bytes]) -> bytes:
    """Apple's icon file; ``pictures`` must hold every size of ICNS_KINDS."""
    body = b""
    for kind, size in ICNS_KINDS.items():
        _check(size, pictures[size], 1024)
        body += kind + struct.pack(">I", len(pictures[size]) + 8) + pictures[size]
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def _check(size: int, data: bytes, largest: int) -> None:
    if not 1 <= size <= largest or data[:8] != PNG or struct.unpack(">II", data[16:24]) != (size, size):
        raise ValueError(f"not a PNG file of {size} pixels")
