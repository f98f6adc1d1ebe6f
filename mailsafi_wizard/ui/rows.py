"""Rows of any kind as a model for a table, described by columns. Knows no view.

Rows are frozen dataclasses. Only rows that differ are announced as changed, so eight busy mailboxes cost eight repaints a tick. Rows that
change many times a second stand in `live_rows`.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Sequence
from typing import Any, Generic, TypeVar

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt, Signal

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.state_cells import ICON_ROLE, TONE_ROLE
from mailsafi_wizard.ui.widgets import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

SORT_ROLE = Qt.ItemDataRole.UserRole + 3


@dataclass(frozen=True)
class Column(Generic[R]):
    """One column. ``state`` gives (tone, icon) for a state cell, ``share`` a fraction for a bar (in `live_rows` only); numbers are ``numeric``."""

    title: str
    text: Callable[[R], str]
    sort: Callable[[R], Any] | None = None
    numeric: bool = False
    state: Callable[[R], tuple[Tone, str]] | None = None
    share: Callable[[R], float] | None = None
    tip: Callable[[R], str] | None = None
    stretch: bool = False
    yields: int = 0  # where there is too little room the column with the highest number goes first; 0 stays


class Rows(Generic[R]):
    """What every model of rows can be asked. ``key`` tells one row from another over time."""

    drawn_by_qt = False  # whether the cells hold all that Qt needs to draw them
    replaced: Any  # a signal: other rows are shown now

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], Hashable]) -> None:
        self.columns = tuple(columns)
        self._key = key
        self._rows: list[R] = []
        self._places: dict[Hashable, int] = {}

    @property
    def rows(self) -> tuple[R, ...]:
        return tuple(self._rows)

    def row(self, place: int) -> R:
        return self._rows[place]

    def show_rows(self, rows: Iterable[R]) -> None:
        """Show exactly these rows. Where only their contents differ, selection and scroll position stay."""
        fresh = list(rows)
        places = {self._key(row): place for place, row in enumerate(fresh)}
        if list(places) == list(self._places):
            self.update_rows(fresh)
        else:
            self._replace(fresh, places)

    def update_rows(self, rows: Iterable[R]) -> None:
        """Replace rows that are known; those that are equal cost nothing, unknown ones are passed over."""
        for row in rows:
            place = self._places.get(self._key(row))
            if place is not None and self._rows[place] != row:
                self._rows[place] = row
                self._changed(place)

    def _replace(self, rows: list[R], places: dict[Hashable, int]) -> None:
        raise NotImplementedError

    def _changed(self, place: int) -> None:
        raise NotImplementedError


class RowsModel(Rows[R], QAbstractTableModel):
    """Rows by the thousand: cells are asked for only when they are seen.

    The rows are sorted here, by Python at one go: a proxy would ask for every comparison. ``rows`` are in the order in which they stand.
    """

    replaced = Signal()

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], Hashable]) -> None:
        QAbstractTableModel.__init__(self)
        Rows.__init__(self, columns, key)
        self._sorted = (-1, Qt.SortOrder.AscendingOrder)
        self._unsorted = False  # rows have changed since they were sorted
        self._said: dict[int, str] = {}  # by place, as far as it was asked for: all that a row says

    def said(self, place: int) -> str:
        """All that a row says, a line for each column, without regard to capitals: what is looked through."""
        found = self._said.get(place)
        if found is None:
            row = self._rows[place]
            found = self._said[place] = "\n".join(column.text(row) for column in self.columns).casefold()
        return found

    def _replace(self, rows: list[R], places: dict[Hashable, int]) -> None:
        self.beginResetModel()
        self._said.clear()
        self._rows, self._places = self._in_order(rows, list(places))
        self.endResetModel()
        self.replaced.emit()

    def _changed(self, place: int) -> None:
        self._unsorted = True
        self._said.pop(place, None)
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns) - 1))

    def update_rows(self, rows: Iterable[R]) -> None:
        super().update_rows(rows)
        if self._unsorted and self._sorted[0] >= 0:
            self._arrange()

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by one column, from now on; -1 is the order in which the rows were given. Equal rows stay as they were given."""
        self._sorted = (column, order)
        self._arrange()

    def _arrange(self) -> None:
        before = list(self._places.values())
        rows, places = self._in_order([self._rows[place] for place in before], list(self._places))
        self._unsorted = False
        if places == self._places:
            return
        self.layoutAboutToBeChanged.emit()
        moved = dict(zip(before, places.values(), strict=True))
        self._said.clear()
        kept = self.persistentIndexList()
        self._rows, self._places = rows, places
        self.changePersistentIndexList(kept, [self.index(moved[one.row()], one.column()) for one in kept])
        self.layoutChanged.emit()

    def _in_order(self, given: list[R], keys: list[Hashable]) -> tuple[list[R], dict[Hashable, int]]:
        """The rows as they are to stand, and where each stands, by the keys in the order in which they were given."""
        place, order = self._sorted
        if place < 0:
            return given, {key: number for number, key in enumerate(keys)}
        wanted = [_sort_key(self.columns[place], row) for row in given]
        numbers = sorted(range(len(given)), key=wanted.__getitem__, reverse=order is Qt.SortOrder.DescendingOrder)
        where = {number: stands for stands, number in enumerate(numbers)}
        return [given[number] for number in numbers], {key: where[number] for number, key in enumerate(keys)}

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self.columns[section].title
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(self.columns[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        row, column = self._rows[index.row()], self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return column.text(row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return more(column, row, role)
        return self._look(row, column, role)

    def _look(self, row: R, column: Column[R], role: int) -> Any:
        if role == TONE_ROLE and column.state:
            return column.state(row)[0]
        if role == ICON_ROLE and column.state:
            return column.state(row)[1]
        return None


def more(column: Column[R], row: R, role: int) -> str | None:
    """What a cell tells beyond its words: to the mouse that rests on it, and to a screen reader, which has read the words already."""
    tip = column.tip(row) if column.tip else None
    return None if role == Qt.ItemDataRole.AccessibleDescriptionRole and tip == column.text(row) else tip


def _sort_key(column: Column[R], row: R) -> Any:
    return column.sort(row) if column.sort else column.text(row).casefold()


def alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    """How a column's words stand."""
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter
