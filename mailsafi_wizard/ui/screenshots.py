"""A picture of every page in every state a rehearsal passes through, in every look, and contact sheets to judge them by.

``python -m mailsafi_wizard.ui.screenshots --out DIR``. Nothing is mocked: `tour` works on the real window with the rehearsal's own servers, and
this watches. Each language is a process of its own, since pages hold what they were told in the language they were built in.
Knows the pages by what the tour knows; must not know what they show.
"""

from __future__ import annotations

import argparse
import asyncio
import html
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QApplication, QTabWidget, QWidget

from mailsafi_wizard import words
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.tour import LOOK_EVERY, NESTED, Tour
from mailsafi_wizard.ui.window import Window

LEFT, RIGHT = Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft
THUMB = 620  # width of one picture in a contact sheet, in pixels
GAP, TITLE = 16, 26
ACROSS = 3
CLOCK_GRAIN = 2  # seconds by which a file's time may be rounded down (FAT)
LONGEST = 1200  # seconds for one language, and far more than any step


@dataclass(frozen=True)
class Look:
    """How the window is worn for one picture. ``ratio`` is the screen's scaling, ``zoom`` multiplies the fonts."""

    name: str
    colours: str = "light"
    size: tuple[int, int] = (1280, 860)
    zoom: float = 1.0
    ratio: float = 1.0
    direction: Qt.LayoutDirection = LEFT


USUAL = Look("light")
LOOKS = (  # in an order that changes colours and fonts as seldom as it can: that is what takes the time
    USUAL,
    Look("small", size=(1024, 700)),
    Look("wide", size=(1920, 1080)),
    Look("scaled-125", ratio=1.25),
    Look("right-to-left", direction=RIGHT),
    Look("large-font", zoom=1.5),
    Look("dark", "dark"),
    Look("scaled-200", "dark", (1024, 700), ratio=2.0),
)
BRIEF = (USUAL, Look("small", size=(1024, 700)), Look("dark", "dark"))  # for a second language: what its longer words may break


class Photographer:
    """Wears each look in turn and saves the window in it, as ``<state>.<language>.<look>.png``."""

    def __init__(self, window: Window, out: Path, looks: tuple[Look, ...]) -> None:
        self._window, self._out, self._looks = window, out, looks

    def take(self, state: str, looks: tuple[Look, ...] = ()) -> None:
        """Raises OSError when a picture can't be written."""
        try:
            for look in looks or self._looks:
                self._wear(look)
                path = self._out / f"{state}.{words.language()}.{look.name}.png"
                if not self._drawn(look.ratio).save(str(path)):
                    raise OSError(f"the picture {path} could not be written")
        finally:
            self._wear(USUAL)

    def _wear(self, look: Look) -> None:
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.setLayoutDirection(look.direction)
        worn = theme.theme()
        if (worn.choice, worn.zoom) != (look.colours, look.zoom):
            worn.wear(look.colours, look.zoom)
        self._window.resize(*look.size)
        settle(self._window)

    def _drawn(self, ratio: float) -> QImage:
        image = QImage(self._window.size() * ratio, QImage.Format.Format_RGB32)
        image.setDevicePixelRatio(ratio)
        self._window.render(image)
        return image


def settle(window: QWidget) -> None:
    """Lets layouts find their place, and what was just put into one come out: Qt shows it a moment later, by a call to the widget itself.

    Only that: to handle all events here would run other tasks within this one.
    """
    for widget in window.findChildren(QWidget):
        if widget.isHidden() and not widget.testAttribute(Qt.WidgetAttribute.WA_WState_ExplicitShowHide):
            QApplication.sendPostedEvents(widget, QEvent.Type.MetaCall)
    for _depth in range(NESTED):
        QApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)


class Shoot(Tour):
    """The tour's walk, with pictures of what an admin would see on the way: each page before, at and after its work, and every tab."""

    def __init__(
        self, window: Window, project: MigrationProject, out: Path, say: Callable[[str], None], camera: Photographer
    ) -> None:
        super().__init__(window, project, out, say)
        self._shell, self._camera = window, camera
        self._busy_seen: set[int] = set()

    def picture(self, name: str) -> None:
        self._shell.look_again()
        settle(self._shell)
        self._camera.take(name)

    def leaves(self, name: str) -> None:
        """Every tab of the page shown, then the one that was in front again."""
        tabs = getattr(self._shell.page, "tabs", None)
        if not isinstance(tabs, QTabWidget):
            return
        before = tabs.currentIndex()
        for place in range(tabs.count()):
            if tabs.isTabVisible(place) and place != before:
                tabs.setCurrentIndex(place)
                self.picture(f"{name}-tab{place + 1}")
        tabs.setCurrentIndex(before)

    async def settled(self) -> None:
        page = self._shell.page
        if page is not None and page.busy and self._shell.shown not in self._busy_seen:
            self._busy_seen.add(self._shell.shown)
            key = self._shell.steps[self._shell.shown].key
            self._camera.take(f"{self._shell.shown + 1}-{key}-working", (USUAL, BRIEF[-1]))
        await super().settled()


