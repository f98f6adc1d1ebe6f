"""The credential list: reads any list of mailboxes and passwords, writes this program's own.

Reading is tolerant of encodings, separators, headers and other tools' layouts, and never alters a password. All problems are told
at once, by line, and none of them quotes a cell, because a cell in the wrong place may be a password. Must not know of servers.

An administrator's one login for all mailboxes needs no passwords: `Password` may be empty or missing then, but in all lines or in
none, so that a forgotten one is not taken for meant. `UserName` and `DestinationEmail` may always be empty (the address counts),
and so may `DestinationPassword` (the password counts), `SourceHost` and `UserRoot` (the project's count).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from mailsafi_wizard.model import Secret
from mailsafi_wizard.store.list_checks import address_fault, name_doubts, neutralised, password_doubts, trimmed
from mailsafi_wizard.store.list_columns import SECRETS, SEPARATORS, Column, Columns, Layout, find_columns
from mailsafi_wizard.store.list_text import Cell, Doubt, TextLine, decode, split_line
from mailsafi_wizard.words import _

ERROR = "error"
WARNING = "warning"
MAX_BYTES = 8 * 1024 * 1024
MAX_LINES = 100_000
MAX_LINE = 10_000  # characters
_NO_SECRET = Secret("")
_SEP = re.compile(r""" *sep=([^\w\s"'@#]|\t) *""", re.IGNORECASE)
_FOREIGN_FILES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF", b"{\\rtf", b"\x89PNG", b"\xff\xd8\xff", b"SQLite format")


@dataclass(frozen=True)
class Row:
    """One mailbox of the list. ``line`` is the physical line, from 1. Passwords are exactly as they stand in the file."""

    line: int
    address: str
    user: str
    password: Secret
    destination_address: str = ""
    destination_password: Secret = _NO_SECRET
    source_host: str = ""
    user_root: str = ""

    @property
    def destination_user(self) -> str:
        """Whose mailbox it becomes: the address, unless the list names another one."""
        return self.destination_address or self.address

    @property
    def destination_secret(self) -> Secret:
        """The password at the destination: the same, unless the list names another one."""
        return self.destination_password or self.password


@dataclass(frozen=True)
class Problem:
    """Something wrong (``severity`` "error": the list can't be used) or doubtful ("warning"). ``line`` 0 is the list as a whole."""

    line: int
    severity: str
    text: str


@dataclass(frozen=True)
class CredentialList:
    """What was read. ``rows`` holds every line that could be understood; lines that could not are among the errors."""

    rows: tuple[Row, ...] = ()
    problems: tuple[Problem, ...] = ()
    encoding: str = ""
    separator: str = ""  # ",", ";" or TAB, "" where nothing was read

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
    """What has been found so far."""

    own_domains: tuple[str, ...]
    rows: list[Row] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def error(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, ERROR, text))

    def warn(self, line: int, text: str) -> None:
        self.problems.append(Problem(line, WARNING, text))


def read(data: bytes, own_domains: tuple[str, ...] = (), admin_login: bool | None = None) -> CredentialList:
    """Read a list from its bytes; never raises, whatever they are.

    ``own_domains``: the company's, to find foreign addresses; () checks none. ``admin_login``: whether one administrator's login
    opens all mailboxes, so that passwords may be empty; None lets the list tell (see the module).
    """
    reading = _Reading(tuple(domain.casefold().rstrip(".") for domain in own_domains))
    if data.startswith(_FOREIGN_FILES):
        reading.error(0, _("This is not a text file. Save the list as text (.txt) or CSV, UTF-8, and choose that file."))
        return CredentialList(problems=tuple(reading.problems))
    if len(data) > MAX_BYTES or data.count(b"\n") + data.count(b"\r") > 2 * MAX_LINES:
        reading.error(0, _("This file is far too long for a list of mailboxes. Did you choose the right one?"))
        return CredentialList(problems=tuple(reading.problems))
    text = decode(data)
    lines, declared = _meaningful(text.lines, reading)
    shape = find_columns(lines, declared) if lines else Columns(Layout.PLAIN, "", ())
    _read_rows(lines, shape, reading)
    _check_comments(text.lines, shape, reading)
    _check_whole(reading, admin_login)
    problems = sorted(reading.problems, key=lambda p: (p.line, p.severity))
    return CredentialList(tuple(reading.rows), tuple(problems), text.encoding, shape.for_rows)


def _meaningful(lines: Sequence[TextLine], reading: _Reading) -> tuple[list[TextLine], str]:
    """The lines that are neither empty nor comments nor unreadable, and the separator that a first line ``sep=`` declares."""
    kept: list[TextLine] = []
    declared = ""
    for line in lines:
        bare = line.text.strip()
        if line.doubt is Doubt.DAMAGED:
            reading.error(line.number, _("This line is damaged and can't be read. Save the list again as UTF-8."))
        elif len(line.text) > MAX_LINE:
            reading.error(line.number, _("This line is far too long for one mailbox."))
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
            reading.warn(line.number, text)
        elif line.doubt is Doubt.MIXED:
            text = _("This line is UTF-8 while others of the list are not. Check its special letters, or save the list as UTF-8.")
            reading.warn(line.number, text)
        values = _values(line, shape, reading)
        if values is not None:
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
        reading.warn(first.number, _("The destination servers in this list were passed over: the project's is used."))
    if shape.row_separator:
        reading.warn(first.number, _("The lines use another separator than the first one."))
    return True


def _values(line: TextLine, shape: Columns, reading: _Reading) -> dict[Column, str] | None:
    """The line's cells by column, as they stand; None when it can't be told which is which."""
    text, cells = _without_trailing(line.text, split_line(line.text, shape.for_rows), shape.trailing)
    columns = shape.columns
    if len(cells) > len(columns):
        cells = _rest_in_last(line.number, text, cells, columns, reading)
    elif len(cells) > 1 and Column.PASSWORD in columns[len(cells) :]:
        reading.error(line.number, _too_few(len(cells), len(columns)))
        return None
    if any(cell.broken for cell in cells):
        reading.warn(line.number, _('A quotation mark (") in this line is not closed. It was read as part of the text.'))
    return dict(zip(columns, (cell.value for cell in cells), strict=False)) if cells else None


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
        reading.error(line, _('This line has too many fields. Put a password that holds the separator in quotation marks: "...".'))
        return []
    reading.warn(line, _("This line has too many fields. All that is left of it was taken as the password: check it."))
    return [*cells[:last], Cell(text[cells[last].start :], cells[last].start)]


def _add_row(line: int, values: dict[Column, str], reading: _Reading) -> None:
    address, user = trimmed(values.get(Column.ADDRESS, "")), trimmed(values.get(Column.USER, ""))
    address = address or _address_of(line, user, reading)
    fault = address_fault(address)
    if fault:
        reading.error(line, _(fault))
        return
    row = Row(
        line=line,
        address=address,
        user=user or address,
        password=Secret(values.get(Column.PASSWORD, "")),
        destination_address=trimmed(values.get(Column.DESTINATION_ADDRESS, "")),
        destination_password=Secret(values.get(Column.DESTINATION_PASSWORD, "")),
        source_host=trimmed(values.get(Column.SOURCE_HOST, "")),
        user_root=trimmed(values.get(Column.USER_ROOT, "")),
    )
    reading.rows.append(row)
    _check_row(row, reading)


def _address_of(line: int, user: str, reading: _Reading) -> str:
    """The address of a row that has a user name only: the name itself, or the name at the company's only domain."""
    if "@" in user or not user or len(reading.own_domains) != 1:
        return user
    address = f"{user}@{reading.own_domains[0]}"
    reading.warn(line, _("There is no email address in this line; {address} was made from the user name.").format(address=address))
    return address


def _check_row(row: Row, reading: _Reading) -> None:
    for doubt in password_doubts(row.password.reveal()):
        reading.warn(row.line, _("The password {doubt}. It is used exactly as it stands.").format(doubt=_(doubt)))
    for doubt in password_doubts(row.destination_password.reveal()):
        reading.warn(row.line, _("The destination's password {doubt}. It is used exactly as it stands.").format(doubt=_(doubt)))
    for name in dict.fromkeys((row.user, row.source_host, row.user_root)):
        for doubt in name_doubts(name):
            reading.warn(row.line, _("A user name, server or folder in this line {doubt}.").format(doubt=_(doubt)))
    if row.destination_address and "@" in row.destination_address and address_fault(row.destination_address):
        reading.error(row.line, _("The destination's email address is not an email address."))
    domain = row.destination_user.rpartition("@")[2].casefold().rstrip(".")
    if reading.own_domains and domain not in reading.own_domains and "@" in row.destination_user:
        domains = ", ".join(reading.own_domains)
        reading.warn(row.line, _("The email address is not in the company's domain ({domains}).").format(domains=domains))


# --- the list as a whole ----------------------------------------------------------------------------------------------------


def _check_whole(reading: _Reading, admin_login: bool | None) -> None:
    if not reading.rows and not any(problem.severity == ERROR for problem in reading.problems):
        reading.error(0, _("There is no mailbox in this list."))
    _check_passwords(reading, admin_login)
    _check_addresses(reading)


def _check_passwords(reading: _Reading, admin_login: bool | None) -> None:
    without = [row for row in reading.rows if not row.password]
    if admin_login is None and reading.rows and len(without) == len(reading.rows):
        reading.warn(0, _("No line has a password: this list works only with one administrator login for all mailboxes."))
    elif not admin_login:
        for row in without:
            reading.error(row.line, _("The password is missing."))
    lines_by_password: dict[str, list[int]] = {}
    for row in reading.rows:
        if row.password:
            lines_by_password.setdefault(row.password.reveal(), []).append(row.line)
    for lines in lines_by_password.values():
        if len(lines) > 1:
            text = _("The same password is used in {count} lines: {lines}. Give every mailbox its own.")
            reading.warn(lines[0], text.format(count=len(lines), lines=_numbers(lines)))


def _numbers(lines: Sequence[int]) -> str:
    shown = ", ".join(map(str, lines[:10]))
    return shown if len(lines) <= 10 else f"{shown} …"


def _check_addresses(reading: _Reading) -> None:
    seen: dict[str, int] = {}
    targets: dict[str, int] = {}
    for row in reading.rows:
        first = seen.setdefault(row.address.casefold(), row.line)
        if first != row.line:
            reading.error(row.line, _("This email address stands in line {line} already.").format(line=first))
            continue
        target = targets.setdefault(row.destination_user.casefold(), row.line)
        if target != row.line:
            text = _("This mailbox goes into the same one at the destination as that of line {line}.")
            reading.warn(row.line, text.format(line=target))


# --- writing ----------------------------------------------------------------------------------------------------------------

_BOM = "\ufeff"  # so that Notepad and Excel know it for UTF-8
_UNWRITABLE = re.compile("[\r\n\ud800-\udfff]")
_OPTIONAL = (Column.DESTINATION_ADDRESS, Column.DESTINATION_PASSWORD, Column.SOURCE_HOST, Column.USER_ROOT)
_INTRODUCTION = """\
# MailSafi Wizard: list of mailboxes, version 1. One mailbox in each line.
# A line that starts with # is not read. Fields are separated by commas; semicolons or tabs do as well.
# Put a field in quotation marks if it holds a comma or a quotation mark; write a quotation mark inside them twice.
# One administrator login for all mailboxes? Then leave every password empty.
# If you need them, these columns go before Password: DestinationEmail, DestinationPassword, SourceHost, UserRoot
"""
_EXAMPLES = """\
EmailAddress,UserName,Password
# Two examples; put your own mailboxes in their place:
# amina@example.co.ke,amina@example.co.ke,"Mvua, jua ""na"" upepo"
# office@example.co.ke,office,Simba;42#
"""


def template() -> bytes:
    """An empty list to fill in: UTF-8 with a byte order mark and CRLF, which every Windows editor keeps as it is."""
    return (_BOM + _INTRODUCTION + _EXAMPLES).replace("\n", "\r\n").encode()


def write(rows: Iterable[Row]) -> bytes:
    """The list that `read` reads back as the same rows, numbered anew. Passwords stand in it as they are, so keep the file safe.

    All other cells are written so that a spreadsheet doesn't take them for formulas. Raises ValueError, which names the row but
    quotes nothing, for what no line can hold: a line break, half a character, or an empty address.
    """
    rows = list(rows)
    optional = [column for column in _OPTIONAL if any(_cell(row, column) for row in rows)]
    columns = (Column.ADDRESS, Column.USER, *optional, Column.PASSWORD)
    lines = [",".join(column.value for column in columns)]
    for number, row in enumerate(rows, 1):
        line = ",".join(_quoted(_cell(row, column)) for column in columns)
        if not row.address or len(line) > MAX_LINE or _UNWRITABLE.search(line):
            raise ValueError(f"row {number} cannot be written: a line break, half a character, no address, or far too long")
        lines.append(line)
    return (_BOM + _INTRODUCTION + "\n".join(lines) + "\n").replace("\n", "\r\n").encode()


def _cell(row: Row, column: Column) -> str:
    secrets = {Column.PASSWORD: row.password, Column.DESTINATION_PASSWORD: row.destination_password}
    if column in secrets:
        return secrets[column].reveal()
    names = {
        Column.ADDRESS: row.address,
        Column.USER: row.user,
        Column.DESTINATION_ADDRESS: row.destination_address,
        Column.SOURCE_HOST: row.source_host,
        Column.USER_ROOT: row.user_root,
    }
    return neutralised(names[column])


def _quoted(text: str) -> str:
    plain = not any(c in text for c in ',;\t"#') and text == text.strip()
    return text if plain else '"' + text.replace('"', '""') + '"'
