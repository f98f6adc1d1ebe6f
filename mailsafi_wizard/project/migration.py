"""Everything that can be asked of one migration, joined.

Every method may be called from any thread. Those that talk to servers block: a screen calls them beside its event loop.
"""

from __future__ import annotations

from typing import Self

from mailsafi_wizard.project.copy_project import CopyProject
from mailsafi_wizard.project.finishing import ID, Finishing
from mailsafi_wizard.project.plan import Plan
from mailsafi_wizard.project.reporting import Reporting
from mailsafi_wizard.project.signing import Signing
from mailsafi_wizard.project.since import SinceLast
from mailsafi_wizard.project.stragglers import Stragglers
from mailsafi_wizard.project.supporting import Supporting


class MigrationProject(Supporting, SinceLast, Reporting, Signing, Finishing, Plan, Stragglers, CopyProject):
    """One project file and what can be asked of it."""

    @classmethod
    def of(cls, project: CopyProject) -> Self:
        """Everything that can be asked of an open file; whoever opened it closes it."""
        return cls(project._journal)

    def _read_through(self) -> None:
        super()._read_through()
        _read = self.plan_begin, self.known_addresses(), self.sheets_made(), self.revoked(), self.erased(), self.resets()
        _rows = self.states(), self.runs(), self.sign_in_results(), self.checks(), self._sign_offs.all()
        _id = self.note(ID) and self.project_id  # which would make one

    def _end_rounds(self) -> None:
        self._end_passes()
        self._end_sending()
        super()._end_rounds()
        self.stop_check()
        self.stop_sheets()
        self.stop_programs()

    def _wait_for_rounds(self, seconds: float) -> None:
        self.wait_for_check(seconds)
        self._leave()
