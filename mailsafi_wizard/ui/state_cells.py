"""Cells that show a state: an icon and words in the state's colour. Knows no table and no rows, only what a model says of a cell."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRectF, QSize, Qt
from PySide6.QtGui import QFont, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from mailsafi_wizard.ui import icons
from mailsafi_wizard.ui.theme import S, theme
from mailsafi_wizard.ui.widgets import Tone

Index = QModelIndex | QPersistentModelIndex

TONE_ROLE = Qt.ItemDataRole.UserRole + 1  # a Tone: the cell is a state with an icon
ICON_ROLE = Qt.ItemDataRole.UserRole + 2  # the icon's name, "" for the tone's own
EDGE = 11  # from the cell's side to its words: the padding of the style sheet and what the style adds
SIGN = 16  # points


class CellDelegate(QStyledItemDelegate):
    """Draws state cells (icon and words); leaves the rest to the style."""

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        tone = index.data(TONE_ROLE)
        if tone is None:
            super().paint(painter, option, index)
            return
        empty = QStyleOptionViewItem(option)
        self.initStyleOption(empty, index)
        empty.text = ""
        style = empty.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, empty, painter, empty.widget)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        area = QRectF(option.rect).adjusted(EDGE, 0, -EDGE, -1)  # above the line between the rows, as the style's own words
        _paint_state(painter, area, tone, str(index.data(ICON_ROLE) or ""), str(index.data()), option)
        painter.restore()

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        hint = super().sizeHint(option, index)
        if index.data(TONE_ROLE) is not None:
            hint.setWidth(hint.width() + theme().px(SIGN) + S)
        return hint


def _paint_state(painter: QPainter, area: QRectF, tone: Tone, icon: str, text: str, option: QStyleOptionViewItem) -> None:
    edge = theme().px(SIGN)
    rtl = option.direction == Qt.LayoutDirection.RightToLeft
    sign = QRectF(area.right() - edge if rtl else area.left(), area.center().y() - edge / 2, edge, edge)
    icons.paint(painter, icon or tone.icon, sign, theme().colour(tone.value))
    words = area.adjusted(0, 0, -edge - S, 0) if rtl else area.adjusted(edge + S, 0, 0, 0)
    painter.setPen(theme().colour("muted" if tone is Tone.MUTED else tone.value))
    _paint_text(painter, words, text, option)


def _paint_text(painter: QPainter, area: QRectF, text: str, option: QStyleOptionViewItem) -> None:
    fitted = option.fontMetrics.elidedText(text, Qt.TextElideMode.ElideRight, int(area.width()))
    rtl = option.direction == Qt.LayoutDirection.RightToLeft
    side = Qt.AlignmentFlag.AlignRight if rtl else Qt.AlignmentFlag.AlignLeft
    painter.setFont(QFont(option.font))
    painter.drawText(area, side | Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute, fitted)
