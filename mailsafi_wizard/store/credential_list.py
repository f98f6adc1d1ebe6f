"""The credential list: reads any list of mailboxes and passwords, writes this program's own.

Reading is tolerant of encodings, separators, headers and other tools' layouts, and never alters a password. All problems are told
at once, by line, and none of them quotes a cell, because a cell in the wrong place may be a password. Must not know of servers.

An administrator's one login for all mailboxes needs no passwords: `Password` may be empty or missing then, but in all lines or in
none, so that a forgotten one is not taken for meant. `UserName` and `DestinationEmail` may always be empty (the address counts),
and so may `DestinationPassword` (the password counts), `SourceHost` and `UserRoot` (the project's count).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import field
from typing import TYPE_CHECKING, Any

from mailsafi_wizard.model import Secret
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.list_checks import trimmed
from mailsafi_wizard.store.list_columns import SECRETS, SEPARATORS, Column, Columns, Layout, find_columns, is_address
from mailsafi_wizard.store.list_rows import ERROR, WARNING, Draft, Problem, Row, check
from mailsafi_wizard.store.list_text import Cell, Doubt, ListText, TextLine, decode, split_line
from mailsafi_wizard.store.list_writing import MAX_LINE, template, write
from mailsafi_wizard.words import _

if TYPE_CHECKING:
    from mailsafi_wizard.store.list_workbook import Remark

__all__ = ["ERROR", "WARNING", "CredentialList", "Draft", "Problem", "Row", "read", "template", "write"]

MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 100_000
_SEP = re.compile(r""" *sep=([^\w\s"'@#]|\t) *""", re.IGNORECASE)
_FOREIGN_FILES = (b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format")
_UNQUOTED = re.compile(r'[\t"]')


_WORKBOOK = b"PK\x03\x04"  # how a .xlsx begins


@dataclass(frozen=True)
class CredentialList:
    """What was read. ``rows`` holds every line that could be understood; ``drafts`` the others too, as far as they were, for mending."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    separator: str = ""  # ",", ";" or TAB, "" where nothing was read
    drafts: tuple[Draft, ...] = field(default=(), repr=False)  # a cell in the wrong column may be a password

    @property
    def ok(self) -> bool:
        """Whether the list may be used: at least one mailbox, and no error."""
        return bool(self.rows) and not self.errors

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == ERROR)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return tuple(p for p in self.problems if p.severity == WARNING)

    @property
    def mendable(self) -> bool:
        """Whether all that is wrong can be put right line by line; not so where the columns or the file as a whole are unclear."""
        lines = {draft.row.line for draft in self.drafts}
        return bool(lines) and all(problem.line in lines for problem in self.errors)

    @property
    def needs_admin_login(self) -> bool:
        """True when no line has a password, so that only one login for all mailboxes can open them."""
        return bool(self.rows) and not any(row.password for row in self.rows)

    def as_facts(self) -> dict[str, Any]:
        """The list as plain dicts for JSON, with no password in it; rows of lines that have an error are left out."""
        bad = {problem.line for problem in self.errors}
        return {
            "ok": self.ok,
            "encoding": self.encoding,
            "separator": SEPARATORS.get(self.separator, self.separator),
            "mailboxes": len(self.rows),
            "needs_admin_login": self.needs_admin_login,
            "rows": [_row_facts(row) for row in self.rows if row.line not in bad],
            "problems": [{"line": p.line, "severity": p.severity, "text": p.text} for p in self.problems],
        }


def _row_facts(row: Row) -> dict[str, Any]:
    return {
        "line": row.line,
        "address": row.address,
        "user": row.user,
        "has_password": bool(row.password),
        "destination_address": row.destination_user,
        "has_destination_password": bool(row.destination_password),
        "source_host": row.source_host,
        "user_root": row.user_root,
    }


# --- reading ----------------------------------------------------------------------------------------------------------------


@dataclass
class _Reading:
    """What has been found so far. ``about`` holds what belongs to one line."""

    own_domains: tuple[str, ...]
    drafts: list[Draft] = field(default_factory=list)
    general: list[Problem] = field(default_factory=list)  # of the list, its header and its comments
    about: dict[int, list[Problem]] = field(default_factory=dict)

    def error(self, line: int, text: str) -> None:
        self.general.append(Problem(line, ERROR, text))

    def warn(self, line: int, text: str) -> None:
        self.general.append(Problem(line, WARNING, text))

    def tell(self, line: int, severity: str, text: str) -> None:
        self.about.setdefault(line, []).append(Problem(line, severity, text))

    def add(self, row: Row) -> None:
        self.drafts.append(Draft(row, tuple(self.about.get(row.line, ()))))


def read(data: bytes, own_domains: tuple[str, ...] = (), admin_login: bool | None = None) -> CredentialList:
    """Read a list from its bytes, text or .xlsx; never raises, whatever they are.

    ``own_domains``: the company's, to find foreign addresses; () checks none. ``admin_login``: whether one administrator's login
    opens all mailboxes, so that passwords may be empty; None lets the list tell (see the module).
    """
    reading = _Reading(tuple(domain.casefold().rstrip(".") for domain in own_domains))
    fault = _foreign(data)
    if fault:
        return _refused(fault)
    if data.startswith(_WORKBOOK):
        from mailsafi_wizard.store import list_workbook

        book = list_workbook.read(data)
        if book.fault:
            return _refused(book.fault)
        for text in book.warnings:
            reading.warn(0, text)
        return _read_text(ListText(book.lines, _("Excel workbook")), reading, admin_login, "\t", book.remarks)
    return _read_text(decode(data), reading, admin_login)


def _foreign(data: bytes) -> str:
    """Why these bytes are no list at all, "" when they may be one."""
    if data.startswith(_FOREIGN_FILES[0]):
        return _(
            "This is an old or a locked spreadsheet. Save it without a password as .xlsx, or as CSV, UTF-8, and choose that file."
        )
    if data.startswith(_FOREIGN_FILES):
        return _("This is not a text file. Save the list as text (.txt) or CSV, UTF-8, and choose that file.")
    if len(data) > MAX_BYTES or data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES:
        return _("This file is far too long for a list of mailboxes. Did you choose the right one?")
    return ""


def _refused(text: str) -> CredentialList:
    return CredentialList(problems=(Problem(0, ERROR, text),))


def _read_text(
    text: ListText,
    reading: _Reading,
    admin_login: bool | None,
    separator: str = "",
    remarks: Mapping[tuple[int, int], Remark] | None = None,
) -> CredentialList:
    lines, declared = _meaningful(text.lines, reading)
    shape = find_columns(lines, separator or declared) if lines else Columns(Layout.PLAIN, "", ())
    _take_remarks(remarks or {}, shape, reading)
    _read_rows(lines, shape, reading)
    _check_comments(text.lines, shape, reading)
    drafts = sorted(reading.drafts, key=lambda draft: draft.row.line)
    problems = reading.general + check(drafts, reading.own_domains, admin_login)
    if not drafts and not any(problem.severity == ERROR for problem in problems):
        problems.append(Problem(0, ERROR, _("There is no mailbox in this list.")))
    rows = tuple(draft.row for draft in drafts if draft.usable)
    ordered = tuple(sorted(problems, key=lambda p: (p.line, p.severity)))
    return CredentialList(rows, ordered, text.encoding, shape.for_rows, tuple(drafts))


def _take_remarks(remarks: Mapping[tuple[int, int], Remark], shape: Columns, reading: _Reading) -> None:
    """What a workbook says about single cells, where the cell is one that is used."""
    for (line, place), remark in remarks.items():
        column = shape.columns[place] if place < len(shape.columns) else Column.UNKNOWN
        if line != shape.header_line and column not in (Column.UNKNOWN, Column.DESTINATION_HOST):
            reading.tell(line, ERROR if remark.lost else WARNING, remark.text)


def _meaningful(lines: Sequence[TextLine], reading: _Reading) -> tuple[list[TextLine], str]:
    """The lines that are neither empty nor comments nor unreadable, and the separator that a first line ``sep=`` declares."""
    kept: list[TextLine] = []
    declared = ""
    for line in lines:
        bare = line.text.strip()
        if line.doubt is Doubt.DAMAGED:
            reading.tell(line.number, ERROR, _("This line is damaged and can't be read. Save the list again as UTF-8."))
            reading.add(_nothing(line.number))
        elif len(line.text) > MAX_LINE:
            reading.tell(line.number, ERROR, _("This line is far too long for one mailbox."))
            reading.add(_nothing(line.number))
        elif not kept and not declared and (match := _SEP.fullmatch(line.text)):
            declared = match[1]
        elif bare.strip(",;") and not bare.startswith("#"):
            kept.append(line)
    return kept, declared


def _read_rows(lines: Sequence[TextLine], shape: Columns, reading: _Reading) -> None:
    if not lines or not _usable(lines[0], shape, reading):
        return
    for line in lines:
        if line.number == shape.header_line:
            continue
        if line.doubt is Doubt.GUESSED:
            text = _("This line is not Unicode and was read as Windows-1252. Check its special letters, or save the list as UTF-8.")
            reading.tell(line.number, WARNING, text)
        elif line.doubt is Doubt.MIXED:
            text = _("This line is UTF-8 while others of the list are not. Check its special letters, or save the list as UTF-8.")
            reading.tell(line.number, WARNING, text)
        values = _values(line, shape, reading)
        _add_row(line.number, values, reading)


def _usable(first: TextLine, shape: Columns, reading: _Reading) -> bool:
    """Say what is wrong with the columns; False when no line can be understood."""
    if shape.layout is Layout.UNCLEAR:
        text = _("It is not clear which column is which. Let the first line name them: EmailAddress,UserName,Password")
        reading.error(first.number, text)
        return False
    for column in (*SECRETS, Column.ADDRESS, Column.USER, Column.DESTINATION_ADDRESS):
        if shape.columns.count(column) > 1:
            reading.error(first.number, _("Two columns have the same meaning: {name}.").format(name=column.value))
            return False
    for number, column in enumerate(shape.columns, 1):
        if column is Column.UNKNOWN:
            reading.warn(first.number, _("Column {number} is not known and was passed over.").format(number=number))
    if Column.DESTINATION_HOST in shape.columns:
        reading.warn(first.number, _("The new servers in this list were passed over: the project's is used."))
    if shape.row_separator:
        reading.warn(first.number, _("The lines use another separator than the first one."))
    return True


def _values(line: TextLine, shape: Columns, reading: _Reading) -> dict[Column, str]:
    """The line's cells by column, as they stand. Where it can't be told which is which, all but an address counts as a password."""
    text, cells = _without_trailing(line.text, split_line(line.text, shape.for_rows), shape.trailing)
    columns = shape.columns
    if len(cells) > len(columns):
        cells = _rest_in_last(line.number, text, cells, columns, reading)
    elif len(cells) > 1 and Column.PASSWORD in columns[len(cells) :]:
        reading.tell(line.number, ERROR, _too_few(len(cells), len(columns)))
        return _guarded([cell.value for cell in cells], shape.for_rows)
    if any(cell.broken for cell in cells):
        reading.tell(line.number, WARNING, _('A quotation mark (") in this line is not closed. It was read as part of the text.'))
    if shape.for_rows == "\t" and any(map(_oddly_quoted, zip(columns, cells, strict=False))):
        text = _("A password in this line stood in quotation marks, which were not taken as part of it. Check that they are not.")
        reading.tell(line.number, WARNING, text)
    return dict(zip(columns, (cell.value for cell in cells), strict=False)) if cells else _guarded([text], "")


def _guarded(cells: Sequence[str], separator: str) -> dict[Column, str]:
    """A line that was not understood, kept so that nothing in it is lost or shown: the address apart, the rest hidden."""
    first = cells[0] if is_address(cells[0]) else ""
    rest = separator.join(cells[1:] if first else cells)
    return {Column.ADDRESS: first, Column.PASSWORD: rest}


def _oddly_quoted(pair: tuple[Column, Cell]) -> bool:
    """A cell between quotation marks that would not have needed them: a spreadsheet's clipboard has no such, unless they belong to it."""
    column, cell = pair
    return column in SECRETS and cell.quoted and not _UNQUOTED.search(cell.value)


def _check_comments(lines: Sequence[TextLine], shape: Columns, reading: _Reading) -> None:
    """Where passwords come first, one that starts with "#" makes its mailbox a comment: say so."""
    if not shape.columns or shape.columns[0] not in SECRETS:
        return
    for line in lines[shape.header_line :]:
        if line.text.startswith("#") and len(split_line(line.text, shape.for_rows)) >= len(shape.columns):
            text = _(
                "This line was passed over because it starts with #. If that belongs to a password, put it in quotation marks."
            )
            reading.warn(line.number, text)


def _too_few(found: int, wanted: int) -> str:
    return _("This line has {found} fields, {wanted} are needed.").format(found=found, wanted=wanted)


def _without_trailing(text: str, cells: list[Cell], trailing: int) -> tuple[str, list[Cell]]:
    """Drop up to ``trailing`` empty cells from the end, and their separators from the text."""
    while trailing and len(cells) > 1 and not cells[-1].value and cells[-1].start == len(text):
        cells, text, trailing = cells[:-1], text[:-1], trailing - 1
    return text, cells


def _rest_in_last(line: int, text: str, cells: list[Cell], columns: Sequence[Column], reading: _Reading) -> list[Cell]:
    """Too many fields: a password in the last column takes all that is left, else the line is an error and nothing is returned."""
    last = len(columns) - 1
    if all(not cell.value.strip() for cell in cells[last + 1 :]) and columns[last] not in SECRETS:
        return cells[: last + 1]
    if columns[last] not in SECRETS or sum(column in SECRETS for column in columns) > 1:
        text = _('This line has too many fields. Put a password that holds the separator in quotation marks: "...".')
        reading.tell(line, ERROR, text)
        return []
    reading.tell(line, WARNING, _("This line has too many fields. All that is left of it was taken as the password: check it."))
    return [*cells[:last], Cell(text[cells[last].start :], cells[last].start)]


def _add_row(line: int, values: Mapping[Column, str], reading: _Reading) -> None:
    address, user = trimmed(values.get(Column.ADDRESS, "")), trimmed(values.get(Column.USER, ""))
    address = address or _address_of(line, user, reading)
    reading.add(
        Row(
            line=line,
            address=address,
            user=user or address,
            password=Secret(values.get(Column.PASSWORD, "")),
            destination_address=trimmed(values.get(Column.DESTINATION_ADDRESS, "")),
            destination_password=Secret(values.get(Column.DESTINATION_PASSWORD, "")),
            source_host=trimmed(values.get(Column.SOURCE_HOST, "")),
            user_root=trimmed(values.get(Column.USER_ROOT, "")),
        )
    )


def _nothing(line: int) -> Row:
    return Row(line, "", "", Secret(""))


def _address_of(line: int, user: str, reading: _Reading) -> str:
    """The address of a row that has a user name only: the name itself, or the name at the company's only domain."""
    if "@" in user or not user or len(reading.own_domains) != 1:
        return user
    address = f"{user}@{reading.own_domains[0]}"
    text = _("There is no email address in this line; {address} was made from the user name.").format(address=address)
    reading.tell(line, WARNING, text)
    return address
