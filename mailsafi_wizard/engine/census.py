"""A look at one mailbox before the copy: folders, messages, bytes, days, the largest, against what the destination takes.

Reads only (EXAMINE, BODY.PEEK) and writes nothing on either side. Memory does not grow with the number of messages.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections import deque
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace

from mailsafi_wizard import errors
from mailsafi_wizard.engine import received
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.folder_choices import key
from mailsafi_wizard.engine.folders import FolderMap, FolderPlan
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.engine.task_round import Crowded
from mailsafi_wizard.events import LookProgress, Report
from mailsafi_wizard.model import BigMessage, FolderCensus, MailboxCensus, Role
from mailsafi_wizard.net import fetch, listing
from mailsafi_wizard.net.attributes import parsed, readable_date
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.net.headers import ask_headers, headers
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.quota import Quota, append_limit, quota
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

AHEAD = 16  # folders asked for before the first is read
TOLD_EVERY = 0.25  # seconds
LOOK_EVERY = 500  # messages between looks at the clock and the switch
MOST_NAMED = 200  # messages that are too big, of one mailbox
RECENT = dt.timedelta(days=90)
NEWEST_OF_INBOX, NEWEST_OF_OTHERS = 300, 40  # messages of a folder whose address fields are read
MOST_READ_FOLDERS = 25
MOST_DAYS = 40_000  # different dates remembered in one folder; a century has no more
_NOT_RECEIVED = (Role.SENT, Role.DRAFTS, Role.JUNK, Role.TRASH, Role.ALL)


@dataclass(frozen=True)
class Look:
    """Everything needed to look at one mailbox. ``known``: raw source folder -> destination of earlier runs; ``chosen``: see `FolderMap`."""

    job: Job
    known: Mapping[bytes, bytes] = field(default_factory=dict)
    chosen: Mapping[bytes, bool] = field(default_factory=dict)
    domains: Collection[str] = ()


@dataclass
class Tally:
    """Sums over one folder's listing. ``oldest`` and ``newest`` are days as `date.toordinal` gives them, 0 for none."""

    messages: int = 0
    bytes: int = 0
    largest: int = 0
    oldest: int = 0
    newest: int = 0
    recent: deque[int] = field(default_factory=deque)  # UIDs of the newest


@dataclass(frozen=True)
class Room:
    """What the destination takes."""

    quota: Quota
    largest: int | None


