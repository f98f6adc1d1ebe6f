"""Reads both servers again without copying anything: the ledger is brought up to date, then both sides are compared (see `comparison`)."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.comparison import CONTENT, Comparison
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.copier import failed
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import Lookup
from mailsafi_wizard.engine.mapping import Mapper
from mailsafi_wizard.engine.pairs import accounts
from mailsafi_wizard.engine.plan import FolderWork, Planner
from mailsafi_wizard.engine.regulator import Allowance, Regulator
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.engine.task_round import Crowded
from mailsafi_wizard.engine.verify import ReadBack
from mailsafi_wizard.events import CheckFinished, MailboxFinished, Remark, Report, StateChanged
from mailsafi_wizard.model import CheckPlan, CheckRecord, Depth, Differs, MailboxState, Side
from mailsafi_wizard.net import listing
from mailsafi_wizard.net.grammar import decode_name
from mailsafi_wizard.net.listing import Overview
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.checks import Checks
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import N_

WAITS = (2.0, 10.0, 30.0)  # seconds after breaks in a row without headway; then the server is gone
MISSING = N_("MailSafi does not show the message as it was sent")
FOLDER_GONE = N_("the folder is no longer at MailSafi: it was deleted or renamed there")
_BREAKS = (errors.ConnectionLost, errors.ConnectionRefused, errors.ConnectTimeout, errors.ServerBusy, errors.TooManyConnections)


class Inspection:
    """One mailbox looked at again. It may be run again after an interruption, and goes on."""

    def __init__(
        self, job: Job, journal: Journal, report: Report, plan: CheckPlan, control: Control, regulator: Regulator | None = None
    ) -> None:
        self._job = job
        self._box = job.mailbox
        self._journal = journal
        self._checks = Checks(journal)
        self._report = report
        self._plan = plan
        self._control = control
        self._regulator = regulator or Regulator(journal)
        self._allowance: Allowance = self._regulator.allowance(*accounts(job))
        self._reached = False
        self._compared = -1

    def run(self) -> errors.MigrationError | None:
        """Returns what made a comparison impossible, None when nothing did. Raises Crowded, ProjectError, and Interrupted on a pause or stop."""
        self._state(MailboxState.CHECKING)
        check = self._checks.begin(self._box.id, self._plan, random.SystemRandom().randrange(1 << 32), _now())
        problem: errors.MigrationError | None = None
        try:
            self._until_done(check)
        except (errors.ProjectError, Crowded):
            raise
        except Interrupted:
            if self._control.stopped:
                self._conclude(check, "stopped", None)
            else:
                self._state(MailboxState.PAUSED)
            raise
        except errors.MigrationError as e:
            problem = e
        self._conclude(check, "broken" if problem else "done", problem)
        return problem

    def _until_done(self, check: CheckRecord) -> None:
        fruitless = 0
        while True:
            try:
                self._control.checkpoint()
                self._pass(check)
                return
            except _BREAKS as e:
                compared = self._checks.of(check.id).compared
                fruitless = 0 if compared > self._compared >= 0 else fruitless
                self._compared = compared
                if not self._reached or fruitless >= len(WAITS):
                    raise
                wait = WAITS[fruitless]
                fruitless += 1
                self._state(MailboxState.BACKING_OFF, str(e), wait)
                self._control.wait(wait)
                self._state(MailboxState.CHECKING)

    def _conclude(self, check: CheckRecord, outcome: str, problem: errors.MigrationError | None) -> None:
        record = self._checks.end(check.id, outcome, str(problem) if problem else "", _now())
        ledger = self._journal.ledger(self._box.id)
        state = MailboxState.DONE if ledger.complete and not problem else MailboxState.INCOMPLETE
        words = (problem.title_text, problem.hint_text, problem.detail) if problem else ("", "", "")
        self._journal.set_state(self._box.id, state, *words)
        self._report(CheckFinished(self._box.address, record))
        self._report(MailboxFinished(self._box.id, self._box.address, state, ledger, *words))

    # --- one pass

    def _pass(self, check: CheckRecord) -> None:
        sides = self._connected()
        self._reached = True
        try:
            self._look(check, *sides)
        finally:
            for session in sides:
                session.drop() if session.in_flight else session.logout()
            self._allowance.close()

    def _connected(self) -> tuple[Session, Session]:
        job, made = self._job, list[Session]()

        def start(side: Side) -> Session:
            endpoint, who = (job.source, job.source_sign_in) if side is Side.SOURCE else (job.destination, job.destination_sign_in)
            session = connect(endpoint, who, job.trust, job.patience)
            made.append(session)
            self._regulator.govern(session.wire)
            self._allowance.watch(side, session.wire)
            return session

        try:
            return both(lambda: start(Side.SOURCE), lambda: start(Side.DESTINATION))
        except errors.MigrationError as e:
            for session in made:
                session.drop()
            if isinstance(e, errors.TooManyConnections):
                raise Crowded(e, e.anyone) from e
            raise

    def _look(self, check: CheckRecord, source: Session, destination: Session) -> None:
        here, there = both(lambda: listing.overview(source), lambda: listing.overview(destination))
        records = Mapper(self._journal, self._box.id, here, there, self._remark).records()
        for record in records:
            record.checked, record.d_count = 0, None
        wanted = [r for r in records if not r.excluded_reason]
        known = [r for r in wanted if r.destination in there.folders]
        lookup = Lookup(self._journal, destination, there)
        lookup.look(known, {r.id for r in known})
        planner = Planner(self._journal, source, here, lambda folder, count: None)
        planner.plan(records, retry_failed=False)
        comparison = Comparison(
            self._journal, self._box, check, (source, destination), self._control, self._report, self._why_not_now
        )
        shut = [*planner.unreadable, *lookup.unreadable]
        closed = {record.id for record, _error in shut}
        findings = ReadBack(self._journal, destination).read([r for r in records if r.id not in closed], None)
        comparison.look_into(_only_there(there, records))
        folders = comparison.lists([r for r in known if r.id not in closed], lookup.permanent)
        comparison.users_moves(wanted)
        self._folders_gone(comparison, wanted, there)
        for record, error in shut:
            record.checked = 0
            comparison.tell([comparison.difference(record, 0, Differs.UNREAD, error.detail or error.title_text)])
        self._journal.save_folders([record for record, _error in shut])
        for kind, some in ((Differs.MISSING, findings.lost), (Differs.BYTES, findings.altered)):
            for record, uid, size in some:
                reason = MISSING if kind is Differs.MISSING else CONTENT
                self._journal.record([failed(FolderWork(record), uid, size, reason)])
                comparison.tell([comparison.difference(record, uid, kind)])
        if self._plan.depth is not Depth.COUNTS:
            comparison.content(folders)

    def _folders_gone(self, comparison: Comparison, records: Sequence[FolderRecord], there: Overview) -> None:
        """A whole folder that was there and is gone: its user may have renamed it, but that is for a person to say."""
        for record in records:
            if record.destination not in there.folders and self._journal.placed_uids(record.id):
                comparison.tell([comparison.difference(record, 0, Differs.MISSING, FOLDER_GONE)])

    def _why_not_now(self, size: int, messages: int) -> str:
        self._allowance.begin()
        if self._allowance.ask(size, messages):
            return ""
        return self._allowance.denied.why if self._allowance.denied else N_("it is outside the hours")

    # --- telling

    def _state(self, state: MailboxState, why: str = "", seconds: float = 0.0) -> None:
        self._report(StateChanged(self._box.id, self._box.address, state, why, seconds))

    def _remark(self, folder: str, text: str) -> None:
        if self._journal.add_remark(self._box.id, folder, text):
            self._report(Remark(self._box.id, self._box.address, folder, text))


def _only_there(there: Overview, records: Sequence[FolderRecord]) -> list[tuple[bytes, str]]:
    """Folders of the destination that none of the source's goes into, with their readable names."""
    ours = {record.destination for record in records}
    return [(raw, decode_name(raw)[0]) for raw, folder in there.folders.items() if raw not in ours and folder.selectable]


def _now() -> dt.datetime:
    return dt.datetime.now(dt.UTC).replace(microsecond=0)
