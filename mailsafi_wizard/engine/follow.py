"""Carries changes of flags over on later passes: what the source changed follows, what the user changed at the destination stays.

A three-way merge: the journal holds the flags of the last pass; only the source's difference from them is applied.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict, deque
from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import AHEAD, opened
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.attributes import storable_flags
from mailsafi_wizard.net.grammar import quoted
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord

STORE_AT_ONCE = 500
Groups = dict[tuple[bytes, bytes], list[int]]  # flags to set, flags to take away -> destination UIDs


class FlagFollower:
    """Works on one mailbox whose folders were copied before: `ask` and `collect` read the source, `apply` writes to the destination."""

    def __init__(self, journal: Journal, source: Session, destination: Session, overview: Overview) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self._overview = overview
        self._todo: deque[FolderRecord] = deque()
        self._asked: deque[tuple[FolderRecord, bytes, bytes]] = deque()
        self._changes: list[tuple[FolderRecord, list[tuple[int, bytes]], Groups]] = []
        self._seen: dict[int, int | None] = {}  # folder -> HIGHESTMODSEQ up to which it has been looked at

    def ask(self, records: Sequence[FolderRecord]) -> None:
        """Sends the first questions, without waiting."""
        for record in records:
            status = self._overview.status.get(record.source, Status())
            if record.s_modseq is not None and status.modseq == record.s_modseq:
                continue
            self._seen[record.id] = status.modseq
            if self._journal.live_count(record.id) and not fetch.needs_go_ahead(self._source, record.source):
                self._todo.append(record)
        self._send()

    def _send(self) -> None:
        while self._todo and len(self._asked) < AHEAD:
            record = self._todo.popleft()
            since = record.s_modseq if record.s_modseq and self._seen[record.id] else 0
            examine = fetch.examine(self._source, record.source)
            self._asked.append((record, examine, fetch.ask_listing(self._source, b"1:*", flags=True, changed_since=since)))

    def take_asked(self) -> None:
        """Takes the answers to what has been asked; nothing new is sent."""
        while self._asked:
            self._take(*self._asked.popleft())

    def collect(self) -> None:
        """Takes all answers and asks the rest."""
        while self._asked or self._todo:
            self._send()
            self._take(*self._asked.popleft())

    def apply(self, records: Sequence[FolderRecord]) -> int:
        """Carries over what was collected; only then counts it as seen."""
        for record, new, groups in self._changes:
            if groups and self._store(record, groups):
                self._journal.set_flags(record.id, new)
        for record in records:
            record.s_modseq = self._seen.get(record.id, record.s_modseq)
        self._journal.save_source(records)
        return sum(len(new) for _record, new, _groups in self._changes)

    def _take(self, record: FolderRecord, examine: bytes, tag: bytes) -> None:
        try:
            opened(self._source, examine)
        except errors.CommandRefused:  # the folder went or is shut: the next pass tells
            with contextlib.suppress(errors.CommandRefused):
                deque(fetch.listing(self._source, tag), maxlen=0)
            return
        self._compare(record, {e.uid: e.flags for e in fetch.listing(self._source, tag, sized=False)})

    def _compare(self, record: FolderRecord, now: dict[int, bytes]) -> None:
        groups: Groups = defaultdict(list)
        new: list[tuple[int, bytes]] = []
        for uid, d_uid, before in self._journal.flags(record.id):
            if uid not in now:
                continue
            after = storable_flags(now[uid])[0]
            if after == before:
                continue
            new.append((uid, after))
            added = b" ".join(sorted(set(after.split()) - set(before.split())))
            dropped = b" ".join(sorted(set(before.split()) - set(after.split())))
            if d_uid is not None:
                groups[added, dropped].append(d_uid)
        self._changes.append((record, new, groups))

    def _store(self, record: FolderRecord, groups: Groups) -> bool:
        try:
            self._destination.run(b"SELECT", quoted(record.destination))
        except errors.CommandRefused:
            return False  # the user has removed the folder: nothing to follow
        tags: deque[bytes] = deque()
        for (added, dropped), uids in groups.items():
            uids.sort()
            for start in range(0, len(uids), STORE_AT_ONCE):
                some = fetch.uid_set(uids[start : start + STORE_AT_ONCE])
                for sign, flags in ((b"+", added), (b"-", dropped)):
                    if flags:
                        tags.append(self._destination.send(b"UID STORE", some, sign + b"FLAGS.SILENT", b"(" + flags + b")"))
                    if len(tags) > AHEAD:
                        self._stored(tags.popleft())
        while tags:
            self._stored(tags.popleft())
        return True

    def _stored(self, tag: bytes) -> None:
        """A refused keyword is no failure: the mail is there."""
        with contextlib.suppress(errors.CommandRefused):
            deque(self._destination.replies(tag), maxlen=0)
