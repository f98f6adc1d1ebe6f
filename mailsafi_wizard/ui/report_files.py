"""Writes the report to disk, in each of its forms, from one set of facts. Works on any thread; a file appears whole or not at all."""

from __future__ import annotations

import enum
from collections.abc import Callable
from pathlib import Path

from PySide6.QtGui import QPageSize

from mailsafi_wizard.report import ReportFacts, as_json, html, write_csv, write_text
from mailsafi_wizard.ui import pdf
from mailsafi_wizard.words import N_


class ReportForm(enum.Enum):
    """What is written; the value is the ending of its file, "" for a folder."""

    PDF = "pdf"
    ONE_PAGE = "one.pdf"
    HTML = "html"
    CSV = ""
    JSON = "json"

    @property
    def ending(self) -> str:
        return "." + self.value.rpartition(".")[2] if self.value else ""


NAMES = {
    ReportForm.PDF: N_("The whole report (PDF)"),
    ReportForm.ONE_PAGE: N_("A summary on one page (PDF)"),
    ReportForm.HTML: N_("A web page"),
    ReportForm.CSV: N_("Tables for a spreadsheet (CSV)"),
    ReportForm.JSON: N_("Data for other programs (JSON)"),
}
NOTES = {
    ReportForm.PDF: N_("PDF/A, fit for archives: with cover, contents and bookmarks."),
    ReportForm.ONE_PAGE: N_("Outcome, figures and what is open: for whoever reads no more than a page."),
    ReportForm.HTML: N_("One file for any browser; it holds no script and loads nothing from elsewhere."),
    ReportForm.CSV: N_("A file for each table, in a folder of its own. Excel opens them as they are."),
    ReportForm.JSON: N_("Everything the report says, with numbers as numbers."),
}
PAPER_NAMES = {"a4": "A4", "letter": "Letter"}


def shown(facts: ReportFacts, form: ReportForm) -> ReportFacts:
    """What of ``facts`` is printed in this form."""
    return pdf.shown(facts, form is ReportForm.ONE_PAGE)


def write(
    facts: ReportFacts, form: ReportForm, target: Path, size: QPageSize, progress: Callable[[float], object] = lambda _share: None
) -> None:
    """Write ``form`` to ``target``, a folder for tables and a file for all else. ``progress`` gets 0 to 1. Raises OSError."""
    if form is ReportForm.CSV:
        write_csv(facts, target)
    elif form is ReportForm.HTML:
        write_text(html(facts), target)
    elif form is ReportForm.JSON:
        write_text(as_json(facts), target)
    else:
        pdf.write_pdf(shown(facts, form), target, size, progress)


def unused(path: Path) -> Path:
    """``path``, or its like with a number where there is something already: a report is never written over without a yes."""
    number, found = 2, path
    while found.exists():
        found = path.with_name(f"{path.stem} ({number}){path.suffix}")
        number += 1
    return found
