"""Compares what stands on both sides of one mailbox: identity, flags and dates of all messages, the content of some or all.

Both sides are read side by side, the source by EXAMINE and BODY.PEEK. What is held in memory is one stretch of a folder. How far the content
was compared is noted as it goes, so that a break costs one batch.
"""

from __future__ import annotations

import contextlib
import random
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import field

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.copier import failed
from mailsafi_wizard.engine.likeness import date_differs, flags_differ
from mailsafi_wizard.engine.lookup import Opened, opened
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.events import CheckProgress, DifferenceFound, Report
from mailsafi_wizard.model import CheckRecord, Depth, Difference, Differs, Mailbox
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.checks import Checks, Placed
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import N_

STRETCH = 2000  # messages listed at once
SET = 500  # UIDs named in one command where they are far apart
BATCH, BATCH_BYTES = 400, 16 << 20  # messages and bytes whose content is compared at once
TOLD_EVERY = 0.2  # seconds
CONTENT = N_("the content at MailSafi differs from the old server")


class NotNow(errors.MigrationError):
    """The admin's pace lets no more through; the comparison goes on from here another time."""

    title = "The pace you set lets no more through now: {why}"
    hint = "Check again then; it goes on where it stopped."
    exit_status = 4


@dataclass
class Amount:
    """Content to be compared and compared so far."""

    total: int = 0
    total_bytes: int = 0
    done: int = 0
    done_bytes: int = 0


@dataclass
class Folder:
    """A folder that both sides have, and which of its messages are compared by content: None for all."""

    record: FolderRecord
    permanent: frozenset[bytes] | None = None
    chosen: list[int] | None = field(default_factory=list)


