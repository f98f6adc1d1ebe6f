"""What becomes of messages that a round of copying left over: tried again in the gentlest way that may help, then failed by name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.copier import Copier, Refused
from mailsafi_wizard.engine.lookup import opened, refuse_reasons
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import Missing, believable
from mailsafi_wizard.engine.refused_mail import RefusedMail
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.attributes import readable_date, storable_flags
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.grammar import quoted
from mailsafi_wizard.net.quota import append_limit
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import N_

MOST_TRIES = 3  # single attempts at a message before a refusal is taken as final
SIZES_AGREED = 5  # messages whose true size differs from the listed one before the listing is no longer believed
Fail = Callable[[FolderWork, int, int, str, bytes], None]


class Rounds:
    """Judges the leftovers of one pass. `next` gives the works of the next round, empty when all is settled."""

    def __init__(
        self,
        journal: Journal,
        source: Session,
        destination: Session,
        control: Control,
        style: Style,
        remark: Callable[[FolderWork, str], None],
        fail: Fail,
        arrived: Callable[[FolderWork, int], None],
        refused_mail: RefusedMail,
    ) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self._control = control
        self._style = style
        self._remark = remark
        self._fail = fail
        self._arrived = arrived
        self._refused_mail = refused_mail
        self._tries: Counter[tuple[int, int]] = Counter()
        self._round = 0
        self._touched: dict[int, FolderWork] = {}
        self._full: errors.ServerError | None = None

    def next(self, copiers: Sequence[Copier]) -> list[FolderWork]:
        """Decides on everything the ``copiers`` could not finish."""
        self._round += 1
        again: dict[int, dict[int, int]] = defaultdict(dict)
        for copier in copiers:
            for work in copier.works.values():
                self._touched.setdefault(work.record.id, work)
            self._judge_refused(copier.refused, again)
            self._judge_missing(copier.missing, again)
        if not again:
            return []
        self._style.single = True
        self._style.bare = self._round >= MOST_TRIES
        self._control.wait(0.2 * self._round**2)
        return [self._narrowed(self._touched[folder_id], uids) for folder_id, uids in again.items()]

    def close(self) -> None:
        """All listed messages of the touched folders have a state now."""
        self._style.single = self._style.bare = False
        for work in self._touched.values():
            work.record.s_next = max(work.record.s_next, work.highest + 1)
        self._journal.save_folders([w.record for w in self._touched.values()])

    def _narrowed(self, work: FolderWork, uids: dict[int, int]) -> FolderWork:
        narrow = FolderWork(work.record, keys=work.keys, claims=work.claims, permanent=work.permanent, highest=work.highest)
        for uid in sorted(uids):
            narrow.uids.append(uid)
            narrow.sizes.append(uids[uid])
        return narrow

    # --- refused by the destination

    def _judge_refused(self, refused: Sequence[Refused], again: dict[int, dict[int, int]]) -> None:
        created: set[int] = set()
        for item in refused:
            if isinstance(item.error, errors.FolderMissing) and item.work.record.id not in created:
                created.add(item.work.record.id)
                self._destination.try_run(b"CREATE", quoted(item.work.record.destination))
            if item.alone:
                self._tries[item.work.record.id, item.uid] += 1
            if self._is_final(item):
                self._refuse(item)
            else:
                again[item.work.record.id][item.uid] = item.size

    def _refuse(self, item: Refused) -> None:
        """Final: kept as a file and, where the admin chose that, sent repaired; else failed by name."""
        record = item.work.record
        flags, date = self._attributes(record, item.uid)
        if not isinstance(item.error, errors.OverQuota):
            if told := self._refused_mail.keep(record, item.uid, item.size):
                self._remark(item.work, told)
            kept, _ = storable_flags(flags, item.work.permanent)
            if changed := self._refused_mail.mend(record, item.uid, item.size, kept, readable_date(date)):
                self._remark(
                    item.work,
                    N_("UID {uid} was refused as it was ({why}) and {changed}").format(
                        uid=item.uid, why=refuse_reasons(item.error), changed=changed
                    ),
                )
                self._arrived(item.work, item.size)
                return
        self._fail(item.work, item.uid, item.size, refuse_reasons(item.error), date)

    def too_big(self, works: list[FolderWork]) -> list[FolderWork]:
        """Names what exceeds the size that the destination announces (APPENDLIMIT, RFC 7889) without sending it; the rest remains."""
        limit = append_limit(self._destination)
        if limit is None:
            return works
        for work in works:
            self._touched.setdefault(work.record.id, work)
        for work in works:
            for uid, size in [(u, s) for u, s in zip(work.uids, work.sizes, strict=True) if s > limit]:
                reason = N_("it has {size} bytes, MailSafi takes {limit} at most").format(size=size, limit=limit)
                error = errors.MessageRefused(reason, host=self._destination.host, text=reason)
                self._refuse(Refused(work, uid, size, error, True))
        return [self._narrowed(w, {u: s for u, s in zip(w.uids, w.sizes, strict=True) if s <= limit}) for w in works]

    def _is_final(self, item: Refused) -> bool:
        if isinstance(item.error, errors.OverQuota) and item.alone:
            self._full = item.error
        if self._full is not None and isinstance(item.error, errors.OverQuota):
            return True
        tries = self._tries[item.work.record.id, item.uid]
        return tries >= (1 if isinstance(item.error, errors.MessageRefused) else MOST_TRIES)

    def _attributes(self, record: FolderRecord, uid: int) -> tuple[bytes, bytes]:
        """Flags and INTERNALDATE of a message that is about to be named to a person; b"" when the source doesn't tell."""
        try:
            opened(self._source, fetch.examine(self._source, record.source))
            tag = fetch.ask_listing(self._source, b"%d" % uid, flags=True, date=True)
            return next(((e.flags, e.date) for e in list(fetch.listing(self._source, tag)) if e.uid == uid), (b"", b""))
        except errors.CommandRefused:
            return b"", b""

    # --- not delivered by the source

    def _judge_missing(self, missing: Sequence[Missing], again: dict[int, dict[int, int]]) -> None:
        for item in missing:
            place = (item.work.record.id, item.uid)
            self._tries[place] += 1
            if item.found is not None:
                self._judge_size(item, again)
            elif self._tries[place] == 1:
                again[item.work.record.id][item.uid] = item.size
            elif not self._still_listed(item):
                item.work.record.s_count -= 1  # deleted at the source while we were at it: no failure
            elif self._tries[place] >= MOST_TRIES:
                self._fail(item.work, item.uid, item.size, N_("the old server lists the message but does not deliver it"), b"")
            else:
                again[item.work.record.id][item.uid] = item.size

    def _judge_size(self, item: Missing, again: dict[int, dict[int, int]]) -> None:
        """A size other than listed: believed when a second read gives the same content."""
        place = (item.work.record.id, item.uid)
        if not believable(self._source, item.size, item.found or 0, item.lines, item.ended):
            if self._tries[place] >= MOST_TRIES:
                reason = N_("the old server announces {size} bytes and delivers {found}: a part is missing").format(
                    size=item.size, found=item.found
                )
                self._fail(item.work, item.uid, item.size, reason, self._attributes(item.work.record, item.uid)[1])
            else:
                again[item.work.record.id][item.uid] = item.size
            return
        if self._tries[place] > MOST_TRIES:
            reason = N_("the old server announces {size} bytes and delivers something else each time").format(size=item.size)
            self._fail(item.work, item.uid, item.size, reason, self._attributes(item.work.record, item.uid)[1])
            return
        self._style.agreed[place] = item.digest
        again[item.work.record.id][item.uid] = max(item.size, item.found or 0)
        if len(self._style.agreed) >= SIZES_AGREED and self._round > 1:
            self._style.trust_sizes = False

    def _still_listed(self, item: Missing) -> bool:
        """Whether the source still has it: by its UID, and by the number of messages, which must have become less."""
        work = item.work
        try:
            exists = opened(self._source, fetch.examine(self._source, work.record.source)).exists
            if any(e.uid == item.uid for e in self._listed(b"%d" % item.uid)):
                return True
            arrived = sum(1 for e in self._listed(b"%d:*" % (work.highest + 1)) if e.uid > work.highest)
        except errors.CommandRefused:
            return True
        return exists - arrived > work.record.s_count - 1

    def _listed(self, uids: bytes) -> list[Listed]:
        return list(fetch.listing(self._source, fetch.ask_listing(self._source, uids)))
