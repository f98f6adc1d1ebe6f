"""The plan drawn as one line of days: the admin's tasks above it, the users' notices below, today, the cutover, and where the copy should end.

Shows data and knows no project. States differ by shape and are told in words to screen readers and in each mark's tip; the list beside it
carries all words, for titles would collide on a line.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import formats, icons
from mailsafi_wizard.ui.plain_words import as_tip
from mailsafi_wizard.ui.theme import XS, L, S, theme
from mailsafi_wizard.ui.widgets import Icon, label, row
from mailsafi_wizard.words import N_, _

STATES = {  # icon, colour, words; the first that any task of a day has is the day's
    "late": ("alert", "bad", N_("late")),
    "due": ("flag", "warn", N_("due today")),
    "ahead": ("calendar", "muted", N_("ahead")),
    "done": ("check", "good", N_("done")),
}
MARK = 18  # edge of a mark
GAP = 6  # between the line and a mark
WORDS = Qt.AlignmentFlag.AlignHCenter | Qt.TextFlag.TextDontClip | Qt.TextFlag.TextSingleLine  # the same in both directions


@dataclass(frozen=True)
class TimelineEntry:
    """One date of the plan: what happens, for whom ("admin" or "users"), and whether it is "done", "due", "late" or "ahead"."""

    day: dt.date
    title: str
    audience: str
    state: str = "ahead"


@dataclass(frozen=True)
class Mark:
    """All that one day holds for one audience."""

    day: dt.date
    audience: str
    entries: tuple[TimelineEntry, ...]

    @property
    def state(self) -> str:
        return next(state for state in STATES if any(entry.state == state for entry in self.entries))

    @property
    def words(self) -> str:
        lines = [_("{task}: {state}").format(task=e.title, state=_(STATES[e.state][2])) for e in self.entries]
        return "\n".join([formats.day(self.day), *lines])


def marks(entries: Sequence[TimelineEntry]) -> tuple[Mark, ...]:
    """One for each day and audience, in order."""
    places = dict.fromkeys((entry.day, entry.audience) for entry in entries)
    return tuple(Mark(*place, tuple(e for e in entries if (e.day, e.audience) == place)) for place in places)


class Timeline(QWidget):
    """The line. ``ends``: the first and last day on which the copy should end, drawn as a bar under the marks."""

    def __init__(self) -> None:
        super().__init__()
        self._marks: tuple[Mark, ...] = ()
        self._cutover: dt.date | None = None
        self._ends: tuple[dt.date, dt.date] | None = None
        self._today = dt.date.min
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Line of the days to the cutover"))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(420), round(self._rows()["height"]))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(280), round(self._rows()["height"]))

    def _rows(self) -> dict[str, float]:
        """Where the parts stand, from above, in pixels."""
        text = QFontMetricsF(theme().font("small")).height()
        mark, gap = theme().px(MARK), theme().px(GAP)
        axis = text + S + mark + gap
        bar = axis + gap + mark + S
        ends = bar + theme().px(8) + XS
        return {"axis": axis, "bar": bar, "ends": ends, "height": (ends if self._ends else bar - S) + text + XS, "text": text}

    def show_plan(
        self,
        entries: Sequence[TimelineEntry],
        cutover: dt.date | None,
        today: dt.date,
        ends: tuple[dt.date, dt.date] | None = None,
    ) -> None:
        self._marks, self._cutover, self._today = marks(entries), cutover, today
        if (self._ends is None) != (ends is None):
            self.updateGeometry()
        self._ends = ends
        words = [mark.words.replace("\n", ", ") for mark in self._marks]
        if ends:
            words.insert(0, self._ends_words())
        self.setAccessibleDescription("; ".join(words))
        self.update()

    def _ends_words(self) -> str:
        assert self._ends is not None
        first, last = (formats.short_day(day) for day in self._ends)
        return (
            _("The copy should end on {first}").format(first=first)
            if first == last
            else (_("The copy should end between {first} and {last}").format(first=first, last=last))
        )

    def _span(self) -> tuple[dt.date, dt.date]:
        days = [mark.day for mark in self._marks] + ([self._cutover] if self._cutover else [])
        return min(days), max(days)

    def _place(self) -> Callable[[dt.date], float]:
        """From a day to its place across; days off the line stand at its ends."""
        first, last = self._span()
        length = max(1, (last - first).days)
        left, right = float(L), float(self.width() - L)

        def x(day: dt.date) -> float:
            share = min(1.0, max(0.0, (day - first).days / length))
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                share = 1 - share
            return left + share * (right - left)

        return x

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._marks:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        x, rows = self._place(), self._rows()
        self._paint_line(painter, x, rows["axis"])
        self._paint_flags(painter, x, rows)
        for mark in self._marks:
            self._paint_mark(painter, mark, self._area(mark, x))
        if self._ends:
            self._paint_ends(painter, x, rows)
        painter.end()

    def _paint_line(self, painter: QPainter, x: Callable[[dt.date], float], y: float) -> None:
        first, last = self._span()
        painter.setPen(Qt.PenStyle.NoPen)
        for until, role in ((last, "line"), (min(max(self._today, first), last), "accent")):
            painter.setBrush(theme().colour(role))
            left, right = sorted((x(first), x(until)))
            painter.drawRoundedRect(QRectF(left, y - 2, right - left, 4), 2, 2)

    def _area(self, mark: Mark, x: Callable[[dt.date], float]) -> QRectF:
        edge, gap, axis = theme().px(MARK), theme().px(GAP), self._rows()["axis"]
        top = axis - gap - edge if mark.audience == "admin" else axis + gap
        return QRectF(x(mark.day) - edge / 2, top, edge, edge)

    def _paint_mark(self, painter: QPainter, mark: Mark, area: QRectF) -> None:
        name, role, _words = STATES[mark.state]
        if mark.state == "ahead":
            name = "mail" if mark.audience == "users" else "dash"
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("surface"))
        painter.drawEllipse(area)
        icons.paint(painter, name, area.adjusted(1, 1, -1, -1), theme().colour(role))

    def _paint_flags(self, painter: QPainter, x: Callable[[dt.date], float], rows: dict[str, float]) -> None:
        """The cutover, and today, in one row above all; where both won't fit, today stands on the other side of its day."""
        strong = theme().font("small", QFont.Weight.DemiBold)
        metrics = QFontMetricsF(strong)
        painter.setFont(strong)
        first, last = self._span()
        flags = [(self._cutover, _("Cutover {day}"), "accent")] if self._cutover else []
        if first <= self._today <= last:
            flags.append((self._today, _("Today {day}"), "text"))
        taken: list[tuple[float, float]] = []
        for day, words, role in flags:
            text = words.format(day=formats.short_day(day))
            width = metrics.horizontalAdvance(text)
            start = min(max(x(day) - width / 2, 0.0), self.width() - width)
            for left, right in taken:
                if start < right + S and start + width > left - S:
                    start = left - S - width if left - S - width >= 0 else min(right + S, self.width() - width)
            taken.append((start, start + width))
            painter.setPen(QPen(theme().colour(role), 1.6, Qt.PenStyle.DotLine))
            painter.drawLine(QPointF(x(day), rows["text"]), QPointF(x(day), rows["bar"] - S))
            painter.setPen(theme().colour(role))
            painter.drawText(QRectF(start, 0, width, rows["text"]), WORDS, text)

    def _paint_ends(self, painter: QPainter, x: Callable[[dt.date], float], rows: dict[str, float]) -> None:
        """The range in which the copy should end; it reaches to the line's end where it goes beyond it."""
        assert self._ends is not None
        late = self._cutover is not None and self._ends[1] >= self._cutover
        ink = theme().colour("bad" if late else "accent")
        left, right = sorted((x(self._ends[0]), x(self._ends[1])))
        height = theme().px(8)
        bar = QRectF(min(left, right - height), rows["bar"], max(right - left, height), height)
        painter.setPen(QPen(ink, 1.4))
        soft = theme().colour("bad" if late else "accent")
        soft.setAlpha(70)
        painter.setBrush(soft)
        painter.drawRoundedRect(bar, height / 2, height / 2)
        font = theme().font("small")
        metrics = QFontMetricsF(font)
        text = self._ends_words()
        width = metrics.horizontalAdvance(text)
        start = min(max(bar.center().x() - width / 2, 0.0), self.width() - width)
        painter.setFont(font)
        painter.setPen(ink if late else theme().colour("muted"))
        painter.drawText(QRectF(start, rows["ends"], width, rows["text"]), WORDS, text)

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip and self._marks:
            x = self._place()
            found = next((m for m in self._marks if self._area(m, x).adjusted(-2, -2, 2, 2).contains(event.pos())), None)
            if found is None:
                QToolTip.hideText()
            else:
                QToolTip.showText(event.globalPos(), as_tip(found.words), self)
            return True
        return super().event(event)


class Legend(QWidget):
    """What the marks mean."""

    def __init__(self) -> None:
        super().__init__()
        parts: list[QWidget | int] = [
            label(_("Above the line: you. Below: notices to the users."), "small", "muted", wrap=False),
            1,
        ]
        for state in ("done", "due", "late"):
            icon, role, words = STATES[state]
            parts += [Icon(icon, role, 14), label(_(words), "small", "muted", wrap=False)]
        self.setLayout(row(*parts, spacing=XS + 2))
