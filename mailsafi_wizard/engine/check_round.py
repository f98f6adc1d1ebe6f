"""Comparisons of many mailboxes side by side, as many at once as the servers bear: paused, resumed, stopped."""

from __future__ import annotations

from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.inspection import Inspection
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.engine.regulator import Regulator
from mailsafi_wizard.engine.slots import Slots
from mailsafi_wizard.engine.task_round import TaskRound
from mailsafi_wizard.events import MailboxFinished, Report
from mailsafi_wizard.model import CheckPlan, MailboxState
from mailsafi_wizard.store.journal import Journal


class CheckRound:
    """One round over some mailboxes. `run` once; the others may be called from any thread."""

    def __init__(
        self, journal: Journal, jobs: Sequence[Job], plan: CheckPlan, report: Report, regulator: Regulator, slots: Slots
    ) -> None:
        self._journal = journal
        self._report = report
        self._control = Control()
        self._inspections = [(job, Inspection(job, journal, report, plan, self._control, regulator)) for job in jobs]
        self._slots = slots
        self._problems: dict[int, errors.MigrationError] = {}

    def run(self) -> tuple[errors.MigrationError, ...]:
        """Works until every mailbox is compared or a stop is asked for; returns the problems of those that could not be."""
        TaskRound(
            self._inspections,
            self._do,
            self._give_up,
            self._slots,
            self._control,
            gate=lambda _task: not self._control.paused,
            leave=self._journal.release_thread,
        ).run()
        return tuple(self._problems[job.mailbox.id] for job, _ in self._inspections if job.mailbox.id in self._problems)

    def _do(self, task: tuple[Job, Inspection]) -> None:
        job, inspection = task
        problem = inspection.run()
        if problem is not None:
            self._problems[job.mailbox.id] = problem

    def _give_up(self, task: tuple[Job, Inspection], error: errors.MigrationError) -> None:
        box = task[0].mailbox
        self._problems[box.id] = error
        words = (error.title_text, error.hint_text, error.detail)
        self._journal.set_state(box.id, MailboxState.INCOMPLETE, *words)
        self._report(MailboxFinished(box.id, box.address, MailboxState.INCOMPLETE, self._journal.ledger(box.id), *words))

    # --- what the outside may ask

    def pause(self) -> None:
        self._control.pause()

    def resume(self) -> None:
        self._control.resume()

    def stop(self) -> None:
        """Returns at once; what was compared is kept, and the next round of the same kind goes on from there."""
        self._control.stop()

    @property
    def paused(self) -> bool:
        return self._control.paused and not self._control.stopped

    @property
    def stopped(self) -> bool:
        return self._control.stopped
