"""Layouts that take another line rather than push the page wide: controls in a row, fields of one width.

They know widgets only by their hints. What a row holds is laid out in the direction of reading.
"""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLabel, QLayout, QLayoutItem, QStyle, QWidget

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.theme import L, M, S, theme

WIDEST = 16_777_215  # Qt's own bound of a widget's width

LEAST_GROWING = 200  # points that what grows has in its line, where it would like as much


@dataclass(frozen=True)
class Placed:
    """An item and where it comes to stand, measured from the start of its line's direction."""

    item: QLayoutItem
    area: QRect


class Wrapping(QLayout):
    """What both layouts share: items that are hidden take no room, and the height follows the width."""

    def __init__(self, spacing: int, line_spacing: int) -> None:
        super().__init__()
        self._items: list[QLayoutItem] = []
        self._line_spacing = line_spacing
        self.setSpacing(spacing)
        self.setContentsMargins(0, 0, 0, 0)

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        margins = self.contentsMargins()
        placed = self._place(width - margins.left() - margins.right())
        return max((p.area.bottom() + 1 for p in placed), default=0) + margins.top() + margins.bottom()

    def minimumSize(self) -> QSize:
        shown = [item.minimumSize() for item in self._shown()]
        size = QSize(max((s.width() for s in shown), default=0), max((s.height() for s in shown), default=0))
        return size.grownBy(self.contentsMargins())

    def setGeometry(self, area: QRect) -> None:
        super().setGeometry(area)
        inner = area.marginsRemoved(self.contentsMargins())
        parent = self.parentWidget()
        direction = parent.layoutDirection() if parent is not None else Qt.LayoutDirection.LeftToRight
        for one in self._place(inner.width()):
            one.item.setGeometry(QStyle.visualRect(direction, inner, one.area.translated(inner.topLeft())))

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _place(self, width: int) -> list[Placed]:
        """Every item that is shown, in lines of ``width``, from (0, 0)."""
        raise NotImplementedError


class WrapRow(Wrapping):
    """A row that breaks into lines. In a line, ``grow`` takes the room that is left; without it, a number among the parts is where it goes.

    With ``centred`` every line stands in the middle.
    """

    def __init__(self, *parts: QWidget | int, spacing: int = S, grow: QWidget | None = None, centred: bool = False) -> None:
        super().__init__(spacing, S)
        self._grow, self._centred = grow, centred
        self._pushed: QWidget | None = None  # what stands behind the room that is left
        room = False
        for part in parts:
            if isinstance(part, QWidget):
                self.addWidget(part)
                self._pushed = part if room else self._pushed
                room = False
            else:
                room = True

    def sizeHint(self) -> QSize:
        shown = self._shown()
        width = sum(_natural(item).width() for item in shown) + self.spacing() * max(0, len(shown) - 1)
        margins = self.contentsMargins()
        whole = width + margins.left() + margins.right()
        return QSize(whole, self.heightForWidth(whole))

    def _place(self, width: int) -> list[Placed]:
        placed: list[Placed] = []
        top = 0
        for line in self._lines(width):
            fresh = self._in_line(line, width, top)
            placed += fresh
            top = max(p.area.bottom() + 1 for p in fresh) + self._line_spacing
        return placed

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, int]]]:
        """Items with their widths, as many in a line as there is room for."""
        lines: list[list[tuple[QLayoutItem, int]]] = []
        left = -1
        for item in self._shown():
            like = _natural(item).width()
            if self._grow is not None and item.widget() is self._grow:
                like = min(like, theme().px(LEAST_GROWING))  # it may wrap, or be short
            wanted = max(item.minimumSize().width(), min(like, width))
            if not lines or left < wanted + self.spacing():
                lines.append([])
                left = width + self.spacing()
            lines[-1].append((item, wanted))
            left -= wanted + self.spacing()
        return lines

    def _in_line(self, line: list[tuple[QLayoutItem, int]], width: int, top: int) -> list[Placed]:
        left = max(0, width - sum(wide for _, wide in line) - self.spacing() * (len(line) - 1))
        sizes = [(item, wide + (left if self._grow is not None and item.widget() is self._grow else 0)) for item, wide in line]
        grown = any(item.widget() is self._grow for item, _ in line) and self._grow is not None
        heights = [_height(item, wide) for item, wide in sizes]
        tall = max(heights)
        x = left // 2 if self._centred and not grown else 0
        placed = []
        for (item, wide), high in zip(sizes, heights, strict=True):
            if not grown and not self._centred and item.widget() is self._pushed and item is not line[0][0]:
                x += left
            placed.append(Placed(item, QRect(QPoint(x, top + (tall - high) // 2), QSize(wide, high))))
            x += wide + self.spacing()
        return placed


class WrapGrid(Wrapping):
    """Fields of one width, ``most`` in a line at most and fewer where the widest would not fit."""

    def __init__(self, most: int) -> None:
        super().__init__(L, M)
        self._most = most

    def sizeHint(self) -> QSize:
        width = self._cell() * self._most + self.spacing() * (self._most - 1)
        return QSize(width, self.heightForWidth(width))

    def _cell(self) -> int:
        return max((max(i.minimumSize().width(), i.sizeHint().width()) for i in self._shown()), default=0)

    def across(self, width: int) -> int:
        """How many fit in a line of ``width``."""
        least = max((item.minimumSize().width() for item in self._shown()), default=0)
        return max(1, min(self._most, (width + self.spacing()) // max(1, least + self.spacing())))

    def _place(self, width: int) -> list[Placed]:
        across = self.across(width)
        cell = (width - self.spacing() * (across - 1)) // across
        placed: list[Placed] = []
        top = 0
        shown = self._shown()
        for first in range(0, len(shown), across):
            line = shown[first : first + across]
            tall = max(_height(item, cell) for item in line)
            placed += [Placed(item, QRect(number * (cell + self.spacing()), top, cell, tall)) for number, item in enumerate(line)]
            top += tall + self._line_spacing
        return placed


def _natural(item: QLayoutItem) -> QSize:
    """What an item would like; words that wrap would like one line, while Qt answers with a column of them."""
    widget = item.widget()
    hint = item.sizeHint()
    if isinstance(widget, QLabel) and widget.wordWrap():
        longest = max((widget.fontMetrics().horizontalAdvance(line) for line in widget.text().split("\n")), default=0)
        around: QMargins = widget.contentsMargins()
        return QSize(min(longest + 2 + around.left() + around.right(), widget.maximumWidth(), WIDEST), hint.height())
    return hint


def _height(item: QLayoutItem, width: int) -> int:
    wanted = item.heightForWidth(width) if item.hasHeightForWidth() else item.sizeHint().height()
    return max(item.minimumSize().height(), wanted)
