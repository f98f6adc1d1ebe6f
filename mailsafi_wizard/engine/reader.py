"""The reading half of a copy: a thread that fetches planned messages far ahead and hands them over through a bounded queue.

Nothing here writes anywhere. A message is handed over only when the source has delivered it whole and in the size it was listed with.
"""

from __future__ import annotations

import re
import threading
import time
from collections import deque
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.plan import FolderWork, Unit, units
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.net import fetch, identity
from mailsafi_wizard.net.fetch import BIG, Body
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

UNITS_AHEAD = 16
UNITS_AHEAD_SLOWED = 3  # under a cap: a server that cannot send fast enough mixes the answers of all that it was asked for
AHEAD_BYTES = 16 << 20  # asked for and not begun, above which nothing more is asked for: what comes out of turn must be held
PARCEL_BYTES = 128 << 10
PARCEL_WAIT = 0.05  # seconds after which a parcel is handed over though it is not full
HELD_BYTES = 16 << 20  # of big messages that wait for their turn


class Missing(NamedTuple):
    """A message that was asked for and did not come, or came with another size than it was listed with."""

    work: FolderWork
    uid: int
    size: int
    found: int | None  # bytes delivered, None when nothing was
    digest: bytes
    lines: int = 0  # line ends in what was delivered
    ended: bool = False  # it ended with a line end


class Parcel(NamedTuple):
    """Whole messages of one folder, in order, each with its header, digest and key: made by the reader, because the writer has more to do."""

    work: FolderWork
    messages: list[tuple[Body, bytes, bytes, int]]


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


Item = Parcel | Start | Adopt | Missing | bytes | None


