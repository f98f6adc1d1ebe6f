"""Pages of paper on the screen, as they will be printed, and the buttons to turn them."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from mailsafi_wizard.ui.sheets import Document, paint_sheet
from mailsafi_wizard.ui.theme import M, S, theme
from mailsafi_wizard.ui.widgets import Card, IconButton, box, label, row
from mailsafi_wizard.words import _


class SheetView(QWidget):
    """One page of a document."""

    turned = Signal()

    def __init__(self, name: str) -> None:
        super().__init__()
        self._document: Document | None = None
        self.page = 0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        return QSize(theme().px(360), theme().px(500))

    def resizeEvent(self, event: QResizeEvent) -> None:
        """As high as A4 is to its width. (Layouts within layouts lose sight of a height that follows from the width.)"""
        super().resizeEvent(event)
        self.setFixedHeight(round(self.width() * 2**0.5) + 4)

    def minimumSizeHint(self) -> QSize:
        return QSize(theme().px(240), theme().px(340))

    @property
    def pages(self) -> int:
        return len(self._document.sheets) if self._document else 0

    def show_document(self, document: Document) -> None:
        """Show it from its first page."""
        self._document, self.page = document, 0
        self.turn(0)

    def turn(self, pages: int) -> None:
        """Forward or back by so many pages, within what there is."""
        self.page = max(0, min(self.page + pages, self.pages - 1))
        self.update()
        self.turned.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        if not self.pages or self._document is None:
            return
        width, height = self._document.width, self._document.height
        scale = min((self.width() - 4) / width, (self.height() - 4) / height)
        paper = QRectF((self.width() - width * scale) / 2, 1, width * scale, height * scale)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme().colour("outline"))
        painter.setBrush(Qt.GlobalColor.white)
        painter.drawRect(paper)
        painter.translate(paper.topLeft())
        painter.scale(scale, scale)
        paint_sheet(painter, self._document.sheets[self.page])
        painter.end()


class Preview(Card):
    """A document's pages with buttons to turn them."""

    def __init__(self, name: str, nothing: str) -> None:
        """``nothing`` is said before there is a page."""
        super().__init__(spacing=S)
        self.view = SheetView(name)
        self.where = label("", "small", "muted", wrap=False)
        self.before = IconButton(_("The page before"), lambda: self.view.turn(-1), "arrow-left")
        self.after = IconButton(_("The next page"), lambda: self.view.turn(1), "arrow-right")
        self.view.turned.connect(self._turned)
        self.nothing = label(nothing, tone="muted")
        self.nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.nothing.setMinimumHeight(theme().px(160))
        self.turning = box(row(1, self.before, self.where, self.after, 1))
        self.add(self.nothing, self.view, self.turning)
        self.body.setContentsMargins(M, M, M, S)
        self._turned()

    def _turned(self) -> None:
        self.nothing.setVisible(not self.view.pages)
        for part in (self.view, self.turning):
            part.setVisible(self.view.pages > 0)
        self.where.setText(_("Page {number} of {all}").format(number=self.view.page + 1, all=max(1, self.view.pages)))
        self.before.setEnabled(self.view.page > 0)
        self.after.setEnabled(self.view.page + 1 < self.view.pages)
