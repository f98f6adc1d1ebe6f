"""The credential list as a table that can be mended: rows, what is wrong with each, undo. Passwords are dots unless asked for.

Shows and changes rows; what is wrong with them is asked from whoever made it (``judge``). A cell that is not changed stays exactly as it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from mailsafi_wizard.model import Secret
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.list_checks import address_fault, trimmed
from mailsafi_wizard.store.list_rows import ERROR, Draft, Problem, Row
from mailsafi_wizard.ui.state_cells import ICON_ROLE, TONE_ROLE
from mailsafi_wizard.ui.widgets import Tone
from mailsafi_wizard.words import N_, _

Index = QModelIndex | QPersistentModelIndex
DOTS = "••••••••"  # always as many: the length of a password is nobody's business
MOST_UNDONE = 100


@dataclass(frozen=True)
class Cell:
    """One column: its title and the field of `Row` behind it ("" for those that are only shown)."""

    title: str
    field: str = ""
    secret: bool = False
    extra: bool = False  # hidden unless the list uses it or the admin asks


CELLS = (
    Cell(N_("Line")),
    Cell(N_("Email address"), "address"),
    Cell(N_("User name"), "user"),
    Cell(N_("Password"), "password", secret=True),
    Cell(N_("Address at MailSafi"), "destination_address", extra=True),
    Cell(N_("Password at MailSafi"), "destination_password", secret=True, extra=True),
    Cell(N_("Old server"), "source_host", extra=True),
    Cell(N_("Folder root"), "user_root", extra=True),
    Cell(N_("What is wrong")),
)
LINE, ADDRESS, PROBLEM = 0, 1, len(CELLS) - 1


class ListModel(QAbstractTableModel):
    """Rows that can be changed. ``edited`` is emitted after every change and its new judgement."""

    edited = Signal()

    def __init__(self, judge: Callable[[Sequence[Draft]], list[Problem]]) -> None:
        super().__init__()
        self._judge = judge
        self._drafts: list[Draft] = []
        self._before: list[tuple[Draft, ...]] = []
        self._by_line: dict[int, list[Problem]] = {}
        self._typed: set[int] = set()  # lines whose address the admin typed, and may see
        self.problems: list[Problem] = []
        self.revealed: int | None = None  # the line whose passwords are shown

    # --- what is asked of it

    @property
    def drafts(self) -> tuple[Draft, ...]:
        return tuple(self._drafts)

    @property
    def errors(self) -> int:
        """How many lines have an error."""
        return len({problem.line for problem in self.problems if problem.severity == ERROR})

    @property
    def can_undo(self) -> bool:
        return bool(self._before)

    def draft(self, place: int) -> Draft:
        return self._drafts[place]

    def problems_of(self, line: int) -> list[Problem]:
        return self._by_line.get(line, [])

    def uses(self, column: int) -> bool:
        """Whether any row has something in this column."""
        return any(_text(draft.row, CELLS[column]) for draft in self._drafts)

    # --- changing

    def show(self, drafts: Iterable[Draft]) -> None:
        self._before.clear()
        self._typed.clear()
        self._become(drafts)

    def add(self, drafts: Iterable[Draft] = (), at: int | None = None) -> int:
        """Put rows in, numbered anew, one empty row for (); where the first of them now stands."""
        last = max((draft.row.line for draft in self._drafts), default=0)
        fresh = [_renumbered(draft, last + n) for n, draft in enumerate(list(drafts) or [Draft(Row(0, "", "", Secret("")))], 1)]
        place = len(self._drafts) if at is None else at
        self._remember()
        self._become([*self._drafts[:place], *fresh, *self._drafts[place:]])
        self.edited.emit()
        return place

    def remove(self, places: Iterable[int]) -> None:
        gone = set(places)
        if gone:
            self._remember()
            self._become([draft for place, draft in enumerate(self._drafts) if place not in gone])
            self.edited.emit()

    def undo(self) -> None:
        if self._before:
            self._become(self._before.pop())
            self.edited.emit()

    def reveal(self, line: int | None) -> None:
        self.revealed = line
        self._announce()

    def judge_again(self) -> None:
        self.problems = self._judge(self._drafts)
        self._by_line = {}
        for problem in self.problems:
            self._by_line.setdefault(problem.line, []).append(problem)
        self._announce()

    def _become(self, drafts: Iterable[Draft]) -> None:
        self.beginResetModel()
        self._drafts = list(drafts)
        self.revealed = None
        self.endResetModel()
        self.judge_again()

    def _remember(self) -> None:
        self._before = [*self._before[-MOST_UNDONE:], tuple(self._drafts)]

    def _announce(self) -> None:
        if self._drafts:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._drafts) - 1, len(CELLS) - 1))

    # --- Qt's side

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._drafts)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(CELLS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _(CELLS[section].title)
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        return flags | Qt.ItemFlag.ItemIsEditable if index.isValid() and CELLS[index.column()].field else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        draft, cell = self._drafts[index.row()], CELLS[index.column()]
        if role == Qt.ItemDataRole.EditRole:
            return _text(draft.row, cell)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._shown(draft, index.column())
        if index.column() == PROBLEM:
            return self._look(draft.row.line, role)
        return None

    def _shown(self, draft: Draft, column: int) -> str:
        if column == LINE:
            return str(draft.row.line)
        if column == PROBLEM:
            found = self.problems_of(draft.row.line)
            more = _(" (and {n} more)").format(n=len(found) - 1) if len(found) > 1 else ""
            return found[0].text + more if found else _("Nothing")
        text = _text(draft.row, CELLS[column])
        return DOTS if text and self._is_hidden(draft.row, CELLS[column]) else text

    def _is_hidden(self, row: Row, cell: Cell) -> bool:
        """A password; and what was read as an address or a name but may be a password in the wrong column."""
        if row.line == self.revealed:
            return False
        return cell.secret or (bool(address_fault(row.address)) and row.line not in self._typed)

    def _look(self, line: int, role: int) -> Any:
        found = self.problems_of(line)
        wrong = any(problem.severity == ERROR for problem in found)
        if role == TONE_ROLE:
            return Tone.BAD if wrong else Tone.WARN if found else Tone.GOOD
        if role == ICON_ROLE:
            return ""
        return "\n".join(problem.text for problem in found) if role == Qt.ItemDataRole.ToolTipRole else None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.EditRole or not index.isValid() or not CELLS[index.column()].field:
            return False
        old = self._drafts[index.row()].row
        row = _changed(old, CELLS[index.column()], str(value))
        if row == old:
            return False
        self._remember()
        self._typed.add(row.line)
        self._drafts[index.row()] = Draft(row)
        self.judge_again()
        self.edited.emit()
        return True


def _text(row: Row, cell: Cell) -> str:
    value = getattr(row, cell.field) if cell.field else ""
    return value.reveal() if isinstance(value, Secret) else str(value)


def _changed(row: Row, cell: Cell, text: str) -> Row:
    """``row`` with one cell as it was typed; a password to the last space, names without white space at their ends."""
    change: dict[str, Any] = {cell.field: Secret(text) if cell.secret else trimmed(text)}
    new = replace(row, **change)
    if cell.secret:
        return new
    follows = row.user in ("", row.address) if cell.field == "address" else not new.user
    return replace(new, user=new.address) if follows else new


def _renumbered(draft: Draft, line: int) -> Draft:
    return Draft(replace(draft.row, line=line), tuple(replace(problem, line=line) for problem in draft.told))
