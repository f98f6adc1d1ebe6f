"""Draws a report's drawings on a flow's sheets: a bar divided in proportion, a time line of planned and done. Knows no file and no widget."""

from __future__ import annotations

import datetime as dt

from PySide6.QtCore import QRectF

from mailsafi_wizard.report import Shares, Step, TimeLine, Tone
from mailsafi_wizard.ui.flow import GAP, SMALL, STRONG, Flow
from mailsafi_wizard.ui.sheets import BAND, INK, MUTED, PAPER, RULE, Block, words
from mailsafi_wizard.ui.wrapping import Face

TONES = {Tone.GOOD: "#1d7a4a", Tone.KNOWN: "#2f6fa3", Tone.QUIET: "#8a979e", Tone.BAD: "#b3261e", Tone.OPEN: "#b06a00"}
BAR, THINNEST = 150.0, 24.0  # height of a bar; width of a part that would be thinner
NAMES = Face(76)
LINE, DOT = 128.0, 70.0  # height of a step of a time line; size of its dots
NAMES_SHARE = 0.36  # of the width, for the names of steps
TICKS = 5


def draw(flow: Flow, drawing: Shares | TimeLine) -> None:
    """With its title above."""
    if isinstance(drawing, Shares):
        _shares(flow, drawing)
    else:
        _time_line(flow, drawing)


def _shares(flow: Flow, drawing: Shares) -> None:
    lines = _legend_lines(flow, drawing)
    flow.write(drawing.title, STRONG, after=40, keep=BAR + 60 + lines * 150)
    parts, whole = drawing.shown, drawing.whole
    widths = [max(THINNEST, flow.room * part.count / whole) for part in parts]
    excess, x = sum(widths) / flow.room, flow.left
    for part, width in zip(parts, widths, strict=True):
        flow.put(Block(QRectF(x, flow.y, width / excess, BAR), TONES[part.tone]))
        x += width / excess
    flow.y += BAR + 60
    _legend(flow, drawing)
    flow.y += GAP


def _entries(flow: Flow, drawing: Shares) -> list[tuple[str, str, float]]:
    """Text, colour and width of every entry of the legend."""
    found = []
    for part in drawing.shown:
        text = f"{part.name}: {part.count:,}"
        if drawing.whole != part.count:
            text += f" ({_percent(part.count, drawing.whole)})"
        found.append((text, TONES[part.tone], flow.metrics.width(SMALL, text) + 330))
    return found


def _percent(count: int, whole: int) -> str:
    """Never "0 %" of something, never "100 %" of less than all."""
    share = 100 * count / whole
    return "<1 %" if share < 1 else ">99 %" if share > 99 else f"{share:.0f} %"


def _legend_lines(flow: Flow, drawing: Shares) -> int:
    lines, x = 1, 0.0
    for _text, _ink, width in _entries(flow, drawing):
        if x and x + width > flow.room:
            lines, x = lines + 1, 0.0
        x += width
    return lines


def _legend(flow: Flow, drawing: Shares) -> None:
    x, step = flow.left, flow.metrics.height(SMALL)
    for text, ink, width in _entries(flow, drawing):
        if x > flow.left and x + width > flow.right:
            x, flow.y = flow.left, flow.y + step + 24
        flow.put(Block(QRectF(x, flow.y + step / 2 - 40, 80, 80), ink, 16))
        flow.put(words(QRectF(x + 130, flow.y, width - 130, step), text, SMALL))
        x += width
    flow.y += step


def _time_line(flow: Flow, drawing: TimeLine) -> None:
    """A line for each step; a ring on the planned day, a full dot on the day on which it was done."""
    whole = (len(drawing.steps) + 3) * LINE + 100
    flow.write(drawing.title, STRONG, after=40, keep=whole if whole < flow.bottom - flow.top - 300 else 6 * LINE)
    left = flow.left + flow.room * NAMES_SHARE
    for sheet_steps in _by_sheet(flow, drawing.steps):
        _axis(flow, drawing, left, len(sheet_steps))
        for step in sheet_steps:
            _step(flow, drawing, step, left)
        if sheet_steps[-1] is not drawing.steps[-1]:
            flow.new_sheet()
    flow.y += 60
    _key(flow, drawing)
    flow.y += GAP