async def shoot(window: Window, project: MigrationProject, out: Path, camera: Photographer, say: Callable[[str], None]) -> None:
    """The rehearsal from first to last page. Raises MigrationError and OSError."""
    tour = Shoot(window, project, out, say, camera)
    for number, step in enumerate(window.steps):
        name = f"{number + 1}-{step.key}"
        window.show_step(number)
        await tour.settled()
        tour.picture(f"{name}-before")
        await tour.do(step.key)
        tour.picture(f"{name}-done")
        tour.leaves(f"{name}-done")


async def shoot_empty(window: Window, out: Path, camera: Photographer) -> None:
    """The welcome, what it says of a file that is not there, and every page of a project nobody has written in."""
    window.show()
    camera.take("0-welcome")
    window.open_at(out / "not there.mailsafi")
    camera.take("0-welcome-problem")
    window.show_problem(None)
    path = out / "Empty.mailsafi"
    path.unlink(missing_ok=True)
    window.open_project(MigrationProject.create(path))
    for number, step in enumerate(window.steps):
        window.show_step(number)
        async with asyncio.timeout(LONGEST):
            while window.page is not None and window.page.busy:
                await asyncio.sleep(LOOK_EVERY)
        camera.take(f"{number + 1}-{step.key}-empty")
    window.close_project()


# --- contact sheets -----------------------------------------------------------------------------------------------------------


def contact_sheets(out: Path, since: float) -> list[Path]:
    """One picture per state with all its looks, and ``index.html`` over them; raises OSError.

    Only what was written after ``since`` (seconds of the epoch) is shown. Nothing in ``out`` is removed: the folder may hold somebody's own files.
    """
    states: dict[str, list[Path]] = {}
    for path in sorted(out.glob("*.*.*.png")):
        if path.stat().st_mtime >= since - CLOCK_GRAIN:
            states.setdefault(path.name.split(".")[0], []).append(path)
    sheets = [_sheet(out / f"sheet-{state}.png", paths) for state, paths in states.items()]
    rows = "\n".join(
        f'<h2>{html.escape(state)}</h2><a href="{sheet.name}"><img loading="lazy" width="1200" alt="{html.escape(state)}" src="{sheet.name}"></a>'
        for state, sheet in zip(states, sheets, strict=True)
    )
    text = f'<!doctype html><html lang="en"><meta charset="utf-8"><title>MailSafi Wizard: every page</title><body>\n{rows}\n</body></html>\n'
    (out / "index.html").write_text(text, "utf-8")
    return sheets


def _sheet(target: Path, paths: list[Path]) -> Path:
    thumbs = [QImage(str(path)).scaledToWidth(THUMB, Qt.TransformationMode.SmoothTransformation) for path in paths]
    tall = max(thumb.height() for thumb in thumbs)
    down = -(-len(thumbs) // ACROSS)
    size = QSize(min(ACROSS, len(thumbs)) * (THUMB + GAP) + GAP, down * (tall + TITLE + GAP) + GAP)
    sheet = QImage(size, QImage.Format.Format_RGB32)
    sheet.fill(QColor("#808080"))
    painter = QPainter(sheet)
    painter.setPen(QColor("#ffffff"))
    for place, (path, thumb) in enumerate(zip(paths, thumbs, strict=True)):
        x, y = GAP + place % ACROSS * (THUMB + GAP), GAP + place // ACROSS * (tall + TITLE + GAP)
        painter.drawText(QRect(x, y, THUMB, TITLE), Qt.AlignmentFlag.AlignVCenter, path.name)
        painter.drawImage(x, y + TITLE, thumb)
    painter.end()
    if not sheet.save(str(target)):
        raise OSError(f"the contact sheet {target} could not be written")
    return target


# --- from the outside ----------------------------------------------------------------------------------------------------------


def main(arguments: list[str]) -> int:
    """Returns 0 when every picture was made in every language."""
    parser = argparse.ArgumentParser(prog="screenshots", description="A picture of every page in every state and look.")
    parser.add_argument("--out", type=Path, required=True, metavar="DIR")
    out: Path = parser.parse_args(arguments).out
    out.mkdir(parents=True, exist_ok=True)
    began = time.time()
    failed = [language for language in words.LANGUAGES if _in_language(language, out)]
    made = QApplication.instance() or QApplication(["screenshots"])
    sheets = contact_sheets(out, began)
    print(f"{len(sheets)} contact sheets are in {out}; begin with index.html", file=sys.stderr)
    del made
    for language in failed:
        print(f"The pictures in {words.LANGUAGES[language]} are not complete; see above.", file=sys.stderr)
    return 1 if failed else 0


def _in_language(language: str, out: Path) -> int:
    command = [
        sys.executable,
        "-c",
        f"import sys; from mailsafi_wizard import app; sys.exit(app.photograph({language!r}, sys.argv[1]))",
        str(out),
    ]
    try:
        return subprocess.run(command, env={"QT_QPA_PLATFORM": "offscreen", **os.environ}, check=False, timeout=LONGEST).returncode
    except subprocess.TimeoutExpired:
        return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
