"""The first pages of a report on paper: the cover, and the contents with the pages on which everything stands. Knows no file and no widget."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPageSize

from mailsafi_wizard.report import ReportFacts, Tile
from mailsafi_wizard.ui.flow import BODY, GAP, HEADING, SMALL, STRONG, Flow
from mailsafi_wizard.ui.paper_drawings import TONES
from mailsafi_wizard.ui.sheets import ACCENT, ALARM, BAND, GOOD, INK, MUTED, PAPER, RULE, WARN, Block, Link, Mark, words
from mailsafi_wizard.ui.wrapping import Face, Metrics
from mailsafi_wizard.words import _

NAME, BIG = Face(250, True), Face(190, True)
ENTRY, TIGHT, DEEPEST = 172.0, 138.0, 1  # height of a line of the contents, the least of it; the last level that stands there
TILE, BETWEEN = 560.0, 120.0


def cover(facts: ReportFacts, size: QPageSize, metrics: Metrics) -> Flow:
    """One page: what it is, of whom, the outcome in a sentence, the figures that matter, what it is about."""
    flow = Flow(size, metrics)
    _name(flow, facts)
    outcome(flow, facts)
    tiles(flow, facts.tiles)
    flow.y += GAP
    _about(flow, facts.about)
    return flow


def _name(flow: Flow, facts: ReportFacts) -> None:
    """Title and company on a field of colour that goes to the edges of the paper."""
    titles = [(NAME, line, facts.title) for line in metrics_lines(flow, NAME, facts.title)]
    titles += [(HEADING, line, facts.company) for line in metrics_lines(flow, HEADING, facts.company)[:3]]
    height = sum(flow.metrics.height(face) for face, _line, _whole in titles) + 1150
    flow.put(Block(QRectF(0, 0, flow.width, height), ACCENT))
    y = 720.0
    for face, line, whole in titles:
        step = flow.metrics.height(face)
        flow.put(words(QRectF(flow.left, y, flow.room, step), line, face, PAPER, whole=whole))
        y += step + (60 if face is NAME and whole is facts.title else 0)
    flow.y = height + 200


def metrics_lines(flow: Flow, face: Face, text: str) -> list[str]:
    return flow.metrics.lines(face, text, flow.room)


def outcome(flow: Flow, facts: ReportFacts) -> None:
    """The outcome in a box, and under it, where there is one, what every page says."""
    ink = GOOD if facts.done else WARN
    _boxed(flow, facts.outcome, STRONG, ink, BAND)
    if facts.banner and facts.cover:
        _boxed(flow, facts.banner, BODY, WARN, ALARM)
    flow.y += GAP


def _boxed(flow: Flow, text: str, face: Face, ink: str, ground: str) -> None:
    lines, step = flow.metrics.lines(face, text, flow.room - 260), flow.metrics.height(face)
    height = len(lines) * step + 160
    flow.need(height)
    flow.put(Block(QRectF(flow.left, flow.y, flow.room, height), ground))
    flow.put(Block(QRectF(flow.left, flow.y, 36, height), ink))
    for place, line in enumerate(lines):
        area = QRectF(flow.left + 140, flow.y + 80 + place * step, flow.room - 260, step)
        flow.put(words(area, line, face, ink, whole=text))
    flow.y += height + GAP


def tiles(flow: Flow, shown: Sequence[Tile]) -> None:
    """Figures side by side, each with a line of its colour above."""
    if not shown:
        return
    width = (flow.room - BETWEEN * (len(shown) - 1)) / len(shown)
    names = [flow.metrics.lines(SMALL, tile.name, width - 120) for tile in shown]
    step = flow.metrics.height(SMALL)
    height = TILE + (max(map(len, names)) - 1) * step
    for place, (tile, name) in enumerate(zip(shown, names, strict=True)):
        x = flow.left + place * (width + BETWEEN)
        flow.put(Block(QRectF(x, flow.y, width, height), BAND))
        flow.put(Block(QRectF(x, flow.y, width, 40), TONES[tile.tone]))
        face = _fitting(flow, tile.value, width - 120)
        flow.put(words(QRectF(x + 60, flow.y + 100, width - 120, 260), tile.value, face))
        for number, line in enumerate(name):
            flow.put(words(QRectF(x + 60, flow.y + 370 + number * step, width - 120, step), line, SMALL, MUTED))
    flow.y += height + GAP


def _fitting(flow: Flow, text: str, room: float) -> Face:
    return next(
        (face for face in (BIG, Face(150, True), STRONG, Face(80, True)) if flow.metrics.width(face, text) <= room), Face(66, True)
    )


def _about(flow: Flow, lines: Sequence[tuple[str, str]]) -> None:
    names = max((flow.metrics.width(BODY, name) for name, _value in lines), default=0.0) + 160
    names, step = min(names, flow.room * 0.45), flow.metrics.height(BODY)
    for name, value in lines:
        left = flow.metrics.lines(BODY, name, names - 60)
        right = flow.metrics.lines(STRONG, value, flow.room - names)[:4]
        height = max(len(left), len(right)) * step + 60
        if flow.y + height > flow.bottom:
            return
        for number, line in enumerate(left):
            flow.put(words(QRectF(flow.left, flow.y + 26 + number * step, names, step), line, BODY, MUTED))
        for number, line in enumerate(right):
            area = QRectF(flow.left + names, flow.y + 26 + number * step, flow.room - names, step)
            flow.put(words(area, line, STRONG, whole=value))
        flow.y += height
        flow.put(Block(QRectF(flow.left, flow.y - 4, flow.room, 4), RULE))


def contents(marks: Sequence[Mark], size: QPageSize, metrics: Metrics, before: int) -> tuple[Flow, list[Link], int]:
    """The contents, links to ``marks``, and by how many sheets everything behind them moves. ``before``: sheets that stand in front of them."""
    shown = [mark for mark in marks if mark.level <= DEEPEST]
    flow = Flow(size, metrics)
    flow.write(_("Contents"), HEADING, after=GAP)
    line = min(ENTRY, max(TIGHT, (flow.bottom - flow.y - 1) / max(1, len(shown))))
    pages = _pages(flow, len(shown), line)
    links = [_entry(flow, replace(mark, sheet=mark.sheet + before + pages), before, line) for mark in shown]
    return flow, links, before + pages


def _pages(flow: Flow, entries: int, line: float) -> int:
    """How many sheets the contents take, known before they are written."""
    first = int((flow.bottom - flow.y) / line)
    each = int((flow.bottom - flow.top) / line)
    return 1 + max(0, -(-(entries - first) // each))


def _entry(flow: Flow, mark: Mark, before: int, line: float) -> Link:
    flow.need(line)
    face, indent = (STRONG, 0.0) if mark.level == 0 else (BODY, 200.0)
    number, step = f"{mark.sheet + 1}", flow.metrics.height(BODY)
    wide = flow.metrics.width(face, number)
    text = flow.metrics.elided(face, mark.title, flow.room - indent - wide - 300)
    area = QRectF(flow.left + indent, flow.y, flow.room - indent, step)
    flow.put(words(area, text, face, INK if mark.level == 0 else MUTED))
    flow.put(words(area, number, face, INK if mark.level == 0 else MUTED, right=True))
    begin, end = area.left() + flow.metrics.width(face, text) + 80, flow.right - wide - 80
    flow.put(Block(QRectF(begin, flow.y + step * 0.72, max(0.0, end - begin), 4), RULE))
    flow.y += line
    return Link(before + len(flow.sheets) - 1, area, mark)
