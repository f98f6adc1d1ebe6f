"""What is to be copied: the source's listing against the journal. Reads the source with EXAMINE only."""

from __future__ import annotations

import contextlib
from array import array
from collections import deque
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from dataclasses import field

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import Opened, opened
from mailsafi_wizard.engine.rest import Rest
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord

AHEAD = 16
UNIT_BYTES = 8 << 20  # of the messages asked for by one command


@dataclass
class FolderWork:
    """One folder with something to do. ``uids`` and ``sizes`` (bytes) are parallel, ascending by UID; ``keys`` are Message-ID keys found."""

    record: FolderRecord
    uids: array[int] = field(default_factory=lambda: array("L"))
    sizes: array[int] = field(default_factory=lambda: array("Q"))
    keys: set[int] = field(default_factory=set)
    pairs: dict[int, tuple[int, int]] = field(default_factory=dict)  # UID -> key and size, where `Rest` wants them
    claims: dict[bytes, deque[int]] = field(default_factory=dict)
    permanent: frozenset[bytes] | None = None
    highest: int = 0  # the highest UID listed

    def __len__(self) -> int:
        return len(self.uids)

    @property
    def bytes(self) -> int:
        return sum(self.sizes)


@dataclass(frozen=True)
class Unit:
    """Messages of one folder asked for by one command. ``alone``: one that is asked for when nothing else is under way."""

    work: FolderWork
    first: int  # index into work.uids
    last: int  # index after the last
    alone: bool = False

    @property
    def uids(self) -> Sequence[int]:
        return self.work.uids[self.first : self.last]

    @property
    def bytes(self) -> int:
        return sum(self.sizes)

    @property
    def sizes(self) -> Sequence[int]:
        return self.work.sizes[self.first : self.last]


def units(
    works: Iterable[FolderWork], most_messages: int = 1000, most_bytes: int = UNIT_BYTES, apart: Callable[[], bool] = lambda: False
) -> Iterator[Unit]:
    """Cuts the work into commands, in order. ``apart``, asked at each: big messages go alone, as they do where the destination may hold them already."""
    for work in works:
        start = total = 0
        for i, size in enumerate(work.sizes):
            alone = size >= fetch.BIG and (apart() or bool(work.claims))
            if i > start and (alone or total + size > most_bytes or i - start >= most_messages):
                yield Unit(work, start, i)
                start, total = i, 0
            total += size
            if alone:
                yield Unit(work, i, i + 1, alone=True)
                start, total = i + 1, 0
        if start < len(work):
            yield Unit(work, start, len(work))


