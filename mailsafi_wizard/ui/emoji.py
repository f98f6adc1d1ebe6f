"""Coloured signs in a line of text, drawn from pictures that are made once: a PDF then holds each of them once, however often it stands there.

Qt draws such signs as pictures anyway, a new one each time, which made a report with many of them large and slow.
"""

from __future__ import annotations

import functools
import re

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QImage, QPainter

EDGE = 160  # dots of a picture
_JOINED = "\ufe0f\u200d\u20e3\U0001f3fb-\U0001f3ff\U000e0020-\U000e007f"
_SIGN = re.compile(
    f"((?:[\U0001f1e6-\U0001f1ff]{{2}}|[\U0001f000-\U0001faff]|[\u2190-\u2bff]\ufe0f)(?:[{_JOINED}]+[\U0001f000-\U0001faff\u2600-\u27bf]?)*)"
)


def has_signs(text: str) -> bool:
    return not text.isascii() and _SIGN.search(text) is not None


def draw_line(painter: QPainter, area: QRectF, font: QFont, text: str, right: bool) -> None:
    """One line of text with signs on the vertical middle of ``area``, at its left or right side; pieces follow each other from left to right."""
    metrics = QFontMetricsF(font)
    pieces = [(piece, place % 2 == 1) for place, piece in enumerate(_SIGN.split(text)) if piece]
    widths = [metrics.horizontalAdvance(piece) for piece, _sign in pieces]
    x = area.right() - sum(widths) if right else area.left()
    base = area.center().y() + (metrics.ascent() - metrics.descent()) / 2
    for (piece, sign), width in zip(pieces, widths, strict=True):
        if sign:
            edge = min(width, font.pixelSize() * 1.25)
            picture = QRectF(x + (width - edge) / 2, area.center().y() - edge / 2, edge, edge)
            painter.drawImage(picture, _picture(piece, tuple(font.families())))
        else:
            painter.drawText(QPointF(x, base), piece)
        x += width


@functools.lru_cache(maxsize=512)
def _picture(sign: str, families: tuple[str, ...]) -> QImage:
    image = QImage(EDGE, EDGE, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.white)  # archives take no transparent pictures
    font = QFont()
    font.setFamilies(list(families))
    font.setPixelSize(round(EDGE * 0.78))
    painter = QPainter(image)
    painter.setFont(font)
    painter.drawText(QRectF(0, 0, EDGE, EDGE), int(Qt.AlignmentFlag.AlignCenter) | int(Qt.TextFlag.TextDontClip), sign)
    painter.end()
    return image
