"""From bytes to lines and from lines to cells, for the credential list: encodings, line ends, quotes.

Must not know what a column means. No character is ever replaced: a line that can't be decoded without loss has no text.
Quotes are RFC 4180's, but a quoted cell never spans lines, because the list holds one mailbox a line.
"""

from __future__ import annotations

import codecs
import enum
import re

from mailsafi_wizard.records import dataclass

_LINE_END = re.compile("\r\n|\r|\n")
_CODECS = (  # longest mark first: UTF-32's begins with UTF-16's
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_NAMES = {
    "utf-8": "UTF-8",
    "utf-16-le": "UTF-16 (little-endian)",
    "utf-16-be": "UTF-16 (big-endian)",
    "utf-32-le": "UTF-32 (little-endian)",
    "utf-32-be": "UTF-32 (big-endian)",
}
_DAMAGE = "\ud800"  # a lone surrogate: no decoder of ours lets one through, so it can only mean damage
_MARK = "mailsafi-mark-damage"


def _mark_damage(problem: UnicodeError) -> tuple[str, int]:
    assert isinstance(problem, UnicodeDecodeError)
    return _DAMAGE, problem.end


codecs.register_error(_MARK, _mark_damage)


class Doubt(enum.Enum):
    """What is uncertain about a line's text."""

    NONE = "none"
    GUESSED = "guessed"  # no Unicode: read as Windows-1252
    MIXED = "mixed"  # Unicode, but other lines of the file are not
    DAMAGED = "damaged"  # can't be decoded; the text is ""


@dataclass(frozen=True)
class TextLine:
    """One physical line, numbered from 1, without its line end."""

    number: int
    text: str
    doubt: Doubt = Doubt.NONE


@dataclass(frozen=True)
class ListText:
    """A whole file. ``encoding`` is for people: "UTF-8", "UTF-16 (little-endian)", "Windows-1252", "UTF-8 and Windows-1252"."""

    lines: tuple[TextLine, ...]
    encoding: str


@dataclass(frozen=True)
class Cell:
    """One cell. ``start`` is where its raw text begins in the line; ``broken`` means that its quotes are not RFC 4180's, ``quoted`` that they are."""

    value: str
    start: int
    broken: bool = False
    quoted: bool = False


def decode(data: bytes) -> ListText:
    """Decode by byte order mark, else by UTF-16's pattern of NULs, else as UTF-8, else line by line with Windows-1252."""
    for mark, codec in _CODECS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], codec)
    wide = _utf16_without_mark(data)
    return _decode_as(data, wide) if wide else _decode_unmarked(data)


def _decode_as(data: bytes, codec: str) -> ListText:
    lines = _LINE_END.split(data.decode(codec, _MARK))
    return ListText(tuple(_line(number, text) for number, text in enumerate(lines, 1)), _NAMES[codec])


def _line(number: int, text: str) -> TextLine:
    return TextLine(number, "", Doubt.DAMAGED) if _DAMAGE in text else TextLine(number, text)


def _utf16_without_mark(data: bytes) -> str:
    """The codec when every second byte is mostly NUL, as it is in a UTF-16 list of mail addresses; else ""."""
    sample = data[:8192]
    half = len(sample) // 2
    if half < 2:
        return ""
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    if odd > half * 0.4 and even < odd * 0.1:
        return "utf-16-le"
    return "utf-16-be" if even > half * 0.4 and odd < even * 0.1 else ""


def _decode_unmarked(data: bytes) -> ListText:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError:
        return _decode_by_line(data)
    return ListText(tuple(TextLine(n, line) for n, line in enumerate(_LINE_END.split(text), 1)), "UTF-8")


def _decode_by_line(data: bytes) -> ListText:
    """Every line for itself: a list pasted together from two files keeps both halves readable."""
    raw_lines = re.split(b"\r\n|\r|\n", data)
    lines = tuple(_guess(number, raw) for number, raw in enumerate(raw_lines, 1))
    mixed = any(line.doubt is Doubt.MIXED for line in lines)
    return ListText(lines, "UTF-8 and Windows-1252" if mixed else "Windows-1252")


def _guess(number: int, raw: bytes) -> TextLine:
    if raw.isascii():
        return TextLine(number, raw.decode("ascii"))
    for codec, doubt in (("utf-8", Doubt.MIXED), ("cp1252", Doubt.GUESSED)):
        try:
            return TextLine(number, raw.decode(codec), doubt)
        except UnicodeDecodeError:
            continue
    return TextLine(number, "", Doubt.DAMAGED)


def split_line(line: str, separator: str) -> list[Cell]:
    """Split one line into cells; ``separator`` is one character. A quote in mid-cell is literal, as is one that is never closed."""
    cells: list[Cell] = []
    start = 0
    while True:
        cell, end = _quoted_cell(line, start, separator) if line.startswith('"', start) else _plain_cell(line, start, separator)
        cells.append(cell)
        if end >= len(line):
            return cells
        start = end + 1


def _plain_cell(line: str, start: int, separator: str, *, broken: bool = False) -> tuple[Cell, int]:
    end = line.find(separator, start)
    end = len(line) if end < 0 else end
    return Cell(line[start:end], start, broken), end


def _quoted_cell(line: str, start: int, separator: str) -> tuple[Cell, int]:
    """Read the cell whose opening quote stands at ``start``; without a proper closing quote the cell is plain text."""
    at = start + 1
    while True:
        at = line.find('"', at)
        if at < 0:
            return _plain_cell(line, start, separator, broken=True)
        if line.startswith('"', at + 1):
            at += 2
            continue
        if at + 1 == len(line) or line.startswith(separator, at + 1):
            return Cell(line[start + 1 : at].replace('""', '"'), start, quoted=True), at + 1
        return _plain_cell(line, start, separator, broken=True)
