"""Lays a report's facts out on sheets of paper: cover, contents, sections, and what stands at the edge of every page.

Knows no file and no widget; works on any thread. A heading never stands alone at the foot of a page.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize

from mailsafi_wizard import words as speech
from mailsafi_wizard.report import ReportFacts, Section, Table
from mailsafi_wizard.ui import paper_drawings, paper_front
from mailsafi_wizard.ui.flow import BODY, GAP, HEADING, MARGIN, SMALL, TITLE, Flow
from mailsafi_wizard.ui.paper_tables import TableOnPaper
from mailsafi_wizard.ui.sheets import ACCENT, ALARM, MUTED, RULE, WARN, Block, Document, Link, Mark, Sheet, words
from mailsafi_wizard.ui.wrapping import Face
from mailsafi_wizard.words import _

SCALES = (1.1, 1.2, 1.3, 1.45, 1.6, 1.8)  # of a report on one page that does not fit at 1: the first that does
ONE_PAGE_TITLE = Face(230, True)

Progress = Callable[[float], object]


def lay_out(facts: ReportFacts, size: QPageSize | None = None, progress: Progress = lambda _share: None) -> Document:
    """Lay the facts out on sheets of ``size`` (A4 when None), in their language. ``progress`` gets the share done, 0 to 1, on this thread."""
    paper = size or QPageSize(QPageSize.PageSizeId.A4)
    with speech.speaking(facts.language):
        document = _composed(facts, paper, 1.0, progress)
        for scale in SCALES:
            if not facts.one_page or len(document.sheets) == 1:
                break
            document = _composed(facts, paper, scale, progress)
        return document


def _composed(facts: ReportFacts, paper: QPageSize, scale: float, progress: Progress) -> Document:
    flow = Flow(paper, scale=scale)
    if not facts.cover:
        _opening(flow, facts)
    weights = [1 + sum(len(table.values) for table in section.tables) for section in facts.sections]
    for number, section in enumerate(facts.sections):
        _section(flow, section, facts)
        progress(sum(weights[: number + 1]) / sum(weights))
    front, marks, links = _front(facts, paper, flow) if facts.cover else ([], flow.marks, [])
    sheets = [*front, *flow.sheets]
    _edges(flow, sheets, facts)
    return Document(
        tuple(sheets), flow.width, flow.height, facts.title, facts.company, facts.language, tuple(marks), tuple(links)
    )  # fmt: skip


def _front(facts: ReportFacts, paper: QPageSize, flow: Flow) -> tuple[list[Sheet], list[Mark], list[Link]]:
    """Cover and contents; everything else moves by as many sheets."""
    cover = paper_front.cover(facts, paper, flow.metrics)
    contents, links, moved = paper_front.contents(flow.marks, paper, flow.metrics, len(cover.sheets))
    marks = [Mark(facts.title, 0, 0, 0.0), Mark(_("Contents"), 0, len(cover.sheets), 0.0)]
    marks += [replace(mark, sheet=mark.sheet + moved) for mark in flow.marks]
    return [*cover.sheets, *contents.sheets], marks, links


def _opening(flow: Flow, facts: ReportFacts) -> None:
    """The top of the first page where there is no cover."""
    flow.put(Block(QRectF(flow.left, flow.y, 420, 40), ACCENT))
    flow.y += 110
    flow.write(facts.title, ONE_PAGE_TITLE if facts.one_page else TITLE, after=30)
    flow.write(facts.company, HEADING, MUTED, after=30)
    flow.write(facts.period, BODY, MUTED, after=GAP * 2)
    paper_front.outcome(flow, facts)
    paper_front.tiles(flow, facts.tiles)


def _section(flow: Flow, section: Section, facts: ReportFacts) -> None:
    flow.y += GAP if flow.y > flow.top else 0
    level = 0 if facts.cover else None
    keep = flow.metrics.height(BODY) * 4
    if not facts.one_page:
        flow.write(section.heading, HEADING, after=50, keep=keep, level=level)
    for paragraph in section.paragraphs:
        flow.write(paragraph, BODY, after=60)
    for drawing in section.drawings:
        flow.y += 40
        paper_drawings.draw(flow, drawing)
    for table in section.tables:
        _table(flow, section, table, facts.cover)


def _table(flow: Flow, section: Section, table: Table, marked: bool) -> None:
    heading = table.title if table.title != section.heading or len(section.tables) > 1 else ""
    if not table.rows:
        if table.empty:
            if len(section.tables) > 1 and heading:
                flow.write(heading, Face(105, True), after=20, keep=flow.metrics.height(BODY))
            flow.write(table.empty, BODY, MUTED)
        return
    TableOnPaper(flow, table).draw(heading, 1 if marked else None)


def _edges(flow: Flow, sheets: list[Sheet], facts: ReportFacts) -> None:
    """Header and footer, when the number of pages is known. The cover has a footer only."""
    step, half = flow.metrics.height(SMALL), flow.room / 2 - 60
    foot = QRectF(flow.left, flow.height - MARGIN - step / 2, flow.room, step)
    title, company = (flow.metrics.elided(SMALL, text, half) for text in (facts.title, facts.company))
    for number, sheet in enumerate(sheets, 1):
        if not facts.cover or number > 1:
            _header(flow, sheet, title, company, facts.banner)
        sheet.orders.append(Block(QRectF(flow.left, foot.top() - 34, flow.room, 4), RULE))
        pages = _("Page {number} of {all}").format(number=number, all=len(sheets))
        room = flow.room - flow.metrics.width(SMALL, pages) - 100
        sheet.orders.append(words(foot, flow.metrics.elided(SMALL, facts.made, room), SMALL, MUTED))
        sheet.orders.append(words(foot, pages, SMALL, MUTED, right=True))


def _header(flow: Flow, sheet: Sheet, title: str, company: str, banner: str) -> None:
    """Title and company; above them, where there is one, the banner that every page must show."""
    step = flow.metrics.height(SMALL)
    head = QRectF(flow.left, MARGIN + 20 - step / 2, flow.room, step)
    if banner:
        strip = QRectF(flow.left, MARGIN - step / 2 - 190, flow.room, step + 70)
        face = next(
            (f for f in (Face(80, True), Face(70, True), Face(60, True)) if flow.metrics.width(f, banner) <= flow.room - 160),
            Face(52, True),
        )
        sheet.orders.append(Block(strip, ALARM))
        sheet.orders.append(Block(QRectF(strip.left(), strip.top(), 36, strip.height()), WARN))
        area = QRectF(strip.left() + 100, strip.top(), strip.width() - 140, strip.height())
        sheet.orders.append(words(area, flow.metrics.elided(face, banner, area.width()), face, WARN))
    sheet.orders.append(words(head, title, SMALL, MUTED))
    sheet.orders.append(words(head, company, SMALL, MUTED, right=True))
    sheet.orders.append(Block(QRectF(flow.left, head.bottom() + 24, flow.room, 4), RULE))
