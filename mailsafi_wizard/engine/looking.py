"""The part of a pass before the copy: what both sides hold, the destination made ready, and what is to be copied.

Where the journal knows of nothing in doubt, both sides are asked side by side, and as much as possible by one wait.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from mailsafi_wizard.engine.follow import FlagFollower
from mailsafi_wizard.engine.lookup import Lookup, folder_was_reset, is_another
from mailsafi_wizard.engine.mapping import Mapper
from mailsafi_wizard.engine.plan import FolderWork, Planner
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.net import listing
from mailsafi_wizard.net.listing import Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord


class Looking:
    """One look at both sides of a mailbox. ``remark(folder, text)`` hears of oddities, ``heard(folder, count)`` of long listings."""

    def __init__(
        self,
        journal: Journal,
        mailbox_id: int,
        source: Session,
        destination: Session,
        remark: Callable[[str, str], None],
        heard: Callable[[str, int], None],
    ) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self.here, self.there = both(lambda: listing.overview(source), lambda: listing.overview(destination))
        self._mapper = Mapper(journal, mailbox_id, self.here, self.there, remark)
        self.records = self._mapper.records()
        self.lookup = Lookup(journal, destination, self.there)
        self.planner = Planner(journal, source, self.here, heard, {r.id for r in self.records if self.lookup.may_hold_more(r)})
        self.follower = FlagFollower(journal, source, destination, self.here)
        self.stale = False  # what was found meanwhile makes another pass necessary

    def works(self, retry_failed: bool) -> list[FolderWork]:
        """What is to be copied; folders that exist are created, flags of earlier copies are brought up to date."""
        fresh = folder_was_reset(self._journal, self.records, self.there)
        works = self._one_by_one(fresh, retry_failed) if fresh or self._in_doubt() else self._side_by_side(retry_failed)
        shut = self.shut
        self.follower.apply([r for r in self._included() if r.id not in shut])
        for work in works:
            work.permanent = self.lookup.permanent.get(work.record.id)
            if self._journal.foreign(work.record.id):
                self.stale = self.stale or work.record.id not in self.planner.with_keys
                work.claims = self.lookup.claim(work.record, work.keys)
        return [] if self.stale else [work for work in works if work.record.id not in shut]

    @property
    def shut(self) -> set[int]:
        """Folders that the destination does not open."""
        return {record.id for record, _error in self.lookup.unreadable}

    def _included(self) -> list[FolderRecord]:
        return [r for r in self.records if not r.excluded_reason]

    def _in_doubt(self) -> bool:
        """Whether what the destination shows decides on what is to be copied."""
        status = self.there.status
        return any(
            self._journal.in_doubt(r.id)
            or is_another(r, status.get(r.destination, Status()).uidvalidity, status.get(r.destination, Status()).uidnext)
            for r in self.records
        )

    def _one_by_one(self, fresh: Sequence[FolderRecord], retry_failed: bool) -> list[FolderWork]:
        busy = {r.id for r in self.planner.busy(self.records, retry_failed)}
        self._mapper.create(self._destination, self.records, fresh, self.lookup, busy)
        shut = self.shut
        works = self.planner.plan([r for r in self.records if r.id not in shut], retry_failed)
        self.follower.ask([r for r in self._included() if r.id not in shut])
        self.follower.collect()
        return works

    def _side_by_side(self, retry_failed: bool) -> list[FolderWork]:
        busy = self.planner.busy(self.records, retry_failed)
        self.follower.ask(self._included())

        def make_ready() -> None:
            try:
                self._mapper.create(self._destination, self.records, (), self.lookup, {r.id for r in busy})
            finally:
                self._journal.release_thread()

        def look() -> list[FolderWork]:
            works = self.planner.plan_busy(self.records, busy, retry_failed, self.follower.take_asked)
            self.follower.collect()
            return works

        works, _ = both(look, make_ready)
        self.stale = self.lookup.rematched
        return works
