"""Comparisons of both servers and single messages in the project file: what was compared, how far, and what differed. Speaks SQL only."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from mailsafi_wizard.model import CheckPlan, CheckRecord, Depth, Difference, Differs, MessageLine, MessageState
from mailsafi_wizard.store.journal import Journal

FRESH = dt.timedelta(days=7)  # an older one that was broken off is not gone on with
KEPT = 10  # comparisons of a mailbox; differences are kept of the newest only
_USERS = "('user-removed', 'user-moved', 'user-flags')"
_COLUMNS = (
    "c.id, c.mailbox_id, c.started, c.ended, c.depth, c.share, c.least, c.seed, c.listed, c.compared, c.compared_bytes, c.outcome, c.problem,"
    f" (SELECT count(*) FROM difference d WHERE d.comparison_id = c.id AND d.kind NOT IN {_USERS}),"
    f" (SELECT count(*) FROM difference d WHERE d.comparison_id = c.id AND d.kind IN {_USERS})"
)


class Placed(NamedTuple):
    """A message that was seen at the destination. ``flags`` and ``date`` as they were sent; ``repaired`` has the digest of what was sent instead."""

    uid: int
    d_uid: int
    size: int
    key: int
    flags: bytes
    date: bytes
    present: bool  # was there before
    repaired: bytes | None


class Checks:
    """One project's comparisons. Every writing method is one transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # --- comparisons

    def begin(self, mailbox_id: int, plan: CheckPlan, seed: int, now: dt.datetime) -> CheckRecord:
        """A new one, or the last one of the same kind where that was broken off: it goes on from there."""
        last = self.last(mailbox_id)
        if last is not None and last.outcome != "done" and last.plan == plan and now - last.started < FRESH:
            self._journal.write("UPDATE comparison SET outcome = 'running', ended = NULL, problem = '' WHERE id = ?", last.id)
            return self.of(last.id)
        sql = "INSERT INTO comparison (mailbox_id, started, depth, share, least, seed) VALUES (?, ?, ?, ?, ?, ?)"
        values = (mailbox_id, now.isoformat(), plan.depth.value, plan.share, plan.least, seed)
        number = self._journal.write(sql, *values)
        self._drop_old(mailbox_id, number)
        return self.of(number)

    def _drop_old(self, mailbox_id: int, newest: int) -> None:
        older = "SELECT id FROM comparison WHERE mailbox_id = ? AND id < ?"
        with self._journal.transaction() as db:
            for table in ("difference", "compared_to"):
                db.execute(f"DELETE FROM {table} WHERE comparison_id IN ({older})", (mailbox_id, newest))
            db.execute(
                f"DELETE FROM comparison WHERE id IN ({older} ORDER BY id DESC LIMIT -1 OFFSET ?)", (mailbox_id, newest, KEPT)
            )

    def of(self, number: int) -> CheckRecord:
        return _record(self._journal.rows(f"SELECT {_COLUMNS} FROM comparison c WHERE c.id = ?", number)[0])

    def last(self, mailbox_id: int) -> CheckRecord | None:
        found = self._journal.rows(
            f"SELECT {_COLUMNS} FROM comparison c WHERE c.mailbox_id = ? ORDER BY c.id DESC LIMIT 1", mailbox_id
        )
        return _record(found[0]) if found else None

    def newest(self) -> dict[int, CheckRecord]:
        """The newest comparison of every mailbox that has one."""
        sql = f"SELECT {_COLUMNS} FROM comparison c WHERE c.id IN (SELECT max(id) FROM comparison GROUP BY mailbox_id)"
        return {record.mailbox_id: record for record in map(_record, self._journal.rows(sql))}

    def newest_with_content(self) -> dict[int, CheckRecord]:
        """Of every mailbox the newest finished one that compared content."""
        sql = (
            f"SELECT {_COLUMNS} FROM comparison c WHERE c.id IN"
            " (SELECT max(id) FROM comparison WHERE outcome = 'done' AND depth <> 'counts' GROUP BY mailbox_id)"
        )
        return {record.mailbox_id: record for record in map(_record, self._journal.rows(sql))}

    def end(self, number: int, outcome: str, problem: str, now: dt.datetime) -> CheckRecord:
        self._journal.write(
            "UPDATE comparison SET outcome = ?, problem = ?, ended = ? WHERE id = ?", outcome, problem, now.isoformat(), number
        )
        return self.of(number)

    # --- one comparison under way

    def forget_lists(self, number: int) -> None:
        """Everything but content is looked at anew."""
        with self._journal.transaction() as db:
            db.execute("DELETE FROM difference WHERE comparison_id = ? AND kind <> 'bytes'", (number,))
            db.execute("UPDATE comparison SET listed = 0 WHERE id = ?", (number,))

    def note(self, number: int, differences: Iterable[Difference], listed: int = 0) -> None:
        with self._journal.transaction() as db:
            rows = [(number, d.folder, d.uid, d.kind.value, d.detail) for d in differences]
            db.executemany("INSERT OR REPLACE INTO difference VALUES (?, ?, ?, ?, ?)", rows)
            db.execute("UPDATE comparison SET listed = listed + ? WHERE id = ?", (listed, number))

    def advance(self, number: int, folder_id: int, uid: int, compared: int, size: int) -> None:
        """Content was compared up to source UID ``uid``."""
        with self._journal.transaction() as db:
            db.execute("INSERT OR REPLACE INTO compared_to VALUES (?, ?, ?)", (number, folder_id, uid))
            sql = "UPDATE comparison SET compared = compared + ?, compared_bytes = compared_bytes + ? WHERE id = ?"
            db.execute(sql, (compared, size, number))

    def compared_to(self, number: int) -> dict[int, int]:
        """Folder -> source UID up to which content was compared."""
        return dict(self._journal.rows("SELECT folder_id, uid FROM compared_to WHERE comparison_id = ?", number))

    def differences(self, number: int, users: bool = False, most: int = 10_000) -> tuple[Difference, ...]:
        """Those that are nobody's wish, or with ``users`` what users have done themselves."""
        found = self._journal.rows(
            "SELECT c.mailbox_id, d.folder, d.uid, d.kind, d.detail FROM difference d JOIN comparison c ON c.id = d.comparison_id"
            f" WHERE c.id = ? AND d.kind {'' if users else 'NOT'} IN {_USERS} ORDER BY d.folder, d.uid LIMIT ?",
            number,
            most,
        )
        return tuple(Difference(r[0], r[1], r[2], Differs(r[3]), r[4]) for r in found)

    # --- messages

    def placed(self, folder_id: int, after: int, most: int) -> list[Placed]:
        """Messages that were seen at the destination and not removed there, by source UID, of one stretch."""
        sql = (
            "SELECT uid, d_uid, size, key, flags, date, state = 3, CASE WHEN state = 2 AND reason <> '' THEN digest END FROM message"
            " WHERE folder_id = ? AND uid > ? AND state IN (2, 3) AND gone = 0 AND seen = 1 AND d_uid > 0 ORDER BY uid LIMIT ?"
        )
        return [Placed(*row) for row in self._journal.rows(sql, folder_id, after, most)]

    def placed_count(self, folder_id: int) -> int:
        sql = "SELECT count(*) FROM message WHERE folder_id = ? AND state IN (2, 3) AND gone = 0 AND seen = 1 AND d_uid > 0"
        return int(self._journal.rows(sql, folder_id)[0][0])

    def placed_uid(self, folder_id: int, place: int) -> int:
        """Source UID of the message at ``place`` among those that `placed` gives."""
        sql = "SELECT uid FROM message WHERE folder_id = ? AND state IN (2, 3) AND gone = 0 AND seen = 1 AND d_uid > 0 ORDER BY uid LIMIT 1 OFFSET ?"
        return int(self._journal.rows(sql, folder_id, place)[0][0])

    def removed(self, folder_id: int) -> list[tuple[int, int, int]]:
        """(source UID, size, key) of messages that were seen at the destination and that its user has removed."""
        sql = "SELECT uid, size, key FROM message WHERE folder_id = ? AND state IN (2, 3) AND gone = 0 AND seen = 2 ORDER BY uid"
        return [(r[0], r[1], r[2]) for r in self._journal.rows(sql, folder_id)]

    def strangers(self, mailbox_id: int) -> dict[tuple[int, int], tuple[str, ...]]:
        """(key, size) -> destination folders in which mail stands that did not come from us."""
        sql = (
            "SELECT DISTINCT x.key, x.size, f.destination_name FROM foreign_message x JOIN folder f ON f.id = x.folder_id"
            " WHERE f.mailbox_id = ? AND x.uid > 0 AND x.key <> 0"
        )
        found: dict[tuple[int, int], tuple[str, ...]] = {}
        for key, size, name in self._journal.rows(sql, mailbox_id):
            found[key, size] = (*found.get((key, size), ()), name)
        return found

    def messages(self, folder_id: int, after: int, most: int, failed_only: bool = False) -> list[MessageLine]:
        """One page of a folder's messages that the source still has, by UID, from the one after ``after`` on."""
        only = "AND state = 5" if failed_only else ""
        sql = (
            "SELECT folder_id, uid, CAST(date AS TEXT), size, state, reason, seen = 2 FROM message"
            f" WHERE folder_id = ? AND uid > ? AND gone = 0 {only} ORDER BY uid LIMIT ?"
        )
        return [_line(row) for row in self._journal.rows(sql, folder_id, after, most)]

    def dates(self, folder_id: int) -> Iterator[bytes]:
        """INTERNALDATE, as the source wrote it, of the messages that users should find."""
        sql = "SELECT DISTINCT date FROM message WHERE folder_id = ? AND state IN (2, 3) AND gone = 0 AND seen < 2"
        for row in self._journal.each(sql, folder_id):
            yield bytes(row[0])


def _record(row: tuple[object, ...]) -> CheckRecord:
    number, mailbox_id, started, ended, depth, *rest = row
    begun, over = dt.datetime.fromisoformat(str(started)), dt.datetime.fromisoformat(str(ended)) if ended else None
    return CheckRecord(number, mailbox_id, begun, over, Depth(depth), *rest)  # type: ignore[arg-type]


def _line(row: tuple[object, ...]) -> MessageLine:
    folder_id, uid, date, size, state, reason, removed = row
    return MessageLine(
        int(str(folder_id)),
        int(str(uid)),
        str(date or "").strip(),
        int(str(size)),
        MessageState(int(str(state))),
        str(reason),
        bool(removed),
    )