class Census:
    """One look at one mailbox. `take` once."""

    def __init__(self, look: Look, report: Report, control: Control, now: dt.datetime) -> None:
        self._look, self._report, self._control, self._now = look, report, control, now
        self._since = (now - RECENT).date().toordinal()
        self._box = look.job.mailbox
        self._folders: list[FolderCensus] = []
        self._room = Room(Quota(), None)
        self._too_big: list[BigMessage] = []
        self._too_big_count = 0
        self._addresses: tuple[tuple[str, int], ...] = ()
        self._listed = self._total = 0
        self._told = 0.0

    def take(self) -> MailboxCensus:
        """The look; where a server breaks off, the folders seen until then with the problem's title as its ``error``.

        Raises Crowded where no connection was free, and Interrupted when ``control`` is stopped.
        """
        try:
            try:
                self._take_once()
            except errors.ConnectionLost:
                self._listed, self._too_big, self._too_big_count = 0, [], 0
                self._take_once()  # links break; a server that breaks off twice at the same mailbox has a reason
        except errors.MigrationError as e:
            return self._found(str(e))
        return self._found()

    def _take_once(self) -> None:
        source, destination = self._connected()
        try:
            self._take(source, destination)
        finally:
            for session in (source, destination):
                session.drop() if session.in_flight else session.logout()

    def _connected(self) -> tuple[Session, Session]:
        job, made = self._look.job, list[Session]()

        def start(of_source: bool) -> Session:
            endpoint, who = (job.source, job.source_sign_in) if of_source else (job.destination, job.destination_sign_in)
            made.append(connect(endpoint, who, job.trust, job.patience))
            return made[-1]

        try:
            return both(lambda: start(True), lambda: start(False))
        except errors.MigrationError as e:
            for session in made:
                session.drop()
            if isinstance(e, (errors.TooManyConnections, errors.ServerBusy)):
                raise Crowded(e, isinstance(e, errors.TooManyConnections) and e.anyone) from e
            raise

    def _found(self, error: str = "") -> MailboxCensus:
        q = self._room.quota
        return MailboxCensus(
            self._box.id, tuple(_less_what_is_elsewhere(self._folders)), error, self._now, q.used, q.limit, q.messages_used, q.messages_limit,
            self._room.largest, tuple(self._too_big), self._too_big_count, self._addresses,
        )  # fmt: skip

    # --- looking

    def _take(self, source: Session, destination: Session) -> None:
        here, (there, self._room) = both(
            lambda: listing.overview(source), lambda: (listing.overview(destination), _room(destination))
        )
        plans = [
            p
            for p in FolderMap(here, there, self._look.known, self._look.chosen).plans()
            if p.selectable and not (here.folders[p.source].doubtful and p.source not in here.status)
        ]
        self._folders = [self._bare(p, here) for p in plans]
        places = [i for i, p in enumerate(plans) if not p.excluded_reason and here.status.get(p.source, Status()).messages != 0]
        self._total = sum(self._folders[i].messages for i in places)
        recent = list(self._weigh(source, plans, places))
        self._tell("", always=True)
        if self._look.domains:
            self._addresses = received.counted(self._headers(source, recent), self._look.domains)

    def _bare(self, plan: FolderPlan, here: Overview) -> FolderCensus:
        """A folder as the server's own count has it."""
        messages = here.status.get(plan.source, Status()).messages or 0
        return FolderCensus(
            plan.source_name, plan.role, messages, 0, plan.destination_name, plan.excluded_reason, plan.renamed, raw_name=key(plan.source),
            chosen=self._look.chosen.get(plan.source),
        )  # fmt: skip

    def _weigh(self, source: Session, plans: Sequence[FolderPlan], places: Sequence[int]) -> Iterator[tuple[bytes, list[int]]]:
        """Lists the folders at ``places``, many ahead, and fills in what was found; gives raw name and newest UIDs of those with recent mail."""
        waiting: deque[tuple[int, bytes, bytes]] = deque()
        for place in places:
            name = plans[place].source
            keep = 0 if fetch.needs_go_ahead(source, name) else AHEAD
            while len(waiting) > keep:
                yield from self._weigh_one(source, plans, *waiting.popleft())
            waiting.append((place, fetch.examine(source, name), fetch.ask_listing(source, b"1:*", date=True)))
            while len(waiting) > keep:
                yield from self._weigh_one(source, plans, *waiting.popleft())
        while waiting:
            yield from self._weigh_one(source, plans, *waiting.popleft())

    def _weigh_one(
        self, source: Session, plans: Sequence[FolderPlan], place: int, examine: bytes, tag: bytes
    ) -> Iterator[tuple[bytes, list[int]]]:
        plan = plans[place]
        try:
            opened(source, examine)
            tally = self._tally(plan, fetch.listing(source, tag))
        except (errors.CommandRefused, errors.ServerBusy) as e:
            with contextlib.suppress(errors.CommandRefused, errors.ServerBusy):  # its listing is in flight already
                deque(fetch.listing(source, tag), maxlen=0)
            self._folders[place] = replace(self._folders[place], problem=e.detail or e.title_text)
            return
        self._folders[place] = replace(
            self._folders[place],
            messages=tally.messages,
            bytes=tally.bytes,
            oldest=dt.date.fromordinal(tally.oldest) if tally.oldest else None,
            newest=dt.date.fromordinal(tally.newest) if tally.newest else None,
            largest=tally.largest,
        )
        if tally.recent:
            yield plan.source, sorted(set(tally.recent))

    def _tally(self, plan: FolderPlan, entries: Iterator[Listed]) -> Tally:
        """One pass over a listing; a day is worked out once for each date that occurs."""
        tally = Tally(recent=deque(maxlen=_read_of(plan.role)))
        days: dict[bytes, int] = {}
        limit = self._room.largest if self._room.largest is not None else 1 << 63
        messages = size_sum = largest = newest = 0
        oldest = 1 << 30
        for uid, size, _flags, date, _key in entries:
            messages += 1
            size_sum += size
            if size > largest:
                largest = size
            if size > limit:
                self._note_big(plan, uid, size, date)
            day = days.get(date[:11])
            if day is None:
                day = _remember(days, date)
            if day:
                if day > newest:
                    newest = day
                if day < oldest:
                    oldest = day
                if day >= self._since:
                    tally.recent.append(uid)
            if not messages % LOOK_EVERY:
                self._heard(plan, LOOK_EVERY)
        self._heard(plan, messages % LOOK_EVERY)
        tally.messages, tally.bytes, tally.largest = messages, size_sum, largest
        tally.oldest, tally.newest = (oldest, newest) if newest else (0, 0)
        return tally

    def _note_big(self, plan: FolderPlan, uid: int, size: int, date: bytes) -> None:
        self._too_big_count += 1
        if len(self._too_big) < MOST_NAMED:
            self._too_big.append(BigMessage(plan.source_name, uid, size, date.decode("ascii", "replace").strip()))

    def _heard(self, plan: FolderPlan, count: int) -> None:
        self._listed += count
        self._control.checkpoint()
        self._tell(plan.source_name)

    def _tell(self, folder: str, always: bool = False) -> None:
        now = time.monotonic()
        if always or now - self._told >= TOLD_EVERY:
            self._told = now
            self._report(LookProgress(self._box.id, self._box.address, folder, self._listed, max(self._total, self._listed)))

    # --- who receives mail

    def _headers(self, source: Session, recent: Sequence[tuple[bytes, list[int]]]) -> Iterator[bytes]:
        """Address fields of the newest messages; a folder that can't be read is passed over."""
        waiting: deque[tuple[bytes, bytes, int]] = deque()
        for name, uids in [r for r in recent if not fetch.needs_go_ahead(source, r[0])][:MOST_READ_FOLDERS]:
            waiting.append((fetch.examine(source, name), ask_headers(source, uids, received.FIELDS), len(uids)))
        while waiting:
            self._control.checkpoint()
            examine, tag, count = waiting.popleft()
            shut = False
            try:
                opened(source, examine)
            except (errors.CommandRefused, errors.ServerBusy):
                shut = True
            with contextlib.suppress(errors.CommandRefused, errors.ServerBusy):
                for header in headers(source, tag, count):
                    if not shut:
                        yield header


