"""What is at the destination already: settles doubt after a break, and finds mail that need not be sent again.

One rule: mail at the destination that the journal doesn't know is always looked at before anything is sent. Candidates are found by
Message-ID, identity is decided by content, as a multiset.
"""

from __future__ import annotations

import contextlib
import re
from collections import defaultdict, deque
from collections.abc import Container, Iterable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.grammar import Parts, quoted
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Foreign, Intent, Outcome, Unconfirmed

AHEAD = 16
_NUMBER_CODES = re.compile(rb"\[(UIDVALIDITY|UIDNEXT|HIGHESTMODSEQ) (\d{1,19})\]", re.I)
_EXISTS = re.compile(rb"\* (\d{1,10}) EXISTS", re.I)
_PERMANENT = re.compile(rb"\[PERMANENTFLAGS \(([^)]*)\)\]", re.I)


class Opened:
    """The numbers that SELECT or EXAMINE of a folder gave (RFC 9051 section 6.3.2)."""

    def __init__(self, replies: Iterable[Parts], ok: bytes) -> None:
        self.exists = 0
        self.permanent: frozenset[bytes] | None = None
        numbers: dict[bytes, int] = {}
        for text in [*(parts[0] for parts in replies), ok]:
            if found := _EXISTS.match(text):
                self.exists = int(found[1])
            if found := _NUMBER_CODES.search(text):
                numbers[found[1].upper()] = int(found[2])
            if found := _PERMANENT.search(text):
                self.permanent = frozenset(found[1].lower().split())
        self.validity = numbers.get(b"UIDVALIDITY")
        self.next = numbers.get(b"UIDNEXT")
        self.modseq = numbers.get(b"HIGHESTMODSEQ")


def opened(session: Session, tag: bytes) -> Opened:
    """Reads the answer to a SELECT or EXAMINE; raises the refusal."""
    replies = list(session.replies(tag))
    return Opened(replies, session.last_ok)


