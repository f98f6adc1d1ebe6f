"""Rows that change many times a second: the same columns as `rows.RowsModel`, kept in Qt's own model and drawn by Qt alone.

While mailboxes are copied the interpreter is wanted by many threads, and a cell that is painted in Python waits for it once for every
question. Here a change costs a few calls and painting costs none. For rows by the ten thousand take `RowsModel`, which holds no cells.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from functools import lru_cache
from typing import Any, TypeVar

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QPainter, QPixmap, QStandardItem, QStandardItemModel

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.rows import SORT_ROLE, Column, Rows, alignment, more
from mailsafi_wizard.ui.theme import theme
from mailsafi_wizard.ui.widgets import Tone

R = TypeVar("R")
BAR = (100, 6)  # width and height of a progress bar in points of the normal font


class LiveRows(Rows[R], QStandardItemModel):
    """Rows of one kind, a few hundred at most."""

    drawn_by_qt = True
    replaced = Signal()

    def __init__(self, columns: Sequence[Column[R]], key: Callable[[R], Hashable]) -> None:
        QStandardItemModel.__init__(self, 0, len(columns))
        Rows.__init__(self, columns, key)
        self._shown: list[list[dict[int, Any]]] = []
        for place, one in enumerate(self.columns):
            head = QStandardItem(one.title)
            head.setTextAlignment(alignment(one))
            head.setToolTip(one.title)
            self.setHorizontalHeaderItem(place, head)
        theme().changed.connect(self._repaint)

    def _replace(self, rows: list[R], places: dict[Hashable, int]) -> None:
        self._rows, self._places = rows, places
        self.setRowCount(0)
        self.setRowCount(len(rows))
        self._repaint()
        self.replaced.emit()

    def _changed(self, place: int) -> None:
        self._put(place)

    def _put(self, place: int) -> None:
        row, shown = self._rows[place], self._shown[place]
        for number, one in enumerate(self.columns):
            cell = _cell(one, row)
            if cell != shown[number]:
                shown[number] = cell
                self.setItemData(self.index(place, number), {role: _seen(role, value) for role, value in cell.items()})

    def _repaint(self) -> None:
        """Colours have changed: every cell is made anew."""
        self._shown = [[{} for _ in self.columns] for _ in self._rows]
        for place in range(len(self._rows)):
            self._put(place)


def _cell(one: Column[R], row: R) -> dict[int, Any]:
    """What a cell holds, by role; pictures and colours by their names."""
    text = one.text(row)
    cell: dict[int, Any] = {
        Qt.ItemDataRole.DisplayRole: text,
        Qt.ItemDataRole.TextAlignmentRole: alignment(one),
        Qt.ItemDataRole.ToolTipRole: more(one, row, Qt.ItemDataRole.ToolTipRole),
        Qt.ItemDataRole.AccessibleDescriptionRole: more(one, row, Qt.ItemDataRole.AccessibleDescriptionRole),
        SORT_ROLE: one.sort(row) if one.sort else text.casefold(),
    }
    if one.state:
        tone, icon = one.state(row)
        cell[Qt.ItemDataRole.ForegroundRole] = tone
        cell[Qt.ItemDataRole.DecorationRole] = (tone, icon or tone.icon)
    if one.share:
        cell[Qt.ItemDataRole.DecorationRole] = int(one.share(row) * 100)
        cell[Qt.ItemDataRole.TextAlignmentRole] = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
    return cell


def _seen(role: int, value: Any) -> Any:
    """Names made into what Qt draws."""
    if role == Qt.ItemDataRole.ForegroundRole and isinstance(value, Tone):
        return theme().colour(value.value)
    if role == Qt.ItemDataRole.DecorationRole:
        ratio = QGuiApplication.primaryScreen().devicePixelRatio()
        if isinstance(value, int):
            return _bar(
                value,
                theme().colour("line").name(),
                theme().colour("good" if value >= 100 else "accent").name(),
                theme().px(100),
                ratio,
            )
        tone, icon = value
        return icons.pixmap(icon, tone.value, theme().px(16), ratio)
    return value


@lru_cache(maxsize=512)
def _bar(share: int, ground: str, ink: str, width: int, ratio: float) -> QPixmap:
    """A progress bar, ``share`` per cent full, ``width`` points wide."""
    height = BAR[1]
    image = QPixmap(QSize(round(width * ratio), round(height * ratio)))
    image.setDevicePixelRatio(ratio)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    for part, colour in ((100, ground), (share, ink)):
        painter.setBrush(colour)
        if part:
            painter.drawRoundedRect(QRectF(0, 0, max(height, width * part / 100), height), height / 2, height / 2)
    painter.end()
    return image
