"""How many messages of each folder are in which state: counted once, kept, and counted anew only where messages have changed. Speaks SQL only.

A folder's row in `tally` is dropped by the file's own triggers whenever one of its messages changes, in the same transaction; so what is kept is
never out of date, whoever has written. A project of a million messages is opened without counting one of them.
"""

from __future__ import annotations

from mailsafi_wizard.store.database import Database, Row

_SUMS = (
    "ifnull(sum(m.state = 2 AND m.gone = 0), 0), ifnull(sum(m.state = 3 AND m.gone = 0), 0), ifnull(sum(m.state = 4 AND m.gone = 0), 0),"
    " ifnull(sum(m.state = 5 AND m.gone = 0), 0), ifnull(sum(m.state IN (2, 3) AND m.gone = 0 AND m.seen > 0), 0),"
    " ifnull(sum(m.gone = 0 AND m.seen = 2), 0), ifnull(sum(m.size * (m.gone = 0)), 0),"
    " ifnull(sum(m.size * (m.state IN (2, 3) AND m.gone = 0)), 0)"
)
_KEPT = "t.copied, t.present, t.excluded, t.failed, t.confirmed, t.removed, t.bytes, t.arrived"
_UNCOUNTED = "NOT EXISTS (SELECT 1 FROM tally t WHERE t.folder_id = f.id)"
_NAMES = (
    "f.mailbox_id, f.id, f.source_name, f.destination_name, f.role, f.excluded_reason, f.renamed, f.checked, f.s_count, f.s_bytes"
)


def _of(mailbox_id: int | None) -> tuple[str, tuple[int, ...]]:
    """A condition on `folder`, and its values."""
    return ("1", ()) if mailbox_id is None else ("f.mailbox_id = ?", (mailbox_id,))


def keep(database: Database, mailbox_id: int | None = None) -> None:
    """Counts what has changed and keeps it; where somebody is writing just now, nothing is kept and nobody waits."""
    only, values = _of(mailbox_id)
    if database.rows(f"SELECT 1 FROM folder f WHERE {only} AND {_UNCOUNTED} LIMIT 1", *values):
        counted = f"SELECT f.id, {_SUMS} FROM folder f LEFT JOIN message m ON m.folder_id = f.id WHERE {only} AND {_UNCOUNTED} GROUP BY f.id"
        database.write_if_free(f"INSERT INTO tally {counted}", *values)


def folders(database: Database, mailbox_id: int | None = None) -> list[Row]:
    """Of each folder, by mailbox: mailbox, number, names and marks, what the source told, and the counts in the order of the table `tally`."""
    keep(database, mailbox_id)
    only, values = _of(mailbox_id)
    return database.rows(
        f"SELECT {_NAMES}, {_KEPT} FROM folder f JOIN tally t ON t.folder_id = f.id WHERE {only}"
        f" UNION ALL SELECT {_NAMES}, {_SUMS} FROM folder f LEFT JOIN message m ON m.folder_id = f.id WHERE {only} AND {_UNCOUNTED} GROUP BY f.id"
        " ORDER BY 1, 2",
        *values,
        *values,
    )


def arrived_bytes(database: Database) -> dict[int, int]:
    """Mailbox -> bytes of the messages that are at the destination (copied or there before); mailboxes without any are left out."""
    keep(database)
    stored = "sum(m.state IN (2, 3) AND m.gone = 0), sum(m.size * (m.state IN (2, 3) AND m.gone = 0))"
    found = database.rows(
        "SELECT mailbox_id, sum(arrived) FROM ("
        "SELECT f.mailbox_id, t.copied + t.present AS stored, t.arrived FROM folder f JOIN tally t ON t.folder_id = f.id"
        f" UNION ALL SELECT f.mailbox_id, {stored} FROM folder f JOIN message m ON m.folder_id = f.id WHERE {_UNCOUNTED} GROUP BY f.id"
        ") WHERE stored > 0 GROUP BY 1"
    )
    return {r[0]: int(r[1]) for r in found}