def _by_sheet(flow: Flow, steps: tuple[Step, ...]) -> list[list[Step]]:
    """As many on each sheet as it has room for, the key below the last included."""
    first = max(1, int((flow.bottom - flow.y - 3 * LINE) / LINE))
    each = max(1, int((flow.bottom - flow.top - 3 * LINE) / LINE))
    starts = [0, *range(first, len(steps), each)]
    return [list(steps[a:b]) for a, b in zip(starts, [*starts[1:], len(steps)], strict=True)]


def _x(flow: Flow, drawing: TimeLine, left: float, day: dt.date) -> float:
    inset = DOT
    return left + inset + drawing.place(day) * (flow.right - left - 2 * inset)


def _axis(flow: Flow, drawing: TimeLine, left: float, steps: int) -> None:
    """Days above, thin lines down through all steps."""
    first, last = drawing.days
    count = max(1, min(TICKS, (last - first).days))
    days = sorted({first + (last - first) * n // count for n in range(count + 1)})
    height = LINE
    for day in days:
        x = _x(flow, drawing, left, day)
        text = day.isoformat()
        width = flow.metrics.width(NAMES, text)
        flow.put(words(QRectF(min(x - width / 2, flow.right - width), flow.y, width, height), text, NAMES, MUTED))
        flow.put(Block(QRectF(x - 2, flow.y + height, 4, steps * LINE), BAND))
    if drawing.cutover:
        x = _x(flow, drawing, left, drawing.cutover)
        flow.put(Block(QRectF(x - 5, flow.y + height, 10, steps * LINE), MUTED))
    flow.y += height


def _step(flow: Flow, drawing: TimeLine, step: Step, left: float) -> None:
    middle = flow.y + LINE / 2
    flow.put(Block(QRectF(flow.left, flow.y + LINE - 4, flow.room, 4), BAND))
    name = flow.metrics.elided(NAMES, step.name, left - flow.left - 60)
    flow.put(words(QRectF(flow.left, flow.y, left - flow.left, LINE), name, NAMES, INK))
    planned = _x(flow, drawing, left, step.planned)
    if step.actual is not None and step.actual != step.planned:
        done = _x(flow, drawing, left, step.actual)
        flow.put(Block(QRectF(min(planned, done), middle - 7, abs(done - planned), 14), RULE))
    _dot(flow, planned, middle, TONES[step.tone] if step.actual is None else MUTED, ring=True)
    if step.actual is not None:
        _dot(flow, _x(flow, drawing, left, step.actual), middle, TONES[step.tone], ring=False)
    flow.y += LINE


def _dot(flow: Flow, x: float, y: float, ink: str, ring: bool) -> None:
    flow.put(Block(QRectF(x - DOT / 2, y - DOT / 2, DOT, DOT), ink, DOT / 2))
    if ring:
        inner = DOT - 32
        flow.put(Block(QRectF(x - inner / 2, y - inner / 2, inner, inner), PAPER, inner / 2))


def _key(flow: Flow, drawing: TimeLine) -> None:
    step, x = flow.metrics.height(SMALL), flow.left
    middle = flow.y + step / 2
    for place, text in enumerate(drawing.labels[: 3 if drawing.cutover else 2]):
        if place < 2:
            _dot(flow, x + DOT / 2, middle, MUTED, ring=place == 0)
        else:
            flow.put(Block(QRectF(x + DOT / 2 - 5, flow.y + 10, 10, step - 20), MUTED))
        width = flow.metrics.width(SMALL, text)
        flow.put(words(QRectF(x + DOT + 50, flow.y, width + 40, step), text, SMALL, MUTED))
        x += width + DOT + 260
    flow.y += step
