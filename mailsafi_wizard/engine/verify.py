"""Reads the destination back: what the journal calls copied must be there, by the server's own word."""

from __future__ import annotations

import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import field
from typing import NamedTuple

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import Opened, match_unplaced, opened
from mailsafi_wizard.engine.sample import Sample
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Foreign, Unconfirmed

ROWS_AT_ONCE = 2000  # messages to be found by one listing
ROWS_AHEAD = 6000  # messages whose listings are in flight
EACH = 400  # what a listing weighs beside its messages, in messages


@dataclass
class Findings:
    """What a read-back found wrong: (folder, source UID, size)."""

    lost: list[tuple[FolderRecord, int, int]] = field(default_factory=list)
    altered: list[tuple[FolderRecord, int, int]] = field(default_factory=list)


@dataclass
class Folder:
    """A folder under way."""

    record: FolderRecord
    whole: bool = True  # read in one stretch
    numbers: Opened | None = None
    shut: bool = False  # the destination does not open it
    new: int = 0  # messages from ``d_next`` on
    highest: int = 0  # UID listed so far
    doubtful: list[tuple[Unconfirmed, Listed]] = field(default_factory=list)
    missing: list[Unconfirmed] = field(default_factory=list)
    early: dict[int, Listed] = field(default_factory=dict)

    def entries(self, part: Part, listed: Iterable[Listed]) -> dict[int, Listed]:
        """Those of one stretch. Servers may begin the next listing before they end one (RFC 9051 section 5.5): what belongs there is kept."""
        found = self.early | {e.uid: e for e in listed if e.uid >= part.first}
        self.early = {uid: found.pop(uid) for uid in list(found) if part.last and uid > part.last}
        return found


class Part(NamedTuple):
    """A listing of one stretch of a folder, in flight, and the rows to be found in it. ``last`` 0: to the folder's end."""

    folder: Folder
    rows: list[Unconfirmed]
    first: int
    last: int
    examine: bytes  # tag, b"" but for a folder's first part
    listing: bytes


