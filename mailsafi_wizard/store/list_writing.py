"""Writes the credential list in this program's own form: the empty template, and a list that `credential_list.read` reads back.

Every name that a spreadsheet would take for a formula gets a ' in front, which reading takes off again. A password never does: it
must come back byte by byte (docs/decisions/0014-credential-list.md).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from mailsafi_wizard.spreadsheet import neutralised
from mailsafi_wizard.store.list_columns import Column
from mailsafi_wizard.store.list_rows import Row

MAX_LINE = 10_000  # characters
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
