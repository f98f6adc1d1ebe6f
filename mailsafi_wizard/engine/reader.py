"""The reading half of a copy: a thread that fetches planned messages far ahead and hands them over through a bounded queue.

Nothing here writes anywhere. A message is handed over only when the source has delivered it whole and in the size it was listed with.
"""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.plan import FolderWork, Unit, units
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.fetch import Body
from mailsafi_wizard.net.session import Session

UNITS_AHEAD = 16


@dataclass
class Style:
    """How boldly to go. ``gentle`` means one message at a time, so that a break can be blamed on one; ``careful`` pushes no literal."""

    gentle: bool = False
    careful: bool = False
    single: bool = False  # no batches: after a batch was refused
    trust_sizes: bool = True
    bare: bool = False  # without keywords, after a refusal that may be due to them
    agreed: dict[tuple[int, int], bytes] = field(default_factory=dict)  # (folder, UID) -> digest of an earlier read of another size


class Missing(NamedTuple):
    """A message that was asked for and did not come, or came with another size than it was listed with."""

    work: FolderWork
    uid: int
    size: int
    found: int | None  # bytes delivered, None when nothing was
    digest: bytes


@dataclass(frozen=True)
class Whole:
    work: FolderWork
    body: Body


@dataclass(frozen=True)
class Start:
    """A big message begins: its chunks follow in the queue, then b""."""

    work: FolderWork
    uid: int
    flags: bytes
    date: bytes
    size: int


@dataclass(frozen=True)
class Adopt:
    """A big message whose content is at the destination already."""

    start: Start
    digest: bytes
    key: int


Item = Whole | Start | Adopt | Missing | bytes | None


class Queue:
    """Hands items from reader to writer; blocks when more than ``limit`` bytes wait."""

    def __init__(self, limit: int) -> None:
        self._items: deque[tuple[Item, int]] = deque()
        self._limit = limit
        self._bytes = 0
        self._changed = threading.Condition()
        self._closed = False
        self._error: BaseException | None = None

    def put(self, item: Item, size: int) -> None:
        with self._changed:
            while self._bytes and self._bytes + size > self._limit and not self._closed:
                self._changed.wait()
            if self._closed:
                raise Interrupted
            self._items.append((item, size))
            self._bytes += size
            self._changed.notify_all()

    def get(self) -> Item:
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


class Reader(threading.Thread):
    """Reads everything in ``works`` and closes the queue at the end, or with what went wrong."""

    def __init__(self, source: Session, works: Sequence[FolderWork], control: Control, style: Style, queue: Queue) -> None:
        super().__init__(name="reader", daemon=True)
        self._source = source
        self._works = works
        self._control = control
        self._style = style
        self._queue = queue
        self.reading: tuple[FolderWork, int] | None = None  # in gentle style: the message under way

    def run(self) -> None:
        try:
            self._read(units(self._works, 1 if self._style.gentle else 1000))
            self._queue.close()
        except Interrupted:
            pass
        except BaseException as e:  # noqa: BLE001 (the writer raises it)
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
            self.reading = (unit.work, unit.uids[0])
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
                self._queue.put(Whole(unit.work, body), len(body.data) + 500)
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
        facts = next((e for e in list(fetch.listing(self._source, tags[0])) if e.uid == uid), None)
        largest = listed_size + listed_size // 4 + (1 << 20)
        digest, key = fetch.ContentDigest(), 0
        start: Start | None = None
        for number, tag in enumerate(tags[1:]):
            last = number == len(tags) - 2
            try:
                size, chunks = fetch.stream(self._source, tag, largest)
            except fetch.MessageVanished:
                if last:
                    self._queue.put(Missing(unit.work, uid, listed_size, None, b""), 100)
                continue
            start = Start(unit.work, uid, facts.flags if facts else b"", facts.date if facts else b"", size)
            if last:
                self._relay(start, chunks)
                return
            for piece in chunks:
                key = key or fetch.message_key(fetch.header_of(piece[: fetch.LARGEST_HEADER]))
                digest.update(piece)
            if unit.work.claims.get(digest.digest()):
                self._queue.put(Adopt(start, digest.digest(), key), 100)
                for _size, rest in (fetch.stream(self._source, t, largest) for t in tags[2:]):
                    deque(rest, maxlen=0)
                return

    def _relay(self, start: Start, chunks: Iterator[bytes]) -> None:
        self._queue.put(start, 500)
        for piece in chunks:
            self._control.checkpoint()
            self._queue.put(piece, len(piece))
        self._queue.put(b"", 1)