class Comparison:
    """One pass over one mailbox. ``check`` is the comparison in the project file that it belongs to."""

    def __init__(
        self,
        journal: Journal,
        mailbox: Mailbox,
        check: CheckRecord,
        sides: tuple[Session, Session],
        control: Control,
        report: Report,
        may_ask: Callable[[int, int], str] = lambda size, messages: "",
    ) -> None:
        """``may_ask(bytes, messages)``: why so much may not be read now, "" when it may."""
        self._journal = journal
        self._checks = Checks(journal)
        self._box = mailbox
        self._check = check
        self._source, self._destination = sides
        self._control = control
        self._report = report
        self._may_ask = may_ask
        self._amount = Amount()
        self._unmapped: dict[tuple[int, int], tuple[str, ...]] = {}
        self._told = 0.0

    # --- the lists

    def lists(self, records: Sequence[FolderRecord], permanent: Mapping[int, frozenset[bytes] | None]) -> list[Folder]:
        """Identity, flags and dates of all messages of ``records``; returns the folders with what is to be compared by content."""
        self._checks.forget_lists(self._check.id)
        counts = [self._checks.placed_count(r.id) for r in records]
        ordinals = self._ordinals(sum(counts))
        folders, first = [], 0
        for record, count in zip(records, counts, strict=True):
            chosen = None if ordinals is None else {o - first for o in ordinals if first <= o < first + count}
            folder = Folder(record, permanent.get(record.id), None if chosen is None else [])
            first += count
            if count and self._list(folder, chosen):
                folders.append(folder)
        return folders

    def _ordinals(self, total: int) -> list[int] | None:
        """Places of the messages that are compared by content; None for all. The same for the whole of one comparison."""
        plan = self._check.plan
        if plan.depth is Depth.EVERYTHING:
            return None
        return sorted(random.Random(self._check.seed).sample(range(total), plan.sample_size(total)))

    def _open(self, record: FolderRecord) -> tuple[Opened, Opened] | None:
        """None where a side does not open the folder: that is told."""

        def one(session: Session, name: bytes) -> Opened | errors.CommandRefused:
            try:
                return opened(session, fetch.examine(session, name))
            except errors.CommandRefused as e:
                return e

        here, there = both(lambda: one(self._source, record.source), lambda: one(self._destination, record.destination))
        for answer, side in ((here, "source"), (there, "destination")):
            if isinstance(answer, errors.CommandRefused):
                self.tell([self.difference(record, 0, Differs.UNREAD, f"{side}: {answer.detail or answer.title_text}")])
        if isinstance(here, errors.CommandRefused) or isinstance(there, errors.CommandRefused):
            return None
        for session, numbers, known in ((self._source, here, record.s_validity), (self._destination, there, record.d_validity)):
            if None not in (numbers.validity, known) and numbers.validity != known:
                raise errors.FolderRenumbered(host=session.host)
        return here, there

    def _list(self, folder: Folder, chosen: Collection[int] | None) -> bool:
        if self._open(folder.record) is None:
            return False
        place = 0
        for rows in self._stretches(folder.record):
            self._control.checkpoint()
            doubtful = self._compare_lists(folder, rows)
            for row in rows:
                if (chosen is None or place in chosen) and row.uid not in doubtful:
                    self._amount.total += 1
                    self._amount.total_bytes += row.size
                    if folder.chosen is not None:
                        folder.chosen.append(row.uid)
                place += 1
        return True

    def _stretches(self, record: FolderRecord, after: int = 0) -> Iterator[list[Placed]]:
        while rows := self._checks.placed(record.id, after, STRETCH):
            yield rows
            after = rows[-1].uid

    def _compare_lists(self, folder: Folder, rows: list[Placed]) -> set[int]:
        """One stretch; what looks like another message is compared by content at once. Returns the UIDs that are settled by that or are gone."""
        record = folder.record
        here, there = both(
            lambda: _listed(self._source, [r.uid for r in rows], key=False),
            lambda: _listed(self._destination, sorted(r.d_uid for r in rows), key=True),
        )
        if absent := sorted(r.d_uid for r in rows if r.d_uid not in there):
            there |= _listed(self._destination, absent, key=True)  # one listing may lack a line
        gone = [r.uid for r in rows if r.d_uid not in there]
        self._journal.set_removed(record.id, gone)
        found: list[Difference] = []
        doubtful: list[Placed] = []
        for row in rows:
            if row.uid not in here or row.d_uid not in there:
                continue
            found += self._attributes(folder, row, here[row.uid], there[row.d_uid])
            if (row.size, row.key) != (there[row.d_uid].size, there[row.d_uid].key):
                doubtful.append(row)
        self.tell(found, len(rows) - len(gone))
        for batch in _batches(doubtful):
            self._contents(record, batch)
        return {*gone, *(r.uid for r in doubtful)}

    def _attributes(self, folder: Folder, row: Placed, here: Listed, there: Listed) -> Iterator[Difference]:
        if told := flags_differ(row.flags, here.flags, there.flags, folder.permanent, row.present):
            yield self.difference(folder.record, row.uid, *told)
        if not row.present and (words := date_differs(row.date, here.date, there.date)):
            yield self.difference(folder.record, row.uid, Differs.DATE, words)

    def users_moves(self, records: Iterable[FolderRecord]) -> None:
        """Mail that was seen and is gone: deleted by its user, or moved to where it is found under its Message-ID and size."""
        strangers: dict[tuple[int, int], tuple[str, ...]] | None = None
        for record in records:
            found = []
            for uid, size, key in self._checks.removed(record.id):
                if strangers is None:
                    strangers = self._checks.strangers(self._box.id) | self._unmapped
                places = [name for name in strangers.get((key, size), ()) if key]
                kind = Differs.USER_MOVED if places else Differs.USER_REMOVED
                found.append(self.difference(record, uid, kind, places[0] if places else ""))
            self.tell(found)

    def look_into(self, names: Iterable[tuple[bytes, str]]) -> None:
        """Folders that only the destination has (raw and readable name): their users may have moved mail there. Before `users_moves`."""
        found: dict[tuple[int, int], tuple[str, ...]] = {}
        for raw, name in names:
            self._control.checkpoint()
            with contextlib.suppress(errors.CommandRefused):
                if opened(self._destination, fetch.examine(self._destination, raw)).exists:
                    for entry in fetch.listing(self._destination, fetch.ask_listing(self._destination, b"1:*", key=True)):
                        found.setdefault((entry.key, entry.size), (name,))
        self._unmapped = found

    # --- the content

    def content(self, folders: Sequence[Folder]) -> None:
        """Compares the chosen messages of what `lists` returned, from where an earlier pass broke off."""
        done = self._checks.compared_to(self._check.id)
        for folder in folders:
            after = done.get(folder.record.id, 0)
            rows = list(self._chosen(folder)) if folder.chosen is not None else None
            skipped = [r for r in rows if r.uid <= after] if rows is not None else ()
            self._amount.done += len(skipped)
            stretches = [[r for r in rows if r.uid > after]] if rows is not None else self._stretches(folder.record, after)
            begun = False
            for stretch in stretches:
                for batch in _batches(stretch):
                    if not begun and self._open(folder.record) is None:
                        break
                    begun = True
                    self._batch(folder.record, batch)
        self._tell_progress("", always=True)

    def _chosen(self, folder: Folder) -> Iterator[Placed]:
        wanted = set(folder.chosen or ())
        for rows in self._stretches(folder.record) if wanted else ():
            yield from (row for row in rows if row.uid in wanted)

    def _batch(self, record: FolderRecord, batch: Sequence[Placed]) -> None:
        self._control.checkpoint()
        size = sum(row.size for row in batch)
        if why := self._may_ask(size, len(batch)):
            raise NotNow(why=why)
        compared = self._contents(record, batch)
        self._checks.advance(self._check.id, record.id, batch[-1].uid, compared, size)
        self._amount.done += len(batch)
        self._amount.done_bytes += size
        self._tell_progress(record.source_name)

    def _contents(self, record: FolderRecord, batch: Sequence[Placed]) -> int:
        """Reads both sides of these messages; what differs is failed in the ledger and told. Returns how many could be compared."""
        mine, theirs = both(
            lambda: digests(self._source, [r.uid for r in batch], {r.uid: r.size for r in batch}),
            lambda: digests(self._destination, [r.d_uid for r in batch], {r.d_uid: r.size for r in batch}),
        )
        compared, found = 0, []
        for row in batch:
            if row.uid not in mine or row.d_uid not in theirs:
                continue  # deleted at this very moment; the next look at the lists says where
            compared += 1
            if theirs[row.d_uid] != (row.repaired or mine[row.uid]):
                self._journal.record([failed(FolderWork(record), row.uid, row.size, CONTENT, row.date)])
                found.append(self.difference(record, row.uid, Differs.BYTES))
        self.tell(found)
        return compared

    # --- telling

    def difference(self, record: FolderRecord, uid: int, kind: Differs, detail: str = "") -> Difference:
        return Difference(self._box.id, record.source_name, uid, kind, detail)

    def tell(self, found: Sequence[Difference], listed: int = 0) -> None:
        """Notes differences and reports them."""
        if found or listed:
            self._checks.note(self._check.id, found, listed)
        for difference in found:
            self._report(DifferenceFound(self._box.address, difference))

    def _tell_progress(self, folder: str, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self._told >= TOLD_EVERY:
            self._told = now
            a = self._amount
            self._report(
                CheckProgress(
                    self._box.id,
                    self._box.address,
                    folder,
                    a.done,
                    max(a.total, a.done),
                    a.done_bytes,
                    max(a.total_bytes, a.done_bytes),
                )
            )


def _listed(session: Session, uids: Sequence[int], key: bool) -> dict[int, Listed]:
    """What the folder that is open shows of these UIDs, ascending: by one range where they stand close together."""
    if uids[-1] - uids[0] < 2 * len(uids) + SET:
        sets = [b"%d:%d" % (uids[0], uids[-1])]
    else:
        sets = [fetch.uid_set(uids[start : start + SET]) for start in range(0, len(uids), SET)]
    found: dict[int, Listed] = {}
    for some in sets:
        for entry in fetch.listing(session, fetch.ask_listing(session, some, key=key, flags=True, date=True)):
            found[entry.uid] = entry
    return found


def _batches(rows: Sequence[Placed]) -> Iterator[list[Placed]]:
    batch: list[Placed] = []
    size = 0
    for row in rows:
        if batch and (len(batch) >= BATCH or size + row.size > BATCH_BYTES):
            yield batch
            batch, size = [], 0
        batch.append(row)
        size += row.size
    if batch:
        yield batch
