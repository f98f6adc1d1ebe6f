"""The copy: started, paused, stopped."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.engine.runner import Runner
from mailsafi_wizard.events import Report
from mailsafi_wizard.project.answers import NO_PASSWORD
from mailsafi_wizard.project.census import Censuses
from mailsafi_wizard.project.pacing import Pacing
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.vault import Erased, Keeping
from mailsafi_wizard.words import N_


class Copying(Censuses, Pacing):
    """Runs of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._runner: Runner | None = None
        self.stays = True  # a run waits for mailboxes that rest until tomorrow, and does not end before

    def give_up_after(self, seconds: float) -> None:
        """How long a run waits for a server that worked before and is gone now; hours unless said otherwise."""
        self.persistence = replace(self.persistence, known=seconds)

    def start(self, report: Report, mailbox_ids: Iterable[int] | None = None) -> None:
        """Starts all mailboxes, or some, in background threads; raises WrongUsage when servers, mailboxes or passwords are missing."""
        if self.running:
            return
        jobs, missing = self._jobs(mailbox_ids)
        if missing:
            if self.keeping is Keeping.LOCKED:
                raise errors.PasswordsLocked
            raise errors.PasswordMissing(what=NO_PASSWORD[missing[0][1]].format(address=missing[0][0].address))
        if not jobs:
            raise errors.WrongUsage(what=N_("There are no mailboxes yet"))
        self._runner = Runner(self._journal, jobs, self._noting(report), self.regulated(), self.stays)
        self._runner.start()
        self._secrets.rest()  # the runner has what it needs, and lets go of it at the end

    def erase_secrets(self) -> Erased:
        """As `SignIns.erase_secrets`; raises WrongUsage during a run, which needs them."""
        if self.running:
            raise errors.WrongUsage(what=N_("The passwords can't be erased while mailboxes are being copied"))
        return super().erase_secrets()

    @property
    def running(self) -> bool:
        return bool(self._runner and self._runner.running)

    @property
    def _copying(self) -> bool:
        return self.running

    @property
    def broken(self) -> BaseException | None:
        """What ended the last run though it should not have: a full disk, or a bug."""
        return self._runner.broken if self._runner else None

    def pause(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.pause(mailbox_id)

    def resume(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.resume(mailbox_id)

    def stop(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.stop(mailbox_id)

    def wait(self, timeout: float | None = None) -> bool:
        """True when no run is active any more."""
        return self._runner.wait(timeout) if self._runner else True
