"""Reads both servers again without copying anything: counts and identity always, every message by content on demand."""

from __future__ import annotations

from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.copier import failed
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import Lookup, opened
from mailsafi_wizard.engine.mapping import Mapper
from mailsafi_wizard.engine.plan import FolderWork, Planner
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.engine.verify import ReadBack
from mailsafi_wizard.events import MailboxFinished, Remark, Report, StateChanged
from mailsafi_wizard.model import MailboxState
from mailsafi_wizard.net import fetch, listing
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord


class Inspection:
    """One mailbox looked at again."""

    def __init__(self, job: Job, journal: Journal, report: Report, deep: bool) -> None:
        self._job = job
        self._box = job.mailbox
        self._journal = journal
        self._report = report
        self._deep = deep

    def run(self) -> errors.MigrationError | None:
        """Brings the ledger up to date; returns what made that impossible, None when nothing did."""
        problem: errors.MigrationError | None = None
        self._report(StateChanged(self._box.id, self._box.address, MailboxState.CHECKING))
        try:
            self._look()
        except errors.ProjectError:
            raise
        except errors.MigrationError as e:
            problem = e
        ledger = self._journal.ledger(self._box.id)
        state = MailboxState.DONE if ledger.complete and not problem else MailboxState.INCOMPLETE
        words = (problem.title_text, problem.hint_text, problem.detail) if problem else ("", "", "")
        self._journal.set_state(self._box.id, state, *words)
        self._report(MailboxFinished(self._box.id, self._box.address, state, ledger, *words))
        return problem

    def _look(self) -> None:
        job = self._job
        source, destination = both(
            lambda: connect(job.source, job.source_sign_in, job.trust, job.patience),
            lambda: connect(job.destination, job.destination_sign_in, job.trust, job.patience),
        )
        try:
            here, there = both(lambda: listing.overview(source), lambda: listing.overview(destination))
            records = Mapper(self._journal, self._box.id, here, there, self._remark).records()
            for record in records:
                record.checked, record.d_count = 0, None
            Lookup(self._journal, destination, there).look(
                [r for r in records if not r.excluded_reason and r.destination in there.folders]
            )
            Planner(self._journal, source, here, lambda folder, count: None).plan(records, retry_failed=False)
            findings = ReadBack(self._journal, destination).read(records, None)
            for record, uid, size in [*findings.lost, *findings.altered]:
                self._fail(record, uid, size, "the destination does not show the message as it was sent")
            if self._deep:
                self._compare_content(source, destination, [r for r in records if not r.excluded_reason])
        finally:
            source.logout()
            destination.logout()

    def _compare_content(self, source: Session, destination: Session, records: Sequence[FolderRecord]) -> None:
        for record in records:
            places = self._journal.confirmed_uids(record.id)
            if not places:
                continue
            mine, theirs = both(
                lambda r=record, p=places: _digests(source, r.source, sorted(p.values())),  # type: ignore[misc]
                lambda r=record, p=places: _digests(destination, r.destination, sorted(p)),  # type: ignore[misc]
            )
            mine |= self._journal.repaired_digests(record.id)
            for d_uid, uid in places.items():
                if uid in mine and mine[uid] != theirs.get(d_uid):
                    self._fail(record, uid, 0, "the content at the destination differs from the source")

    def _fail(self, record: FolderRecord, uid: int, size: int, reason: str) -> None:
        self._journal.record([failed(FolderWork(record), uid, size, reason)])

    def _remark(self, folder: str, text: str) -> None:
        if self._journal.add_remark(self._box.id, folder, text):
            self._report(Remark(self._box.id, self._box.address, folder, text))


def _digests(session: Session, name: bytes, uids: list[int]) -> dict[int, bytes]:
    opened(session, fetch.examine(session, name))
    sizes = {e.uid: e.size for e in fetch.listing(session, fetch.ask_listing(session, b"1:*"))}
    return digests(session, [u for u in uids if u in sizes], sizes)


def inspect(job: Job, journal: Journal, report: Report, deep: bool) -> errors.MigrationError | None:
    """See `Inspection.run`; for thread pools: the thread's journal connection is given back."""
    try:
        return Inspection(job, journal, report, deep).run()
    finally:
        journal.release_thread()
