"""The speed of the copy, drawn by QPainter. It shows data and knows no project."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QLinearGradient, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.nothing_here import paint_nothing
from mailsafi_wizard.ui.pace import WINDOW
from mailsafi_wizard.ui.theme import XS, S, theme
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
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs that way, whichever way words are read
        font = theme().font("small")
        painter.setFont(font)
        metrics = QFontMetricsF(font)
        top = nice_ceiling(max((rate for _age, rate in self._points), default=0.0))
        gutter = max(metrics.horizontalAdvance(formats.speed(v)) for v in (top, top / 2, 888_000.0)) + S
        plot = QRectF(gutter, metrics.height() / 2, self.width() - gutter - XS, self.height() - 2 * metrics.height() - XS)
        moved = any(rate for _age, rate in self._points)
        if moved:
            self._paint_grid(painter, plot, top, metrics)
        if moved and len(self._points) > 1:
            self._paint_curve(painter, plot, top)
        painter.end()
        if not moved:
            paint_nothing(self, _("The speed is drawn here while mail is copied."))

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
