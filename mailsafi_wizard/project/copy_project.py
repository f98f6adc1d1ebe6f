"""What a copy needs of a migration, and no more: a command that copies loads a third of the program.

Opens, makes and closes project files, also for `MigrationProject`.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Self

from mailsafi_wizard import errors
from mailsafi_wizard.model import Side
from mailsafi_wizard.project.copying import Copying
from mailsafi_wizard.store.journal import Journal

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, RecursionError)  # what reading a note may end in


class CopyProject(Copying):
    """One project file, and the copy."""

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new project file; raises ProjectError and its kinds, also when a file of this name exists."""
        project = cls(Journal.create(path))
        project.set_note("begun", dt.datetime.now(dt.UTC).date().isoformat())
        return project

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises ProjectMissing, NotAProject, NewerProject, DamagedProject, ProjectInUse or ProjectReadOnly; the file is then unchanged."""
        journal = Journal.open(path)
        try:
            project = cls(journal)
            project._read_through()
        except BaseException as e:
            journal.close()
            if isinstance(e, UNREADABLE):
                raise errors.DamagedProject(type(e).__name__, path=path) from e
            raise
        return project

    def _read_through(self) -> None:
        """Asks for all that must be readable: a file that was cut, or made by somebody else, is told of now and not in the midst of work."""
        for (value,) in self._journal.rows("SELECT value FROM note WHERE value GLOB '[[{]*'"):
            with contextlib.suppress(ValueError):  # for whoever reads it; a depth nobody bears is for nobody
                json.loads(value)
        for (value,) in self._journal.rows("SELECT value FROM note WHERE key GLOB 'connections.*'"):
            int(value)
        _read = self.company, self.begun, self.pace, *(f(side) for side in Side for f in (self.endpoint, self.admin, self.oauth))

    def close(self) -> None:
        """Stops a run cleanly, and what is being looked at; then closes the file."""
        self._end_rounds()
        if self._runner and self._runner.running:
            self._runner.stop()
            self._runner.wait(60)
        self._wait_for_rounds(60)
        self._journal.close()

    def _end_rounds(self) -> None:
        """Asks everything beside the copy to end; returns at once."""
        self.stop_sign_ins()
        self.stop_look()

    def _wait_for_rounds(self, seconds: float) -> None:
        """Waits for what must be over before the file is closed."""
