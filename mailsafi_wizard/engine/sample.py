"""A few of the messages that were just stored, chosen by chance, are read back whole: sizes and Message-IDs alone don't show a changed letter.

When one of them differs, all that were stored are read.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque

from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.net import fetch, identity
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Unconfirmed

SIZE = 20  # messages of one mailbox and one pass
Altered = list[tuple[FolderRecord, int, int]]  # folder, source UID, size


class Sample:
    """Of one mailbox and one pass. Every message offered has the same chance."""

    def __init__(self, journal: Journal, session: Session, dice: random.Random | None = None) -> None:
        self._journal = journal
        self._session = session
        self._dice = dice or random.Random()
        self._offered = 0
        self._chosen: list[tuple[FolderRecord, Unconfirmed, int]] = []
        self._folders: dict[int, FolderRecord] = {}

    def offer(self, record: FolderRecord, row: Unconfirmed, d_uid: int) -> None:
        """A message that the destination lists under ``d_uid``. Reservoir sampling: what is held does not grow with the mailbox."""
        if row.digest is None or row.size >= fetch.BIG or fetch.needs_go_ahead(self._session, record.destination):
            return
        self._folders[record.id] = record
        self._offered += 1
        if len(self._chosen) < SIZE:
            self._chosen.append((record, row, d_uid))
        elif (place := self._dice.randrange(self._offered)) < SIZE:
            self._chosen[place] = (record, row, d_uid)

    def altered(self) -> Altered:
        """Messages whose content at the destination is not what was sent. Nothing else may be in flight."""
        by_folder: dict[int, dict[int, Unconfirmed]] = defaultdict(dict)
        for record, row, d_uid in self._chosen:
            by_folder[record.id][d_uid] = row
        asked: deque[tuple[dict[int, Unconfirmed], bytes, bytes]] = deque()
        for folder_id, rows in by_folder.items():
            examine = fetch.examine(self._session, self._folders[folder_id].destination)
            asked.append((rows, examine, fetch.ask_bodies(self._session, sorted(rows))))
        wrong = False
        for rows, examine, tag in asked:
            opened(self._session, examine)
            for body in fetch.bodies(self._session, tag, largest=2 * fetch.BIG):
                expected = rows.get(body.uid)
                wrong = wrong or (expected is not None and identity.content_digest(body.data) != expected.digest)
        return self._all() if wrong else []

    def _all(self) -> Altered:
        found: Altered = []
        for record in self._folders.values():
            rows = self._journal.stored_digests(record.id)
            opened(self._session, fetch.examine(self._session, record.destination))
            read = digests(self._session, sorted(rows), {d_uid: size for d_uid, (_uid, size, _digest) in rows.items()})
            found += [(record, uid, size) for d_uid, (uid, size, digest) in rows.items() if d_uid in read and read[d_uid] != digest]
        return found
