"""The look before the copy, and the copy itself: started, paused, stopped."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from mailsafi_wizard import errors
from mailsafi_wizard.engine import preflight
from mailsafi_wizard.engine.runner import AT_ONCE, Runner
from mailsafi_wizard.events import Report
from mailsafi_wizard.model import Forecast, MailboxCensus
from mailsafi_wizard.project.pacing import Pacing
from mailsafi_wizard.project.results import Results
from mailsafi_wizard.store.journal import Journal


class Copying(Results, Pacing):
    """Runs of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._runner: Runner | None = None
        self.stays = True  # a run waits for mailboxes that rest until tomorrow, and does not end before

    def give_up_after(self, seconds: float) -> None:
        """How long a run waits for a server that worked before and is gone now; hours unless said otherwise."""
        self.persistence = replace(self.persistence, known=seconds)

    def take_census(self, report: Report, mailbox_ids: Iterable[int] | None = None) -> tuple[MailboxCensus, ...]:
        """Looks at all mailboxes side by side; writes nothing but the project file."""
        jobs, missing = self._jobs(mailbox_ids)
        unknown = [MailboxCensus(number, error="No password is known") for number in {box.id for box, _ in missing}]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="census") as pool:
            found = [*unknown, *pool.map(preflight.take_census, jobs)]
        for census in found:
            self._journal.put_census(census.mailbox_id, preflight.census_to_text(census))
        return tuple(found)

    def census(self) -> tuple[MailboxCensus, ...]:
        return tuple(preflight.census_from_text(number, text) for number, text in self._journal.census())

    def forecast(self) -> Forecast | None:
        return preflight.forecast(self.census(), self.runs())

    def start(self, report: Report) -> None:
        """Starts all mailboxes in background threads; raises WrongUsage when servers, mailboxes or passwords are missing."""
        if self.running:
            return
        jobs, missing = self._jobs()
        if missing:
            raise errors.WrongUsage(what=f"No password is known for {missing[0][0].address} at the {missing[0][1].value}")
        if not jobs:
            raise errors.WrongUsage(what="There are no mailboxes yet")
        self._runner = Runner(self._journal, jobs, self._noting(report), self.regulated(), self.stays)
        self._runner.start()

    @property
    def running(self) -> bool:
        return bool(self._runner and self._runner.running)

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