class Asked(NamedTuple):
    """A unit in flight: ``examine`` is the tag of the EXAMINE before it, b"" for none; ``tag`` that of its FETCH."""

    unit: Unit
    examine: bytes
    tag: bytes


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
    """Reads everything in ``works`` and closes the queue at the end, or with what went wrong.

    Many commands are in flight, and a server may begin one before it ends another of the same folder: messages are told apart by UID and put
    in order. A big message passes through in chunks when its turn has come; one that comes before its turn is held while there is room.
    """

    def __init__(self, source: Session, works: Iterable[FolderWork], control: Control, style: Style, queue: Queue) -> None:
        super().__init__(name="reader", daemon=True)
        self._source = source
        self._control = control
        self._style = style
        self._queue = queue
        most = {"most_bytes": control.unit} if control.unit else {}
        self._todo = units(works, 1 if style.gentle else 1000, apart=lambda: style.apart or style.gentle, **most)
        self._next = next(self._todo, None)
        self._ahead: deque[Asked] = deque()
        self._asked_folder = -1
        self._early: dict[int, Body] = {}  # bodies of later units of the folder being received
        self._held = 0  # bytes of big messages among those that wait for their turn
        self._parcel: Parcel | None = None  # what will be handed over at once: waking the writer for each message costs both
        self._parcel_bytes = 0
        self._handed_over = 0.0  # when
        self.reading: tuple[FolderWork, int] | None = None  # in gentle style: the message under way

    def run(self) -> None:
        try:
            self._read()
            self._queue.close()
        except Interrupted as e:
            self._queue.close(e)  # the writer may be waiting for what will not come
        except BaseException as e:  # noqa: BLE001 (the writer raises it)
            self._queue.close(e)

    def _read(self) -> None:
        while True:
            self._ask_ahead()
            if not self._ahead:
                self._hand_parcel_over()
                return
            self._control.checkpoint()
            self._receive(*self._ahead.popleft())

    def _ask_ahead(self, flowing: bool = False) -> None:
        """Sends the next commands. ``flowing``: a message asked for alone has begun to come, so that what is asked now can only come after it."""
        while self._next and self._may_ask(self._next, flowing):
            if self._control.may_ask and not self._control.may_ask(self._next.bytes, len(self._next.uids)):
                return  # the rest is for another day: what was asked for is still handed over
            self._ask(self._next)
            self._next = next(self._todo, None)

    @property
    def _depth(self) -> int:
        """Commands in flight at most."""
        if self._style.gentle:
            return 1
        return UNITS_AHEAD_SLOWED if self._control.unit else UNITS_AHEAD

    def _may_ask(self, unit: Unit, flowing: bool) -> bool:
        ahead = self._ahead
        if not ahead and not flowing:
            return True
        if unit.alone or (ahead and ahead[-1].unit.alone) or len(ahead) >= self._depth:
            return False
        if fetch.needs_go_ahead(self._source, unit.work.record.source):
            return False
        if sum(sum(asked.unit.sizes) for asked in ahead) >= AHEAD_BYTES:
            return False
        mixed = any(asked.unit.work is unit.work for asked in ahead)  # these may come mixed with it
        return not mixed or max(unit.sizes) <= HELD_BYTES

    def _ask(self, unit: Unit) -> None:
        record = unit.work.record
        examine = fetch.examine(self._source, record.source) if self._asked_folder != record.id else b""
        self._asked_folder = record.id
        body = fetch.ask_body(self._source, unit.uids[0]) if unit.alone else fetch.ask_bodies(self._source, unit.uids)
        self._ahead.append(Asked(unit, examine, body))

    def _receive(self, unit: Unit, examine: bytes, tag: bytes) -> None:
        record = unit.work.record
        if self._style.gentle:
            self.reading = (unit.work, unit.uids[0])
        if examine:
            self._early.clear()
            self._held = 0
            if opened(self._source, examine).validity not in (None, record.s_validity):
                raise errors.FolderRenumbered(host=self._source.host)
        if unit.alone:
            self._receive_alone(unit, tag)
        else:
            self._receive_many(unit, tag)

    def _put(self, item: Item, size: int) -> None:
        self._hand_parcel_over()
        self._queue.put(item, size)

    def _pack(self, work: FolderWork, body: Body) -> None:
        if self._parcel is None or self._parcel.work is not work:
            self._hand_parcel_over()
            self._parcel, self._parcel_bytes = Parcel(work, []), 0
        header = identity.header_of(body.data)
        self._parcel.messages.append((body, header, identity.content_digest(body.data), identity.message_key(header)))
        self._parcel_bytes += len(body.data) + 500
        if self._parcel_bytes >= PARCEL_BYTES or time.monotonic() - self._handed_over > PARCEL_WAIT:
            self._hand_parcel_over()

    def _hand_parcel_over(self) -> None:
        if self._parcel is not None:
            parcel, self._parcel = self._parcel, None
            self._queue.put(parcel, self._parcel_bytes)
            self._handed_over = time.monotonic()

    # --- many messages by one command

    def _receive_many(self, unit: Unit, tag: bytes) -> None:
        expected = dict(zip(unit.uids, unit.sizes, strict=True))
        here = {uid: self._early.pop(uid) for uid in expected if uid in self._early}
        turn = iter(expected)
        uid = self._hand_over(unit.work, expected, here, turn, next(turn))
        for item in fetch.messages(self._source, tag, self._largest(unit)):
            if item.uid == uid and isinstance(item, Body) and len(item.data) == expected[uid] < BIG:  # nearly all
                self._pack(unit.work, item)
                uid = next(turn, None)
                if here:
                    uid = self._hand_over(unit.work, expected, here, turn, uid)
            elif isinstance(item, fetch.Passed):
                self._style.apart = True  # it is asked for again, alone
            elif isinstance(item, fetch.Streamed) and item.uid == uid:
                self._pass_on(unit.work, uid, expected[uid], item)
                uid = self._hand_over(unit.work, expected, here, turn, next(turn, None))
            elif item.uid in expected and (body := self._kept(item)):
                here[body.uid] = body
                uid = self._hand_over(unit.work, expected, here, turn, uid)
            elif self._is_ahead(item.uid) and (body := self._kept(item)):
                self._early[body.uid] = body
        while uid is not None:
            if uid not in here:
                self._put(Missing(unit.work, uid, expected[uid], None, b""), 100)
                uid = next(turn, None)
            uid = self._hand_over(unit.work, expected, here, turn, uid)

    def _kept(self, item: Body | fetch.Streamed) -> Body | None:
        """One that waits for its turn, whole; None for a big one for which there is no room: then it is asked for again."""
        if isinstance(item, Body):
            return item
        if self._held + item.size > HELD_BYTES:
            return None
        self._held += item.size
        return Body(item.uid, item.flags or b"", item.date or b"", b"".join(item.chunks))

    def _hand_over(
        self, work: FolderWork, expected: dict[int, int], here: dict[int, Body], turn: Iterator[int], uid: int | None
    ) -> int | None:
        """Hands over what has come, in order, from ``uid`` on; returns the first that has not come, None at the end."""
        while uid is not None and uid in here:
            body, size = here.pop(uid), expected[uid]
            if len(body.data) >= BIG:
                self._held -= len(body.data)
            if len(body.data) != size and not self._size_is_settled(work, body, size):
                shape = (body.data.count(b"\n"), body.data.endswith(b"\n"))
                self._put(Missing(work, uid, size, len(body.data), identity.content_digest(body.data), *shape), 100)
            else:
                self._pack(work, body)
            uid = next(turn, None)
        return uid

    def _largest(self, unit: Unit) -> int:
        """The longest literal that may honestly come now, in bytes."""
        near = [unit, *(asked.unit for asked in self._ahead if asked.unit.work is unit.work)]
        return 2 * max(max(u.sizes) for u in near) + (1 << 20)

    def _is_ahead(self, uid: int) -> bool:
        """Whether a later unit of the same folder, before the next EXAMINE, asks for this message."""
        for unit, examine, _tag in self._ahead:
            if examine:
                return False
            if uid in unit.uids:
                return True
        return False

    def _size_is_settled(self, work: FolderWork, body: Body, size: int) -> bool:
        """Whether a message of another size than listed may be believed: two reads agreed, or this server's sizes are never right."""
        if not self._style.trust_sizes:
            return believable(self._source, size, len(body.data), body.data.count(b"\n"), body.data.endswith(b"\n"))
        earlier = self._style.agreed.get((work.record.id, body.uid))
        return earlier is not None and earlier == identity.content_digest(body.data)

    # --- big messages

    def _pass_on(self, work: FolderWork, uid: int, listed: int, streamed: fetch.Streamed) -> None:
        """Hands a big message over chunk by chunk; one that is shorter than it was listed is read to its end and judged first."""
        if streamed.size < listed and not self._is_agreed(work, uid):
            self._leave_for_later(work, uid, listed, streamed)
            return
        self._put(Start(work, uid, streamed.flags or b"", streamed.date or b"", streamed.size), 500)
        for piece in streamed.chunks:
            self._control.checkpoint()
            self._put(piece, len(piece))
        self._put(b"", 1)

    def _is_agreed(self, work: FolderWork, uid: int) -> bool:
        return not self._style.trust_sizes or (work.record.id, uid) in self._style.agreed

    def _leave_for_later(self, work: FolderWork, uid: int, listed: int, streamed: fetch.Streamed) -> None:
        digest, lines, ended = identity.ContentDigest(), 0, False
        for piece in streamed.chunks:
            self._control.checkpoint()
            digest.update(piece)
            lines += piece.count(b"\n")
            ended = piece.endswith(b"\n")
        self._put(Missing(work, uid, listed, streamed.size, digest.digest(), lines, ended), 100)

    def _receive_alone(self, unit: Unit, tag: bytes) -> None:
        uid, listed = unit.uids[0], unit.sizes[0]
        largest = listed + listed // 4 + (1 << 20)
        try:
            streamed = fetch.stream(self._source, tag, largest)
            if unit.work.claims or streamed.flags is None or streamed.date is None:
                again = self._read_twice(unit, streamed, largest)
                if again is None:
                    return
                streamed = again
        except fetch.MessageVanished:
            self._put(Missing(unit.work, uid, listed, None, b""), 100)
            return
        self._ask_ahead(flowing=True)
        self._pass_on(unit.work, uid, listed, streamed)

    def _read_twice(self, unit: Unit, first: fetch.Streamed, largest: int) -> fetch.Streamed | None:
        """Reads it once for its content and attributes; None when it was adopted, else the message as it begins to come again."""
        uid, key, digest = unit.uids[0], 0, identity.ContentDigest()
        for piece in first.chunks:
            key = key or identity.message_key(identity.header_of(piece[: identity.LARGEST_HEADER]))
            digest.update(piece)
        flags, date = first.flags, first.date
        if flags is None or date is None:
            tag = fetch.ask_listing(self._source, b"%d" % uid, flags=True, date=True)
            for entry in list(fetch.listing(self._source, tag)):
                flags, date = (entry.flags, entry.date) if entry.uid == uid else (flags, date)
        if unit.work.claims.get(digest.digest()):
            self._put(Adopt(Start(unit.work, uid, flags or b"", date or b"", first.size), digest.digest(), key), 100)
            return None
        again = fetch.stream(self._source, fetch.ask_body(self._source, uid), largest)
        return again._replace(flags=flags, date=date)


_ESTIMATING = re.compile(r"exchange|microsoft|domino|groupwise", re.I)
LITTLE = 64  # bytes by which sizes are misstated by servers that add a header of their own to them


def believable(source: Session, listed: int, found: int, lines: int, ended: bool) -> bool:
    """Whether a message of ``found`` bytes with ``lines`` line ends may be the whole of one that was listed with ``listed`` bytes.

    More than listed may be. Less only where line ends were counted as two bytes and delivered as one, where a little is missing and the text ends
    (``ended``) as texts do, or at servers that are known to estimate sizes. Else a part is missing.
    """
    short = listed - found
    return short <= 0 or short == lines or (short <= LITTLE and ended) or bool(_ESTIMATING.search(source.greeting))
