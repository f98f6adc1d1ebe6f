"""Which column of a credential list is which: the separator, the header's many names, and the layouts that have no header.

Knows the shapes that other tools write (Microsoft's CSV, imapsync's list, Google's and Kerio's); must not judge what a cell holds.
"""

from __future__ import annotations

import enum
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.list_text import Cell, TextLine, split_line

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "TAB"}
_SAMPLE = 1000  # lines that decide about a layout


class Column(enum.Enum):
    """What a cell means; the value is the name in the header that this program writes ("" for columns that are passed over)."""

    ADDRESS = "EmailAddress"
    USER = "UserName"
    PASSWORD = "Password"
    DESTINATION_ADDRESS = "DestinationEmail"
    DESTINATION_PASSWORD = "DestinationPassword"
    SOURCE_HOST = "SourceHost"
    USER_ROOT = "UserRoot"
    DESTINATION_HOST = "destination host"
    UNKNOWN = ""


SECRETS = (Column.PASSWORD, Column.DESTINATION_PASSWORD)

_ALIASES = {
    Column.ADDRESS: "emailaddress email mail mailaddress mailbox address emailid sourceemail oldemail baruapepe anwani "
    "anwaniyabaruapepe",
    Column.USER: "username user login loginname userid account accountname user1 sourceuser sourceusername userprincipalname upn "
    "jinalamtumiaji mtumiaji",
    Column.PASSWORD: "password pass passwd pwd password1 sourcepassword oldpassword nenosiri nywila",
    Column.DESTINATION_ADDRESS: "destinationemail destinationemailaddress destinationaddress destinationuser destinationusername "
    "destemail destuser targetemail targetuser newemail newaddress user2",
    Column.DESTINATION_PASSWORD: "destinationpassword destpassword targetpassword newpassword password2",
    Column.SOURCE_HOST: "sourcehost sourceserver host host1 server imapserver imaphost",
    Column.USER_ROOT: "userroot root",
    Column.DESTINATION_HOST: "host2 destinationhost destinationserver targethost targetserver",
}
_BY_ALIAS = {alias: column for column, aliases in _ALIASES.items() for alias in aliases.split()}

_IMAPSYNC = (
    Column.SOURCE_HOST,
    Column.USER,
    Column.PASSWORD,
    Column.DESTINATION_HOST,
    Column.DESTINATION_ADDRESS,
    Column.DESTINATION_PASSWORD,
)
_PLAIN = {
    1: (Column.ADDRESS,),
    2: (Column.ADDRESS, Column.PASSWORD),
    3: (Column.ADDRESS, Column.USER, Column.PASSWORD),
}
_PAIRS = (Column.ADDRESS, Column.PASSWORD, Column.DESTINATION_ADDRESS, Column.DESTINATION_PASSWORD)
_ADDRESS = re.compile(r"""[^\s@,;"]+@[^\s@,;"]+""")
_HOST = re.compile(r"[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+|localhost|[0-9A-Fa-f:]*:[0-9A-Fa-f:]+")


class Layout(enum.Enum):
    """Where the columns' meaning comes from."""

    HEADER = "header"
    PLAIN = "plain"  # no header: address, [user,] password
    PAIRS = "pairs"  # no header: old address, old password, new address, new password
    IMAPSYNC = "imapsync"  # no header: host1;user1;password1;host2;user2;password2;
    UNCLEAR = "unclear"  # no header, and nothing tells a user name from a password


@dataclass(frozen=True)
class Columns:
    """The shape of a list. ``row_separator`` differs from ``separator`` where the header alone uses another one."""

    layout: Layout
    separator: str
    columns: tuple[Column, ...]
    header_line: int = 0
    row_separator: str = ""
    trailing: int = 0  # how many empty cells without a name every line ends with

    @property
    def for_rows(self) -> str:
        return self.row_separator or self.separator


def find_columns(lines: Sequence[TextLine], declared: str = "") -> Columns:
    """The shape of the list in ``lines`` (at least one, no comments). ``declared`` is the separator that ``sep=`` named, or ""."""
    choices = (declared,) if declared else tuple(SEPARATORS)
    header = _find_header(lines[0], choices)
    if header is None:
        return _without_header([line.text for line in lines[:_SAMPLE]], choices)
    rows = [line.text for line in lines[1 : _SAMPLE + 1]]
    return replace(header, row_separator=_rows_separator(rows, header, choices))


def empty_at_end(cells: Sequence[Cell]) -> int:
    """How many cells at the end are empty, the first cell never counted."""
    return next((n for n, cell in enumerate(reversed(cells[1:])) if cell.value.strip()), len(cells) - 1)


