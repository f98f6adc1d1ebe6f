"""Notices on paper: one PDF with a page, or as many as it takes, for each user. Works on any thread."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from PySide6.QtCore import QMarginsF, QRectF, QSizeF
from PySide6.QtGui import QFont, QPageLayout, QPageSize, QPainter, QPdfWriter, QTextDocument

from mailsafi_wizard import __version__, notices
from mailsafi_wizard.notices import Notice

MARGIN = 18.0  # millimetres


def write(made: Sequence[tuple[Notice, str]], path: Path) -> int:
    """Notices with the addresses they are for; returns the number of pages. The file appears whole or not at all. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(b"")  # an OSError with a reason, where QPdfWriter would only say no
        pages = _write(made, part)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
    return pages


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
    """One notice on its pages; sizes of type are points of the screen, so the paper is drawn at 96 dots to the inch."""
    scale = writer.resolution() / 96
    room = QSizeF(writer.width() / scale, writer.height() / scale)
    document = QTextDocument()
    document.setDefaultFont(QFont("Sans Serif", 10))
    document.setDocumentMargin(0)
    document.setHtml(html)
    document.setPageSize(room)
    for page in range(document.pageCount()):
        if not (first and page == 0) and not writer.newPage():
            raise OSError("a page could not be begun")
        painter.save()
        painter.scale(scale, scale)
        painter.translate(0, -page * room.height())
        document.drawContents(painter, QRectF(0, page * room.height(), room.width(), room.height()))
        painter.restore()
    return document.pageCount()
