"""Writes reports and sign-in sheets as PDF: the sheets of `sheets`, drawn on paper by the same function that draws the preview.

Works on any thread, needs a QGuiApplication for its fonts, and replaces a file only when the new one is whole.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QMarginsF
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPainter, QPdfWriter

from mailsafi_wizard import __version__, saving
from mailsafi_wizard.report import ReportFacts, one_page
from mailsafi_wizard.ui.composer import lay_out
from mailsafi_wizard.ui.sheets import Document, paint_sheet
from mailsafi_wizard.ui.unseen import find_fonts
from mailsafi_wizard.words import speaking

RESOLUTION = 720  # dots per inch: one dot is one unit of a sheet


PAPERS = {"a4": QPageSize.PageSizeId.A4, "letter": QPageSize.PageSizeId.Letter}


def paper(name: str) -> QPageSize:
    """ "a4" or "letter"."""
    return QPageSize(PAPERS[name])


def shown(facts: ReportFacts, in_short: bool) -> ReportFacts:
    """The facts as they are, or in short on one page, in their own language."""
    if not in_short:
        return facts
    with speaking(facts.language):
        return one_page(facts)


def write_pdf_without_window(facts: ReportFacts, path: Path, paper_name: str = "a4", in_short: bool = False) -> int:
    """`write_pdf` for a program that has no window, on a computer that may have no screen; ``in_short``: on one page."""
    find_fonts()
    application = QGuiApplication.instance() or QGuiApplication(["mailsafi-wizard", "-platform", "offscreen"])
    pages = write_pdf(shown(facts, in_short), path, paper(paper_name))
    del application  # it had to live until here: fonts belong to it
    return pages


def write_pdf(
    facts: ReportFacts, path: Path, size: QPageSize | None = None, progress: Callable[[float], object] = lambda _share: None
) -> int:
    """Write the report to ``path``; the answer is the number of pages. ``progress`` gets 0 to 1. Raises OSError as files do."""
    document = lay_out(facts, size or paper("a4"), lambda share: progress(share / 2))
    write_document(document, path, size, lambda share: progress(0.5 + share / 2))
    return len(document.sheets)


def write_document(
    document: Document, path: Path, size: QPageSize | None = None, progress: Callable[[float], object] = lambda _share: None
) -> None:
    """Write what is laid out already; raises OSError as files do, and then the file that was there is unchanged."""
    with saving.whole(path) as half:
        _write(document, half, size or paper("a4"), progress)
        _finish(half, document)


def _finish(path: Path, document: Document) -> None:
    from mailsafi_wizard.ui.pdf_outline import add_outline  # slow to load, and a window starts without

    add_outline(path, document)


def _write(document: Document, path: Path, size: QPageSize, progress: Callable[[float], object]) -> None:
    path.write_bytes(b"")  # an OSError with a reason, where QPdfWriter would only say no
    writer = QPdfWriter(str(path))
    writer.setResolution(RESOLUTION)
    writer.setPdfVersion(
        QPdfWriter.PdfVersion.PdfVersion_A1b
    )  # for archives: everything a reader needs is in the file (ISO 19005-1)
    writer.setTitle(document.title)
    writer.setAuthor(document.author)
    writer.setCreator(f"MailSafi Wizard {__version__}")
    writer.setPageLayout(QPageLayout(size, QPageLayout.Orientation.Portrait, QMarginsF(0, 0, 0, 0)))
    painter = QPainter()
    if not painter.begin(writer):
        raise OSError(f"cannot write {path}")
    scale = size.sizePoints().width() * 10 / document.width
    try:
        for number, sheet in enumerate(document.sheets):
            if number and not writer.newPage():
                raise OSError(f"cannot write page {number + 1} to {path}")
            painter.resetTransform()
            painter.scale(scale, scale)
            paint_sheet(painter, sheet)
            progress((number + 1) / len(document.sheets))
    finally:
        painter.end()
