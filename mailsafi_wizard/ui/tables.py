"""The table: a view of `rows` with sorting, filtering, widths that fit and cells with a state."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Generic

from PySide6.QtCore import (
    QAbstractItemModel,
    QEvent,
    QSize,
    QSortFilterProxyModel,
    Qt,
    QTimer,
)
from PySide6.QtGui import QFocusEvent, QFont, QFontMetrics, QHelpEvent, QKeyEvent, QPaintEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableView,
    QToolTip,
)

from mailsafi_wizard.ui import plain_words
from mailsafi_wizard.ui.announce import announce, point_at_cell
from mailsafi_wizard.ui.column_widths import Wish, shared
from mailsafi_wizard.ui.nothing_here import paint_nothing
from mailsafi_wizard.ui.rows import SORT_ROLE, Index, R, Rows, RowsModel
from mailsafi_wizard.ui.state_cells import EDGE, CellDelegate
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.words import _


class Filter(QSortFilterProxyModel):
    """Keeps rows in which any column holds the words looked for.

    `RowsModel` sorts itself, and is asked for each row's words at once; others are sorted here, and asked by Qt for each cell.
    """

    def __init__(self, model: QAbstractItemModel) -> None:
        super().__init__()
        self._wanted = ""
        self._rows = model  # `sourceModel` would tie its life to this one's
        self.setSourceModel(model)
        self.setSortRole(SORT_ROLE)
        self.setFilterKeyColumn(-1)
        self.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def setFilterFixedString(self, pattern: str) -> None:
        self._wanted = pattern.casefold()
        super().setFilterFixedString(pattern)

    def filterAcceptsRow(self, source_row: int, source_parent: Index) -> bool:
        if isinstance(self._rows, RowsModel):
            return not self._wanted or self._wanted in self._rows.said(source_row)
        return super().filterAcceptsRow(source_row, source_parent)

    def lessThan(self, left: Index, right: Index) -> bool:
        one, other = left.data(SORT_ROLE), right.data(SORT_ROLE)
        return bool(one < other)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        if isinstance(self._rows, RowsModel):
            self._rows.sort(column, order)
        else:
            super().sort(column, order)


MEASURED = 20  # rows whose every cell is asked how wide it is
_SORTS = {Qt.Key.Key_Up: Qt.SortOrder.AscendingOrder, Qt.Key.Key_Down: Qt.SortOrder.DescendingOrder}
READABLE = 180  # points of a column that stretches before others go: mostly an address, the one thing that must be readable
WIDEST = 340  # of a column that does not stretch
HEADING = 72  # over figures and short words: the heading may be cut to this, they never
CUT = 116  # words may be cut to this where nothing else is left to give
_HEADINGS, _ADDRESS, _WORDS = range(3)  # what is cut first, next and last
ROW = 34
LEAST_ROWS = 2


class Table(QTableView, Generic[R]):
    """A table of rows; the columns' widths follow their contents, some take what is left, and some go where there is too little room.

    ``nothing`` stands in it while there are no rows: what will be here, or that there is nothing to worry about.
    """

    def __init__(self, name: str, model: Rows[R], nothing: str = "") -> None:
        super().__init__()
        self.rows_model: Rows[R] = model
        self.nothing = nothing
        self._wanted = [0] * len(model.columns)
        self._tight = [0] * len(model.columns)  # without the air around heading and words
        self._bare = [0] * len(model.columns)  # of the words alone: a heading may be cut where figures may not
        self._longest = [0] * len(model.columns)  # letters in a column, as far as rows were looked at
        self._rows_shown: int | None = None
        self._placing = False
        self._unfitted = False
        assert isinstance(model, QAbstractItemModel)
        self.filter = Filter(model)
        self.setModel(self.filter)
        self.setAccessibleName(name)
        self.setAccessibleDescription(_("Left and Right choose a column, Ctrl+Up and Ctrl+Down sort by it."))
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
        self._dress()
        model.replaced.connect(self._replaced)
        theme().changed.connect(self._worn)

    def _dress(self) -> None:
        head = self.horizontalHeader()
        head.setHighlightSections(False)
        head.setStretchLastSection(False)
        head.setTextElideMode(Qt.TextElideMode.ElideRight)
        head.setResizeContentsPrecision(MEASURED)
        head.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        head.sectionResized.connect(self._resized)
        head.sortIndicatorChanged.connect(lambda *_args: self._spread())
        self.setSortingEnabled(True)
        self.sortByColumn(-1, Qt.SortOrder.AscendingOrder)
        self.setMinimumHeight(theme().px(ROW) * (LEAST_ROWS + 1))
        self._worn()

    def _worn(self) -> None:
        """Rows and columns in the letters of now."""
        self.verticalHeader().setDefaultSectionSize(theme().px(ROW))
        self._fit()
        self._keep_rows()

    def _replaced(self) -> None:
        self._fit_when_seen()
        self._keep_rows()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.StyleChange:  # the page was put into its window
            self._fit_when_seen()

    def _fit_when_seen(self) -> None:
        """Behind another tab the many words are not measured."""
        self._unfitted = not self.isVisible()
        if not self._unfitted:
            self._fit()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._fit_late()

    def _fit_late(self) -> None:
        if self._unfitted:
            self._unfitted = False
            self._fit()

    # --- how high

    def ask_for_rows(self, most: int) -> None:
        """Ask for the height of all rows, but of ``most`` at most, and take what is left besides."""
        self._rows_shown = most
        self._keep_rows()

    def _keep_rows(self) -> None:
        if self._rows_shown is not None:
            rows = max(LEAST_ROWS, min(self._rows_shown, len(self.rows_model.rows)))
            head = max(self.horizontalHeader().sizeHint().height(), theme().px(ROW))
            self.setMinimumHeight(head + theme().px(ROW) * rows + 2 * self.frameWidth() + 2)
            self.updateGeometry()

    def sizeHint(self) -> QSize:
        hint = super().sizeHint()
        return hint if self._rows_shown is None else QSize(hint.width(), self.minimumHeight())

    # --- how wide

    def _fit(self) -> None:
        """Widths by the first rows and the longest words, once per set of rows: doing it on every change would cost the copy."""
        self._wanted = [0] * len(self.rows_model.columns)
        self._tight = [0] * len(self.rows_model.columns)
        self._bare = [0] * len(self.rows_model.columns)
        self._longest = [0] * len(self.rows_model.columns)
        self._measure()
        self._spread()

    def grown(self, rows: Iterable[R]) -> None:
        """Some rows have changed: where words are longer than any before, their column becomes wider."""
        before = list(self._longest)
        self._read(rows)
        if before != self._longest:
            self._measure()
            self._spread()

    def _read(self, rows: Iterable[R]) -> None:
        columns = [(place, column.text) for place, column in enumerate(self.rows_model.columns) if not column.stretch]
        for row in rows:
            for place, text in columns:
                self._longest[place] = max(self._longest[place], len(text(row)))

    def _measure(self) -> None:
        self._placing = True
        heading, widest = QFontMetrics(theme().font("small", QFont.Weight.Bold)), theme().px(WIDEST)
        for place, column in enumerate(self.rows_model.columns):
            if column.yields:
                self.setColumnHidden(place, False)  # or its heading would say that it needs no room
            words = self.sizeHintForColumn(place) if column.stretch else self._widest(place)
            words += self.fontMetrics().horizontalAdvance("00") if column.share else 0  # it begins with 0 % and ends with 100 %
            smallest = self.horizontalHeader().minimumSectionSize()
            self._bare[place] = max(self._bare[place], min(max(words, smallest), widest))
            tight = max(words, heading.horizontalAdvance(column.title) + 2 * EDGE + S, smallest) + 2
            self._tight[place] = max(self._tight[place], min(tight, widest))
            if not column.stretch:
                wanted = max(words, self.horizontalHeader().sectionSizeHint(place))
                self._wanted[place] = max(self._wanted[place], min(wanted + S, widest))
        self._placing = False

    def _widest(self, place: int) -> int:
        """Asking each of some hundred cells how wide it is would take longer than drawing the table."""
        rows, text = self.rows_model.rows, self.rows_model.columns[place].text
        wanted = self.sizeHintForColumn(place)
        if len(rows) > MEASURED:
            longest = max(range(len(rows)), key=lambda number: len(text(rows[number])))
            index = self.filter.mapFromSource(self.rows_model.index(longest, place))  # type: ignore[attr-defined]
            wanted = max(wanted, self.sizeHintForIndex(index).width() + 1) if index.isValid() else wanted
        return wanted

    def _resized(self, place: int, _before: int, now: int) -> None:
        """The admin's hand."""
        if not self._placing and now:
            self._wanted[place] = self._tight[place] = self._bare[place] = now

    def _wishes(self, tight: bool, whole: bool) -> list[Wish]:
        """``tight``: without air, but for the column that is sorted by, whose heading has an arrow. ``whole``: no word is cut."""
        sorted_by = self.horizontalHeader().sortIndicatorSection()
        made = []
        for place, column in enumerate(self.rows_model.columns):
            wanted = self._tight[place] if column.stretch or (tight and place != sorted_by) else self._wanted[place]
            if column.stretch and not whole:
                wanted = min(wanted, theme().px(READABLE))
            short = column.numeric or column.share or self._bare[place] <= theme().px(CUT)
            least, gives = theme().px(CUT), _ADDRESS if column.stretch else _WORDS
            if short and not column.stretch:
                least, gives = max(self._bare[place], theme().px(HEADING)), _HEADINGS
            if self.isColumnHidden(place) and not column.yields:
                wanted = 0  # the page has no use for it
            made.append(Wish(wanted, min(wanted, least), column.stretch and bool(wanted), column.yields, gives))
        return made

    def _fitting(self, room: int) -> list[Wish]:
        airy, tight = self._wishes(False, True), self._wishes(True, True)
        if sum(wish.asked for wish in airy) <= room:
            return airy
        if sum(wish.asked for wish in tight) <= room:
            return [Wish(one.asked, other.asked, one.stretch) for one, other in zip(airy, tight, strict=True)]
        return self._wishes(True, False)

    def _spread(self) -> None:
        """First the air goes, then columns, then words are cut. The table scrolls sideways only when even what must stay, cut, has no room."""
        if self._placing:
            return
        self._placing = True
        room = self.viewport().width()
        for place, width in enumerate(shared(self._fitting(room), room)):
            if self.rows_model.columns[place].yields:
                self.setColumnHidden(place, width == 0)
            if width:
                self.setColumnWidth(place, width)
        self._placing = False
        self.updateGeometries()  # at once: a bar that goes a moment later would flicker

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._spread()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if not self.filter.rowCount():
            paint_nothing(self.viewport(), _("No row fits what you look for.") if self.rows_model.rows else self.nothing)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        QTimer.singleShot(0, self, lambda: point_at_cell(self))  # after Qt has told that the table has the keyboard

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Sorting without a mouse: by the column that Left and Right have gone to."""
        order = _SORTS.get(Qt.Key(event.key())) if event.modifiers() & Qt.KeyboardModifier.ControlModifier else None
        column = self.currentIndex().column()
        if order is None or column < 0:
            super().keyPressEvent(event)
            return
        self.sortByColumn(column, order)
        self.scrollTo(self.currentIndex())
        up = order is Qt.SortOrder.AscendingOrder
        title = self.rows_model.columns[column].title
        announce(self, (_("Sorted by {column}, upwards") if up else _("Sorted by {column}, downwards")).format(column=title))

    @property
    def wanted_width(self) -> int:
        """Pixels in which no word is cut and no column goes."""
        self._fit_late()
        return sum(self._tight) + 2 * self.frameWidth() + self.verticalScrollBar().sizeHint().width()

    def fit(self) -> None:
        self._fit()

    # --- what did not fit

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            index = self.indexAt(event.pos())
            text = self.tip(index) if index.isValid() else ""
            if text:
                QToolTip.showText(event.globalPos(), plain_words.as_tip(text), self.viewport())
                return True
        return super().viewportEvent(event)

    def tip(self, index: Index) -> str:
        """What is said of a cell: its own words, those that are cut, and what stands in columns that had to go."""
        own = str(index.data(Qt.ItemDataRole.ToolTipRole) or "")
        text = str(index.data() or "")
        cut = self.sizeHintForIndex(index).width() > self.columnWidth(index.column())
        row = self.rows_model.row(self.filter.mapToSource(index).row())
        gone = [c for place, c in enumerate(self.rows_model.columns) if c.yields and self.isColumnHidden(place)]
        said = [text if cut and text not in own else "", own]
        said += [f"{column.title}: {column.text(row)}" for column in gone if column.text(row)]
        return "\n".join(filter(None, said))

    @property
    def chosen(self) -> R | None:
        """The row that is selected."""
        index = self.currentIndex()
        return self.rows_model.row(self.filter.mapToSource(index).row()) if index.isValid() else None

    def choose(self, place: int) -> None:
        self.selectRow(place)
