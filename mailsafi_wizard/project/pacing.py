"""How fast and when copying may go, as the admin has chosen."""

from __future__ import annotations

import contextlib
import json

from mailsafi_wizard.engine.regulator import Regulator
from mailsafi_wizard.model import Pace
from mailsafi_wizard.project.answers import Answers
from mailsafi_wizard.store.journal import Journal


class Pacing(Answers):
    """The pace of a project; a change holds at once, also for a copy that is running."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._regulator = Regulator(journal)

    @property
    def pace(self) -> Pace:
        with contextlib.suppress(ValueError, TypeError, AttributeError):
            return Pace.from_facts(json.loads(self.note("pace") or "{}"))
        return Pace()

    def set_pace(self, pace: Pace) -> None:
        self.set_note("pace", json.dumps(pace.facts()))
        self.regulated()

    def regulated(self) -> Regulator:
        """What makes the pace hold, brought up to date."""
        regulator, pace, zone = self._regulator, self.pace, self.company.zone
        if (pace, zone) != (regulator.pace, regulator.zone):
            regulator.use(pace, zone)
        return regulator

    def used_today(self) -> int:
        """Bytes that all mailboxes together have received and sent today."""
        return self.regulated().used_today()
