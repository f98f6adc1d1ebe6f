"""One mailbox pair, one thread: passes over it until every message is accounted for, or nothing more can be done.

A pass connects, looks, plans, copies, reads back. Whatever breaks, the next pass starts from the journal; so going on after a lost link,
after a pause and after a power cut are one and the same road.

What a pass needs is imported where it is used, and by `load` while the first connections are made: on a long line that costs no time.
"""

from __future__ import annotations

import contextlib
import importlib
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine import server_facts
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.engine.pacer import Pacer
from mailsafi_wizard.engine.pairs import NOT_LET_IN, Pairs, accounts
from mailsafi_wizard.engine.regulator import Regulator, Rest
from mailsafi_wizard.engine.slots import Slots
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.events import MailboxFinished, MessageFailed, Progress, Remark, Report, StateChanged
from mailsafi_wizard.model import FailedMessage, MailboxState, MessageState, Side
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.engine.copier import Copier
    from mailsafi_wizard.engine.plan import FolderWork
    from mailsafi_wizard.engine.verify import Findings
    from mailsafi_wizard.net.listing import Overview

PROGRESS_EVERY = 0.2  # seconds
MOST_SUSPICIONS = 3  # breaks blamed on one message before it is given up
MOST_BLAMED = 2  # messages given up in a row; after that it is the server, not the messages
GENTLE_AFTER = 2  # fruitless passes before going one message at a time
KNOCKS = 3  # connections in a row that were not let in while others worked, before fewer mailboxes are tried
PARK_FROM = 2.0  # seconds: who waits for longer lets another mailbox have its turn


class _Parked(Exception):
    """The mailbox has to wait, for a time, a server or a person."""


class _Denied(Exception):
    """The day's data are used up, or the hours are over: what was asked for has been settled."""

    def __init__(self, rest: Rest) -> None:
        self.rest = rest


def load() -> None:
    """Imports what a pass will need; for a thread of its own."""
    for name in ("looking", "lanes", "rounds", "verify", "refused_mail"):
        importlib.import_module(f"mailsafi_wizard.engine.{name}")


