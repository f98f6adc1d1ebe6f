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
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session, quoted
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord

STORE_AT_ONCE = 500


class FlagFollower:
    """Works on one mailbox whose folders were copied before."""

    def __init__(self, journal: Journal, source: Session, destination: Session, overview: Overview) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self._overview = overview

    def follow(self, records: Sequence[FolderRecord]) -> int:
        """Number of messages whose flags changed. Folders without CONDSTORE (RFC 7162) are listed whole."""
        changed = 0
        asked: deque[tuple[FolderRecord, bytes, bytes]] = deque()
        for record in records:
            status = self._overview.status.get(record.source, Status())
            known = record.s_modseq
            if known is not None and status.modseq == known:
                continue
            record.s_modseq = status.modseq
            if not self._journal.live_count(record.id) or fetch.needs_go_ahead(self._source, record.source):
                continue
            examine = fetch.examine(self._source, record.source)
            since = known if known and status.modseq else 0
            asked.append((record, examine, fetch.ask_listing(self._source, b"1:*", flags=True, changed_since=since)))
            if len(asked) > AHEAD:
                changed += self._take(*asked.popleft())
        while asked:
            changed += self._take(*asked.popleft())
        self._journal.save_folders(records)
        return changed

    def _take(self, record: FolderRecord, examine: bytes, tag: bytes) -> int:
        try:
            opened(self._source, examine)
        except errors.CommandRefused:  # the folder went or is shut: the next pass tells
            with contextlib.suppress(errors.CommandRefused):
                deque(fetch.listing(self._source, tag), maxlen=0)
            return 0
        return self._carry(record, {e.uid: e.flags for e in fetch.listing(self._source, tag, sized=False)})

    def _carry(self, record: FolderRecord, now: dict[int, bytes]) -> int:
        groups: dict[tuple[bytes, bytes], list[int]] = defaultdict(list)
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
        if groups and self._store(record, groups):
            self._journal.set_flags(record.id, new)
        return len(new)

    def _store(self, record: FolderRecord, groups: dict[tuple[bytes, bytes], list[int]]) -> bool:
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
