"""Opens project files for a window. One that another window has already, perhaps in the tray, is not opened twice: that window comes to the front.

Who finds the project in use lays a small file beside it, the knock; the window that has the project takes it away and comes. Works wherever
the lock does, and needs no port. A command that has the project does not look, and the knock stays unanswered.
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer

from mailsafi_wizard.errors import ProjectInUse
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.widgets import Tone
from mailsafi_wizard.words import _

LISTEN_EVERY = 1_000  # milliseconds
PATIENCE = 4.0  # seconds until an unanswered knock is taken back
LOOK_EVERY = 0.1


Elsewhere = Callable[[], object] | None  # what to do when another window has the project and came; where None, that is told


class Shell(Protocol):
    """What it asks of the window."""

    project: MigrationProject | None

    def open_project(self, project: MigrationProject) -> None: ...
    def come_back(self) -> None: ...
    def show_problem(self, problem: Problem | None) -> None: ...


def place(project: Path) -> Path:
    return project.with_name(f"{project.name}.knock")


class Door(QObject):
    """Shows what went wrong in the window, which stays as it was then."""

    def __init__(self, window: QObject | None, shell: Shell) -> None:
        super().__init__(window)
        self._shell = shell
        self._tasks: set[asyncio.Task[None]] = set()
        self._timer = QTimer(self)
        self._timer.setInterval(LISTEN_EVERY)
        self._timer.timeout.connect(self.listen)
        self._timer.start()

    def open(self, path: Path, elsewhere: Elsewhere = None) -> None:
        here = self._shell.project
        if here is not None and here.path.resolve() == path.resolve():
            self._shell.come_back()
        else:
            self._try(path, lambda: MigrationProject.open(path), elsewhere)

    def open_asked(self, path: str) -> None:
        """The system asks to open a file. While mailboxes are being copied nothing else is opened."""
        if self._shell.project is None or not self._shell.project.running:
            self.open(Path(path))

    def create(self, path: Path) -> None:
        self._try(path, lambda: MigrationProject.create(path), None)

    def _try(self, path: Path, make: Callable[[], MigrationProject], elsewhere: Elsewhere) -> None:
        try:
            project = make()
        except ProjectInUse as error:
            self._knock(path, error, elsewhere)
        except Exception as error:  # noqa: BLE001 shown in place; the window stays as it was
            self._shell.show_problem(Problem.of(error))
        else:
            self._shell.open_project(project)

    def listen(self) -> None:
        """Comes to the front when somebody has knocked."""
        project = self._shell.project
        if project is None:
            return
        with contextlib.suppress(OSError):
            place(project.path.resolve()).unlink()
            self._shell.come_back()

    def _knock(self, path: Path, error: ProjectInUse, elsewhere: Elsewhere) -> None:
        task = asyncio.get_running_loop().create_task(self._wait(path, error, elsewhere))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _wait(self, path: Path, error: ProjectInUse, elsewhere: Elsewhere) -> None:
        if not await _came(place(path.resolve())):
            self._shell.show_problem(Problem.of(error))
        elif elsewhere is not None:
            elsewhere()
        else:
            what = _("This project is open in another window, which has come to the front.")
            self._shell.show_problem(Problem(what, tone=Tone.INFO))


async def _came(knock: Path) -> bool:
    try:
        knock.touch(mode=0o600)
        for _look in range(round(PATIENCE / LOOK_EVERY)):
            await asyncio.sleep(LOOK_EVERY)
            if not knock.exists():
                return True
        knock.unlink(missing_ok=True)
    except OSError:
        return False
    return False