def _room(destination: Session) -> Room:
    return Room(quota(destination), append_limit(destination))


def _read_of(role: Role | None) -> int:
    if role in _NOT_RECEIVED:
        return 0
    return NEWEST_OF_INBOX if role is Role.INBOX else NEWEST_OF_OTHERS


def _remember(days: dict[bytes, int], date: bytes) -> int:
    """The ordinal of an INTERNALDATE's day, 0 for what is none; remembered by the date's text."""
    when = parsed(readable_date(date))
    if len(days) >= MOST_DAYS:
        days.clear()
    days[date[:11]] = when.date().toordinal() if when else 0
    return days[date[:11]]


def _less_what_is_elsewhere(folders: Sequence[FolderCensus]) -> Iterator[FolderCensus]:
    """A folder that shows all mail holds what the others hold, junk and deleted mail apart: only the rest is copied from it."""
    others = [f for f in folders if not f.excluded_reason and f.role not in (Role.ALL, Role.TRASH, Role.JUNK)]
    messages, size = sum(f.messages for f in others), sum(f.bytes for f in others)
    for folder in folders:
        if folder.role is Role.ALL and not folder.excluded_reason:
            yield replace(folder, elsewhere=min(folder.messages, messages), elsewhere_bytes=min(folder.bytes, size))
        else:
            yield folder
