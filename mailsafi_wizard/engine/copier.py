"""Copies planned messages: one thread reads the source far ahead, the other writes; a bounded queue between.

Order within a folder is kept. For every message the journal holds *copying* before it is sent and *copied* after the server's OK. What is
refused is handed back to the caller with the server's words; what breaks is raised, and the rows still *copying* are in doubt.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.lookup import refuse_reasons
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import Adopt, Item, Missing, Parcel, Queue, Reader, Start
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net import identity
from mailsafi_wizard.net.append import Appender, Outgoing, Settled
from mailsafi_wizard.net.attributes import guessed_date, is_doubtful, readable_date, storable_flags
from mailsafi_wizard.net.fetch import Body
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import Intent, Outcome
from mailsafi_wizard.words import N_

QUEUE_BYTES = 2 << 20
BATCH_BYTES = 2 << 20
BATCH_MESSAGES = 200
BATCH_WAIT = 1.0  # seconds: on a slow line what has come is sent, and told, before a batch is full


class Refused(NamedTuple):
    """A message the destination did not take, this time."""

    work: FolderWork
    uid: int
    size: int
    error: errors.ServerError
    alone: bool  # it was refused by itself, not as one of a batch


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
        self._queue = Queue(QUEUE_BYTES)
        window = {"window": 1, "commands": 1} if style.gentle else {}
        self._appender: Appender[list[Intent]] = Appender(destination, careful=style.careful, **window)
        self._batch: list[Outgoing] = []
        self._intents: list[Intent] = []
        self._batch_work: FolderWork | None = None
        self._batch_bytes = 0
        self._batch_since = 0.0  # when its first message came
        self._batch_most = min(BATCH_BYTES, control.unit or BATCH_BYTES)
        self._outcomes: list[Outcome] = []
        self.works: dict[int, FolderWork] = {}  # by folder, of what was taken so far
        self.ended = threading.Event()  # set by whoever runs it in a thread
        self._busy: errors.ServerError | None = None
        self._relaying = False
        self._reader: Reader | None = None
        self._writing: tuple[FolderWork, int] | None = None
        self.refused: list[Refused] = []
        self.missing: list[Missing] = []

    @property
    def blamed(self) -> tuple[FolderWork, int] | None:
        """In gentle style: the one message (folder, UID) that was under way when something broke."""
        return self._writing or (self._reader.reading if self._reader else None)

    def copy(self, works: Iterable[FolderWork]) -> None:
        """Copies everything in ``works``; `refused` and `missing` hold the rest afterwards. Raises ConnectionLost and kin, ServerBusy, Interrupted.

        ``works`` is gone through by the reader's thread, each when there is room for it.
        """
        reader = self._reader = Reader(self._source, self._noted(works), self._control, self._style, self._queue)
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

    def _noted(self, works: Iterable[FolderWork]) -> Iterator[FolderWork]:
        for work in works:
            self.works[work.record.id] = work
            yield work

    def abandon(self) -> None:
        """Another lane of the same mailbox broke: stop as for a request to stop. Any thread may ask."""
        self._queue.close(Interrupted())

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

    # --- the writer's side: the worker's own thread

    def _take(self, item: Item) -> None:
        if isinstance(item, Parcel):
            for known in item.messages:
                self._take_whole(item.work, *known)
        elif isinstance(item, Start):
            self._take_big(item)
        elif isinstance(item, Adopt):
            self._adopt(item.start.work, item.start.uid, item.start.size, item.digest, item.key, item.start.flags, item.start.date)
        elif isinstance(item, Missing):
            self.missing.append(item)

    def _take_whole(self, work: FolderWork, body: Body, header: bytes, digest: bytes, key: int) -> None:
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
            self._remark(work, N_("MailSafi takes no such labels, the mail was copied without them: {names}").format(names=names))
        when = readable_date(date)
        if not when:
            when = guessed_date(header)
            self._remark(work, N_("the arrival date of some mail could not be read and was taken from the mail itself"))
        if self._style.bare and is_doubtful(when):
            when = b" 1-Jan-1970 00:00:00 +0000" if when[7:11] < b"1970" else b"31-Dec-2037 00:00:00 +0000"
            self._remark(work, N_("MailSafi refused the arrival date of some mail, the nearest it takes was used"))
        return Outgoing(uid, kept, when, size, data, chunks, is_doubtful(when))

    def _put_in_batch(self, work: FolderWork, outgoing: Outgoing, intent: Intent) -> None:
        alone = not self._appender.batches or self._style.single or self._style.gentle or outgoing.doubtful
        full = self._batch_bytes + outgoing.size > self._batch_most or len(self._batch) >= (1 if alone else BATCH_MESSAGES)
        now = time.monotonic()
        if self._batch and (full or self._batch_work is not work or now - self._batch_since > BATCH_WAIT):
            self._flush()
        if not self._batch:
            self._batch_since = now
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

    def _take_big(self, start: Start) -> None:
        """Relays a big message chunk by chunk; its digest is known only when it has passed."""
        self._flush()
        if self._style.gentle:
            self._writing = (start.work, start.uid)
        first = self._next_chunk()
        header = identity.header_of(first)
        digest = identity.ContentDigest()

        def passing() -> Iterator[bytes]:
            piece = first
            while piece:
                digest.update(piece)
                yield piece
                piece = self._next_chunk()

        outgoing = self._outgoing(start.work, start.uid, start.flags, start.date, header, start.size, None, passing())
        intent = Intent(
            start.work.record.id, start.uid, start.size, None, identity.message_key(header), outgoing.flags, outgoing.date
        )
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
        """Waits until at most ``keep`` commands are in flight; each outcome is told when it is known, however slow the line."""
        while True:
            for settled in self._appender.settled(max(keep, self._appender.in_flight - 1)):
                self._take_settled(settled)
            if self._busy:
                raise self._busy
            if self._appender.in_flight <= keep:
                return

    def _take_settled(self, settled: Settled[list[Intent]]) -> None:
        intents = settled.token
        work = self.works[intents[0].folder_id]
        if settled.refusal is None:
            uids: Sequence[int | None] = settled.uids or [None] * len(intents)
            for intent, d_uid in zip(intents, uids, strict=True):
                self._outcomes.append(Outcome(intent.folder_id, intent.uid, MessageState.COPIED, d_uid, intent.digest))
            self._advanced(work, len(intents), sum(i.size for i in intents), MessageState.COPIED)
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
