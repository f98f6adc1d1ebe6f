"""Reads the destination back: what the journal calls copied must be there, by the server's own word."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import AHEAD, Opened, match_unplaced, opened
from mailsafi_wizard.engine.sample import Sample
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Foreign, Unconfirmed


@dataclass
class Findings:
    """What a read-back found wrong: (folder, source UID, size)."""

    lost: list[tuple[FolderRecord, int, int]] = field(default_factory=list)
    altered: list[tuple[FolderRecord, int, int]] = field(default_factory=list)


class ReadBack:
    """Confirms copies on one destination mailbox. The session is used read-only."""

    def __init__(self, journal: Journal, session: Session) -> None:
        self._journal = journal
        self._session = session
        self._sample = Sample(journal, session)
        self._later: deque[tuple[FolderRecord, list[tuple[Unconfirmed, Listed]], list[Unconfirmed], Opened, int]] = deque()

    def read(self, records: Sequence[FolderRecord], before: Overview | None) -> Findings:
        """Checks all folders where something was stored, or that changed since they were last read (``before`` holds their STATUS)."""
        findings = Findings()
        waiting: deque[tuple[FolderRecord, list[Unconfirmed], bytes, bytes]] = deque()
        for record in records:
            if record.excluded_reason:
                continue
            rows = self._journal.unconfirmed(record.id)
            if not rows and _unchanged(record, before):
                continue
            exotic = fetch.needs_go_ahead(self._session, record.destination)
            self._drain(waiting, findings, 0 if exotic else AHEAD)
            first = min([record.d_next, *(r.d_uid for r in rows if r.d_uid is not None)])
            examine = fetch.examine(self._session, record.destination)
            waiting.append((record, rows, examine, fetch.ask_listing(self._session, b"%d:*" % first, key=bool(rows))))
            self._drain(waiting, findings, 0 if exotic else AHEAD)
        self._drain(waiting, findings, 0)
        findings.altered += self._sample.altered()
        self._journal.save_folders(records)
        return findings

    def _drain(self, waiting: deque[tuple[FolderRecord, list[Unconfirmed], bytes, bytes]], findings: Findings, keep: int) -> None:
        while len(waiting) > keep:
            record, rows, examine, listing = waiting.popleft()
            try:
                numbers = opened(self._session, examine)
            except errors.CommandRefused:
                self._refused(record, rows, listing, findings)
                continue
            entries = {e.uid: e for e in fetch.listing(self._session, listing)}
            if record.d_validity is not None and numbers.validity not in (None, record.d_validity):
                raise errors.FolderRenumbered(host=self._session.host)
            record.d_validity = numbers.validity
            self._check(record, rows, numbers, entries, findings, bool(waiting))

    def _refused(self, record: FolderRecord, rows: list[Unconfirmed], listing: bytes, findings: Findings) -> None:
        """The folder can't be opened: nothing in it is confirmed. The listing that was in flight has been refused too."""
        try:
            for _ in fetch.listing(self._session, listing):
                pass
        except errors.CommandRefused:
            pass
        findings.lost += [(record, r.uid, r.size) for r in rows]
        if not rows and record.s_count == 0:
            record.checked = 1  # an empty folder the user has removed

    def _check(
        self,
        record: FolderRecord,
        rows: list[Unconfirmed],
        numbers: Opened,
        entries: dict[int, Listed],
        findings: Findings,
        busy: bool,
    ) -> None:
        placed, strangers = self._placed(record, rows, entries)
        sound, doubtful, missing = [], [], []
        for row in rows:
            entry = entries.get(placed.get(row.uid, 0))
            if entry is None:
                missing.append(row)
            elif _alike(row, entry):
                sound.append((row.uid, entry.uid))
                self._sample.offer(record, row, entry.uid)
            else:
                doubtful.append((row, entry))
        self._journal.confirm(record.id, sound)
        new = sum(uid >= record.d_next for uid in entries)
        taken = set(placed.values())
        self._journal.put_foreign(record.id, [Foreign(e.uid, e.size, e.key, None) for e in strangers if e.uid not in taken])
        if not missing:  # else the next look-up starts where they may turn up after all
            record.d_next = max([record.d_next, *(uid + 1 for uid in entries)])
        self._later.append((record, doubtful, missing, numbers, new))
        if not busy:
            self._look_closer(findings)

    def _placed(
        self, record: FolderRecord, rows: Sequence[Unconfirmed], entries: dict[int, Listed]
    ) -> tuple[dict[int, int], list[Listed]]:
        """Source UID -> destination UID, and what is new there. Where a UID that the server told shows something else, it is not believed."""
        told = {r.uid: r.d_uid for r in rows if r.d_uid is not None and r.d_uid in entries}
        right = {r.uid: told[r.uid] for r in rows if r.uid in told and _alike(r, entries[told[r.uid]])}
        astray = [r._replace(d_uid=None) for r in rows if r.uid not in right]
        ours = self._journal.placed_uids(record.id) - {r.d_uid for r in rows if r.uid not in right} | set(right.values())
        strangers = [e for uid, e in entries.items() if uid >= record.d_next and uid not in ours]
        found = {uid: d_uid for uid, d_uid in match_unplaced(astray, strangers) if d_uid is not None}
        return told | found | right, strangers

    def _look_closer(self, findings: Findings) -> None:
        """With nothing in flight: content where size or Message-ID differ, what was not shown, and what users have removed."""
        while self._later:
            record, doubtful, missing, numbers, new = self._later.popleft()
            self._compare(record, doubtful, findings)
            self._look_again(record, missing, findings)
            if record.d_count is None or record.d_count + new != numbers.exists:
                self._find_removed(record, numbers)
            record.d_count = numbers.exists
            record.checked = 1

    def _look_again(self, record: FolderRecord, missing: Sequence[Unconfirmed], findings: Findings) -> None:
        """One listing may lack a line: nothing is called lost, and then sent again, before a second one has not shown it either."""
        if not missing:
            return
        opened(self._session, fetch.examine(self._session, record.destination))
        listing = fetch.ask_listing(self._session, b"1:*", key=True)
        entries = {e.uid: e for e in fetch.listing(self._session, listing)}
        placed, _strangers = self._placed(record, missing, entries)
        found = [(r.uid, placed[r.uid]) for r in missing if r.uid in placed and _alike(r, entries[placed[r.uid]])]
        self._journal.confirm(record.id, found)
        findings.lost += [(record, r.uid, r.size) for r in missing if (r.uid, placed.get(r.uid)) not in set(found)]

    def _compare(self, record: FolderRecord, doubtful: list[tuple[Unconfirmed, Listed]], findings: Findings) -> None:
        if not doubtful:
            return
        opened(self._session, fetch.examine(self._session, record.destination))
        found = digests(self._session, sorted(e.uid for _, e in doubtful), {e.uid: e.size for _, e in doubtful})
        same = [(row.uid, e.uid) for row, e in doubtful if row.digest is not None and found.get(e.uid) == row.digest]
        self._journal.confirm(record.id, same)
        findings.altered += [(record, row.uid, row.size) for row, e in doubtful if (row.uid, e.uid) not in set(same)]

    def _find_removed(self, record: FolderRecord, numbers: Opened) -> None:
        confirmed = self._journal.confirmed_uids(record.id)
        if len(confirmed) == 0 or (record.d_count is None and len(confirmed) == numbers.exists):
            return
        opened(self._session, fetch.examine(self._session, record.destination))
        there = {e.uid for e in fetch.listing(self._session, fetch.ask_listing(self._session, b"1:*"))} if numbers.exists else set()
        self._journal.set_removed(record.id, [uid for d_uid, uid in confirmed.items() if d_uid not in there])


def _alike(row: Unconfirmed, entry: Listed) -> bool:
    return (row.size, row.key) == (entry.size, entry.key)


def _unchanged(record: FolderRecord, before: Overview | None) -> bool:
    if before is None or not record.checked:
        return False
    status = before.status.get(record.destination, Status())
    return status.uidvalidity == record.d_validity and status.messages == record.d_count and status.uidnext == record.d_next
