"""When mail last arrived in the source's folders, from the journal. Speaks SQL only; the dates come as the server wrote them."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mailsafi_wizard.store.journal import Journal

NEWEST = 10  # messages of a folder: one that was moved into it lately may be older than the others


def newest_dates(journal: Journal, without: Collection[str]) -> Iterator[tuple[int, bytes]]:
    """(mailbox, INTERNALDATE) of the newest messages of every folder whose role is not in ``without``."""
    for number, mailbox_id, role in journal.rows("SELECT id, mailbox_id, role FROM folder WHERE excluded_reason = ''"):
        if role not in without:
            sql = "SELECT date FROM message WHERE folder_id = ? ORDER BY uid DESC LIMIT ?"
            for row in journal.rows(sql, number, NEWEST):
                yield int(mailbox_id), bytes(row[0])