class Worker:
    """Runs one `Job`. ``report`` may be called from two threads."""

    def __init__(
        self, job: Job, journal: Journal, report: Report, control: Control, slots: Slots, regulator: Regulator | None = None
    ) -> None:
        self.job = job
        self._slots = slots
        self._regulator = regulator or Regulator(journal)
        self._allowance = self._regulator.allowance(*accounts(job))
        control.may_ask = self._allowance.ask
        self._ready: Callable[[], bool] = lambda: True
        self.resting: Rest | None = None  # what of the admin's pace it waits for
        self._pairs = Pairs(job, slots, self._regulator, self._allowance)
        self._guard = threading.Lock()  # several lanes tell of their progress
        self.control = control
        self._journal = journal
        self._report = report
        self._box = job.mailbox
        self._pacer = Pacer(job.persistence)
        self._style = Style()
        self._suspects: Counter[tuple[int, int]] = Counter()
        self._blamed_in_a_row = 0  # messages given up since the last one that was copied
        self._shut: Counter[int] = Counter()  # folder -> passes in which the source did not open it
        self._retry_failed = True
        self._lost_before: set[tuple[int, int]] = set()
        self._told = 0.0
        self._done = [0, 0, 0, 0]  # messages, bytes, copied, failed
        self._total = [0, 0]
        self.copied_bytes = 0
        self.exit_status = 1

    @property
    def copied(self) -> int:
        return self._done[2]

    # --- the road

    def run(self) -> MailboxState | None:
        """Works until the mailbox is settled; returns its state, which is also stored and reported. Never raises a MigrationError.

        None when it has to wait for long: it wants to be called again, in any thread, when it is `ready`.
        """
        problem: errors.MigrationError | None = None
        try:
            state = self._passes()
        except _Parked:
            return None
        except Interrupted:
            state = MailboxState.STOPPED
        except errors.ProjectError:
            raise
        except errors.MigrationError as e:
            problem = e
            self.exit_status = e.exit_status
            state = MailboxState.INCOMPLETE if self._pacer.proven else MailboxState.REFUSED
        self._finish(state, problem)
        return state

    @property
    def ready(self) -> bool:
        return self.control.stopped or self._ready()

    def end_resting(self) -> MailboxState:
        """Nobody waits for the hour at which it could go on: that is its state."""
        why = self.resting.why if self.resting else ""
        self._conclude(MailboxState.RESTING, why[:1].upper() + why[1:], N_("Run the same command again then."), "")
        return MailboxState.RESTING

    def _finish(self, state: MailboxState, problem: errors.MigrationError | None) -> None:
        words = (problem.title_text, problem.hint_text, problem.detail) if problem else ("", "", "")
        self._conclude(state, *words)

    def _conclude(self, state: MailboxState, *words: str) -> None:
        self._journal.set_state(self._box.id, state, *words)
        ledger = self._journal.ledger(self._box.id)
        self._report(MailboxFinished(self._box.id, self._box.address, state, ledger, *words))

    def _passes(self) -> MailboxState:
        self.resting = None
        while True:
            try:
                self.control.checkpoint()
                self._allowance.begin()
                self._rest(self._allowance.rest())
                with self._slots.one(self.control):
                    finished = self._pass_where_borne()
                if finished:
                    self._slots.went_well()
                    return self._verdict()
            except Interrupted:
                if self.control.stopped:
                    raise
                self._state(MailboxState.PAUSED)
                self._ready = lambda: not self.control.paused
                raise _Parked from None
            except _Denied as e:
                self._rest(e.rest)
            except errors.ProjectError:
                raise
            except errors.MigrationError as e:
                self._wait_after(e)

    def _wait_after(self, error: errors.MigrationError) -> None:
        if type(error).__name__ == "CommandMisread":
            self._style.careful = True
        wait = self._pacer.after(error, self._slots.reached)
        self._style.gentle = self._style.gentle or (self._pacer.fruitless >= GENTLE_AFTER and not self._pairs.knocks)
        self._state(MailboxState.BACKING_OFF, str(error), wait)
        if wait < PARK_FROM:
            self._pause(wait)
            return
        until = time.monotonic() + wait
        self._ready = lambda: self.control.paused or time.monotonic() >= until
        raise _Parked

    def _rest(self, rest: Rest | None) -> None:
        """Waits until the hour in ``rest``, or until the admin changes the pace, while others go on."""
        if rest is None:
            return
        regulator, changes = self._regulator, self._allowance.changes
        self._state(MailboxState.RESTING, rest.why, (rest.until - regulator.now).total_seconds())
        self.resting = rest
        self._ready = lambda: self.control.paused or regulator.changes != changes or regulator.now >= rest.until
        raise _Parked

    def _pause(self, seconds: float) -> None:
        with contextlib.suppress(Interrupted):  # the next pass looks at the switch first
            self.control.wait(seconds)

    def _verdict(self) -> MailboxState:
        ledger = self._journal.ledger(self._box.id)
        return MailboxState.DONE if ledger.complete else MailboxState.INCOMPLETE

    @contextlib.contextmanager
    def _sessions(self) -> Iterator[tuple[Session, Session]]:
        self._pairs.begin()
        try:
            pair = self._pairs.open()
            self._pacer.proven = True
            yield pair
            self._pairs.log_out()
        finally:
            self._pairs.drop()

    def _pass_where_borne(self) -> bool:
        """A pass; one that finds no connection free while other mailboxes hold some waits for theirs."""
        try:
            return self._pass()
        except errors.TooManyConnections as e:
            if self._pairs.count or not self._slots.refused(self._box.id, e.anyone):
                raise
            self._state(MailboxState.WAITING, str(e))
        except NOT_LET_IN as e:
            if self._pairs.knocks < KNOCKS or not self._slots.working or not self._slots.refused(self._box.id):
                raise
            self._state(MailboxState.WAITING, str(e))
        return False

    def _pass(self) -> bool:
        """One pass; True when nothing is left that another pass could mend."""
        from mailsafi_wizard.engine.looking import Looking
        from mailsafi_wizard.engine.verify import ReadBack

        self._state(MailboxState.CONNECTING)
        with self._sessions() as (source, destination):
            for side, session in ((Side.SOURCE, source), (Side.DESTINATION, destination)):
                server_facts.remember(self._journal, side, session)
            self._state(MailboxState.LOOKING)
            looking = Looking(self._journal, self._box.id, source, destination, self._remark, self._heard)
            works = looking.works(self._retry_failed)
            if looking.stale:
                return False
            self._retry_failed = False
            self._copy(source, destination, works)
            self._state(MailboxState.CHECKING)
            lookup, planner = looking.lookup, looking.planner
            self._leave_open(lookup.unreadable, looking.here)
            shut = looking.shut | {record.id for record, _error in planner.unreadable}
            findings = ReadBack(self._journal, destination).read([r for r in looking.records if r.id not in shut], looking.there)
            self._pacer.progress()
            for line in looking.here.garbled[:20]:
                self._remark(
                    "", N_("the old server lists something that cannot be read and names no folder: {line}").format(line=line)
                )
            return self._judge(findings, [*planner.unreadable, *lookup.unreadable])

    def _copy(self, source: Session, destination: Session, works: list[FolderWork]) -> None:
        from mailsafi_wizard.engine.lanes import Lanes
        from mailsafi_wizard.engine.refused_mail import RefusedMail
        from mailsafi_wizard.engine.rounds import Rounds

        self._total = [self._done[0] + sum(len(w) for w in works), self._done[1] + sum(w.bytes for w in works)]
        if not works:
            return
        self._state(MailboxState.COPYING)
        kept = RefusedMail(self._journal, source, destination, self._refused_place(), self.job.repair)
        rounds = Rounds(
            self._journal, source, destination, self.control, self._style, self._remark_work, self._fail, self._arrived, kept
        )
        works = rounds.too_big(works)
        lanes = Lanes((source, destination), self._pairs.open, self._copier, self._journal.release_thread, self._slots)
        while works:
            self._allowance.settle()
            self.control.unit = self._allowance.unit
            try:
                copiers = lanes.copy(works, self._style)
            except (errors.ConnectionLost, errors.ServerBusy, errors.TooManyConnections) as e:
                self._suspect(lanes.copiers[0], e)
                raise
            if self._allowance.denied:
                raise _Denied(self._allowance.denied)
            works = rounds.next(copiers)
        self._style.gentle = False
        rounds.close()

    def _copier(self, source: Session, destination: Session) -> Copier:
        from mailsafi_wizard.engine.copier import Copier

        return Copier(self._journal, source, destination, self.control, self._style, self._advanced, self._remark_work)

    def _refused_place(self) -> Path | None:
        from mailsafi_wizard.engine.message_files import mailbox_place

        return mailbox_place(self.job.refused_folder, self._box) if self.job.refused_folder else None

    def _arrived(self, work: FolderWork, size: int) -> None:
        self._advanced(work, 1, size, MessageState.COPIED)

    def _suspect(self, copier: Copier, error: errors.MigrationError) -> None:
        """A break in gentle style is blamed on the message under way; after a few it is given up, so that the others arrive."""
        if not self._style.gentle or not copier.blamed or isinstance(error, errors.FolderRenumbered):
            return
        work, uid = copier.blamed
        self._suspects[work.record.id, uid] += 2 if isinstance(error, errors.NoAnswer) else 1
        if self._blamed_in_a_row >= MOST_BLAMED or self._suspects[work.record.id, uid] < MOST_SUSPICIONS:
            return
        size = dict(zip(work.uids, work.sizes, strict=True)).get(uid, 0)
        reason = N_("each of {count} attempts ended the same way: {what}").format(count=MOST_SUSPICIONS, what=error.title_text) + (
            f" ({error.detail})" if error.detail else ""
        )
        self._fail(work, uid, size, reason, b"")
        self._style.gentle = False
        self._blamed_in_a_row += 1

    def _leave_open(self, unreadable: Sequence[tuple[FolderRecord, errors.ServerError]], here: Overview) -> None:
        """Folders that the destination doesn't open stay in the accounts as what they are: not copied."""
        from mailsafi_wizard.net.listing import Status

        for record, _error in unreadable:
            status = here.status.get(record.source, Status())
            record.s_count, record.checked = max(record.s_count, status.messages or 0), 0
        self._journal.save_folders([record for record, _error in unreadable])

    def _judge(self, findings: Findings, unreadable: Sequence[tuple[FolderRecord, errors.ServerError]]) -> bool:
        """Messages that were acknowledged but are not there get one more chance; then they are failed, by name. So do folders."""
        from mailsafi_wizard.engine.plan import FolderWork

        again = False
        for record, error in unreadable:
            self._shut[record.id] += 1
            if self._shut[record.id] < MOST_SUSPICIONS:
                again = True
            else:
                self._remark(
                    record.source_name,
                    N_("{host} does not open it, not all of it is copied: {why}").format(
                        host=error.fields.get("host"), why=error.detail
                    ),
                )
        if again:
            self._pause(max(1.0, *(e.wait for _record, e in unreadable if isinstance(e, errors.ServerBusy)), 0.0))
        for record, uid, size in findings.lost:
            self._fail(FolderWork(record), uid, size, N_("MailSafi said that it had stored the message, but does not show it"), b"")
            if (record.id, uid) not in self._lost_before:
                self._lost_before.add((record.id, uid))
                again = True
        for record, uid, size in findings.altered:
            self._fail(FolderWork(record), uid, size, N_("MailSafi holds a changed copy of the message"), b"")
        self._retry_failed = self._retry_failed or again
        return not again

    # --- telling

    def _state(self, state: MailboxState, why: str = "", seconds: float = 0.0) -> None:
        self._journal.set_state(self._box.id, state)
        self._report(StateChanged(self._box.id, self._box.address, state, why, seconds))

    def _heard(self, folder: str, count: int) -> None:
        self._report(StateChanged(self._box.id, self._box.address, MailboxState.LOOKING, f"{folder}: {count}"))

    def _remark(self, folder: str, text: str) -> None:
        if self._journal.add_remark(self._box.id, folder, text):
            self._report(Remark(self._box.id, self._box.address, folder, text))

    def _remark_work(self, work: FolderWork, text: str) -> None:
        self._remark(work.record.source_name, text)

    def _fail(self, work: FolderWork, uid: int, size: int, reason: str, date: bytes) -> None:
        from mailsafi_wizard.engine.copier import failed

        self._journal.record([failed(work, uid, size, reason, date)])
        message = FailedMessage(self._box.id, work.record.source_name, uid, size, date.decode("ascii", "replace").strip(), reason)
        self._report(MessageFailed(self._box.address, message))
        self._advanced(work, 1, size, MessageState.FAILED)

    def _advanced(self, work: FolderWork, messages: int, size: int, state: MessageState) -> None:
        with self._guard:
            self._count(messages, size, state)
            now = time.monotonic()
            if now - self._told < PROGRESS_EVERY and self._done[0] < self._total[0]:
                return
            self._told = now
            (messages_done, bytes_done, copied, failures), (most, most_bytes) = self._done, self._total
        self._report(
            Progress(
                self._box.id,
                work.record.source_name,
                messages_done,
                max(most, messages_done),
                bytes_done,
                max(most_bytes, bytes_done),
                copied,
                failures,
            )
        )

    def _count(self, messages: int, size: int, state: MessageState) -> None:
        self._done[0] += messages
        self._done[1] += size
        self._done[2] += messages * (state is MessageState.COPIED)
        self._done[3] += messages * (state is MessageState.FAILED)
        if state is MessageState.COPIED:
            self._blamed_in_a_row = 0
            self.copied_bytes += size
            self._regulator.line.moved(size)
            self._pacer.progress()
