"""The journal in the project file: folders, and the state of every message; what else the file holds is `register`.

Speaks SQL only; who decides what becomes of a message is `engine`. Every writing method is one transaction.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard.model import (
    FailedMessage,
    FolderLedger,
    Ledger,
    MessageState,
    Role,
)
from mailsafi_wizard.store import tallies
from mailsafi_wizard.store.database import Row
from mailsafi_wizard.store.register import Register
from mailsafi_wizard.store.rows import FolderRecord, Foreign, Intent, Outcome, Unconfirmed

if TYPE_CHECKING:
    pass

_FOLDER_COLUMNS = (
    "id, mailbox_id, source, source_name, destination, destination_name, role, excluded_reason, renamed, s_validity, s_next, s_claimed_next,"
    " s_modseq, s_count, s_bytes, d_validity, d_next, d_count, d_modseq, checked"
)


class Journal(Register):
    """The open project file."""

    # --- folders

    def folders(self, mailbox_id: int) -> list[FolderRecord]:
        return [
            FolderRecord(*row)
            for row in self.rows(f"SELECT {_FOLDER_COLUMNS} FROM folder WHERE mailbox_id = ? ORDER BY id", mailbox_id)
        ]

    def put_folder(self, record: FolderRecord) -> FolderRecord:
        """Adds or rewrites the naming of a folder (found again by mailbox and source name) and returns it as stored."""
        self.write(
            "INSERT INTO folder (mailbox_id, source, source_name, destination, destination_name, role, excluded_reason, renamed)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (mailbox_id, source) DO UPDATE SET destination = excluded.destination,"
            " destination_name = excluded.destination_name, role = excluded.role, excluded_reason = excluded.excluded_reason,"
            " renamed = excluded.renamed, source_name = excluded.source_name",
            record.mailbox_id, record.source, record.source_name, record.destination, record.destination_name, record.role,
            record.excluded_reason, record.renamed,
        )  # fmt: skip
        sql = f"SELECT {_FOLDER_COLUMNS} FROM folder WHERE mailbox_id = ? AND source = ?"
        return FolderRecord(*self.rows(sql, record.mailbox_id, record.source)[0])

    def save_folders(self, records: Iterable[FolderRecord]) -> None:
        """Writes the numbers of folders back."""
        self.write_many(
            "UPDATE folder SET s_validity = ?, s_next = ?, s_claimed_next = ?, s_modseq = ?, s_count = ?, s_bytes = ?, d_validity = ?, d_next = ?,"
            " d_count = ?, d_modseq = ?, checked = ? WHERE id = ?",
            [
                (r.s_validity, r.s_next, r.s_claimed_next, r.s_modseq, r.s_count, r.s_bytes, r.d_validity, r.d_next, r.d_count, r.d_modseq,
                 r.checked, r.id)
                for r in records
            ],
        )  # fmt: skip

    def save_source(self, records: Iterable[FolderRecord]) -> None:
        """Writes the source's numbers of folders back; the destination's may be under change by another thread."""
        sql = "UPDATE folder SET s_validity = ?, s_next = ?, s_claimed_next = ?, s_modseq = ?, s_count = ?, s_bytes = ?, checked = ? WHERE id = ?"
        self.write_many(
            sql, [(r.s_validity, r.s_next, r.s_claimed_next, r.s_modseq, r.s_count, r.s_bytes, r.checked, r.id) for r in records]
        )

    def save_destination(self, records: Iterable[FolderRecord]) -> None:
        """Writes the destination's numbers of folders back; the source's may be under change by another thread."""
        sql = "UPDATE folder SET d_validity = ?, d_next = ?, d_count = ?, d_modseq = ? WHERE id = ?"
        self.write_many(sql, [(r.d_validity, r.d_next, r.d_count, r.d_modseq, r.id) for r in records])

    # --- messages

    def live_count(self, folder_id: int) -> int:
        """Source messages with a final state that the source still has."""
        return int(self.rows("SELECT count(*) FROM message WHERE folder_id = ? AND gone = 0 AND state <> 1", folder_id)[0][0])

    def live_count_below(self, folder_id: int, uid: int) -> int:
        """`live_count` of messages with a lower UID."""
        sql = "SELECT count(*) FROM message WHERE folder_id = ? AND uid < ? AND gone = 0 AND state <> 1"
        return int(self.rows(sql, folder_id, uid)[0][0])

    def gone_uids(self, folder_id: int) -> set[int]:
        return {r[0] for r in self.rows("SELECT uid FROM message WHERE folder_id = ? AND gone = 1", folder_id)}

    def known_uids(self, folder_id: int, first: int = 1) -> set[int]:
        """Source UIDs from ``first`` on that are done: copied, present or excluded."""
        return {
            r[0]
            for r in self.rows("SELECT uid FROM message WHERE folder_id = ? AND uid >= ? AND state IN (2, 3, 4)", folder_id, first)
        }

    def failed_uids(self, folder_id: int) -> list[tuple[int, int]]:
        """(UID, size) of messages that failed in an earlier run."""
        return [
            (r[0], r[1])
            for r in self.rows("SELECT uid, size FROM message WHERE folder_id = ? AND state = 5 AND gone = 0", folder_id)
        ]

    def set_failed_sizes(self, folder_id: int, sizes: Iterable[tuple[int, int]]) -> None:
        """(UID, size) of messages that failed, as the source lists them now."""
        sql = "UPDATE message SET size = ? WHERE folder_id = ? AND uid = ? AND state = 5"
        self.write_many(sql, [(size, folder_id, uid) for uid, size in sizes])

    def in_doubt(self, folder_id: int) -> list[Intent]:
        sql = "SELECT folder_id, uid, size, digest, key, flags, date FROM message WHERE folder_id = ? AND state = 1"
        return [Intent(*r) for r in self.rows(sql, folder_id)]

    def drop_doubt(self, folder_id: int) -> None:
        """The rows still in doubt were looked for and not found: they are to be copied again."""
        self.write("DELETE FROM message WHERE folder_id = ? AND state = 1", folder_id)

    def record(self, outcomes: Sequence[Outcome], intents: Sequence[Intent] = ()) -> None:
        """One transaction for what has been settled and what is to be sent next. An intent is on disk before this returns."""
        with self.transaction() as db:
            plain = [o for o in outcomes if o.state is MessageState.COPIED]
            db.executemany(
                "UPDATE message SET state = 2, d_uid = ?, digest = coalesce(?, digest), seen = 0, reason = ? WHERE folder_id = ? AND uid = ?",
                [(o.d_uid, o.digest, o.reason, o.folder_id, o.uid) for o in plain],
            )
            db.executemany(
                "INSERT OR REPLACE INTO message (folder_id, uid, state, size, digest, key, flags, date, d_uid, seen, reason)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                [
                    (
                        o.folder_id,
                        o.uid,
                        int(o.state),
                        o.size,
                        o.digest,
                        o.key,
                        o.flags,
                        o.date,
                        o.placed,
                        2 * (o.placed != o.d_uid),
                        o.reason,
                    )
                    for o in outcomes
                    if o.state is not MessageState.COPIED
                ],
            )
            adopted = [(o.folder_id, o.d_uid) for o in outcomes if o.state is MessageState.PRESENT]
            db.executemany("DELETE FROM foreign_message WHERE folder_id = ? AND uid = ?", adopted)
            db.executemany(
                "INSERT OR REPLACE INTO message (folder_id, uid, state, size, digest, key, flags, date) VALUES (?, ?, 1, ?, ?, ?, ?, ?)",
                intents,  # in the order of their fields
            )

    def forget(self, folder_id: int, uids: Iterable[int]) -> None:
        """Removes rows whose messages turned out not to be at the destination: they are to be copied again."""
        self.write_many("DELETE FROM message WHERE folder_id = ? AND uid = ?", [(folder_id, u) for u in uids])

    def forget_destination(self, folder_id: int) -> None:
        """The destination's UIDs have lost their meaning (UIDVALIDITY changed): they are to be matched anew."""
        with self.transaction() as db:
            db.execute("UPDATE message SET d_uid = NULL WHERE folder_id = ?", (folder_id,))
            db.execute("DELETE FROM foreign_message WHERE folder_id = ?", (folder_id,))

    def forget_source(self, folder_id: int) -> None:
        """The source's UIDs have lost their meaning: what was copied is kept as mail of unknown origin, to be matched by content.

        A copy that its user has deleted since is kept under a negative UID, so that it does not come back.
        """
        with self.transaction() as db:
            db.execute(
                "INSERT OR REPLACE INTO foreign_message (folder_id, uid, size, key, digest)"
                " SELECT folder_id, CASE seen WHEN 2 THEN -uid ELSE d_uid END, size, key, digest FROM message"
                " WHERE folder_id = ? AND state IN (2, 3) AND (d_uid IS NOT NULL OR seen = 2)",
                (folder_id,),
            )
            db.execute("DELETE FROM message WHERE folder_id = ?", (folder_id,))

    def set_gone(self, folder_id: int, uids: Iterable[int], gone: bool = True) -> None:
        """The source no longer has these (or has them again)."""
        self.write_many("UPDATE message SET gone = ? WHERE folder_id = ? AND uid = ?", [(int(gone), folder_id, u) for u in uids])

    def live_uids(self, folder_id: int) -> set[int]:
        return {r[0] for r in self.rows("SELECT uid FROM message WHERE folder_id = ? AND gone = 0 AND state <> 1", folder_id)}

    def flags(self, folder_id: int) -> Iterator[tuple[int, int | None, bytes]]:
        """(UID, destination UID, flags last carried over) of messages that are at the destination."""
        sql = "SELECT uid, d_uid, flags FROM message WHERE folder_id = ? AND state IN (2, 3) AND gone = 0 AND seen < 2 ORDER BY uid"
        for row in self.each(sql, folder_id):
            yield row[0], row[1], row[2]

    def set_flags(self, folder_id: int, flags: Iterable[tuple[int, bytes]]) -> None:
        self.write_many("UPDATE message SET flags = ? WHERE folder_id = ? AND uid = ?", [(f, folder_id, u) for u, f in flags])

    def pairs_elsewhere(self, mailbox_id: int, folder_id: int) -> Counter[tuple[int, int]]:
        """(Message-ID key, size) of all messages in other folders of a mailbox that are at the destination."""
        sql = (
            "SELECT m.key, m.size FROM message m JOIN folder f ON f.id = m.folder_id"
            " WHERE f.mailbox_id = ? AND f.id <> ? AND m.state IN (2, 3) AND m.key <> 0"
        )
        return Counter((r[0], r[1]) for r in self.each(sql, mailbox_id, folder_id))

    def pairs_left_out(self, folder_id: int) -> Counter[tuple[int, int]]:
        """(Message-ID key, size) of the messages of a folder that were left out."""
        return Counter(
            (r[0], r[1]) for r in self.each("SELECT key, size FROM message WHERE folder_id = ? AND state = 4", folder_id)
        )

    # --- the destination's side

    def unconfirmed(self, folder_id: int, after: int = 0, most: int = -1) -> list[Unconfirmed]:
        """Messages that count as stored and were not seen there yet, by source UID: at most ``most`` with one above ``after``."""
        sql = (
            "SELECT uid, d_uid, size, key, digest, state FROM message"
            " WHERE folder_id = ? AND uid > ? AND state IN (2, 3) AND seen = 0 ORDER BY uid LIMIT ?"
        )
        return [Unconfirmed(*r) for r in self.rows(sql, folder_id, after, most)]

    def has_unconfirmed(self, folder_id: int) -> bool:
        sql = "SELECT 1 FROM message WHERE folder_id = ? AND state IN (2, 3) AND seen = 0 LIMIT 1"
        return bool(self.rows(sql, folder_id))

    def all_placed(self, folder_id: int) -> bool:
        """Whether the destination's UIDs of all unconfirmed messages are known."""
        sql = "SELECT 1 FROM message WHERE folder_id = ? AND state IN (2, 3) AND seen = 0 AND d_uid IS NULL LIMIT 1"
        return not self.rows(sql, folder_id)

    def placeable(self, folder_id: int) -> list[Unconfirmed]:
        """All messages that count as stored and were not removed there, seen or not."""
        sql = "SELECT uid, d_uid, size, key, digest, state FROM message WHERE folder_id = ? AND state IN (2, 3) AND seen < 2 ORDER BY uid"
        return [Unconfirmed(*r) for r in self.rows(sql, folder_id)]

    def confirm(self, folder_id: int, found: Iterable[tuple[int, int | None]]) -> None:
        """(UID, destination UID) of messages that the destination has shown."""
        self.write_many(
            "UPDATE message SET seen = 1, d_uid = ? WHERE folder_id = ? AND uid = ?", [(d, folder_id, u) for u, d in found]
        )

    def placed_uids(self, folder_id: int) -> set[int]:
        """Destination UIDs that are ours."""
        return {
            r[0] for r in self.rows("SELECT d_uid FROM message WHERE folder_id = ? AND d_uid IS NOT NULL AND seen < 2", folder_id)
        }

    def stored_digests(self, folder_id: int) -> dict[int, tuple[int, int, bytes]]:
        """Destination UID -> (source UID, size, digest) of messages that were copied and seen there."""
        sql = "SELECT d_uid, uid, size, digest FROM message WHERE folder_id = ? AND state = 2 AND seen = 1 AND d_uid > 0 AND digest IS NOT NULL"
        return {r[0]: (r[1], r[2], bytes(r[3])) for r in self.rows(sql, folder_id)}

    def confirmed_uids(self, folder_id: int) -> dict[int, int]:
        """Destination UID -> source UID of messages that were seen there before."""
        return dict(self.rows("SELECT d_uid, uid FROM message WHERE folder_id = ? AND seen = 1 AND d_uid IS NOT NULL", folder_id))

    def set_removed(self, folder_id: int, uids: Iterable[int]) -> None:
        """Source UIDs whose copies the user has deleted at the destination since they were seen."""
        self.write_many("UPDATE message SET seen = 2 WHERE folder_id = ? AND uid = ?", [(folder_id, u) for u in uids])

    def foreign(self, folder_id: int) -> list[Foreign]:
        return [Foreign(*r) for r in self.rows("SELECT uid, size, key, digest FROM foreign_message WHERE folder_id = ?", folder_id)]

    def put_foreign(self, folder_id: int, found: Iterable[Foreign]) -> None:
        rows = [(folder_id, f.uid, f.size, f.key, f.digest) for f in found]
        self.write_many(
            "INSERT INTO foreign_message (folder_id, uid, size, key, digest) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " size = excluded.size, key = excluded.key, digest = coalesce(excluded.digest, digest)",
            rows,
        )

    # --- results

    def ledger(self, mailbox_id: int | None = None) -> Ledger:
        """The accounts of one mailbox or of all, from what `tallies` keeps."""
        return Ledger(tuple(_folder_ledger(row) for row in tallies.folders(self, mailbox_id)))

    def failures(self, mailbox_id: int | None = None) -> tuple[FailedMessage, ...]:
        where = "" if mailbox_id is None else "AND f.mailbox_id = ?"
        found = self.rows(
            "SELECT f.mailbox_id, f.source_name, m.uid, m.size, CAST(m.date AS TEXT), m.reason FROM message m JOIN folder f ON f.id = m.folder_id"
            f" WHERE m.state IN (1, 5) AND m.state = 5 AND m.gone = 0 {where} ORDER BY f.mailbox_id, f.id, m.uid",
            *(() if mailbox_id is None else (mailbox_id,)),
        )
        return tuple(FailedMessage(*row) for row in found)

    def arrived_bytes(self) -> dict[int, int]:
        """Mailbox -> bytes of the messages that are at the destination (copied or there before)."""
        return tallies.arrived_bytes(self)


def _folder_ledger(row: Row) -> FolderLedger:
    mailbox_id, _number, source_name, destination_name, role, excluded_reason, renamed, checked, count, size, *sums = row
    copied, present, excluded, failed, confirmed, removed, listed_size, _arrived = sums
    if excluded_reason:  # what had arrived before it was left out keeps its state
        count = max(count, copied + present + failed)
        excluded = count - copied - present - failed
    return FolderLedger(
        mailbox_id, source_name, destination_name, Role(role) if role else None, count, copied, present, excluded, failed, confirmed, removed,
        listed_size or size, excluded_reason, bool(renamed), bool(checked),
    )  # fmt: skip
