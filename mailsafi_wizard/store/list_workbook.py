"""From an Excel workbook (.xlsx) to the lines of a credential list: the first sheet's cells as text, tab-separated.

Must not know what a column means. A workbook comes from anywhere, so what it may unpack to is capped before anything is unpacked, and
its XML is read by defusedxml (openpyxl uses it where it is installed). Where a cell's stored value may not be what was typed, it says so.
"""

from __future__ import annotations

import datetime as dt
import io
import re
import struct
import warnings
import zipfile
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import field
from typing import Any

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.list_text import TextLine
from mailsafi_wizard.words import _

MAX_UNPACKED = 64 * 1024 * 1024  # bytes of all parts
MAX_PARTS = 2000
MAX_ROWS, MAX_COLUMNS = 20_000, 60
_MOST_DIGITS = 15  # what a spreadsheet's number can hold exactly
_TEXTS = re.compile(r"xl/(sharedStrings|worksheets/[^/]+)\.xml")
_CODED = re.compile(rb"_x[0-9A-Fa-f]{4}_|x005F_")
_ZEROS = re.compile("0{1,20}")
_BROKEN = (  # what openpyxl is known to raise for files that are no workbooks; none of them may end a reading
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error,
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error,
)  # fmt: skip


@dataclass(frozen=True)
class Remark:
    """About one cell. ``lost``: what was typed can't be known from the file any more."""

    text: str
    lost: bool = False


@dataclass(frozen=True)
class Book:
    """One sheet. ``remarks`` is by (line from 1, column from 0); ``fault`` says why there is none."""

    lines: tuple[TextLine, ...] = ()
    remarks: Mapping[tuple[int, int], Remark] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    fault: str = ""


def read(data: bytes) -> Book:
    """Never raises, whatever the bytes are."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            fault = _unfit(parts)
            coded = not fault and _holds_coded(parts)
        return Book(fault=fault) if fault else _read_sheet(data, coded)
    except _BROKEN:
        return Book(fault=_not_readable())


def _not_readable() -> str:
    return _("This file can't be read as an Excel workbook. Save the list as .xlsx or as CSV, UTF-8, and choose that file.")


def _unfit(parts: zipfile.ZipFile) -> str:
    """Why this archive must not be unpacked, "" when it may. What a part really unpacks to never exceeds what it announces."""
    members = parts.infolist()
    if len(members) > MAX_PARTS or sum(member.file_size for member in members) > MAX_UNPACKED:
        return _("This file is far too long for a list of mailboxes. Did you choose the right one?")
    return "" if any(member.filename == "xl/workbook.xml" for member in members) else _not_readable()


def _holds_coded(parts: zipfile.ZipFile) -> bool:
    """Whether its texts hold Excel's codes for odd characters (``_x000D_``), which are not read exactly."""
    return any(_CODED.search(parts.read(name)) for name in parts.namelist() if _TEXTS.fullmatch(name))


def _read_sheet(data: bytes, coded: bool) -> Book:
    import openpyxl  # slow to load, and most lists are text

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of parts that openpyxl does not keep; they hold no cells
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                return Book(fault=_("There is no mailbox in this list."))
            rows = sheets[0].iter_rows(max_row=MAX_ROWS + 1, max_col=MAX_COLUMNS)
            lines, remarks = _lines(rows)
        finally:
            book.close()
    if len(lines) > MAX_ROWS:
        return Book(fault=_("This file is far too long for a list of mailboxes. Did you choose the right one?"))
    return Book(lines, remarks, tuple(_said(len(sheets), coded)))


def _said(sheets: int, coded: bool) -> Iterable[str]:
    if sheets > 1:
        yield _("The workbook has {count} sheets; the first one was read.").format(count=sheets)
    if coded:
        yield _("This workbook holds coded characters (such as _x000D_), which may belong to a password. Check all passwords.")


def _lines(rows: Iterable[Iterable[Any]]) -> tuple[tuple[TextLine, ...], dict[tuple[int, int], Remark]]:
    texts: list[list[str]] = []
    remarks: dict[tuple[int, int], Remark] = {}
    for number, row in enumerate(rows, 1):
        texts.append([])
        for place, cell in enumerate(row):
            text, remark = _shown(cell)
            texts[-1].append(_quoted(text))
            if remark is not None:
                remarks[number, place] = remark
    return tuple(TextLine(number, "\t".join(cells)) for number, cells in enumerate(_trimmed(texts), 1)), remarks


def _trimmed(texts: list[list[str]]) -> Iterable[list[str]]:
    """All rows as wide as the widest, without the empty columns that a workbook has at its right."""
    width = max((place for row in texts for place, text in enumerate(row, 1) if text), default=0)
    return ((row + [""] * width)[:width] if any(row) else [] for row in texts)


def _quoted(text: str) -> str:
    return '"' + text.replace('"', '""') + '"' if text.startswith('"') or "\t" in text else text


def _shown(cell: Any) -> tuple[str, Remark | None]:
    """The cell's text as the spreadsheet shows it, and what is doubtful about it."""
    value = cell.value
    if value is None:
        return "", None
    if isinstance(value, str):
        return ("", _lost(_("is an error"))) if cell.data_type == "e" else (value, None)
    if isinstance(value, bool):
        return "", _lost(_("has become TRUE or FALSE"))
    if isinstance(value, (dt.date, dt.time, dt.timedelta)):
        return "", _lost(_("has become a date or a time"))
    if isinstance(value, (int, float)):
        return _number(value, str(cell.number_format or "General"))
    return "", _lost(_("is of an unknown kind"))


def _lost(what: str) -> Remark:
    text = _("A cell in this line {what} in the spreadsheet, so what was typed is lost. Type it again, as text.")
    return Remark(text.format(what=what), lost=True)


def _number(value: int | float, form: str) -> tuple[str, Remark | None]:
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_MOST_DIGITS:
        value = int(value)
    text = str(value)
    if sum(c.isdigit() for c in text.partition("e")[0].lstrip("-0.")) > _MOST_DIGITS or "e" in text:
        return "", _lost(_("has become a number with too many digits"))
    if isinstance(value, int) and value >= 0 and _ZEROS.fullmatch(form):
        return text.zfill(len(form)), None
    if form not in ("General", "@", "0"):
        return "", _lost(_("has become a number with a form of its own"))
    return text, Remark(_("A cell in this line is a number in the spreadsheet: zeros at its start or end may be lost. Check it."))