class Planner:
    """Lists what is new at the source; ``heard`` is called with (folder name, messages listed so far)."""

    def __init__(
        self,
        journal: Journal,
        session: Session,
        overview: Overview,
        heard: Callable[[str, int], None],
        keyed: Container[int] = (),
    ) -> None:
        """``keyed``: folders whose listing needs the Message-ID keys, beside those with foreign mail at the destination."""
        self._journal = journal
        self._session = session
        self._overview = overview
        self._heard = heard
        self._keyed = keyed
        self._rest = Rest(journal, ())
        self.with_keys: set[int] = set()  # folders that were listed with Message-ID keys
        self._earlier: list[Callable[[], object]] = []
        self.unreadable: list[tuple[FolderRecord, errors.ServerError]] = []

    def busy(self, records: Sequence[FolderRecord], retry_failed: bool) -> list[FolderRecord]:
        """Those in which something may be to do, by the journal and the source's own numbers; of the others the counts are taken."""
        found = []
        for record in records:
            status = self._overview.status.get(record.source, Status())
            if record.excluded_reason:
                record.s_count, record.s_bytes = status.messages or 0, status.size or 0
            elif not self._is_quiet(record, status, retry_failed):
                found.append(record)
        return found

    def plan(
        self, records: Sequence[FolderRecord], retry_failed: bool, earlier: Callable[[], object] = lambda: None
    ) -> list[FolderWork]:
        """Works of all folders with something to copy, in the order given; the journal's counts are brought up to date."""
        return self.plan_busy(records, self.busy(records, retry_failed), retry_failed, earlier)

    def plan_busy(
        self,
        records: Sequence[FolderRecord],
        busy: Sequence[FolderRecord],
        retry_failed: bool,
        earlier: Callable[[], object] = lambda: None,
    ) -> list[FolderWork]:
        """`plan` where `busy` has been asked already. ``earlier`` reads the answers to what was asked on this session before."""
        works: list[FolderWork] = []
        self._rest = Rest(self._journal, records)
        waiting: deque[tuple[FolderRecord, bytes, bytes]] = deque()
        self._earlier = [earlier]
        for record in busy:
            self._check_validity(record, self._overview.status.get(record.source, Status()).uidvalidity)
            exotic = fetch.needs_go_ahead(self._session, record.source)
            self._drain(waiting, works, retry_failed, 0 if exotic else AHEAD)
            waiting.append((record, fetch.examine(self._session, record.source), self._ask(record)))
            self._drain(waiting, works, retry_failed, 0 if exotic else AHEAD)
        self._drain(waiting, works, retry_failed, 0)
        self._take_earlier()
        self._journal.save_source(records)
        return works

    def _is_quiet(self, record: FolderRecord, status: Status, retry_failed: bool) -> bool:
        """True when the server's own numbers say that nothing came or went since the last look, and nothing is left to do."""
        return (
            record.s_validity is not None
            and status.uidvalidity == record.s_validity
            and status.uidnext is not None
            and status.uidnext == record.s_claimed_next
            and status.messages == record.s_count == self._journal.live_count(record.id)
            and not (retry_failed and self._journal.failed_uids(record.id))
        )

    def _check_validity(self, record: FolderRecord, validity: int | None) -> None:
        if record.s_validity is not None and validity is not None and validity != record.s_validity:
            self._journal.forget_source(record.id)
            record.s_next, record.s_claimed_next, record.s_modseq = 1, None, None
        record.s_validity = validity if validity is not None else record.s_validity

    def _ask(self, record: FolderRecord) -> bytes:
        key = self._rest.record is not None or record.id in self._keyed or bool(self._journal.foreign(record.id))
        if key:
            self.with_keys.add(record.id)
        return fetch.ask_listing(self._session, b"%d:*" % record.s_next, key=key)

    def _drain(
        self, waiting: deque[tuple[FolderRecord, bytes, bytes]], works: list[FolderWork], retry_failed: bool, keep: int
    ) -> None:
        while len(waiting) > keep:
            self._take_earlier()
            record, examine, tag = waiting.popleft()
            try:
                numbers = opened(self._session, examine)
            except (errors.CommandRefused, errors.ServerBusy) as e:
                self._unreadable(record, tag, e)
                continue
            work = FolderWork(record, highest=record.s_next - 1)
            found = self._listed(work, tag, record.s_next)
            self._finish(work, found, numbers, retry_failed, waiting)
            if len(work):
                works.append(work)

    def _take_earlier(self) -> None:
        while self._earlier:
            self._earlier.pop()()

    def _unreadable(self, record: FolderRecord, tag: bytes, error: errors.ServerError) -> None:
        """The source lists the folder but doesn't open it. Its listing is in flight already and counts for nothing."""
        with contextlib.suppress(errors.CommandRefused, errors.ServerBusy):
            deque(fetch.listing(self._session, tag), maxlen=0)
        status = self._overview.status.get(record.source)
        if status is None and isinstance(error, errors.FolderMissing) and not self._journal.live_count(record.id):
            record.s_count, record.checked = 0, 1  # a name without a folder behind it
            return
        status = status or Status()
        record.s_count = max(record.s_count, status.messages or 0)
        record.checked = 0
        self.unreadable.append((record, error))

    def _listed(self, work: FolderWork, tag: bytes, first: int) -> dict[int, int]:
        """UID -> size of what was listed from ``first`` on."""
        found: dict[int, int] = {}
        for entry in fetch.listing(self._session, tag):
            if entry.uid < first:
                continue  # "n:*" always names the last message (RFC 9051 section 9, seq-range)
            found[entry.uid] = entry.size
            work.keys.add(entry.key)
            if self._rest.record is not None:
                work.pairs[entry.uid] = (entry.key, entry.size)
            if len(found) % 5000 == 0:
                self._heard(work.record.source_name, len(found))
        return found

    def _finish(
        self,
        work: FolderWork,
        found: dict[int, int],
        numbers: Opened,
        retry_failed: bool,
        waiting: deque[tuple[FolderRecord, bytes, bytes]],
    ) -> None:
        record = work.record
        if record.s_validity is not None and numbers.validity not in (None, record.s_validity):
            self._check_validity(record, numbers.validity)
            found, numbers = self._relisted(work, waiting)
        record.s_validity = numbers.validity if numbers.validity is not None else record.s_validity
        known = self._journal.known_uids(record.id, record.s_next)
        earlier = self._journal.live_count_below(record.id, record.s_next)
        again = retry_failed and any(uid < record.s_next for uid, _size in self._journal.failed_uids(record.id))
        if again or earlier + len(found) != numbers.exists:
            found, numbers = self._reconcile(work, waiting)
            earlier = self._journal.live_count_below(record.id, record.s_next)
        retried = dict(self._journal.failed_uids(record.id))
        pending = {uid: size for uid, size in found.items() if uid not in known and (retry_failed or uid not in retried)}
        if retry_failed:
            pending.update({uid: size for uid, size in retried.items() if uid < record.s_next})
        if self._rest.record is record:
            pending = self._rest.only_here(work.pairs, pending)
        else:
            self._rest.note(work.pairs, pending)
        for uid in sorted(pending):
            work.uids.append(uid)
            work.sizes.append(pending[uid])
        work.highest = max(found, default=record.s_next - 1)
        record.s_count = max(earlier + len(found), numbers.exists if earlier + len(found) < numbers.exists else 0)
        record.s_claimed_next = numbers.next
        if len(work):
            record.checked = 0

    def _relisted(self, work: FolderWork, waiting: deque[tuple[FolderRecord, bytes, bytes]]) -> tuple[dict[int, int], Opened]:
        """The whole folder listed anew, after the commands in flight were answered."""
        later = list(waiting)
        waiting.clear()
        for _record, examine, tag in later:
            with contextlib.suppress(errors.CommandRefused):
                opened(self._session, examine)
            with contextlib.suppress(errors.CommandRefused):
                deque(fetch.listing(self._session, tag), maxlen=0)
        numbers = opened(self._session, fetch.examine(self._session, work.record.source))
        listed = self._listed(work, fetch.ask_listing(self._session, b"1:*", key=True), 1)
        self.with_keys.add(work.record.id)
        for record, _examine, _tag in later:
            waiting.append((record, fetch.examine(self._session, record.source), self._ask(record)))
        return listed, numbers

    def _reconcile(self, work: FolderWork, waiting: deque[tuple[FolderRecord, bytes, bytes]]) -> tuple[dict[int, int], Opened]:
        """What is known does not suffice: something was deleted at the source, is counted but not listed, or failed and may be there by now."""
        record = work.record
        listed, numbers = self._relisted(work, waiting)
        self._journal.set_gone(record.id, self._journal.live_uids(record.id) - set(listed))
        self._journal.set_gone(record.id, set(listed) & self._journal.gone_uids(record.id), gone=False)
        self._journal.set_failed_sizes(
            record.id, [(u, listed[u]) for u, _size in self._journal.failed_uids(record.id) if u in listed]
        )
        live = self._journal.live_uids(record.id)
        return {uid: size for uid, size in listed.items() if uid >= record.s_next or uid not in live}, numbers
