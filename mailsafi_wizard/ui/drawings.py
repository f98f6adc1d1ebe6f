"""Drawings made by QPainter: the speed of the copy and the line of the thirty days. They show data and know no project."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailsafi_wizard.ui import formats, icons
from mailsafi_wizard.ui.pace import WINDOW
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.words import _, ngettext


class SpeedDrawing(QWidget):
    """An area of bytes per second over the last minutes."""

    def __init__(self) -> None:
        super().__init__()
        self._points: tuple[tuple[float, float], ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setMinimumHeight(theme().px(96))
        self.show_points(())

    def sizeHint(self) -> QSize:
        return QSize(theme().px(320), theme().px(120))

    def show_points(self, points: tuple[tuple[float, float], ...]) -> None:
        self._points = points
        now = formats.speed(points[-1][1]) if points else _("nothing yet")
        self.setAccessibleName(_("Speed of the copy: {speed}").format(speed=now))
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        font = theme().font("small")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = nice_ceiling(max((rate for _age, rate in self._points), default=0.0))
        gutter = max(metrics.horizontalAdvance(formats.speed(v)) for v in (top, top / 2, 888_000.0)) + S
        plot = QRectF(gutter, metrics.height() / 2, self.width() - gutter - XS, self.height() - 2 * metrics.height() - XS)
        self._paint_grid(painter, plot, top, metrics)
        if len(self._points) > 1:
            self._paint_curve(painter, plot, top)
        painter.end()

    def _paint_grid(self, painter: QPainter, plot: QRectF, top: float, metrics: QFontMetricsF) -> None:
        for share in (0.0, 0.5, 1.0):
            y = plot.bottom() - share * plot.height()
            painter.setPen(QPen(theme().colour("line"), 1))
            painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
            painter.setPen(theme().colour("muted"))
            text = formats.speed(top * share) if share else "0"
            area = QRectF(0, y - metrics.height() / 2, plot.left() - S, metrics.height())
            painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, text)
        below = QRectF(plot.left(), plot.bottom() + XS, plot.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, self._begin_words())
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, _("now"))

    def _begin_words(self) -> str:
        minutes = max(1, round(self._span() / 60))
        return ngettext("{n} minute ago", "{n} minutes ago", minutes).format(n=minutes)

    def _span(self) -> float:
        oldest = self._points[0][0] if self._points else 0.0
        return min(WINDOW, max(60.0, math.ceil(oldest / 60) * 60))

    def _paint_curve(self, painter: QPainter, plot: QRectF, top: float) -> None:
        span = self._span()
        line = QPainterPath()
        for index, (age, rate) in enumerate(self._points):
            point = QPointF(plot.right() - age / span * plot.width(), plot.bottom() - rate / top * plot.height())
            if index:
                line.lineTo(point)
            else:
                line.moveTo(point)
        area = QPainterPath(line)
        area.lineTo(plot.right(), plot.bottom())
        area.lineTo(plot.right() - self._points[0][0] / span * plot.width(), plot.bottom())
        area.closeSubpath()
        fade = QLinearGradient(plot.topLeft(), plot.bottomLeft())
        for stop, alpha in ((0.0, 90), (1.0, 12)):
            ink = theme().colour("accent")
            ink.setAlpha(alpha)
            fade.setColorAt(stop, ink)
        painter.fillPath(area, fade)
        pen = QPen(theme().colour("accent"), 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap, Qt.PenJoinStyle.RoundJoin)
        painter.strokePath(line, pen)


def nice_ceiling(value: float) -> float:
    """The next of 1, 2, 5 times a power of ten at or above ``value``; never below 100,000 (bytes per second)."""
    value = max(value, 100_000.0)
    power = 10.0 ** math.floor(math.log10(value))
    return next(step * power for step in (1, 2, 5, 10) if step * power >= value * 0.999)


@dataclass(frozen=True)
class TimelineEntry:
    """One date of the plan: what happens, for whom ("admin" or "users"), and whether it is "done", "due", "late" or "ahead"."""

    day: dt.date
    title: str
    audience: str
    state: str = "ahead"


class Timeline(QWidget):
    """The plan as one line from the first to the last date: tasks above, notices below, today and the cutover marked.

    Titles would collide on thirty days, so the line carries marks only; the list beside it carries the words.
    """

    def __init__(self) -> None:
        super().__init__()
        self._entries: tuple[TimelineEntry, ...] = ()
        self._cutover: dt.date | None = None
        self._today = dt.date.min
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Line of the days to the cutover"))

    def sizeHint(self) -> QSize:
        return QSize(theme().px(420), theme().px(112))

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(280), theme().px(112))

    def show_plan(self, entries: Sequence[TimelineEntry], cutover: dt.date | None, today: dt.date) -> None:
        self._entries, self._cutover, self._today = tuple(entries), cutover, today
        words = [f"{formats.short_day(e.day)}: {e.title}" for e in self._entries]
        self.setAccessibleDescription("; ".join(words))
        self.update()

    def _days(self) -> tuple[dt.date, dt.date]:
        days = [e.day for e in self._entries] + ([self._cutover] if self._cutover else [])
        return min(days), max(days)

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._entries:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        first, last = self._days()
        length = max(1, (last - first).days)
        left, right = float(L), float(self.width() - L)

        def x(day: dt.date) -> float:
            share = (day - first).days / length
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                share = 1 - share
            return left + share * (right - left)

        y = self.height() / 2
        self._paint_line(painter, QRectF(left, y - 2, right - left, 4), x(min(max(self._today, first), last)))
        for entry in self._entries:
            self._paint_mark(painter, entry, QPointF(x(entry.day), y))
        self._paint_flags(painter, x, first, last, y)
        painter.end()

    def _paint_line(self, painter: QPainter, line: QRectF, today: float) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("line"))
        painter.drawRoundedRect(line, 2, 2)
        painter.setBrush(theme().colour("accent"))
        past = QRectF(line)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            past.setLeft(today)
        else:
            past.setRight(today)
        painter.drawRoundedRect(past, 2, 2)

    def _paint_mark(self, painter: QPainter, entry: TimelineEntry, at: QPointF) -> None:
        up = -1 if entry.audience == "admin" else 1
        ink = {"done": "accent", "late": "bad", "due": "warn"}.get(entry.state, "outline")
        centre = QPointF(at.x(), at.y() + up * theme().px(14))
        painter.setPen(QPen(theme().colour("line"), 1.4))
        painter.drawLine(QPointF(at.x(), at.y() + up * 2), centre)
        edge = theme().px(16)
        area = QRectF(centre.x() - edge / 2, centre.y() - edge / 2, edge, edge)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(theme().colour("surface"))
        painter.drawEllipse(area)
        name = "check" if entry.state == "done" else ("mail" if entry.audience == "users" else "dash")
        if entry.state in ("late", "due"):
            name = "alert"
        icons.paint(painter, name, area, theme().colour(ink))

    def _paint_flags(self, painter: QPainter, x: Callable[[dt.date], float], first: dt.date, last: dt.date, y: float) -> None:
        strong = theme().font("small", QFont.Weight.DemiBold)
        metrics = QFontMetricsF(strong)
        painter.setFont(strong)
        flags = [(self._cutover, _("Cutover {day}"), "accent", 0.0)] if self._cutover else []
        if first <= self._today <= last:
            flags.append((self._today, _("Today {day}"), "text", self.height() - metrics.height()))
        for day, words, role, top in flags:
            text = words.format(day=formats.short_day(day))
            width = metrics.horizontalAdvance(text)
            at = x(day)
            start = min(max(at - width / 2, 0.0), self.width() - width)
            painter.setPen(QPen(theme().colour(role), 1.6, Qt.PenStyle.DotLine))
            near = metrics.height() if top == 0.0 else top
            painter.drawLine(QPointF(at, near), QPointF(at, y))
            painter.setPen(theme().colour(role))
            painter.drawText(QRectF(start, top, width + M, metrics.height()), Qt.AlignmentFlag.AlignLeft, text)
