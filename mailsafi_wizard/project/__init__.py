"""One migration: the only door of the screen and the command line to everything below. Delegates, computes nothing.

Every method may be called from any thread. Those that talk to servers block: a screen calls them beside its event loop. What can be asked
stands in the files of this package, one subject each. They import what a copy does without where it is used: a command is to start at once.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from mailsafi_wizard.project.finishing import Finishing
from mailsafi_wizard.project.plan import Plan
from mailsafi_wizard.project.preparation import Preparation
from mailsafi_wizard.project.signing import Signing as Signing
from mailsafi_wizard.project.signing import signed_off as signed_off
from mailsafi_wizard.project.since import SinceLast
from mailsafi_wizard.project.stragglers import Stragglers
from mailsafi_wizard.project.supporting import Supporting
from mailsafi_wizard.store.journal import Journal


class MigrationProject(Supporting, SinceLast, Signing, Finishing, Plan, Stragglers, Preparation):
    """One project file and what can be asked of it."""

    @classmethod
    def create(cls, path: Path) -> MigrationProject:
        """A new project file; raises ProjectError and its kinds, also when a file of this name exists."""
        project = cls(Journal.create(path))
        project.set_note("begun", dt.datetime.now(dt.UTC).date().isoformat())
        return project

    @classmethod
    def open(cls, path: Path) -> MigrationProject:
        """Raises ProjectMissing, NotAProject, NewerProject, DamagedProject, ProjectInUse or ProjectReadOnly; the file is then unchanged."""
        return cls(Journal.open(path))

    def close(self) -> None:
        """Stops a run cleanly, and what is being looked at; then closes the file."""
        self._end_passes()
        self._end_sending()
        self.stop_sign_ins()
        self.stop_look()
        self.stop_check()
        self.stop_sheets()
        self.stop_programs()
        if self._runner and self._runner.running:
            self._runner.stop()
            self._runner.wait(60)
        self.wait_for_check(60)
        self._leave()
        self._journal.close()
