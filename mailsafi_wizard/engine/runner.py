"""Many workers side by side: start, pause, resume, stop, and the one summary at the end."""

from __future__ import annotations

import datetime as dt
import logging
import threading
import time
from collections.abc import Callable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.engine.regulator import LINE, Regulator
from mailsafi_wizard.engine.slots import LANES, MAILBOXES, PAIRS, Slots
from mailsafi_wizard.engine.turns import Turns
from mailsafi_wizard.engine.worker import Worker, load
from mailsafi_wizard.events import Report, RunStarted, StateChanged, Summary
from mailsafi_wizard.model import Ledger, MailboxState
from mailsafi_wizard.store.journal import Journal

log = logging.getLogger(__name__)
AT_ONCE = 8  # mailboxes
LEARNED = "connections."  # the notes that remember what the servers bore, see `slots`


class Runner:
    """One run over some mailboxes. Threads are daemons: a program that must end is not held up, the journal is always sound."""

    def __init__(
        self,
        journal: Journal,
        jobs: Sequence[Job],
        report: Report,
        regulator: Regulator | None = None,
        stays: bool = True,
        at_once: int = AT_ONCE,
    ) -> None:
        """``stays``: mailboxes that rest until another hour are waited for, be it days; else the run ends when no others are left."""
        self._journal = journal
        self._jobs = list(jobs)
        self._report = report
        self._at_once = max(1, at_once)
        self._regulator = regulator or Regulator(journal)
        self._stays = stays
        remembered = {what: int(journal.note(LEARNED + what) or 0) for what in (MAILBOXES, PAIRS, LANES)}
        self._slots = Slots(
            self._at_once,
            remembered,
            lambda what, size: journal.set_note(LEARNED + what, str(size)),
            self._regulator.most_mailboxes,
        )
        self._controls = {job.mailbox.id: Control() for job in jobs}
        self._states: dict[int, MailboxState] = {}
        self._statuses: list[int] = []
        self._workers: list[Worker] = []
        self._guard = threading.Lock()
        self._over = threading.Event()
        self._loading = threading.Thread(target=load, name="load", daemon=True)
        self.exit_status = 1
        self.broken: BaseException | None = None  # a bug or a full disk in a worker

    # --- what the outside may ask

    def start(self) -> None:
        threading.Thread(target=self._supervise, name="runner", daemon=True).start()
        self._loading.start()

    def pause(self, mailbox_id: int | None = None) -> None:
        self._each(mailbox_id, Control.pause)

    def resume(self, mailbox_id: int | None = None) -> None:
        self._each(mailbox_id, Control.resume)

    def stop(self, mailbox_id: int | None = None) -> None:
        """Returns at once; what is in flight is settled by the workers."""
        self._each(mailbox_id, Control.stop)

    def _each(self, mailbox_id: int | None, act: Callable[[Control], None]) -> None:
        for number, control in self._controls.items():
            if mailbox_id in (None, number):
                act(control)

    @property
    def running(self) -> bool:
        return not self._over.is_set()

    def wait(self, timeout: float | None = None) -> bool:
        return self._over.wait(timeout)

    # --- the run

    def _supervise(self) -> None:
        started = time.monotonic()
        try:
            run_id = self._journal.begin_run(dt.datetime.now(dt.UTC))
            self._report(RunStarted(len(self._jobs)))
            for job in self._jobs:
                self._journal.set_state(job.mailbox.id, MailboxState.WAITING)
                self._report(StateChanged(job.mailbox.id, job.mailbox.address, MailboxState.WAITING))
            self._run_all()
            self._loading.join()  # a program that ends in the midst of an import may crash
            self._conclude(run_id, time.monotonic() - started)
        except BaseException as e:  # noqa: BLE001 (the top of a thread: whoever waits for the run is told)
            self.broken = self.broken or e
            self._report(Summary(Ledger(), 1, time.monotonic() - started))
        finally:
            self._journal.release_thread()
            self._jobs, self._workers = [], []  # they hold passwords, which are not needed any more
            self._over.set()

    def _run_all(self) -> None:
        self._workers = [
            Worker(job, self._journal, self._report, self._controls[job.mailbox.id], self._slots, self._regulator)
            for job in self._jobs
        ]
        turns = Turns(self._workers, self._stays)
        threads = [
            threading.Thread(target=self._work, args=(turns,), name=f"worker-{i}", daemon=True)
            for i in range(min(self._at_once, len(self._jobs)))
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        for worker in turns.left if self.broken is None else ():
            self._states[worker.job.mailbox.id] = worker.end_resting()

    def _work(self, turns: Turns[Worker]) -> None:
        try:
            while (worker := turns.take()) is not None:
                state = worker.run()
                if state is None:
                    turns.park(worker)
                    continue
                with self._guard:
                    self._states[worker.job.mailbox.id] = state
                    self._statuses.append(worker.exit_status)
                turns.done()
        except BaseException as e:  # noqa: BLE001 (the top of a thread)
            self.broken = e
            turns.close()
            self.stop()
        finally:
            self._journal.release_thread()

    def _conclude(self, run_id: int, seconds: float) -> None:
        ledger = Ledger.joined(self._journal.ledger(job.mailbox.id) for job in self._jobs)
        self.exit_status = self._exit_status(ledger)
        outcome = {0: "done", 4: "stopped"}.get(self.exit_status, "incomplete")
        if self._regulator.line.rate:
            self._journal.set_note(LINE, str(round(self._regulator.line.rate)))
        self._index_refused()
        copied = sum(w.copied for w in self._workers)
        self._journal.end_run(run_id, dt.datetime.now(dt.UTC), copied, sum(w.copied_bytes for w in self._workers), outcome)
        if self.broken is not None and not isinstance(self.broken, errors.MigrationError):
            self.exit_status = 1
        self._report(Summary(ledger, self.exit_status, seconds))

    def _index_refused(self) -> None:
        """The list of what lies in the folder of refused messages; where it can't be written, the files are there all the same."""
        place = self._jobs[0].refused_folder if self._jobs else None
        if place is not None and place.is_dir():
            from mailsafi_wizard.engine import refused_index

            try:
                refused_index.write(self._journal, place)
            except OSError as e:
                log.warning("the index of refused messages was not written: %s", e)

    def _exit_status(self, ledger: Ledger) -> int:
        """0 only when the ledger says so; see the table of the command line."""
        if isinstance(self.broken, errors.MigrationError):
            return self.broken.exit_status
        if MailboxState.STOPPED in self._states.values():
            return 4
        if 3 in self._statuses:
            return 3
        if MailboxState.RESTING in self._states.values():
            return 4
        done = len(self._states) == len(self._jobs) and all(s is MailboxState.DONE for s in self._states.values())
        return 0 if done and ledger.complete else 1
