"""Tables: a model for rows of any kind, described by columns; a view with sorting and filtering; cells with a state.

Rows are frozen dataclasses. Only rows that differ are announced as changed, so eight busy mailboxes cost eight repaints a tick. Rows that
change many times a second stand in `live_rows`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from PySide6.QtCore import (
    QAbstractItemModel,
    QAbstractTableModel,
    QModelIndex,
    QPersistentModelIndex,
    QRectF,
    QSize,
    QSortFilterProxyModel,
    Qt,
    Signal,
)
from PySide6.QtGui import QFont, QFontMetrics, QPainter, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QTableView

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.ui.widgets import Tone

R = TypeVar("R")
Index = QModelIndex | QPersistentModelIndex

TONE_ROLE = Qt.ItemDataRole.UserRole + 1  # a Tone: the cell is a state with an icon
ICON_ROLE = Qt.ItemDataRole.UserRole + 2  # the icon's name, "" for the tone's own
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
    """Rows by the thousand: cells are asked for only when they are seen."""

    replaced = Signal()

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], Hashable]) -> None:
        QAbstractTableModel.__init__(self)
        Rows.__init__(self, columns, key)

    def _replace(self, rows: list[R], places: dict[Hashable, int]) -> None:
        self.beginResetModel()
        self._rows, self._places = rows, places
        self.endResetModel()
        self.replaced.emit()

    def _changed(self, place: int) -> None:
        self.dataChanged.emit(self.index(place, 0), self.index(place, len(self.columns) - 1))

    def rowCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def columnCount(self, parent: Index | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self.columns)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if orientation is not Qt.Orientation.Horizontal or not 0 <= section < len(self.columns):
            return None
        if role == Qt.ItemDataRole.DisplayRole:
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
        if role == SORT_ROLE:
            return _sort_key(column, row)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip(row) if column.tip else None
        return self._look(row, column, role)

    def sort_keys(self, place: int) -> list[Any]:
        """What the rows are sorted by in one column, made once for a whole sorting."""
        column = self.columns[place]
        return [_sort_key(column, row) for row in self._rows]

    def _look(self, row: R, column: Column[R], role: int) -> Any:
        if role == TONE_ROLE and column.state:
            return column.state(row)[0]
        if role == ICON_ROLE and column.state:
            return column.state(row)[1]
        return None


def _sort_key(column: Column[R], row: R) -> Any:
    return column.sort(row) if column.sort else column.text(row).casefold()


def alignment(column: Column[Any]) -> Qt.AlignmentFlag:
    """How a column's words stand."""
    side = Qt.AlignmentFlag.AlignRight if column.numeric else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


class CellDelegate(QStyledItemDelegate):
    """Draws state cells (icon and words); leaves the rest to the style."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tone = index.data(TONE_ROLE)
        if tone is None:
            super().paint(painter, option, index)
            return
        empty = QStyleOptionViewItem(option)
        self.initStyleOption(empty, index)
        empty.text = ""
        style = empty.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, empty, painter, empty.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(2 * S, 0, -S, 0)
        _paint_state(painter, area, tone, str(index.data(ICON_ROLE) or ""), str(index.data()), option)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        if index.data(TONE_ROLE) is not None:
            hint.setWidth(hint.width() + theme().px(18) + 2 * S)
        return hint


def _paint_state(painter: QPainter, area: QRectF, tone: Tone, icon: str, text: str, option: QStyleOptionViewItem) -> None:
    edge = theme().px(16)
    rtl = option.direction == Qt.LayoutDirection.RightToLeft
    sign = QRectF(area.right() - edge if rtl else area.left(), area.center().y() - edge / 2, edge, edge)
    icons.paint(painter, icon or tone.icon, sign, theme().colour(tone.value))
    words = area.adjusted(0, 0, -edge - S, 0) if rtl else area.adjusted(edge + S, 0, 0, 0)
    painter.setPen(theme().colour("muted" if tone is Tone.MUTED else tone.value))
    _paint_text(painter, words, text, option)


def _paint_text(painter: QPainter, area: QRectF, text: str, option: QStyleOptionViewItem) -> None:
    fitted = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    rtl = option.direction == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    painter.setFont(QFont(option.font))
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter, fitted)


class Filter(QSortFilterProxyModel):
    """Sorts by each column's own order and keeps rows in which any column holds the words looked for."""

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self._rows = model if isinstance(model, RowsModel) else None
        self._keys: list[Any] | None = None  # of the column that is sorted by
        for news in (model.dataChanged, model.modelReset):  # before Qt's own ear: it sorts at once
            news.connect(self._forget_keys)
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def lessThan(self, left: Index, right: Index) -> bool:
        if self._rows is None:
            one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
            return bool(one < other)
        if self._keys is None:
            self._keys = self._rows.sort_keys(left.column())
        return self._keys[left.row()] < self._keys[right.row()]  # type: ignore[no-any-return]

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._forget_keys()
        super().sort(column, order)

    def _forget_keys(self) -> None:
        self._keys = None


MEASURED = 20  # rows whose every cell is asked how wide it is
NARROWEST = 130  # of a column that stretches
ONE_NARROWEST = 180  # where it is the only one: mostly an address, the one thing that must be readable


