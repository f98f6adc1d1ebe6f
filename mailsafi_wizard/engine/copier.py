"""Copies planned messages: one thread reads the source far ahead, the other writes; a bounded queue between.

Order within a folder is kept. For every message the journal holds *copying* before it is sent and *copied* after the server's OK. What is
refused is handed back to the caller with the server's words; what breaks is raised, and the rows still *copying* are in doubt.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.lookup import opened, refuse_reasons
from mailsafi_wizard.engine.plan import FolderWork, Unit, units
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.append import Appender, Outgoing, Settled
from mailsafi_wizard.net.attributes import guessed_date, is_doubtful, readable_date, storable_flags
from mailsafi_wizard.net.fetch import Body
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Intent, Journal, Outcome

QUEUE_BYTES = 16 << 20
BATCH_BYTES = 4 << 20
BATCH_MESSAGES = 200
UNITS_AHEAD = 16


class Refused(NamedTuple):
    """A message the destination did not take, this time."""

    work: FolderWork
    uid: int
    size: int
    error: errors.ServerError
    alone: bool  # it was refused by itself, not as one of a batch


class Missing(NamedTuple):
    """A message that was asked for and did not come, or came with another size than it was listed with."""

    work: FolderWork
    uid: int
    size: int
    found: int | None  # bytes delivered, None when nothing was
    digest: bytes


@dataclass
class Style:
    """How boldly to go. ``gentle`` means one message at a time, so that a break can be blamed on one; ``careful`` pushes no literal."""

    gentle: bool = False
    careful: bool = False
    single: bool = False  # no batches: after a batch was refused
    trust_sizes: bool = True
    bare: bool = False  # without keywords, after a refusal that may be due to them
    agreed: dict[tuple[int, int], bytes] = field(default_factory=dict)  # (folder, UID) -> digest of an earlier read of another size


@dataclass(frozen=True)
class _Whole:
    work: FolderWork
    body: Body


@dataclass(frozen=True)
class _Start:
    """A big message begins: its chunks follow in the queue, then b""."""

    work: FolderWork
    uid: int
    flags: bytes
    date: bytes
    size: int


@dataclass(frozen=True)
class _Adopt:
    """A big message whose content is at the destination already."""

    start: _Start
    digest: bytes
    key: int


_Item = _Whole | _Start | _Adopt | Missing | bytes | None


class _Queue:
    """Hands items from reader to writer; blocks when more than ``limit`` bytes wait."""

    def __init__(self, limit: int) -> None:
        self._items: deque[tuple[_Item, int]] = deque()
        self._limit = limit
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: _Item, size: int) -> None:
        with self._changed:
            while self._bytes and self._bytes + size > self._limit and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Interrupted
            self._items.append((item, size))
            self._bytes += size
            self._changed.notify_all()

    def get(self) -> _Item:
        """The next item; after the last one, None. Raises what ended the reader."""
        with self._changed:
            while not self._items:
                if self._error:
                    raise self._error
                if self._closed:
                    return None
                self._changed.wait()
            item, size = self._items.popleft()
            self._bytes -= size
            self._changed.notify_all()
            return item

    @property
    def empty(self) -> bool:
        return not self._items

    def close(self, error: BaseException | None = None) -> None:
        with self._changed:
            self._closed = True
            self._error = self._error or error
            self._changed.notify_all()


class Copier:
    """One round over some works. ``advanced(work, messages, bytes, outcome)`` hears of every message that is done."""

    def __init__(
        self,
        journal: Journal,
        source: Session,
        destination: Session,
        control: Control,
        style: Style,
        advanced: Callable[[FolderWork, int, int, MessageState], None],
        remark: Callable[[FolderWork, str], None],
    ) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self._control = control
        self._style = style
        self._advanced = advanced
        self._remark = remark
        self._queue = _Queue(QUEUE_BYTES)
        window = {"window": 1, "commands": 1} if style.gentle else {}
        self._appender: Appender[list[Intent]] = Appender(destination, careful=style.careful, **window)
        self._batch: list[Outgoing] = []
        self._intents: list[Intent] = []
        self._batch_work: FolderWork | None = None
        self._batch_bytes = 0
        self._outcomes: list[Outcome] = []
        self.works: Sequence[FolderWork] = ()
        self._works: dict[int, FolderWork] = {}
        self._busy: errors.ServerError | None = None
        self._relaying = False
        self._reading: tuple[FolderWork, int] | None = None
        self._writing: tuple[FolderWork, int] | None = None
        self.refused: list[Refused] = []
        self.missing: list[Missing] = []

    @property
    def blamed(self) -> tuple[FolderWork, int] | None:
        """In gentle style: the one message (folder, UID) that was under way when something broke."""
        return self._writing or self._reading

    def copy(self, works: Sequence[FolderWork]) -> None:
        """Copies everything in ``works``; `refused` and `missing` hold the rest afterwards. Raises ConnectionLost and kin, ServerBusy, Interrupted."""
        self.works = works
        self._works = {w.record.id: w for w in works}
        reader = threading.Thread(target=self._read_all, args=(works,), name="reader", daemon=True)
        reader.start()
        try:
            while (item := self._queue.get()) is not None:
                self._take(item)
                self._control.checkpoint()
            self._flush()
            self._settle(0)
            self._record()
        except Interrupted:
            self._wind_up()
            raise
        except (errors.ServerBusy, errors.TooManyConnections):
            self._wind_up()
            raise
        except BaseException:
            self._queue.close()
            self._source.drop()
            self._destination.drop()
            raise
        finally:
            self._queue.close()
            reader.join()

    def _wind_up(self) -> None:
        """After a request to stop or to wait: what is in flight is settled, nothing new is sent."""
        self._queue.close()
        self._source.drop()
        self._batch, self._intents = [], []
        try:
            for settled in self._appender.settled(0):
                self._take_settled(settled)
            self._record()
        except errors.MigrationError:
            self._destination.drop()  # then it is in doubt, and looked up next time

    # --- the reader's thread

    def _read_all(self, works: Sequence[FolderWork]) -> None:
        try:
            self._read(units(works, 1 if self._style.gentle else 1000))
            self._queue.close()
        except Interrupted:
            pass
        except BaseException as e:
            self._queue.close(e)

    def _read(self, todo: Iterator[Unit]) -> None:
        ahead: deque[tuple[Unit, list[bytes]]] = deque()
        depth = 1 if self._style.gentle else UNITS_AHEAD
        asked_folder = -1
        waiting: Unit | None = None
        while True:
            while len(ahead) < depth and (unit := waiting or next(todo, None)):
                waiting = None
                exotic = fetch.needs_go_ahead(self._source, unit.work.record.source)
                if exotic and ahead:
                    waiting = unit
                    break
                ahead.append((unit, self._ask(unit, asked_folder != unit.work.record.id)))
                asked_folder = unit.work.record.id
            if not ahead:
                return
            self._control.checkpoint()
            self._receive(*ahead.popleft())

    def _ask(self, unit: Unit, examine: bool) -> list[bytes]:
        tags = [fetch.examine(self._source, unit.work.record.source)] if examine else [b""]
        if unit.big:
            uid = unit.uids[0]
            tags.append(fetch.ask_listing(self._source, b"%d" % uid, flags=True, date=True))
            if unit.work.claims:
                tags.append(fetch.ask_body(self._source, uid))
            tags.append(fetch.ask_body(self._source, uid))
        else:
            tags.append(fetch.ask_bodies(self._source, unit.uids))
        return tags

    def _receive(self, unit: Unit, tags: list[bytes]) -> None:
        record = unit.work.record
        if self._style.gentle:
            self._reading = (unit.work, unit.uids[0])
        if tags[0] and opened(self._source, tags[0]).validity not in (None, record.s_validity):
            raise errors.ConnectionLost("the source renumbered a folder while it was being copied", host=self._source.host)
        if unit.big:
            self._receive_big(unit, tags[1:])
        else:
            self._receive_small(unit, tags[1])

    def _receive_small(self, unit: Unit, tag: bytes) -> None:
        expected = dict(zip(unit.uids, unit.work.sizes[unit.first : unit.last], strict=True))
        for body in fetch.bodies(self._source, tag, largest=2 * max(expected.values()) + (1 << 20)):
            size = expected.pop(body.uid, None)
            if size is None:
                continue
            if len(body.data) != size and not self._size_is_settled(unit.work, body, size):
                self._queue.put(Missing(unit.work, body.uid, size, len(body.data), fetch.content_digest(body.data)), 100)
            else:
                self._queue.put(_Whole(unit.work, body), len(body.data) + 500)
        for uid, size in expected.items():
            self._queue.put(Missing(unit.work, uid, size, None, b""), 100)

    def _size_is_settled(self, work: FolderWork, body: Body, size: int) -> bool:
        """Whether a message of another size than listed may be believed: two reads agreed, or this server's sizes are never right."""
        if not self._style.trust_sizes:
            return True
        earlier = self._style.agreed.get((work.record.id, body.uid))
        return earlier is not None and earlier == fetch.content_digest(body.data)

    def _receive_big(self, unit: Unit, tags: list[bytes]) -> None:
        uid, listed_size = unit.uids[0], unit.work.sizes[unit.first]
        facts = next((e for e in fetch.listing(self._source, tags[0]) if e.uid == uid), None)
        largest = listed_size + listed_size // 4 + (1 << 20)
        digest, key = fetch.ContentDigest(), 0
        start: _Start | None = None
        for number, tag in enumerate(tags[1:]):
            last = number == len(tags) - 2
            try:
                size, chunks = fetch.stream(self._source, tag, largest)
            except fetch.MessageVanished:
                if last:
                    self._queue.put(Missing(unit.work, uid, listed_size, None, b""), 100)
                continue
            start = _Start(unit.work, uid, facts.flags if facts else b"", facts.date if facts else b"", size)
            if last:
                self._relay(start, chunks)
                return
            for piece in chunks:
                key = key or fetch.message_key(fetch.header_of(piece[: fetch.LARGEST_HEADER]))
                digest.update(piece)
            if unit.work.claims.get(digest.digest()):
                self._queue.put(_Adopt(start, digest.digest(), key), 100)
                for _size, rest in (fetch.stream(self._source, t, largest) for t in tags[2:]):
                    deque(rest, maxlen=0)
                return

    def _relay(self, start: _Start, chunks: Iterator[bytes]) -> None:
        self._queue.put(start, 500)
        for piece in chunks:
            self._control.checkpoint()
            self._queue.put(piece, len(piece))
        self._queue.put(b"", 1)

    # --- the writer's side: the worker's own thread

    def _take(self, item: _Item) -> None:
        if isinstance(item, _Whole):
            self._take_whole(item)
        elif isinstance(item, _Start):
            self._take_big(item)
        elif isinstance(item, _Adopt):
            self._adopt(item.start.work, item.start.uid, item.start.size, item.digest, item.key, item.start.flags, item.start.date)
        elif isinstance(item, Missing):
            self.missing.append(item)

    def _take_whole(self, item: _Whole) -> None:
        work, body = item.work, item.body
        header = fetch.header_of(body.data)
        digest, key = fetch.content_digest(body.data), fetch.message_key(header)
        if work.claims.get(digest):
            self._adopt(work, body.uid, len(body.data), digest, key, body.flags, body.date)
            return
        outgoing = self._outgoing(work, body.uid, body.flags, body.date, header, len(body.data), body.data)
        intent = Intent(work.record.id, body.uid, outgoing.size, digest, key, outgoing.flags, outgoing.date)
        self._put_in_batch(work, outgoing, intent)

    def _adopt(self, work: FolderWork, uid: int, size: int, digest: bytes, key: int, flags: bytes, date: bytes) -> None:
        d_uid = work.claims[digest].popleft()
        kept, _ = storable_flags(flags, work.permanent)
        self._outcomes.append(
            Outcome(work.record.id, uid, MessageState.PRESENT, d_uid, digest, "", size, key, kept, readable_date(date))
        )
        self._advanced(work, 1, size, MessageState.PRESENT)
        if len(self._outcomes) >= BATCH_MESSAGES:
            self._record()

    def _outgoing(
        self,
        work: FolderWork,
        uid: int,
        flags: bytes,
        date: bytes,
        header: bytes,
        size: int,
        data: bytes | None,
        chunks: Iterator[bytes] | None = None,
    ) -> Outgoing:
        kept, dropped = storable_flags(flags, frozenset() if self._style.bare else work.permanent)
        if dropped:
            names = b" ".join(sorted(set(dropped)))[:100].decode("ascii", "replace")
            self._remark(work, f"the destination takes no such labels, the mail was copied without them: {names}")
        when = readable_date(date)
        if not when:
            when = guessed_date(header)
            self._remark(work, "the arrival date of some mail could not be read and was taken from the mail itself")
        if self._style.bare and is_doubtful(when):
            when = b" 1-Jan-1970 00:00:00 +0000" if when[7:11] < b"1970" else b"31-Dec-2037 00:00:00 +0000"
            self._remark(work, "the destination refused the arrival date of some mail, the nearest it takes was used")
        return Outgoing(uid, kept, when, size, data, chunks, is_doubtful(when))

    def _put_in_batch(self, work: FolderWork, outgoing: Outgoing, intent: Intent) -> None:
        alone = not self._appender.batches or self._style.single or self._style.gentle or outgoing.doubtful
        full = self._batch_bytes + outgoing.size > BATCH_BYTES or len(self._batch) >= (1 if alone else BATCH_MESSAGES)
        if self._batch and (full or self._batch_work is not work):
            self._flush()
        self._batch.append(outgoing)
        self._intents.append(intent)
        self._batch_work = work
        self._batch_bytes += outgoing.size
        if alone:
            self._flush()

    def _flush(self) -> None:
        """Journals the batch as *copying*, then sends it."""
        if not self._batch or not self._batch_work:
            return
        batch, intents, work = self._batch, self._intents, self._batch_work
        self._batch, self._intents, self._batch_bytes = [], [], 0
        self._settle(1 << 30)
        self._record(intents)
        if self._style.gentle:
            self._writing = (work, batch[0].uid)
        self._appender.send(work.record.destination, batch, intents)
        if self._style.gentle:
            self._settle(0)
            self._writing = None

    def _take_big(self, start: _Start) -> None:
        """Relays a big message chunk by chunk; its digest is known only when it has passed."""
        self._flush()
        if self._style.gentle:
            self._writing = (start.work, start.uid)
        first = self._next_chunk()
        header = fetch.header_of(first)
        digest = fetch.ContentDigest()

        def passing() -> Iterator[bytes]:
            piece = first
            while piece:
                digest.update(piece)
                yield piece
                piece = self._next_chunk()

        outgoing = self._outgoing(start.work, start.uid, start.flags, start.date, header, start.size, None, passing())
        intent = Intent(start.work.record.id, start.uid, start.size, None, fetch.message_key(header), outgoing.flags, outgoing.date)
        self._settle(1 << 30)
        self._record([intent])
        sent = [intent]
        self._appender.send(start.work.record.destination, [outgoing], sent)
        sent[0] = intent._replace(digest=digest.digest())
        while self._relaying:  # a refusing server did not want the rest
            self._next_chunk()
        self._settle(0 if self._style.gentle else 1 << 30)
        self._writing = None

    def _next_chunk(self) -> bytes:
        item = self._queue.get()
        if not isinstance(item, bytes):
            raise errors.ConnectionLost("the source stopped inside a message", host=self._source.host)
        self._relaying = bool(item)
        return item

    # --- outcomes

    def _settle(self, keep: int) -> None:
        for settled in self._appender.settled(keep):
            self._take_settled(settled)
        if self._busy:
            raise self._busy

    def _take_settled(self, settled: Settled[list[Intent]]) -> None:
        intents = settled.token
        work = self._works[intents[0].folder_id]
        if settled.refusal is None:
            uids: Sequence[int | None] = settled.uids or [None] * len(intents)
            for intent, d_uid in zip(intents, uids, strict=True):
                self._outcomes.append(Outcome(intent.folder_id, intent.uid, MessageState.COPIED, d_uid, intent.digest))
                self._advanced(work, 1, intent.size, MessageState.COPIED)
            if settled.uidvalidity and work.record.d_validity is None:
                work.record.d_validity = settled.uidvalidity
            return
        self._journal.forget(work.record.id, [i.uid for i in intents])
        if isinstance(settled.refusal, (errors.ServerBusy, errors.TooManyConnections)):
            self._busy = settled.refusal
            return
        for intent in intents:
            self.refused.append(Refused(work, intent.uid, intent.size, settled.refusal, len(intents) == 1))

    def _record(self, intents: Sequence[Intent] = ()) -> None:
        outcomes, self._outcomes = self._outcomes, []
        if outcomes or intents:
            self._journal.record(outcomes, intents)


def failed(work: FolderWork, uid: int, size: int, error: errors.MigrationError | str, date: bytes = b"") -> Outcome:
    """The outcome of a message that could not be copied, with the reason a person will read."""
    reason = error if isinstance(error, str) else refuse_reasons(error)
    return Outcome(work.record.id, uid, MessageState.FAILED, None, None, reason, size, 0, b"", date)
