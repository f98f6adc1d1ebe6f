"""Lays sign-in sheets out on paper: a page for each user, the user's own program first, with the code to scan.

Units are those of `sheets`. Type is made smaller until a sheet fits on its page; only where even the smallest does not fit is there a second page.
Knows no file and no widget; works on any thread.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.signin import Section, code
from mailsafi_wizard.signin import Sheet as SignInSheet
from mailsafi_wizard.ui.sheets import ACCENT, BAND, INK, MUTED, RULE, WARN, Block, Document, Dots, Sheet, Words
from mailsafi_wizard.ui.wrapping import Face, Metrics
from mailsafi_wizard.words import _

MARGIN = 480.0
GUTTER = 220.0
CODE = 1150.0  # edge of the code with its light border: 4 cm
SIZES = (98, 92, 86, 80, 74, 68)  # of the steps, the first that fits is taken


@dataclass(frozen=True)
class _Faces:
    """The type of one sheet; everything follows the size of its steps."""

    body: Face
    strong: Face
    heading: Face
    small: Face

    @classmethod
    def of(cls, size: int) -> _Faces:
        return cls(Face(size), Face(size, True), Face(round(size * 1.18), True), Face(round(size * 0.86)))


class _Page:
    """One user's sheet. Columns grow on ``sheets``, which gets a second page where it must."""

    def __init__(self, told: SignInSheet, metrics: Metrics, faces: _Faces, width: float, height: float) -> None:
        self.told, self.metrics, self.faces = told, metrics, faces
        self.left, self.right, self.bottom = MARGIN, width - MARGIN, height - MARGIN - 330
        self.height = height
        self.sheets = [Sheet()]
        self.flowing = False

    def compose(self) -> bool:
        """Everything on one page; False when it does not fit."""
        end = self._columns(self._facts(self._head()))
        self._foot(self.sheets[0])
        return end <= self.bottom

    def flow(self) -> None:
        """Everything in one column, on as many pages as it takes."""
        self.flowing = True
        y = self._facts(self._head())
        for section in self.told.sections:
            y = self._section(section, self.left, y, self.right - self.left) + 130
        for sheet in self.sheets:
            self._foot(sheet)

    def _write(self, text: str, face: Face, x: float, y: float, room: float, ink: str = INK) -> float:
        """A paragraph; the answer is where the next line goes."""
        step = self.metrics.height(face)
        for line in self.metrics.lines(face, text, room):
            y = self._need(step, y)
            self.sheets[-1].orders.append(Words(QRectF(x, y, room, step), line, face, ink))
            y += step
        return y

    def _need(self, high: float, y: float) -> float:
        """Where a block of this height may begin: where the sheet flows, on the next page if it is too high for this one."""
        if not self.flowing or y + high <= self.bottom or y <= MARGIN:
            return y
        self.sheets.append(Sheet())
        return MARGIN

    def _high(self, text: str, face: Face, room: float) -> float:
        return len(self.metrics.lines(face, text, room)) * self.metrics.height(face)

    def _head(self) -> float:
        orders, told = self.sheets[-1].orders, self.told
        orders.append(Block(QRectF(self.left, MARGIN, 420, 40), ACCENT))
        y = self._write(told.title, Face(230, True), self.left, MARGIN + 110, self.right - self.left) + 20
        return self._write(told.lead, self.faces.body, self.left, y, self.right - self.left, MUTED) + 110

    def _facts(self, y: float) -> float:
        """The values at the left, the code at the right; below both, password and warning."""
        top, has_code = y, bool(self.told.webmail)
        room = self.right - self.left - (CODE + GUTTER if has_code else 0)
        names = max(self.metrics.width(self.faces.body, name) for name, _value in self.told.facts) + 140
        for name, value in self.told.facts:
            y = self._need(self._high(value, self.faces.strong, room - names), y)
            self._write(name, self.faces.body, self.left, y, names, MUTED)
            y = self._write(value, self.faces.strong, self.left + names, y, room - names) + 26
            self.sheets[-1].orders.append(Block(QRectF(self.left, y - 4, room, 4), RULE))
            y += 26
        y = self._write(self.told.password, self.faces.body, self.left, y + 30, room) + 60
        if has_code:
            y = max(y, self._code(top))
        return self._warning(y)

    def _code(self, top: float) -> float:
        rows = code.dots(self.told.webmail)
        edge = CODE / (len(rows) + 2 * code.QUIET)
        area = QRectF(self.right - CODE + code.QUIET * edge, top, CODE - 2 * code.QUIET * edge, CODE - 2 * code.QUIET * edge)
        self.sheets[-1].orders.append(Dots(area, rows))
        return self._write(self.told.scan, self.faces.small, area.left(), area.bottom() + 50, area.width(), MUTED) + 60

    def _warning(self, y: float) -> float:
        room = self.right - self.left - 260
        high = self._high(self.told.warning, self.faces.strong, room) + 120
        y = self._need(high, y)
        self.sheets[-1].orders.append(Block(QRectF(self.left, y, self.right - self.left, high), BAND, 50))
        self.sheets[-1].orders.append(Block(QRectF(self.left, y, 36, high), ACCENT))
        self._write(self.told.warning, self.faces.strong, self.left + 140, y + 60, room)
        return y + high + 130

    def _columns(self, top: float) -> float:
        """The sections in two columns, as even as can be; the first section stands alone across both where it is the user's own."""
        sections = list(self.told.sections)
        if sections[0].note:
            top = self._section(sections.pop(0), self.left, top, self.right - self.left) + 130
        room = (self.right - self.left - GUTTER) / 2
        heights = [self._section_high(section, room) for section in sections]
        half = min(range(1, len(sections)), key=lambda n: max(sum(heights[:n]), sum(heights[n:])))
        ends = []
        for part, x in ((sections[:half], self.left), (sections[half:], self.left + room + GUTTER)):
            y = top
            for section in part:
                y = self._section(section, x, y, room) + 130
            ends.append(y)
        return max(ends)

    def _section_high(self, section: Section, room: float) -> float:
        faces, indent = self.faces, self._indent()
        high = self._high(section.heading, faces.heading, room) + 36
        high += self._high(section.note, faces.small, room) if section.note else 0
        high += self._high(section.lacks, faces.body, room) if section.lacks else 0
        return high + sum(self._high(step, faces.body, room - indent) + 18 for step in section.steps) + 130

    def _section(self, section: Section, x: float, y: float, room: float) -> float:
        faces, indent = self.faces, self._indent()
        y = self._need(4 * self.metrics.height(faces.heading), y)
        y = self._write(section.heading, faces.heading, x, y, room, ACCENT)
        if section.note:
            y = self._write(section.note, faces.small, x, y, room, MUTED)
        y += 36
        if section.lacks:
            return self._write(section.lacks, faces.body, x, y, room, WARN)
        for number, step in enumerate(section.steps, 1):
            y = self._need(self._high(step, faces.body, room - indent), y)
            self._write(f"{number}.", faces.body, x, y, indent, MUTED)
            y = self._write(step, faces.body, x + indent, y, room - indent) + 18
        return y

    def _indent(self) -> float:
        return self.faces.body.size * 1.9

    def _foot(self, sheet: Sheet) -> None:
        step, room = self.metrics.height(self.faces.body), self.right - self.left
        y = self.height - MARGIN - 2 * step
        sheet.orders.append(Block(QRectF(self.left, y - 60, room, 4), RULE))
        sheet.orders.append(
            Words(QRectF(self.left, y, room, step), self._cut(self.told.help, self.faces.body, room), self.faces.body)
        )
        area = QRectF(self.left, y + step, room, step)
        half = room / 2 - 100
        for text, right in ((self.told.company, False), (self.told.address, True)):
            sheet.orders.append(Words(area, self._cut(text, self.faces.small, half), self.faces.small, MUTED, right))

    def _cut(self, text: str, face: Face, room: float) -> str:
        """One line of ``text``; what does not fit is cut, and that is shown."""
        lines = self.metrics.lines(face, text, room)
        return lines[0] if len(lines) < 2 else self.metrics.lines(face, lines[0], room - 2 * face.size)[0] + " …"


def _fitted(told: SignInSheet, metrics: Metrics, width: float, height: float) -> list[Sheet]:
    for size in SIZES:
        page = _Page(told, metrics, _Faces.of(size), width, height)
        if page.compose():
            return page.sheets
    page = _Page(told, metrics, _Faces.of(SIZES[-1]), width, height)
    page.flow()
    return page.sheets


def lay_out_sheets(
    sheets: Sequence[SignInSheet], size: QPageSize | None = None, progress: Callable[[float], object] = lambda _share: None
) -> Document:
    """All sheets as one document, a page for each user. ``progress`` gets the share done, 0 to 1, on this thread."""
    points = (size or QPageSize(QPageSize.PageSizeId.A4)).sizePoints()
    width, height = points.width() * 10.0, points.height() * 10.0
    metrics = Metrics()
    pages: list[Sheet] = []
    for number, told in enumerate(sheets, 1):
        pages += _fitted(told, metrics, width, height)
        progress(number / len(sheets))
    return Document(tuple(pages), width, height, _("Sign-in sheets"))
