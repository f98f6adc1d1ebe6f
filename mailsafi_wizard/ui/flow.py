"""Text that flows from top to bottom over sheet after sheet. Units are those of `sheets`; works on any thread."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize

from mailsafi_wizard.ui.sheets import INK, Mark, Order, Sheet, words
from mailsafi_wizard.ui.wrapping import Face, Metrics

MARGIN = 480
HEAD, FOOT = 300, 260  # room for header and footer inside the margins
GAP = 90

TITLE, HEADING, STRONG, BODY, SMALL = Face(300, True), Face(160, True), Face(105, True), Face(100), Face(80)


class Flow:
    """Fills sheets. ``scale`` above 1 makes the paper larger in its own units, which makes everything on it smaller."""

    def __init__(self, size: QPageSize, metrics: Metrics | None = None, scale: float = 1.0) -> None:
        points = size.sizePoints()
        self.width, self.height = points.width() * 10.0 * scale, points.height() * 10.0 * scale
        self.metrics = metrics or Metrics()
        self.left, self.right = float(MARGIN), self.width - MARGIN
        self.top, self.bottom = float(MARGIN + HEAD), self.height - MARGIN - FOOT
        self.sheets: list[Sheet] = []
        self.marks: list[Mark] = []
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

    def put(self, order: Order) -> None:
        self.sheets[-1].orders.append(order)

    def mark(self, title: str, level: int) -> None:
        """Here is something to find again."""
        self.marks.append(Mark(title, level, len(self.sheets) - 1, self.y))

    def write(
        self,
        text: str,
        face: Face,
        ink: str = INK,
        after: float = GAP,
        keep: float = 0.0,
        level: int | None = None,
        indent: float = 0.0,
    ) -> None:
        """A paragraph. ``keep`` is the height of what must follow on the same sheet; with a ``level`` it is marked."""
        step = self.metrics.height(face)
        lines = self.metrics.lines(face, text, self.room - 2 * indent)
        self.need(min(len(lines), 2) * step + keep)
        if level is not None:
            self.mark(text, level)
        for line in lines:
            self.need(step)
            self.put(words(QRectF(self.left + indent, self.y, self.room - 2 * indent, step), line, face, ink, whole=text))
            self.y += step
        self.y += after