class ReadBack:
    """Confirms copies on one destination mailbox. The session is used read-only. What is held does not grow with the mailbox."""

    def __init__(self, journal: Journal, session: Session) -> None:
        self._journal = journal
        self._session = session
        self._sample = Sample(journal, session)
        self._waiting: deque[Part] = deque()
        self._later: deque[Folder] = deque()

    def read(self, records: Sequence[FolderRecord], before: Overview | None) -> Findings:
        """Checks all folders where something was stored, or that changed since they were last read (``before`` holds their STATUS)."""
        findings = Findings()
        for record in records:
            if record.excluded_reason or (not self._journal.has_unconfirmed(record.id) and _unchanged(record, before)):
                continue
            exotic = fetch.needs_go_ahead(self._session, record.destination)
            self._drain(findings, 0 if exotic else ROWS_AHEAD)
            self._ask(record, findings)
            self._drain(findings, 0 if exotic else ROWS_AHEAD)
        self._drain(findings, 0)
        findings.altered += self._sample.altered()
        self._journal.save_folders(records)
        return findings

    def _ask(self, record: FolderRecord, findings: Findings) -> None:
        """Sends the listings of a folder, stretch by stretch; without the destination's UIDs it is one stretch."""
        folder, examine = Folder(record), fetch.examine(self._session, record.destination)
        most = ROWS_AT_ONCE if self._journal.all_placed(record.id) else 1 << 30
        rows = self._journal.unconfirmed(record.id, 0, most)
        cursor = min([record.d_next, *(r.d_uid for r in rows if r.d_uid is not None)])
        while True:
            if len(rows) == most:
                folder.whole = False
            following = self._journal.unconfirmed(record.id, rows[-1].uid, most) if len(rows) == most else []
            placed = [r.d_uid for r in rows if r.d_uid is not None]
            first, last = min([cursor, *placed]), max(placed, default=0) if following else 0
            uids = b"%d:%d" % (first, last) if last else b"%d:*" % first
            listing = fetch.ask_listing(self._session, uids, key=bool(rows))
            self._waiting.append(Part(folder, rows, first, last, examine, listing))
            if not following:
                return
            cursor, rows, examine = max(cursor, last + 1), following, b""
            self._drain(findings, ROWS_AHEAD)

    def _drain(self, findings: Findings, keep: int) -> None:
        """Takes answers until no more than about ``keep`` rows are waited for."""
        while self._waiting and (keep == 0 or sum(len(p.rows) + EACH for p in self._waiting) > keep):
            self._take(self._waiting.popleft(), findings)
            if not self._waiting:
                self._look_closer(findings)

    def _take(self, part: Part, findings: Findings) -> None:
        folder, record = part.folder, part.folder.record
        if part.examine:
            self._open(folder, part.examine)
        if folder.shut:
            self._refused(part, findings)
            return
        entries = folder.entries(part, fetch.listing(self._session, part.listing))
        self._check(folder, part.rows, entries)
        if part.last == 0:
            if not folder.missing:  # else the next look-up starts where they may turn up after all
                record.d_next = max(record.d_next, folder.highest + 1)
            self._later.append(folder)

    def _open(self, folder: Folder, examine: bytes) -> None:
        record = folder.record
        try:
            numbers = folder.numbers = opened(self._session, examine)
        except errors.CommandRefused:
            folder.shut = True
            return
        if record.d_validity is not None and numbers.validity not in (None, record.d_validity):
            raise errors.FolderRenumbered(host=self._session.host)
        record.d_validity = numbers.validity

    def _refused(self, part: Part, findings: Findings) -> None:
        """The folder can't be opened: nothing in it is confirmed. The listing that was in flight has been refused too."""
        with contextlib.suppress(errors.CommandRefused):
            deque(fetch.listing(self._session, part.listing), maxlen=0)
        record = part.folder.record
        findings.lost += [(record, r.uid, r.size) for r in part.rows]
        if not part.rows and record.s_count == 0:
            record.checked = 1  # an empty folder the user has removed

    def _check(self, folder: Folder, rows: list[Unconfirmed], entries: dict[int, Listed]) -> None:
        record = folder.record
        placed, strangers = self._placed(record, rows, entries)
        sound = []
        for row in rows:
            entry = entries.get(placed.get(row.uid, 0))
            if entry is None:
                folder.missing.append(row)
            elif _alike(row, entry):
                sound.append((row.uid, entry.uid))
                self._sample.offer(record, row, entry.uid)
            elif folder.whole:
                folder.doubtful.append((row, entry))
            else:
                folder.missing.append(row)  # it may stand in another stretch
        self._journal.confirm(record.id, sound)
        taken = set(placed.values())
        self._journal.put_foreign(record.id, [Foreign(e.uid, e.size, e.key, None) for e in strangers if e.uid not in taken])
        folder.new += sum(uid >= record.d_next and uid > folder.highest for uid in entries)
        folder.highest = max([folder.highest, *entries])

    def _placed(
        self, record: FolderRecord, rows: Sequence[Unconfirmed], entries: dict[int, Listed]
    ) -> tuple[dict[int, int], list[Listed]]:
        """Source UID -> destination UID, and what is new there. Where a UID that the server told shows something else, it is not believed."""
        told = {r.uid: r.d_uid for r in rows if r.d_uid is not None and r.d_uid in entries}
        right = {r.uid: told[r.uid] for r in rows if r.uid in told and _alike(r, entries[told[r.uid]])}
        ours = set(right.values())
        strangers = [e for uid, e in entries.items() if uid >= record.d_next and uid not in ours]
        if not strangers:
            return told, []
        ours |= self._journal.placed_uids(record.id) - {r.d_uid for r in rows if r.uid not in right}
        strangers = [e for e in strangers if e.uid not in ours]
        astray = [r._replace(d_uid=None) for r in rows if r.uid not in right]
        found = {uid: d_uid for uid, d_uid in match_unplaced(astray, strangers) if d_uid is not None}
        return told | found | right, strangers

    def _look_closer(self, findings: Findings) -> None:
        """With nothing in flight: content where size or Message-ID differ, what was not shown, and what users have removed."""
        while self._later:
            folder = self._later.popleft()
            record, numbers = folder.record, folder.numbers
            assert numbers is not None
            folder.doubtful += self._look_again(record, folder.missing, findings)
            self._compare(record, folder.doubtful, findings)
            if record.d_count is None or record.d_count + folder.new != numbers.exists:
                self._find_removed(record, numbers)
            record.d_count = numbers.exists
            record.checked = 1

    def _look_again(
        self, record: FolderRecord, missing: Sequence[Unconfirmed], findings: Findings
    ) -> list[tuple[Unconfirmed, Listed]]:
        """One listing may lack a line: nothing is called lost, and then sent again, before a second one has not shown it either.

        Returns those that are shown otherwise than they were sent.
        """
        if not missing:
            return []
        opened(self._session, fetch.examine(self._session, record.destination))
        listing = fetch.ask_listing(self._session, b"1:*", key=True)
        entries = {e.uid: e for e in fetch.listing(self._session, listing)}
        placed, _strangers = self._placed(record, missing, entries)
        shown = [(r, entries[placed[r.uid]]) for r in missing if r.uid in placed]
        self._journal.confirm(record.id, [(r.uid, e.uid) for r, e in shown if _alike(r, e)])
        findings.lost += [(record, r.uid, r.size) for r in missing if r.uid not in placed]
        return [(r, e) for r, e in shown if not _alike(r, e)]

    def _compare(self, record: FolderRecord, doubtful: list[tuple[Unconfirmed, Listed]], findings: Findings) -> None:
        if not doubtful:
            return
        opened(self._session, fetch.examine(self._session, record.destination))
        found = digests(self._session, sorted(e.uid for _, e in doubtful), {e.uid: e.size for _, e in doubtful})
        same = [(row.uid, e.uid) for row, e in doubtful if row.digest is not None and found.get(e.uid) == row.digest]
        self._journal.confirm(record.id, same)
        sound = {uid for uid, _d_uid in same}
        findings.altered += [(record, row.uid, row.size) for row, _entry in doubtful if row.uid not in sound]

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
