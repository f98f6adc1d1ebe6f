"""What must exist at MailSafi before mail can arrive there: users, aliases and distribution lists, each with its state. Reads and writes files of it.

A line is ``kind, address, goes to, state``; a line with only an address is a user. Encodings, separators and quotes are those of the
credential list (`list_text`). Must not know of servers.
"""

from __future__ import annotations

import enum
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Any

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.spreadsheet import as_csv
from mailsafi_wizard.store.list_checks import address_fault, trimmed
from mailsafi_wizard.store.list_text import Doubt, decode, split_line
from mailsafi_wizard.words import N_

MOST_BYTES = 4 << 20
MOST_ROWS = 20_000
HEADER = ("Kind", "Address", "Goes to", "State")


class Kind(enum.Enum):
    """What has to be created."""

    USER = "user"
    ALIAS = "alias"
    LIST = "list"


class State(enum.Enum):
    """How far it is."""

    OPEN = "open"
    DONE = "done"  # the admin says so
    SEEN = "seen"  # the mailbox was signed in to


@dataclass(frozen=True)
class Needed:
    """One thing to create. ``target``: the mailbox of an alias, or the members of a list, separated by spaces."""

    kind: Kind
    address: str
    target: str = ""
    state: State = State.OPEN

    @property
    def key(self) -> str:
        return self.address.casefold()

    def seen(self) -> Needed:
        return replace(self, state=State.SEEN)


@dataclass(frozen=True)
class Problem:
    """``line`` from 1, 0 for the file as a whole; ``text`` is a sentence that is translated where it is shown."""

    line: int
    text: str


@dataclass(frozen=True)
class NeededList:
    rows: tuple[Needed, ...] = ()
    problems: tuple[Problem, ...] = ()


_KINDS = {
    **dict.fromkeys(("user", "mailbox", "account", "mtumiaji"), Kind.USER),
    **dict.fromkeys(("alias", "forwarder", "forward"), Kind.ALIAS),
    **dict.fromkeys(("list", "distribution list", "group", "distribution group", "orodha"), Kind.LIST),
}
_STATES = {"": State.OPEN, "open": State.OPEN, "done": State.DONE, "yes": State.DONE, "seen": State.DONE}


def read(data: bytes) -> NeededList:
    """Any txt or CSV file; all problems at once."""
    if len(data) > MOST_BYTES or b"\0\0\0\0" in data[:100_000]:
        return NeededList(problems=(Problem(0, N_("This is not a text file with a list.")),))
    lines = [line for line in decode(data).lines if line.text.strip() or line.doubt is Doubt.DAMAGED]
    rows: list[Needed] = []
    problems: list[Problem] = []
    separator = _separator([line.text for line in lines])
    for line in lines[:MOST_ROWS]:
        if line.doubt is Doubt.DAMAGED:
            problems.append(Problem(line.number, N_("This line can't be read: save the file as UTF-8.")))
            continue
        if line.text.lstrip().startswith("#"):
            continue
        cells = [trimmed(cell.value) for cell in split_line(line.text, separator)]
        if not rows and not problems and _is_header(cells):
            continue
        made = _row(cells)
        if isinstance(made, Needed):
            rows.append(made)
        else:
            problems.append(Problem(line.number, made))
    if not rows and not problems:
        problems.append(Problem(0, N_("The file is empty.")))
    return NeededList(merged((), rows), tuple(problems))


def _separator(lines: Sequence[str]) -> str:
    return max((",", ";", "\t"), key=lambda sign: sum(sign in line for line in lines[:1000]))


def _is_header(cells: Sequence[str]) -> bool:
    return not any("@" in cell for cell in cells) and any(cell.casefold() in ("kind", "address", "email", "type") for cell in cells)


def _row(cells: Sequence[str]) -> Needed | str:
    """The row, or what is wrong with it."""
    kind = _KINDS.get(cells[0].casefold())
    rest = [*(cells[1:] if kind else cells), "", "", ""]
    if fault := address_fault(rest[0]):
        return fault
    if kind is None:
        return Needed(Kind.USER, rest[0])
    state = _STATES.get(rest[2].casefold())
    if state is None:
        return N_("The state of a line is open or done.")
    return Needed(kind, rest[0], " ".join(rest[1].replace(";", " ").replace(",", " ").split()), state)


def merged(before: Iterable[Needed], more: Iterable[Needed]) -> tuple[Needed, ...]:
    """Both, each address once: what is there already keeps its state, and takes a target that it lacked."""
    rows = {row.key: row for row in before}
    for row in more:
        known = rows.get(row.key)
        rows[row.key] = row if known is None else replace(known, target=known.target or row.target)
    return tuple(rows.values())


def write(rows: Iterable[Needed]) -> bytes:
    """CSV for a spreadsheet: UTF-8 with its mark, and no cell that it would take for a formula."""
    return as_csv([HEADER, *((row.kind.value, row.address, row.target, row.state.value) for row in rows)])


def facts(rows: Iterable[Needed]) -> list[dict[str, str]]:
    """As plain data for JSON."""
    return [{"kind": r.kind.value, "address": r.address, "target": r.target, "state": r.state.value} for r in rows]


def from_facts(data: Iterable[dict[str, Any]]) -> tuple[Needed, ...]:
    """The reverse of `facts`; raises ValueError, KeyError or TypeError when it is not that."""
    return tuple(Needed(Kind(d["kind"]), str(d["address"]), str(d["target"]), State(d["state"])) for d in data)
