"""Notices on paper: one PDF with a page, or as many as it takes, for each user. Works on any thread."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from mailsafi_wizard import __version__, notices, saving
from mailsafi_wizard.notices import Notice

MARGIN = 18.0  # millimetres
SIZES = (1.0, 0.94, 0.88, 0.82)  # of the type: 11.3 to 9.2 points


def write(made: Sequence[tuple[Notice, str]], path: Path) -> int:
    """Notices with the addresses they are for; returns the number of pages. The file appears whole or not at all. Raises OSError."""
    with saving.whole(path) as half:
        half.write_bytes(b"")  # an OSError with a reason, where QPdfWriter would only say no
        return _write(made, half)


def _write(made: Sequence[tuple[Notice, str]], path: Path) -> int:
    writer = QPdfWriter(str(path))
    margins = QMarginsF(MARGIN, MARGIN, MARGIN, MARGIN)
    writer.setPageLayout(
        QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
    )
    writer.setTitle(made[0][0].subject if made else "")
    writer.setCreator(f"MailSafi Wizard {__version__}")
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"cannot write {path}")
    pages = 0
    try:
        for notice, address in made:
            pages += _put(painter, writer, notices.as_page(notice, address), first=pages == 0)
    finally:
        painter.end()
    return pages


def _put(painter: QPainter, writer: QPdfWriter, html: str, first: bool) -> int:
    """One notice on its page: in the largest type with which it fits, or in the smallest on as many pages as it takes."""
    document, size = _fitted(html, QSizeF(writer.width(), writer.height()), writer.resolution() / 96)
    height = document.pageSize().height()
    for page in range(document.pageCount()):
        if not (first and page == 0) and not writer.newPage():
            raise OSError("a page could not be begun")
        painter.save()
        painter.scale(size, size)
        painter.translate(0, -page * height)
        document.drawContents(painter, QRectF(0, page * height, document.pageSize().width(), height))
        painter.restore()
    return document.pageCount()


def _fitted(html: str, paper: QSizeF, scale: float) -> tuple[QTextDocument, float]:
    """The document, and how many dots of the paper its units are: those of a screen (``scale``), or a little less."""
    for size in SIZES:
        made = _document(html, paper / (scale * size))
        if made.pageCount() == 1:
            return made, scale * size
    return _document(html, paper / (scale * SIZES[-1])), scale * SIZES[-1]


def _document(html: str, room: QSizeF) -> QTextDocument:
    document = QTextDocument()
    document.setDefaultFont(QFont("Sans Serif", 10))
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.setPageSize(room)
    return document