def is_address(text: str) -> bool:
    return _ADDRESS.fullmatch(text.strip()) is not None


def _name(cell: Cell) -> Column:
    return _BY_ALIAS.get(re.sub(r"[\W_]+", "", cell.value).casefold(), Column.UNKNOWN)


def _find_header(line: TextLine, choices: Sequence[str]) -> Columns | None:
    """Read the first line as column names; None when its first cell has an "@" or when it names neither address nor user."""
    best: Columns | None = None
    for separator in choices:
        cells = split_line(line.text, separator)
        if "@" in cells[0].value:
            continue
        trailing = empty_at_end(cells)
        names = tuple(_name(cell) for cell in cells[: len(cells) - trailing])
        found = Columns(Layout.HEADER, separator, names, line.number, trailing=trailing)
        if best is None or _known(found) > _known(best):
            best = found
    return best if best and {Column.ADDRESS, Column.USER} & set(best.columns) else None


def _known(columns: Columns) -> int:
    return sum(column is not Column.UNKNOWN for column in columns.columns)


def _rows_separator(rows: Sequence[str], header: Columns, choices: Sequence[str]) -> str:
    """Another separator than the header's, when no row fits the header's and nearly all fit that one; else ""."""
    wanted = len(header.columns)
    if wanted < 2 or not rows or any(len(split_line(row, header.separator)) >= wanted for row in rows):
        return ""
    for separator in choices:
        fitting = sum(len(split_line(row, separator)) >= wanted for row in rows)
        if separator != header.separator and fitting > len(rows) * 0.9:
            return separator
    return ""


def _without_header(rows: Sequence[str], choices: Sequence[str]) -> Columns:
    for separator in choices:
        split = [split_line(row, separator) for row in rows]
        if sum(map(_looks_like_imapsync, split)) > len(rows) / 2:
            trailing = all(len(cells) == 7 and not cells[6].value for cells in split)
            return Columns(Layout.IMAPSYNC, separator, _IMAPSYNC, trailing=int(trailing))
    separator = max(choices, key=lambda s: _agreement(rows, s))
    return _plain_columns([split_line(row, separator) for row in rows], separator)


def _looks_like_imapsync(cells: list[Cell]) -> bool:
    return len(cells) >= 6 and all(_HOST.fullmatch(cells[at].value.strip()) for at in (0, 3))


def _agreement(rows: Sequence[str], separator: str) -> float:
    """How well a separator explains the rows: each has an address before it, and they agree on the number of cells."""
    split = [split_line(row, separator) for row in rows]
    good = [len(cells) for cells in split if len(cells) > 1 and is_address(cells[0].value)]
    return (len(good) + Counter(good).most_common(1)[0][1]) / len(rows) if good else 0.0


def _plain_columns(split: Sequence[list[Cell]], separator: str) -> Columns:
    counts = Counter(len(cells) for cells in split if is_address(cells[0].value))
    if not counts:
        return Columns(Layout.UNCLEAR, separator, ())
    usual = counts.most_common(1)[0][0]
    if all(not cells[-1].value.strip() for cells in split if len(cells) > 1):
        return _ending_empty(split, separator, usual)
    if usual == 4 and all(map(_looks_like_pairs, split)):
        return Columns(Layout.PAIRS, separator, _PAIRS)
    if usual > 3 and 3 not in counts:
        return Columns(Layout.UNCLEAR, separator, ())
    return Columns(Layout.PLAIN, separator, _PLAIN[min(usual, 3)])


def _looks_like_pairs(cells: list[Cell]) -> bool:
    """Old address and password, new address and password; a user name where the first password should be speaks against it."""
    return len(cells) == 4 and is_address(cells[0].value) and is_address(cells[2].value) and not _user_is_address(cells)


def _ending_empty(split: Sequence[list[Cell]], separator: str, usual: int) -> Columns:
    """Every line ends with an empty cell: no passwords at all, or one separator too many?"""
    if usual <= 2:
        return Columns(Layout.PLAIN, separator, _PLAIN[usual])
    if usual == 3 and all(_user_is_address(cells) for cells in split):
        return Columns(Layout.PLAIN, separator, _PLAIN[3])
    if usual == 4 and not all(_user_is_address(cells) and not cells[2].value for cells in split if len(cells) == 4):
        return Columns(Layout.PLAIN, separator, _PLAIN[3], trailing=1)
    return Columns(Layout.UNCLEAR, separator, ())


def _user_is_address(cells: Sequence[Cell]) -> bool:
    """The second cell is the first one, or its part before the "@": a user name then, and no password."""
    address, user = cells[0].value.strip().casefold(), cells[1].value.strip().casefold() if len(cells) > 1 else ""
    return user in (address, address.partition("@")[0], "")