class Table(QTableView, Generic[R]):
    """A table of rows; the columns' widths follow their contents, and one of them takes what is left."""

    def __init__(self, name: str, model: Rows[R]) -> None:
        super().__init__()
        self.rows_model: Rows[R] = model
        assert isinstance(model, QAbstractItemModel)
        self.filter = Filter(model)
        self.setModel(self.filter)
        self.setAccessibleName(name)
        if not model.drawn_by_qt:
            self.setItemDelegate(CellDelegate(self))
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.setTabKeyNavigation(False)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.verticalHeader().hide()
        self._rows_shown: int | None = None
        self._easy: dict[int, int] = {}  # by column, in pixels: as wide as it likes to be, and as it must be for its words
        self._tight: dict[int, int] = {}
        self._dress()
        model.replaced.connect(self._grow)
        self.horizontalHeader().sortIndicatorChanged.connect(lambda *_args: self._spread())
        theme().changed.connect(self._grow)

    def _dress(self) -> None:
        self._set_heights()
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(False)
        head.setResizeContentsPrecision(MEASURED)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self._fit()

    def _set_heights(self) -> None:
        self.verticalHeader().setDefaultSectionSize(theme().px(34))
        rows = 2 if self._rows_shown is None else max(2, min(self._rows_shown, len(self.rows_model.rows)))
        self.setMinimumHeight(theme().px(34) * (rows + 1) + (0 if self._rows_shown is None else 2 * S))

    def ask_for_rows(self, most: int) -> None:
        """However small the window: all rows below the head, but ``most`` at most."""
        self._rows_shown = most
        self._set_heights()

    def _grow(self) -> None:
        """Other rows, or another size of type: everything measured is measured anew."""
        self._set_heights()
        self._fit()

    def _fit(self) -> None:
        """Widths by the first rows and the longest words, once per set of rows: doing it on every change would cost the copy."""
        title, most = QFontMetrics(theme().font("small", QFont.Weight.Bold)), theme().px(340)
        for place, column in enumerate(self.rows_model.columns):
            content = self.sizeHintForColumn(place) if column.stretch else self._widest(place)
            content += self.fontMetrics().horizontalAdvance("00") if column.share else 0  # it begins with 0 % and ends with 100 %
            self._easy[place] = min(max(content, self.horizontalHeader().sectionSizeHint(place)) + S, most)
            self._tight[place] = min(max(content, title.horizontalAdvance(column.title) + 2 * S) + 2, most)
        self._spread()

    def _widest(self, place: int) -> int:
        """Asking each of some hundred cells how wide it is would take longer than drawing the table."""
        rows, text = self.rows_model.rows, self.rows_model.columns[place].text
        wanted = self.sizeHintForColumn(place)
        if len(rows) > MEASURED:
            longest = max(range(len(rows)), key=lambda number: len(text(rows[number])))
            index = self.filter.mapFromSource(self.rows_model.index(longest, place))  # type: ignore[attr-defined]
            wanted = max(wanted, self.sizeHintForIndex(index).width() + 1) if index.isValid() else wanted
        return wanted

    def _spread(self) -> None:
        """The columns that stretch share what is left. Where they would cut words, the others give up the room around theirs.

        All stay readable where little is left: then the table scrolls sideways.
        """
        seen = [place for place in self._easy if not self.isColumnHidden(place)]
        wide = [place for place in seen if self.rows_model.columns[place].stretch]
        firm = {place: self._easy[place] for place in seen if place not in wide}
        least = theme().px(ONE_NARROWEST if len(wide) == 1 else NARROWEST)
        room = self.viewport().width()
        lacking = sum(firm.values()) + sum(max(least, self._easy[place]) for place in wide) - room
        slack = {place: max(0, width - self._tight[place]) for place, width in firm.items() if place != self._sorted_by()}
        if lacking > 0 and slack:
            share = min(1.0, lacking / max(1, sum(slack.values())))
            firm.update({place: firm[place] - math.ceil(share * give) for place, give in slack.items()})
        for place, width in firm.items():
            self.setColumnWidth(place, width)
        self._share_out(wide, room - sum(firm.values()), least)

    def _share_out(self, wide: Sequence[int], room: int, least: int) -> None:
        """``room`` pixels for the columns that stretch: to each what its words need where that can be, the rest in equal parts."""
        wanted = {place: max(least, self._tight[place]) for place in wide}
        over = room - sum(wanted.values())
        for place in wide:
            if over >= 0:
                width = wanted[place] + over // len(wide)
            else:
                hoped = sum(wanted.values()) - least * len(wide)
                width = least + round((wanted[place] - least) * max(0, room - least * len(wide)) / max(1, hoped))
            self.setColumnWidth(place, width)

    def _sorted_by(self) -> int:
        """The column whose head needs room for the arrow; -1 for none."""
        return self.horizontalHeader().sortIndicatorSection() if self.isSortingEnabled() else -1

    @property
    def wanted_width(self) -> int:
        """Pixels in which no word is cut."""
        seen = [place for place in self._tight if not self.isColumnHidden(place)]
        return sum(self._tight[place] for place in seen) + 2 * self.frameWidth() + self.verticalScrollBar().sizeHint().width()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def fit(self) -> None:
        self._fit()

    @property
    def chosen(self) -> R | None:
        """The row that is selected."""
        index = self.currentIndex()
        return self.rows_model.row(self.filter.mapToSource(index).row()) if index.isValid() else None

    def choose(self, place: int) -> None:
        self.selectRow(place)
