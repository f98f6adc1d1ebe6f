"""What `screenshots` made, put together to be judged: ``index.html`` with a row for each state, and one picture for each state with all its looks.

Knows pictures by their names only: ``<state>.<language>.<look>.png``, where a state begins with the number of its page.
"""

from __future__ import annotations

import html
from collections.abc import Sequence
from itertools import groupby
from pathlib import Path

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import LANGUAGES

THUMB = 620  # width of one picture in a contact sheet, in pixels
TALLEST = 1100  # a page that is seen whole is cut there
GAP, TITLE = 16, 26
ACROSS = 3
CLOCK_GRAIN = 2  # seconds by which a file's time may be rounded down (FAT)
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; margin: 0 24px 48px; background: #eef2f0; color: #17211e; }
nav { position: sticky; top: 0; background: #eef2f0; padding: 12px 0; border-bottom: 1px solid #7d8c86; z-index: 1; }
nav a { margin-right: 18px; color: #0b6b5e; }
h2 { margin: 40px 0 4px; scroll-margin-top: 56px; }
h3 { margin: 20px 0 4px; font-weight: 600; }
.row { display: flex; gap: 12px; overflow-x: auto; align-items: flex-start; padding-bottom: 6px; }
figure { margin: 0; flex: none; }
img { width: 380px; max-height: 300px; object-fit: cover; object-position: top; border: 1px solid #7d8c86; display: block; background: #fff; }
figcaption { font-size: 12px; color: #51605a; }
"""


@dataclass(frozen=True)
class Picture:
    """One file, by what its name says."""

    path: Path

    @property
    def state(self) -> str:
        return self.path.name.split(".")[0]

    @property
    def page(self) -> str:
        """ "5-migrate" of "5-migrate-problem-look"."""
        return "-".join(self.state.split("-")[:2])

    @property
    def language(self) -> str:
        return self.path.name.split(".")[1]

    @property
    def look(self) -> str:
        return self.path.name.split(".")[2]


def contact_sheets(out: Path, since: float) -> list[Path]:
    """Makes both from the pictures of ``out``; the answer are the sheets. Raises OSError.

    Only what was written after ``since`` (seconds of the epoch) is shown. Nothing in ``out`` is removed: the folder may hold somebody's own files.
    """
    found = [Picture(path) for path in sorted(out.glob("*.*.*.png")) if path.stat().st_mtime >= since - CLOCK_GRAIN]
    by_state = [(state, list(pictures)) for state, pictures in groupby(found, key=lambda one: one.state)]
    (out / "index.html").write_text(_index(by_state), "utf-8")
    return [_sheet(out / f"sheet-{state}.png", pictures) for state, pictures in by_state]


def _index(by_state: Sequence[tuple[str, list[Picture]]]) -> str:
    pages = list(dict.fromkeys(pictures[0].page for _state, pictures in by_state))
    links = "".join(f'<a href="#{html.escape(page)}">{html.escape(_words(page))}</a>' for page in pages)
    parts = ['<!doctype html><html lang="en"><meta charset="utf-8"><title>MailSafi Wizard: every page</title>']
    parts += [f"<style>{STYLE}</style><body><nav>{links}</nav>"]
    shown = ""
    for state, pictures in by_state:
        if pictures[0].page != shown:
            shown = pictures[0].page
            parts.append(f'<h2 id="{html.escape(shown)}">{html.escape(_words(shown))}</h2>')
        parts.append(
            f'<h3><a href="sheet-{html.escape(state)}.png">{html.escape(_words(state.removeprefix(shown)) or "before")}</a></h3>'
        )
        for language, ones in groupby(pictures, key=lambda one: one.language):
            parts.append(f'<div class="row">{"".join(_figure(one, language) for one in ones)}</div>')
    return "\n".join(parts) + "\n</body></html>\n"


def _words(name: str) -> str:
    return name.replace("-", " ").strip().capitalize()


def _figure(one: Picture, language: str) -> str:
    name, said = html.escape(one.path.name), html.escape(f"{LANGUAGES.get(language, language)}, {one.look}")
    image = f'<img loading="lazy" src="{name}" alt="{html.escape(one.state)}: {said}">'
    return f'<figure><a href="{name}">{image}</a><figcaption>{said}</figcaption></figure>'


def _sheet(target: Path, pictures: Sequence[Picture]) -> Path:
    thumbs = [_thumb(one) for one in pictures]
    rows = [list(range(first, min(first + ACROSS, len(thumbs)))) for first in range(0, len(thumbs), ACROSS)]
    heights = [max(thumbs[place].height() for place in row) + TITLE + GAP for row in rows]
    sheet = QImage(QSize(min(ACROSS, len(thumbs)) * (THUMB + GAP) + GAP, sum(heights) + GAP), QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setPen(QColor("#ffffff"))
    for number, row in enumerate(rows):
        for across, place in enumerate(row):
            corner = QPoint(GAP + across * (THUMB + GAP), GAP + sum(heights[:number]))
            painter.drawText(QRect(corner, QSize(THUMB, TITLE)), Qt.AlignmentFlag.AlignVCenter, pictures[place].path.name)
            painter.drawImage(corner + QPoint(0, TITLE), thumbs[place])
    painter.end()
    if not sheet.save(str(target)):
        raise OSError(f"the contact sheet {target} could not be written")
    return target


def _thumb(one: Picture) -> QImage:
    small = QImage(str(one.path)).scaledToWidth(THUMB, Qt.TransformationMode.SmoothTransformation)
    small.setDevicePixelRatio(1)
    return small.copy(0, 0, small.width(), min(small.height(), TALLEST))
