"""Who sees which mail servers, drawn: a band for each name server through time. Shows data and knows no project."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailsafi_wizard.cutover.spread import Line, Sees
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.theme import XS, L, M, S, theme
from mailsafi_wizard.words import N_, _

SPAN = dt.timedelta(hours=72)  # the longest that is drawn
SHORTEST = dt.timedelta(minutes=1)
WORDS = {
    Sees.OLD: N_("old"),
    Sees.NEW: N_("MailSafi"),
    Sees.BOTH: N_("both"),
    Sees.NOTHING: N_("nothing"),
    Sees.NO_ANSWER: N_("no answer"),
}
_LOOKS = {  # role of the ground and of the ink, pattern: told apart without colour, too
    Sees.OLD: ("warn_soft", "warn", Qt.BrushStyle.BDiagPattern),
    Sees.NEW: ("good_soft", "good", Qt.BrushStyle.SolidPattern),
    Sees.BOTH: ("info_soft", "info", Qt.BrushStyle.DiagCrossPattern),
    Sees.NOTHING: ("bad_soft", "bad", Qt.BrushStyle.HorPattern),
    Sees.NO_ANSWER: ("sunken", "muted", Qt.BrushStyle.Dense6Pattern),
}


class SpreadDrawing(QWidget):
    """The newest moment stands at the right."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: tuple[Line, ...] = ()
        self._now = dt.datetime.now(dt.UTC)
        self._zone = ""
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(_("Who sees which mail servers, through time"))

    def show_lines(self, lines: Sequence[Line], now: dt.datetime, zone: str) -> None:
        """``now`` is aware; times are shown in the time zone ``zone``."""
        self._lines, self._now, self._zone = tuple(lines), now, zone
        self.setAccessibleDescription("; ".join(f"{one.server}: {_(WORDS[one.now])}" for one in self._lines))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(
            theme().px(480), round(len(self._lines) * self._step() + 2 * QFontMetricsF(theme().font("small")).height() + S)
        )

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(320), self.sizeHint().height())

    def _step(self) -> float:
        return QFontMetricsF(theme().font("small")).height() + M + XS

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self._lines:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setLayoutDirection(Qt.LayoutDirection.LeftToRight)  # time runs that way, whichever way words are read
        painter.setFont(theme().font("small"))
        metrics = QFontMetricsF(painter.font())
        gutter = min(self.width() * 0.34, max(metrics.horizontalAdvance(one.server) for one in self._lines) + L)
        end = max(metrics.horizontalAdvance(_(words)) for words in WORDS.values()) + M
        plot = QRectF(gutter, 0, self.width() - gutter - end, len(self._lines) * self._step())
        first = self._first()
        for place, one in enumerate(self._lines):
            top = place * self._step()
            self._paint_name(painter, metrics, one, QRectF(0, top, gutter - S, self._step()))
            self._paint_band(painter, one, QRectF(plot.left(), top + XS, plot.width(), self._step() - 2 * XS), first)
            painter.setPen(theme().colour(_LOOKS[one.now][1]))
            place_of_word = QRectF(plot.right() + S, top, end - S, self._step())
            painter.drawText(place_of_word, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, _(WORDS[one.now]))
        self._paint_times(painter, metrics, plot, first)
        painter.end()

    def _first(self) -> dt.datetime:
        oldest = min(one.points[0][0] for one in self._lines)
        return min(max(oldest, self._now - SPAN), self._now - SHORTEST)

    @staticmethod
    def _paint_name(painter: QPainter, metrics: QFontMetricsF, one: Line, area: QRectF) -> None:
        painter.setPen(theme().colour("text"))
        text = metrics.elidedText(one.server, Qt.TextElideMode.ElideMiddle, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, text)

    def _paint_band(self, painter: QPainter, one: Line, area: QRectF, first: dt.datetime) -> None:
        length = (self._now - first).total_seconds()

        def x(moment: dt.datetime) -> float:
            return area.left() + max(0.0, min(1.0, (moment - first).total_seconds() / length)) * area.width()

        ends = [*(moment for moment, _sees in one.points[1:]), self._now]
        for (start, seen), stop in zip(one.points, ends, strict=True):
            piece = QRectF(x(start), area.top(), max(0.0, x(stop) - x(start)), area.height())
            ground, ink, pattern = _LOOKS[seen]
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(theme().colour(ground))
            painter.drawRect(piece)
            if seen is not Sees.NEW:
                hatch = theme().colour(ink)
                hatch.setAlpha(110)
                brush = painter.brush()
                brush.setColor(hatch)
                brush.setStyle(pattern)
                painter.setBrush(brush)
                painter.drawRect(piece)
            painter.setPen(QPen(theme().colour(ink), 1.2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(piece)

    def _paint_times(self, painter: QPainter, metrics: QFontMetricsF, plot: QRectF, first: dt.datetime) -> None:
        y = plot.bottom() + XS
        painter.setPen(QPen(theme().colour("line"), 1))
        painter.drawLine(QPointF(plot.left(), y), QPointF(plot.right(), y))
        painter.setPen(theme().colour("muted"))
        below = QRectF(plot.left(), y + XS, plot.width(), metrics.height())
        painter.drawText(below, Qt.AlignmentFlag.AlignLeft, formats.moment(first, self._zone))
        painter.drawText(below, Qt.AlignmentFlag.AlignRight, _("now"))
