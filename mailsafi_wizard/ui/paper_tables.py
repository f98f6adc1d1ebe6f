"""Lays a table of a report out on sheets: columns as wide as their words need, heads repeated, no row torn over two pages.

Rows that belong together (`Table.grouped`) stand under a line that names what they have in common. Knows no file and no widget.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF

from mailsafi_wizard.report import Column, Kind, Table
from mailsafi_wizard.ui.flow import GAP, Flow
from mailsafi_wizard.ui.sheets import BAND, INK, MUTED, RULE, Block, Cells, words
from mailsafi_wizard.ui.wrapping import Face, pieces
from mailsafi_wizard.words import _

CELL = 36  # space left and right of a cell's text
PAD = 22  # above and below it
SIZES = (82, 76, 70, 64, 58)  # of the cells: the first in which no word must be broken
MOST_OF_ROOM = 0.55  # of the table's width, for one column
NEAT = 3  # sizes that may be tried so that all texts stand on one line
MANY = 40  # rows, from which on groups are worth a bookmark


class TableOnPaper:
    """One table, put on a flow's sheets by `draw`."""

    def __init__(self, flow: Flow, table: Table) -> None:
        self._flow, self._table = flow, table
        self._first = 1 if table.groups else 0
        self._columns: Sequence[Column] = table.columns[self._first :]
        self._known: dict[int, set[str]] = {}
        self._face, self._bold = Face(SIZES[0]), Face(SIZES[0] - 6, True)
        self._widths = self._fitted()
        lefts = [flow.left + sum(self._widths[:place]) for place in range(len(self._widths))]
        self._places = [
            (left + CELL, width - 2 * CELL, column.kind is not Kind.TEXT)
            for left, width, column in zip(lefts, self._widths, self._columns, strict=True)
        ]
        self._head = self._cells(tuple(column.title for column in self._columns), self._bold)
        self._group = ""

    # --- widths ---------------------------------------------------------------------------------------------------------------------

    def _fitted(self) -> list[float]:
        """Every word has room, in the largest type in which that can be; what is left goes to the columns that need it, then by weight.

        A little smaller still where every text then stands on one line.
        """
        room = self._flow.room
        fits = [size for size in SIZES if sum(self._measured(size)[0]) <= room] or [SIZES[-1]]
        least, wished = self._measured(next((size for size in fits[:NEAT] if sum(self._measured(size)[1]) <= room), fits[0]))
        if sum(least) > room:
            return [room * width / sum(least) for width in least]
        widths = filled(least, wished, room)
        weights = [column.weight if column.kind is Kind.TEXT else column.weight * 0.15 for column in self._columns]
        spare = room - sum(widths)
        return [width + spare * weight / sum(weights) for width, weight in zip(widths, weights, strict=True)]

    def _measured(self, size: int) -> tuple[list[float], list[float]]:
        """What each column needs and wishes in this size, which is then the table's."""
        self._face, self._bold = Face(size), Face(size - 6, True)
        places = list(enumerate(self._columns, self._first))
        least = [self._least(place, column) for place, column in places]
        return least, [max(self._wished(place, column), width) for (place, column), width in zip(places, least, strict=True)]

    def _texts(self, place: int) -> set[str]:
        if place not in self._known:
            self._known[place] = {row[place] for row in self._table.rows}
        return self._known[place]

    def _least(self, place: int, column: Column) -> float:
        """What the longest word needs; a number is one word."""
        metrics = self._flow.metrics
        width = metrics.widest(self._bold, column.title.split())
        total = self._table.total_row
        if column.kind is Kind.TEXT:
            width = max(width, metrics.widest(self._face, pieces(self._texts(place))))
        else:
            width = max(width, metrics.widest(self._face, self._texts(place)))
        if total:
            width = max(width, metrics.widest(self._bold, pieces([total[place]]) if column.kind is Kind.TEXT else [total[place]]))
        return width + 2 * CELL + 6

    def _wished(self, place: int, column: Column) -> float:
        """What the longest text needs to stand on one line, within reason."""
        if column.kind is not Kind.TEXT:
            return 0.0
        width = max(self._flow.metrics.widest(self._face, self._texts(place)), self._flow.metrics.width(self._bold, column.title))
        return min(width + 2 * CELL + 6, self._flow.room * MOST_OF_ROOM)

    # --- rows -----------------------------------------------------------------------------------------------------------------------

    def draw(self, heading: str, level: int | None) -> None:
        """The table with its heading; the heading, the head and the first row stand on the same sheet."""
        flow, rows = self._flow, self._table.rows
        first = self._height(self._head, self._bold) + self._height(self._cells(rows[0][self._first :], self._face), self._face)
        first += self._group_height if self._first else 0.0
        first = min(first, (flow.bottom - flow.top) / 2)
        if heading:
            flow.write(heading, Face(105, True), after=30, keep=first + 30, level=level)
        flow.need(first)
        self._draw_head()
        mark_groups = level is not None and bool(self._first) and len(rows) > MANY
        for row in rows:
            cells = self._cells(row[self._first :], self._face)
            if self._first and row[0] != self._group:
                self._begin_group(row[0], self._height(cells, self._face), level + 1 if mark_groups and level is not None else None)
            self._row(cells, self._face)
        if total := self._table.total_row:
            self._group = ""
            shown = (total[0], *total[2:]) if self._first else total
            self._row(self._cells(shown, self._bold), self._bold, band=True)
        flow.y += GAP * 1.5

    @property
    def _group_height(self) -> float:
        return self._flow.metrics.height(self._bold) + 2 * PAD + 30

    def _begin_group(self, name: str, row_height: float, level: int | None) -> None:
        flow = self._flow
        self._group = ""  # the one before must not be continued on a new sheet
        if flow.y + self._group_height + min(row_height, flow.bottom - flow.top - 1200) > flow.bottom:
            self._turn()
        self._group = name
        if level is not None:
            flow.mark(name, level)
        self._name_group(name)

    def _name_group(self, name: str) -> None:
        flow, high = self._flow, self._group_height
        text = flow.metrics.elided(self._bold, name, flow.room - 2 * CELL)
        flow.put(words(QRectF(flow.left + CELL, flow.y + 30, flow.room - 2 * CELL, high - 30), text, self._bold))
        flow.y += high
        flow.put(Block(QRectF(flow.left, flow.y - 4, flow.room, 4), RULE))

    def _turn(self) -> None:
        """A new sheet, with the head again and with the group that goes on."""
        self._flow.new_sheet()
        self._draw_head()
        if self._group:
            self._name_group(_("{name} (continued)").format(name=self._group))

    def _draw_head(self) -> None:
        self._put(self._head, self._bold, band=True, ink=MUTED)

    def _row(self, cells: Sequence[Sequence[str]], face: Face, band: bool = False) -> None:
        if self._flow.y + self._height(cells, face) > self._flow.bottom:
            self._turn()
        self._put(cells, face, band)

    def _cells(self, row: Sequence[str], face: Face) -> list[list[str]]:
        return [self._flow.metrics.lines(face, text, width - 2 * CELL) for text, width in zip(row, self._widths, strict=True)]

    def _height(self, cells: Sequence[Sequence[str]], face: Face) -> float:
        return max(len(lines) for lines in cells) * self._flow.metrics.height(face) + 2 * PAD

    def _put(self, cells: Sequence[Sequence[str]], face: Face, band: bool = False, ink: str = INK) -> None:
        """One row. A row higher than what a sheet holds (a huge reason) runs on over the next, the only thing that may."""
        flow, step = self._flow, self._flow.metrics.height(face)
        height = self._height(cells, face)
        if height > flow.bottom - flow.y:
            most = int((flow.bottom - flow.y - 2 * PAD) / step)
            self._put([lines[:most] for lines in cells], face, band, ink)
            self._turn()
            self._put([lines[most:] or [""] for lines in cells], face, band, ink)
            return
        area = QRectF(flow.left, flow.y, flow.room, height)
        flow.put(Cells(area, cells, self._places, face, step, PAD, ink, BAND if band else ""))
        flow.y += height


def filled(least: Sequence[float], wished: Sequence[float], room: float) -> list[float]:
    """Widths from ``least`` up to ``wished``, within ``room``: all grow alike, and who has enough leaves the rest to the others."""
    widths = list(least)
    while (spare := room - sum(widths)) > 1:
        hungry = [place for place, width in enumerate(widths) if width < wished[place] - 0.5]
        if not hungry:
            break
        level = min(widths[place] for place in hungry)
        lowest = [place for place in hungry if widths[place] < level + 0.5]
        above = min([widths[place] for place in hungry if place not in lowest] + [wished[place] for place in lowest])
        step = min(max(above - level, 1.0), spare / len(lowest))
        for place in lowest:
            widths[place] += step
    return widths