class Lookup:
    """Brings the journal up to date with one destination mailbox."""

    def __init__(self, journal: Journal, session: Session, overview: Overview) -> None:
        self._journal = journal
        self._session = session
        self._overview = overview
        self.unreadable: list[tuple[FolderRecord, errors.ServerError]] = []
        self.permanent: dict[int, frozenset[bytes] | None] = {}  # folder -> flags it keeps, of those opened for writing
        self.rematched = False  # the destination had renumbered some folder
        self._records: Sequence[FolderRecord] = ()
        self._select: Container[int] = ()
        self._todo: deque[tuple[FolderRecord, bool]] = deque()  # and whether it is to be listed
        self._waiting: deque[tuple[FolderRecord, bytes, bytes]] = deque()  # tags of the opening, and of the listing or b""
        self._later: list[tuple[FolderRecord, dict[int, Listed]]] = []

    def look(self, records: Sequence[FolderRecord], select: Container[int] = ()) -> None:
        """For folders that exist at the destination: new or doubtful mail there is listed, matched or noted as foreign."""
        self.ask(records, select)
        self.answer()

    def ask(self, records: Sequence[FolderRecord], select: Container[int] = ()) -> None:
        """Sends the first questions of a look without waiting. The folders ``select`` are opened for writing: only that tells `permanent`."""
        self._records, self._select = records, select
        listed = [(r, self._must_list(r)) for r in records]
        self._todo = deque((r, must) for r, must in listed if must or r.id in select)
        self._send()

    def forget(self) -> None:
        """What `ask` has asked has lost its meaning: the answers are read and passed over."""
        for _record, *tags in self._waiting:
            for tag in filter(None, tags):
                with contextlib.suppress(errors.CommandRefused, errors.ServerBusy):
                    deque(self._session.replies(tag), maxlen=0)
        self._waiting.clear()

    def answer(self) -> None:
        """Takes the answers, asks the rest, and settles what they say."""
        asked = sum(must for _record, must in self._todo) + sum(bool(listing) for _record, _opening, listing in self._waiting)
        while self._waiting:
            self._drain()
            self._send()
        busy = [error for _record, error in self.unreadable if isinstance(error, errors.ServerBusy)]
        if len(busy) == asked > min(1, len(self._records) - 1):
            raise busy[0]  # not a folder but the server
        for record, unknown in self._later:  # now nothing is in flight
            self._settle_doubt(record, unknown)
            self._journal.put_foreign(record.id, [Foreign(e.uid, e.size, e.key, None) for e in unknown.values()])
        self._later.clear()
        self._journal.save_destination(self._records)

    def may_hold_more(self, record: FolderRecord) -> bool:
        """Whether the destination's folder may hold mail that the journal does not know; by its own numbers, nothing is asked."""
        status = self._overview.status.get(record.destination, Status())
        if record.destination not in self._overview.folders or status.messages == 0:
            return False
        return status.uidnext is None or record.d_validity is None or status.uidnext > record.d_next

    def _must_list(self, record: FolderRecord) -> bool:
        status = self._overview.status.get(record.destination, Status())
        if is_another(record, status.uidvalidity, status.uidnext):
            return True
        if self._journal.in_doubt(record.id):
            return True
        if status.messages == 0 and record.d_validity is None:
            record.d_validity, record.d_next = status.uidvalidity, max(1, status.uidnext or 1)
            return False
        return status.uidnext is None or status.uidnext > record.d_next or status.uidvalidity is None or record.d_validity is None

    def _send(self) -> None:
        while self._todo and len(self._waiting) < AHEAD:
            record, must = self._todo[0]
            exotic = fetch.needs_go_ahead(self._session, record.destination)
            if self._waiting and (exotic or fetch.needs_go_ahead(self._session, self._waiting[-1][0].destination)):
                return
            self._todo.popleft()
            opening = self._session.send(b"SELECT" if record.id in self._select else b"EXAMINE", quoted(record.destination))
            listing = fetch.ask_listing(self._session, b"%d:*" % record.d_next, key=True) if must else b""
            self._waiting.append((record, opening, listing))

    def _drain(self) -> None:
        record, opening, listing = self._waiting.popleft()
        try:
            numbers = opened(self._session, opening)
        except (errors.CommandRefused, errors.ServerBusy) as e:
            with contextlib.suppress(errors.CommandRefused, errors.ServerBusy):
                deque(fetch.listing(self._session, listing) if listing else (), maxlen=0)
            if listing:
                self.unreadable.append((record, e))
            return
        if record.id in self._select:
            self.permanent[record.id] = numbers.permanent
        if is_another(record, numbers.validity or 0, numbers.next):
            deque(fetch.listing(self._session, listing) if listing else (), maxlen=0)
            while self._waiting:  # the commands in flight are answered first, then this folder is listed from its start
                self._drain()
            self._rematch(record, numbers)
        elif listing:
            entries = [e for e in fetch.listing(self._session, listing) if e.uid >= record.d_next]
            record.d_validity = numbers.validity
            self._take(record, numbers, entries)

    def _take(self, record: FolderRecord, numbers: Opened, entries: list[Listed]) -> None:
        ours = self._journal.placed_uids(record.id)
        unknown = {e.uid: e for e in entries if e.uid not in ours}
        placed = match_unplaced(self._journal.unconfirmed(record.id), list(unknown.values()))
        self._journal.confirm(record.id, placed)
        for _uid, d_uid in placed:
            unknown.pop(d_uid or 0, None)
        self._later.append((record, unknown))
        if record.d_count is not None:
            record.d_count += len(entries)
        highest = max((e.uid for e in entries), default=record.d_next - 1)
        record.d_next = max(record.d_next, highest + 1)

    def _settle_doubt(self, record: FolderRecord, unknown: dict[int, Listed]) -> None:
        """Messages that were under way when something broke: those that arrived become copied, the others are to be sent again."""
        doubtful = self._journal.in_doubt(record.id)
        keys = {i.key for i in doubtful}
        candidates = {uid: e for uid, e in unknown.items() if e.key in keys}
        found = self._digests(record, candidates)
        arrived: dict[bytes, deque[int]] = defaultdict(deque)
        for uid in sorted(found):
            arrived[found[uid]].append(uid)
        outcomes = [
            _arrived(i, arrived[i.digest].popleft())
            for i in sorted(doubtful, key=lambda i: i.uid)
            if i.digest and arrived.get(i.digest)
        ]
        self._journal.record(outcomes)
        self._journal.drop_doubt(record.id)
        for outcome in outcomes:
            unknown.pop(outcome.d_uid or 0, None)

    def _digests(self, record: FolderRecord, entries: dict[int, Listed]) -> dict[int, bytes]:
        if not entries:
            return {}
        opened(self._session, fetch.examine(self._session, record.destination))
        return digests(self._session, sorted(entries), {uid: e.size for uid, e in entries.items()})

    def _rematch(self, record: FolderRecord, numbers: Opened) -> None:
        """UIDVALIDITY changed: the same mail under other numbers, or another store. Matching again, not copying again."""
        self.rematched = True
        self._journal.forget_destination(record.id)
        rows = self._journal.placeable(record.id)
        record.d_validity, record.d_next = numbers.validity, 1
        opened(self._session, fetch.examine(self._session, record.destination))
        entries = list(fetch.listing(self._session, fetch.ask_listing(self._session, b"1:*", key=True))) if numbers.exists else []
        matched = match_unplaced(rows, entries)
        if rows and not matched:
            self._journal.forget(record.id, [r.uid for r in rows])  # nothing of ours is here: the store was made anew
        else:
            self._journal.confirm(record.id, matched)
            lost = {r.uid for r in rows} - {uid for uid, _ in matched}
            self._journal.set_removed(record.id, lost)
        self._take(record, numbers, entries)

    def claim(self, record: FolderRecord, wanted: set[int]) -> dict[bytes, deque[int]]:
        """Content digest -> destination UIDs of foreign mail that may equal source messages with the keys ``wanted``."""
        claims: dict[bytes, deque[int]] = defaultdict(deque)
        foreign = [f for f in self._journal.foreign(record.id) if f.key in wanted]
        missing = [f for f in foreign if f.digest is None and f.uid > 0]
        if missing:
            opened(self._session, fetch.examine(self._session, record.destination))
            found = digests(self._session, sorted(f.uid for f in missing), {f.uid: f.size for f in missing})
            learned = [f._replace(digest=found[f.uid]) for f in missing if f.uid in found]
            self._journal.put_foreign(record.id, learned)
            foreign = [f for f in foreign if f.digest is not None] + learned
        for item in sorted(foreign):
            if item.digest is not None:
                claims[item.digest].append(item.uid)
        return claims


