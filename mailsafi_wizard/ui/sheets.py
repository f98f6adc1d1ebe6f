"""Sheets of paper: what stands where on which page, as plain drawing orders, and the one function that draws them on screen and paper.

Units are tenths of a point (720 = one inch), so that fonts can be sized exactly on any device. Knows no file and no widget; works on any thread.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPainterPath

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.emoji import draw_line, has_signs
from mailsafi_wizard.ui.wrapping import Face, right_to_left

INK, MUTED, RULE, BAND, ACCENT, GOOD, WARN = "#17211e", "#51605a", "#c9d3cf", "#eef2f0", "#0b6b5e", "#17663a", "#7d4a00"
_LINE = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
_ONE_LINE = int(Qt.TextFlag.TextSingleLine) | int(Qt.TextFlag.TextDontClip)
_AT_LEFT, _AT_RIGHT = (int(side | _LINE) | _ONE_LINE for side in (Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight))
PAPER, ALARM = "#ffffff", "#fdf0dc"


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text in a box, on its vertical middle. ``rtl``: its paragraph runs from right to left."""

    area: QRectF
    text: str
    face: Face
    ink: str = INK
    right: bool = False
    rtl: bool = False


@dataclass(frozen=True, slots=True)
class Block:
    """A filled rectangle; a rule is a flat one, a dot one with a large radius."""

    area: QRectF
    ink: str
    radius: float = 0.0


@dataclass(frozen=True, slots=True)
class Dots:
    """A square code of dots, row by row, True is dark; drawn as one shape, so that no seam of light runs through it."""

    area: QRectF
    rows: tuple[tuple[bool, ...], ...]

    def shape(self) -> QPainterPath:
        path, edge = QPainterPath(), self.area.width() / len(self.rows)
        path.setFillRule(Qt.FillRule.WindingFill)
        for y, row in enumerate(self.rows):
            for x, dark in enumerate(row):
                if dark:
                    path.addRect(QRectF(self.area.left() + x * edge, self.area.top() + y * edge, edge, edge))
        return path.simplified()


@dataclass(frozen=True, slots=True)
class Cells:
    """A row of a table. It keeps its texts only and says what to draw when it is drawn: a large report has hundreds of thousands of cells."""

    area: QRectF
    texts: Sequence[Sequence[str]]  # the lines of each cell
    columns: Sequence[tuple[float, float, bool]]  # left side, width, whether it stands at the right: of each cell's text
    face: Face
    step: float  # from line to line
    pad: float  # above the first line
    ink: str = INK
    ground: str = ""

    def parts(self) -> Iterator[Words | Block]:
        """What it is made of, in order."""
        area = self.area
        if self.ground:
            yield Block(area, self.ground)
        for lines, (left, width, right) in zip(self.texts, self.columns, strict=True):
            whole = lines[0] if len(lines) == 1 else "".join(lines)
            for place, line in enumerate(lines):
                if line:
                    spot = QRectF(left, area.top() + self.pad + place * self.step, width, self.step)
                    yield words(spot, line, self.face, self.ink, right, whole)
        yield Block(QRectF(area.left(), area.bottom() - 4, area.width(), 4), RULE)


Order = Words | Block | Dots | Cells


@dataclass
class Sheet:
    """One page: what to draw, in order."""

    orders: list[Order] = field(default_factory=list)

    def drawn(self) -> Iterator[Words | Block | Dots]:
        """Everything, rows of tables in their parts."""
        for order in self.orders:
            yield from order.parts() if isinstance(order, Cells) else (order,)


@dataclass(frozen=True)
class Mark:
    """A place to find again: a heading. ``level`` 0 is a section; ``sheet`` counts from 0."""

    title: str
    level: int
    sheet: int
    y: float


@dataclass(frozen=True)
class Link:
    """An area of a sheet that leads to a mark."""

    sheet: int
    area: QRectF
    to: Mark


@dataclass(frozen=True)
class Document:
    """A report laid out. ``width`` and ``height`` of every sheet are in tenths of a point."""

    sheets: tuple[Sheet, ...]
    width: float
    height: float
    title: str
    author: str = ""
    language: str = ""
    marks: tuple[Mark, ...] = ()
    links: tuple[Link, ...] = ()


def words(area: QRectF, text: str, face: Face, ink: str = INK, right: bool = False, whole: str | None = None) -> Words:
    """A line of text that runs in the direction of the paragraph ``whole`` it belongs to, itself when None."""
    return Words(area, text, face, ink, right, right_to_left(text if whole is None else whole))


def paint_sheet(painter: QPainter, sheet: Sheet) -> None:
    """Draw one sheet. The painter is scaled so that one unit is a tenth of a point; paper and preview both use this."""
    brush = _Brush(painter)
    for order in sheet.drawn():
        if isinstance(order, Words):
            brush.write(order)
        elif isinstance(order, Dots):
            painter.fillPath(order.shape(), QColor("#000"))
        else:
            brush.fill(order)


class _Brush:
    """A painter that is told only what changes: a large report has hundreds of thousands of words."""

    def __init__(self, painter: QPainter) -> None:
        self._painter = painter
        self._fonts: dict[Face, QFont] = {}
        self._colours: dict[str, QColor] = {}
        self._now: tuple[Face, str, bool] | None = None  # what words are written in
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)

    def _colour(self, ink: str) -> QColor:
        if ink not in self._colours:
            self._colours[ink] = QColor(ink)
        return self._colours[ink]

    def fill(self, block: Block) -> None:
        self._now = None
        self._painter.setPen(Qt.PenStyle.NoPen)
        self._painter.setBrush(self._colour(block.ink))
        self._painter.drawRoundedRect(block.area, block.radius, block.radius)

    def write(self, order: Words) -> None:
        painter, face = self._painter, order.face
        if face not in self._fonts:
            self._fonts[face] = face.font()
        if (face, order.ink, order.rtl) != self._now:
            self._now = face, order.ink, order.rtl
            painter.setFont(self._fonts[face])
            painter.setPen(self._colour(order.ink))
            painter.setLayoutDirection(Qt.LayoutDirection.RightToLeft if order.rtl else Qt.LayoutDirection.LeftToRight)
        if not order.rtl and has_signs(order.text):
            draw_line(painter, order.area, self._fonts[face], order.text, order.right)
        else:
            painter.drawText(order.area, _AT_RIGHT if order.right else _AT_LEFT, order.text)
