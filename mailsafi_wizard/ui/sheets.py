"""Lays a report's facts out on sheets of paper: what stands where on which page, as plain drawing orders.

Units are tenths of a point (720 = one inch), so that fonts can be sized exactly on any device. Knows no file and no widget; works on
any thread. Table heads are repeated, no row is torn over two pages, a heading never stands alone at the foot of a page.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPageSize, QPainter, QPainterPath, QTextLayout, QTextOption

from mailsafi_wizard.report import Kind, ReportFacts, Section, Table
from mailsafi_wizard.words import _

MARGIN = 480
HEAD, FOOT = 300, 260  # room for header and footer inside the margins
CELL = 36  # space left and right of a cell's text
GAP = 90

INK, MUTED, RULE, BAND, ACCENT, GOOD, WARN = "#17211e", "#51605a", "#c9d3cf", "#eef2f0", "#0b6b5e", "#17663a", "#7d4a00"


@dataclass(frozen=True)
class Face:
    """A size and weight of type."""

    size: int
    bold: bool = False

    def font(self) -> QFont:
        font = QFont()
        font.setFamilies(["Noto Sans", "Segoe UI", "Helvetica Neue", "DejaVu Sans"])
        font.setPixelSize(self.size)
        font.setBold(self.bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


TITLE, HEADING, STRONG, BODY, SMALL, CELL_FACE, CELL_HEAD = (
    Face(300, True),
    Face(160, True),
    Face(105, True),
    Face(100),
    Face(80),
    Face(82),
    Face(76, True),
)


@dataclass(frozen=True)
class Words:
    """One line of text in a box, on its vertical middle."""

    area: QRectF
    text: str
    face: Face
    ink: str = INK
    right: bool = False


@dataclass(frozen=True)
class Block:
    """A filled rectangle; a rule is a flat one."""

    area: QRectF
    ink: str
    radius: float = 0.0


@dataclass(frozen=True)
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


@dataclass
class Sheet:
    """One page: what to draw, in order."""

    orders: list[Words | Block | Dots] = field(default_factory=list)


@dataclass(frozen=True)
class Document:
    """A report laid out. ``width`` and ``height`` of every sheet are in tenths of a point."""

    sheets: tuple[Sheet, ...]
    width: float
    height: float
    title: str


class Metrics:
    """Measures and wraps; keeps what it measured, because tables repeat themselves."""

    def __init__(self) -> None:
        self._fonts: dict[Face, tuple[QFont, QFontMetricsF]] = {}
        self._widths: dict[tuple[Face, str], float] = {}

    def _of(self, face: Face) -> tuple[QFont, QFontMetricsF]:
        if face not in self._fonts:
            font = face.font()
            self._fonts[face] = (font, QFontMetricsF(font))
        return self._fonts[face]

    def height(self, face: Face) -> float:
        return face.size * 1.36  # the same for every script, so that rows stay even

    def width(self, face: Face, text: str) -> float:
        key = (face, text)
        if key not in self._widths:
            self._widths[key] = self._of(face)[1].horizontalAdvance(text)
        return self._widths[key]

    def lines(self, face: Face, text: str, room: float) -> list[str]:
        """The text in lines no wider than ``room``; a word is broken only when it alone is wider."""
        if "\n" not in text and self.width(face, text) <= room:
            return [text]
        made: list[str] = []
        for paragraph in text.split("\n"):
            made.extend(self._wrapped(face, paragraph, room))
        return made

    def _wrapped(self, face: Face, text: str, room: float) -> list[str]:
        layout = QTextLayout(text, self._of(face)[0])
        option = QTextOption()
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        layout.setTextOption(option)
        layout.beginLayout()
        made = []
        while True:
            line = layout.createLine()
            if not line.isValid():
                break
            line.setLineWidth(room)
            made.append(_slice(text, line.textStart(), line.textLength()).rstrip())
        layout.endLayout()
        return made or [""]


def _slice(text: str, start: int, length: int) -> str:
    """Qt counts UTF-16 units, Python code points."""
    raw = text.encode("utf-16-le", "surrogatepass")
    return raw[2 * start : 2 * (start + length)].decode("utf-16-le", "surrogatepass")


class _Composer:
    """Fills sheet after sheet from top to bottom."""

    def __init__(self, facts: ReportFacts, size: QPageSize, progress: Callable[[float], object]) -> None:
        points = size.sizePoints()
        self.width, self.height = points.width() * 10.0, points.height() * 10.0
        self.facts, self.progress = facts, progress
        self.metrics = Metrics()
        self.left, self.right = float(MARGIN), self.width - MARGIN
        self.top, self.bottom = float(MARGIN + HEAD), self.height - MARGIN - FOOT
        self.sheets: list[Sheet] = []
        self.y = 0.0
        self.new_sheet()

    @property
    def room(self) -> float:
        return self.right - self.left

    def new_sheet(self) -> None:
        self.sheets.append(Sheet())
        self.y = self.top

    def need(self, height: float) -> None:
        """Start a new sheet unless ``height`` still fits on this one."""
        if self.y + height > self.bottom and self.y > self.top:
            self.new_sheet()

    def put(self, order: Words | Block | Dots) -> None:
        self.sheets[-1].orders.append(order)

    def write(self, text: str, face: Face, ink: str = INK, after: float = GAP, keep: float = 0.0) -> None:
        """A paragraph. ``keep`` is the height of what must follow on the same sheet."""
        step = self.metrics.height(face)
        lines = self.metrics.lines(face, text, self.room)
        self.need(min(len(lines), 2) * step + keep)
        for line in lines:
            self.need(step)
            self.put(Words(QRectF(self.left, self.y, self.room, step), line, face, ink))
            self.y += step
        self.y += after

    # --- the report ------------------------------------------------------------------------------------------------------------

    def compose(self) -> Document:
        self._opening()
        for number, section in enumerate(self.facts.sections):
            self._section(section)
            self.progress((number + 1) / len(self.facts.sections))
        self._edges()
        return Document(tuple(self.sheets), self.width, self.height, self.facts.title)

    def _opening(self) -> None:
        facts = self.facts
        self.put(Block(QRectF(self.left, self.y, 420, 40), ACCENT))
        self.y += 130
        self.write(facts.title, TITLE, after=30)
        self.write(facts.company, HEADING, MUTED, after=30)
        self.write(facts.period, BODY, MUTED, after=GAP * 2)
        lines = self.metrics.lines(STRONG, facts.outcome, self.room - 260)
        step = self.metrics.height(STRONG)
        height = len(lines) * step + 160
        ink = GOOD if facts.done else WARN
        self.put(Block(QRectF(self.left, self.y, self.room, height), BAND, 60))
        self.put(Block(QRectF(self.left, self.y, 36, height), ink))
        for place, line in enumerate(lines):
            area = QRectF(self.left + 140, self.y + 80 + place * step, self.room - 260, step)
            self.put(Words(area, line, STRONG, ink))
        self.y += height + GAP * 2

    def _section(self, section: Section) -> None:
        self.y += GAP
        self.write(section.heading, HEADING, after=50, keep=self.metrics.height(BODY) * 4)
        for paragraph in section.paragraphs:
            self.write(paragraph, BODY, after=60)
        for table in section.tables:
            self._table(table, heading=table.title if table.title != section.heading else "")

    def _table(self, table: Table, heading: str) -> None:
        keep = self.metrics.height(CELL_FACE) * 5
        if not table.rows:
            if table.empty:
                self.write(table.empty, BODY, MUTED)
            return
        if heading:
            self.write(heading, STRONG, after=30, keep=keep)
        widths = self._widths(table)
        self.need(keep)
        self._row(tuple(c.title for c in table.columns), table, widths, CELL_HEAD, head=True)
        for row in (*table.rows, *((table.total_row,) if table.total_row else ())):
            total = row is table.total_row or (bool(table.total_row) and row == table.total_row)
            face = CELL_HEAD if total else CELL_FACE
            cells = self._cells(row, widths, face)
            if self.y + self._row_height(cells, face) > self.bottom:
                self.new_sheet()
                self._row(tuple(c.title for c in table.columns), table, widths, CELL_HEAD, head=True)
            self._draw_row(cells, table, widths, face, band=total)
        self.y += GAP * 1.5

    def _cells(self, row: Sequence[str], widths: Sequence[float], face: Face) -> list[list[str]]:
        return [self.metrics.lines(face, text, width - 2 * CELL) for text, width in zip(row, widths, strict=True)]

    def _row_height(self, cells: Sequence[Sequence[str]], face: Face) -> float:
        return max(len(lines) for lines in cells) * self.metrics.height(face) + 44

    def _row(self, row: Sequence[str], table: Table, widths: Sequence[float], face: Face, head: bool) -> None:
        self._draw_row(self._cells(row, widths, face), table, widths, face, band=head)

    def _draw_row(self, cells: Sequence[Sequence[str]], table: Table, widths: Sequence[float], face: Face, band: bool) -> None:
        """One row. A row higher than a sheet (a huge reason) runs on over the next, the only thing that may."""
        step, x = self.metrics.height(face), self.left
        height = self._row_height(cells, face)
        if height > self.bottom - self.top:
            most = int((self.bottom - self.top) / step) - 2
            self._draw_row([lines[:most] for lines in cells], table, widths, face, band)
            self.new_sheet()
            self._draw_row([lines[most:] or [""] for lines in cells], table, widths, face, band)
            return
        if band:
            self.put(Block(QRectF(self.left, self.y, self.room, height), BAND))
        for lines, column, width in zip(cells, table.columns, widths, strict=True):
            for place, line in enumerate(lines):
                area = QRectF(x + CELL, self.y + 22 + place * step, width - 2 * CELL, step)
                if line:
                    self.put(Words(area, line, face, MUTED if band and face is CELL_HEAD else INK, column.kind is not Kind.TEXT))
            x += width
        self.y += height
        self.put(Block(QRectF(self.left, self.y - 4, self.room, 4), RULE))

    def _widths(self, table: Table) -> list[float]:
        """Each column gets what its longest word needs; what is left is shared by weight."""
        least = []
        for place, column in enumerate(table.columns):
            words = [(CELL_HEAD, word) for word in column.title.split()]
            if column.kind is not Kind.TEXT:
                words += [(CELL_FACE, row[place]) for row in table.rows[:400]] + [
                    (CELL_HEAD, t[place]) for t in (table.total_row,) if t
                ]
            least.append(max((self.metrics.width(face, word) for face, word in words), default=0.0) + 2 * CELL + 6)
        spare = self.room - sum(least)
        if spare < 0:
            return [self.room * width / sum(least) for width in least]
        weights = [column.weight if column.kind is Kind.TEXT else column.weight * 0.15 for column in table.columns]
        return [width + spare * weight / sum(weights) for width, weight in zip(least, weights, strict=True)]

    def _edges(self) -> None:
        """Header and footer, when the number of pages is known."""
        step = self.metrics.height(SMALL)
        for number, sheet in enumerate(self.sheets, 1):
            head = QRectF(self.left, MARGIN - step / 2, self.room, step)
            foot = QRectF(self.left, self.height - MARGIN - step / 2, self.room, step)
            sheet.orders.append(Words(head, self.facts.title, SMALL, MUTED))
            sheet.orders.append(Words(head, self.facts.company, SMALL, MUTED, right=True))
            sheet.orders.append(Block(QRectF(self.left, head.bottom() + 30, self.room, 4), RULE))
            sheet.orders.append(Block(QRectF(self.left, foot.top() - 34, self.room, 4), RULE))
            sheet.orders.append(Words(foot, self.facts.made, SMALL, MUTED))
            pages = _("Page {number} of {all}").format(number=number, all=len(self.sheets))
            sheet.orders.append(Words(foot, pages, SMALL, MUTED, right=True))
            if self.facts.banner:
                area = QRectF(self.left, foot.bottom() + 10, self.room, step)
                sheet.orders.append(Words(area, self.facts.banner, Face(SMALL.size, True), WARN))


def lay_out(
    facts: ReportFacts, size: QPageSize | None = None, progress: Callable[[float], object] = lambda _share: None
) -> Document:
    """Lay the facts out on sheets of ``size`` (A4 when None). ``progress`` gets the share done, 0 to 1, on this thread."""
    return _Composer(facts, size or QPageSize(QPageSize.PageSizeId.A4), progress).compose()


def paint_sheet(painter: QPainter, sheet: Sheet) -> None:
    """Draw one sheet. The painter is scaled so that one unit is a tenth of a point; paper and preview both use this."""
    fonts: dict[Face, QFont] = {}
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for order in sheet.orders:
        if isinstance(order, Block):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(order.ink))
            painter.drawRoundedRect(order.area, order.radius, order.radius)
            continue
        if isinstance(order, Dots):
            painter.fillPath(order.shape(), QColor("#000"))
            continue
        if order.face not in fonts:
            fonts[order.face] = order.face.font()
        painter.setFont(fonts[order.face])
        painter.setPen(QColor(order.ink))
        side = Qt.AlignmentFlag.AlignRight if order.right else Qt.AlignmentFlag.AlignLeft
        flags = int(side | Qt.AlignmentFlag.AlignVCenter) | int(Qt.TextFlag.TextSingleLine) | int(Qt.TextFlag.TextDontClip)
        painter.drawText(order.area, flags, order.text)