def _arrived(intent: Intent, d_uid: int) -> Outcome:
    return Outcome(intent.folder_id, intent.uid, MessageState.COPIED, d_uid)


def match_unplaced(rows: Sequence[Unconfirmed], entries: Sequence[Listed]) -> list[tuple[int, int | None]]:
    """Pairs (source UID, destination UID) for rows that lack the latter: same Message-ID and size, in order, each entry once.

    For servers without UIDPLUS, which don't say where a message went, and after a change of UIDVALIDITY.
    """
    places: dict[tuple[int, int], deque[int]] = defaultdict(deque)
    for entry in sorted(entries):
        places[entry.key, entry.size].append(entry.uid)
    pairs: list[tuple[int, int | None]] = []
    for row in rows:
        if row.d_uid is None and places.get((row.key, row.size)):
            pairs.append((row.uid, places[row.key, row.size].popleft()))
    return pairs


def is_another(record: FolderRecord, validity: int | None, following: int | None) -> bool:
    """Whether the destination's folder is not the one the journal knows, by UIDVALIDITY and UIDNEXT (None: not told; RFC 9051 section 2.3.1.1).

    A store that is made anew within a second may get the same UIDVALIDITY; but its UIDs begin again.
    """
    if record.d_validity is None:
        return False
    return validity not in (None, record.d_validity) or (following is not None and following < record.d_next)


def _is_another_now(record: FolderRecord, status: Status) -> bool:
    return is_another(record, status.uidvalidity or 0, status.uidnext)


def folder_was_reset(journal: Journal, records: Sequence[FolderRecord], overview: Overview) -> list[FolderRecord]:
    """Folders that held copies and are missing at the destination because the whole account is new, not because its user removed them."""
    used = [r for r in records if r.d_validity is not None and not r.excluded_reason]
    missing = [r for r in used if r.destination not in overview.folders]
    kept = [
        r
        for r in used
        if r.destination in overview.folders and not _is_another_now(r, overview.status.get(r.destination, Status()))
    ]
    if kept:
        return []
    for record in missing:
        journal.forget_destination(record.id)
        journal.forget(record.id, [r.uid for r in journal.placeable(record.id)])
        record.d_validity, record.d_next = None, 1
    return missing


def refuse_reasons(error: errors.MigrationError) -> str:
    """A refusal in the words a ledger keeps: what the server said, else our own title."""
    return error.detail or error.title_text
