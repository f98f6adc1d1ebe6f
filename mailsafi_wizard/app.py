"""Builds the application: Qt with asyncio (qasync), the look, the language, what happens to errors nobody caught. Runs the wizard or the rehearsal."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import sys
import types
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import qasync
from PySide6.QtCore import QLocale, QMessageLogContext, Qt, QtMsgType, qInstallMessageHandler
from PySide6.QtGui import QGuiApplication

from mailsafi_wizard import __version__, errors, words
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.support.logbook import Logbook
from mailsafi_wizard.ui import icons, menu, qt_words, theme, tour
from mailsafi_wizard.ui.drawn import drawn
from mailsafi_wizard.ui.garbage import Garbage
from mailsafi_wizard.ui.mishaps import Mishaps, caught
from mailsafi_wizard.ui.opened_files import Application
from mailsafi_wizard.ui.pages import PAGES
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.unseen import be_unseen
from mailsafi_wizard.ui.window import Window

REHEARSAL_SPEED = 500_000  # bytes a second of each connection, so that the copy can be watched
SWITCH_INTERVAL = (
    0.001  # seconds a thread keeps the interpreter; Python's own 0.005 is felt on the screen while eight mailboxes are copied
)
THREADS = 16  # for short calls beside the screen

Main = Callable[["Wizard"], Coroutine[Any, Any, int]]


class Wizard:
    """The running application: one window, and the rehearsals that were started from it."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.window = Window(PAGES, self.begin_rehearsal)
        app.asked_to_open.connect(self.window.door.open_asked)
        self.window.language_chosen.connect(self._speak)
        self._rehearsals: list[Rehearsal] = []
        self._tasks: set[asyncio.Task[None]] = set()

    def begin_rehearsal(self) -> None:
        """Starts the sample servers beside the screen, then shows their project."""
        task = asyncio.get_running_loop().create_task(self._rehearse())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _rehearse(self) -> None:
        try:
            await self.rehearsed(REHEARSAL_SPEED)
        except Exception as error:  # noqa: BLE001 the top of this task: shown in place
            self.window.show_problem(Problem.of(error))

    async def rehearsed(self, speed: float) -> Rehearsal:
        """A rehearsal, open in the window. ``speed`` in bytes a second, 0 for as fast as it can."""
        rehearsal = await asyncio.to_thread(Rehearsal, None, speed)
        self._rehearsals.append(rehearsal)
        self.window.open_project(rehearsal.project)
        return rehearsal

    def _speak(self, language: str) -> None:
        words.use(language)
        menu.settings().setValue("language", language)
        self.app.setLayoutDirection(Qt.LayoutDirection.LeftToRight)
        self.window.build()

    def end(self) -> None:
        self.window.close_project()
        for rehearsal in self._rehearsals:
            rehearsal.close()


def run(project: Path | None) -> int:
    """The wizard, with ``project`` open or with the welcome. Returns the exit status; raises NoScreen."""

    async def main(wizard: Wizard) -> int:
        if project is not None:
            wizard.window.open_at(project, wizard.window.stop_and_close)
        return await _shown(wizard)

    _need_screen()
    return application(main)


def rehearse() -> int:
    """The wizard with the rehearsal open; raises NoScreen."""

    async def main(wizard: Wizard) -> int:
        wizard.begin_rehearsal()
        return await _shown(wizard)

    _need_screen()
    return application(main)


def rehearse_headless(out: Path) -> int:
    """The whole rehearsal through the wizard's own pages, without a screen: report.pdf and a picture of every step in ``out``.

    Returns 0 only when the ledger is complete and every file was written.
    """

    async def main(wizard: Wizard) -> int:
        try:
            rehearsal = await wizard.rehearsed(0)
            return 0 if await tour.walk(wizard.window, rehearsal.project, out, _say) else 1
        except (errors.MigrationError, OSError) as error:
            _say(f"The rehearsal has failed: {str(error) or type(error).__name__}")
            return 1

    do_without_screen()
    return application(main, looks="light")


def first_window() -> str:
    """Opens the wizard's window, waits until it is drawn and closes it again; the answer is the platform Qt drew on."""

    async def main(wizard: Wizard) -> int:
        wizard.window.show()
        await drawn(wizard.window)
        return 0

    application(main, looks="light")
    return QGuiApplication.platformName()


def has_screen() -> bool:
    """Whether Qt would find a screen; where it does not, it ends the program with no word that an admin understands."""
    return sys.platform != "linux" or any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"))


def do_without_screen() -> None:
    """What Qt draws from now on is seen by nobody."""
    be_unseen()


def _need_screen() -> None:
    if not has_screen():
        raise errors.NoScreen


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


async def _shown(wizard: Wizard) -> int:
    over = asyncio.get_running_loop().create_future()

    def close() -> None:
        if not over.done():
            over.set_result(0)

    wizard.window.closed.connect(close)
    wizard.window.show()
    return int(await over)


def application(main: Main, looks: str = "") -> int:
    """Runs ``main`` in an application of its own and returns its answer. ``looks``: colours to wear whatever the person has chosen, in English."""
    sys.setswitchinterval(SWITCH_INTERVAL)
    before = qInstallMessageHandler(_quiet)
    made = qt_application()
    made.setApplicationName("MailSafi Wizard")
    made.setApplicationVersion(__version__)
    made.setDesktopFileName("mailsafi-wizard")
    settings = menu.settings()
    words.use("en" if looks else str(settings.value("language", QLocale.system().name()[:2])))
    qt_words.install(made)
    theme.install(
        made, looks or str(settings.value("colours", "system")), 1.0 if looks else float(str(settings.value("zoom", 1.0)))
    )
    made.setWindowIcon(icons.app_icon())
    made.setQuitOnLastWindowClosed(False)  # the window may be in the tray while mailboxes are copied
    logbook = Logbook()
    loop = qasync.QEventLoop(made)
    pool = ThreadPoolExecutor(THREADS, thread_name_prefix="short-call")
    loop.set_default_executor(pool)  # qasync's own are QThreads that end too late
    with loop, pool:
        wizard, garbage = Wizard(made), Garbage(made)
        made.commitDataRequest.connect(lambda _session: wizard.window.keep_all())  # somebody logs out or shuts down
        mishaps = Mishaps(made)
        mishaps.told.connect(wizard.window.bug)
        for crash in logbook.crashes():
            wizard.window.headlines.tell_crash(crash)
        with caught(mishaps, loop, wizard.window.close), _closing_on_signals(wizard.window):
            try:
                return int(loop.run_until_complete(main(wizard)))
            finally:
                wizard.end()
                garbage.stop()
                qInstallMessageHandler(before)
                logbook.close()


def qt_application() -> Application:
    """The one there is or a new one, which lives as long as somebody holds it."""
    made = Application.instance() or Application(sys.argv[:1])
    assert isinstance(made, Application)
    return made


NOISE = (
    "This plugin does not support propagateSizeHints()",  # by the platform without a screen, for every window
    "Received text event for invalid interface.",  # by the bridge to screen readers, for every label that changes: some each second of a copy
)


def _quiet(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Qt's messages go to standard error, but for those that it repeats without end and that mean nothing."""
    if text not in NOISE:
        _say(text)


@contextlib.contextmanager
def _closing_on_signals(window: Window) -> Iterator[None]:
    """Ctrl-C and SIGTERM close the window as its own button would; a running copy is stopped cleanly first."""

    def handle(_number: int, _frame: types.FrameType | None) -> None:
        window.stop_and_close()

    numbers = (signal.SIGINT, signal.SIGTERM)
    before = {number: signal.signal(number, handle) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
