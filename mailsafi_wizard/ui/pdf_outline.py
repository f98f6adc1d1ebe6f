"""What QPdfWriter leaves out of a PDF: bookmarks, links of the contents, the language. The pages stay as they are.

Works on any thread and needs no Qt application.
"""

from __future__ import annotations

from pathlib import Path

from pypdf import PdfWriter
from pypdf.annotations import Link as LinkNote
from pypdf.generic import BooleanObject, DictionaryObject, Fit, IndirectObject, NameObject, NumberObject, TextStringObject

from mailsafi_wizard.ui.sheets import Document

VERSION = "%PDF-1.4"  # of PDF/A-1
PRINTED = 4  # the flag "print" of an annotation (ISO 32000-1, 12.5.3), which archives ask for


def add_outline(path: Path, document: Document) -> None:
    """Adds ``document``'s marks as bookmarks and its links to the file at ``path``; raises OSError."""
    writer = PdfWriter(clone_from=path)
    writer.pdf_header = VERSION
    _add_bookmarks(writer, document)
    for link in document.links:
        note = LinkNote(
            rect=_corners(document, link.area.left(), link.area.top(), link.area.right(), link.area.bottom()),
            border=[0, 0, 0],
            target_page_index=link.to.sheet,
            fit=_place(document, link.to.y),
        )
        note[NameObject("/F")] = NumberObject(PRINTED)
        writer.add_annotation(link.sheet, note)
    root = writer.root_object
    root[NameObject("/Lang")] = TextStringObject(document.language or "en")
    root[NameObject("/ViewerPreferences")] = DictionaryObject({NameObject("/DisplayDocTitle"): BooleanObject(True)})
    if document.marks:
        root[NameObject("/PageMode")] = NameObject("/UseOutlines")
    writer.write(path)


def _add_bookmarks(writer: PdfWriter, document: Document) -> None:
    above: dict[int, IndirectObject] = {}
    for mark in document.marks:
        parent = above.get(mark.level - 1)
        above[mark.level] = writer.add_outline_item(
            title=mark.title, page_number=mark.sheet, parent=parent, fit=_place(document, mark.y), is_open=mark.level == 0
        )


def _place(document: Document, y: float) -> Fit:
    """The page from this height on, a finger's breadth above it; zoom and side stay as they are."""
    return Fit.xyz(left=None, top=(document.height - max(0.0, y - 60)) / 10)


def _corners(document: Document, left: float, top: float, right: float, bottom: float) -> tuple[float, float, float, float]:
    return left / 10, (document.height - bottom) / 10, right / 10, (document.height - top) / 10
