"""Type on paper: how wide a text is, where its lines break, in which direction it runs. Units are those of `sheets`. Works on any thread.

No word is broken as long as a line has room for it; one that is too long (an address, a folder's path) breaks behind its signs first.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetricsF, QTextLayout, QTextOption

from mailsafi_wizard.records import dataclass

FAMILIES = ("Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans")
LONGEST_WORD = 30  # letters; what is longer is a key or a fingerprint, which may be broken anywhere
MOST_MEASURED = 40  # texts of a column: the longest ones
_SIGNS = re.compile(r"(?<=[/@._\-:;|=&,+])(?<!\d[.\-:,])(?=[^\s/@._\-:;|=&,+])")  # not within numbers, days and times
_IDEOGRAPHS = re.compile("([\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uffef])")
_BREAK = "\u200b"  # where a line may break; never drawn
_LIGATURES = QFont.Tag("liga")
_RIGHT_TO_LEFT = ("R", "AL")


@dataclass(frozen=True)
class Face:
    """A size and weight of type."""

    size: int
    bold: bool = False

    def font(self) -> QFont:
        font = QFont()
        font.setFamilies(list(FAMILIES))
        font.setPixelSize(self.size)
        font.setBold(self.bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        font.setFeature(_LIGATURES, 0)  # else who looks for "MailSafi" in a PDF does not find it
        return font


class Metrics:
    """Measures and wraps; keeps what it measured, because tables repeat themselves."""

    def __init__(self) -> None:
        self._fonts: dict[Face, tuple[QFont, QFontMetricsF]] = {}
        self._widths: dict[tuple[Face, str], float] = {}
        self._lines: dict[tuple[Face, str, float], list[str]] = {}

    def _of(self, face: Face) -> tuple[QFont, QFontMetricsF]:
        if face not in self._fonts:
            font = face.font()
            self._fonts[face] = (font, QFontMetricsF(font))
        return self._fonts[face]

    def height(self, face: Face) -> float:
        return face.size * 1.36  # the same for every script, so that rows stay even

    def width(self, face: Face, text: str) -> float:
        key = (face, text)
        if key not in self._widths:
            self._widths[key] = self._of(face)[1].horizontalAdvance(text)
        return self._widths[key]

    def widest(self, face: Face, texts: Iterable[str]) -> float:
        """Of many texts, without measuring the short ones."""
        longest = sorted(texts, key=lambda text: len(text) if text.isascii() else 2 * len(text), reverse=True)[:MOST_MEASURED]
        return max((self.width(face, text) for text in longest), default=0.0)

    def elided(self, face: Face, text: str, room: float) -> str:
        """One line of ``text``; what does not fit is cut, and that is shown."""
        return text if self.width(face, text) <= room else self._of(face)[1].elidedText(text, Qt.TextElideMode.ElideRight, room)

    def lines(self, face: Face, text: str, room: float) -> list[str]:
        """The text in lines no wider than ``room``; a word is broken only when it alone is wider."""
        if "\n" not in text and self.width(face, text) <= room:
            return [text]
        key = (face, text, round(room, 1))
        if key not in self._lines:
            self._lines[key] = [line for paragraph in text.split("\n") for line in self._wrapped(face, paragraph, room)]
        return self._lines[key]

    def _wrapped(self, face: Face, text: str, room: float) -> list[str]:
        text = self._breakable(face, text, room)
        layout = QTextLayout(text, self._of(face)[0])
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        raw, made = text.encode("utf-16-le", "surrogatepass"), []  # Qt counts UTF-16 units, Python code points
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(room)
            begin = 2 * line.textStart()
            part = raw[begin : begin + 2 * line.textLength()].decode("utf-16-le", "surrogatepass")
            made.append(part.replace(_BREAK, "").rstrip())
        layout.endLayout()
        return made or [""]

    def _breakable(self, face: Face, text: str, room: float) -> str:
        """With places to break in words that are too long for a line: behind their signs."""
        words = text.split(" ")
        return " ".join(_SIGNS.sub(_BREAK, word) if self.width(face, word) > room else word for word in words)


def pieces(texts: Iterable[str]) -> set[str]:
    """What must not be broken in these texts: words, and the parts of long ones between signs and ideographs. Of keys only the beginning."""
    found: set[str] = set()
    for text in texts:
        for word in text.split():
            found.update(_SIGNS.split(word) if word.isascii() else (p for q in _SIGNS.split(word) for p in _IDEOGRAPHS.split(q)))
    return {piece[:LONGEST_WORD] for piece in found}


def right_to_left(text: str) -> bool:
    """Whether the first letter that has a direction runs from right to left (Unicode's rule P2)."""
    if text.isascii():
        return False
    for letter in text:
        way = unicodedata.bidirectional(letter)
        if way == "L" or way in _RIGHT_TO_LEFT:
            return way != "L"
    return False
