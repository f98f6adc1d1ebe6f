"""The sheets that users check by, and what they said, in the project file. Speaks SQL only."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence

from mailsafi_wizard.model import SignOff
from mailsafi_wizard.store.journal import Journal


class SignOffs:
    """One project's. Every writing method is one transaction."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal

    # --- sheets

    def put_spots(self, mailbox_id: int, spots: Sequence[tuple[str, int]], now: dt.datetime) -> None:
        """The messages (source folder, UID) that were chosen for a user to look for; in place of earlier ones."""
        sql = "INSERT OR REPLACE INTO check_sheet (mailbox_id, made, spots) VALUES (?, ?, ?)"
        self._journal.write(sql, mailbox_id, now.isoformat(), json.dumps(spots, ensure_ascii=False))

    def spots(self) -> dict[int, list[tuple[str, int]]]:
        """Mailbox -> the messages that were chosen."""
        found = self._journal.rows("SELECT mailbox_id, spots FROM check_sheet")
        return {mailbox_id: [(str(folder), int(uid)) for folder, uid in json.loads(text)] for mailbox_id, text in found}

    def mark_written(self, mailbox_ids: Iterable[int], now: dt.datetime, reminder: bool) -> None:
        """The sheets of these were written as files, or reminders of them were."""
        column = "reminded" if reminder else "sent"
        self._journal.write_many(
            f"UPDATE check_sheet SET {column} = ? WHERE mailbox_id = ?", [(now.isoformat(), i) for i in mailbox_ids]
        )

    def written(self) -> dict[int, tuple[dt.datetime | None, dt.datetime | None]]:
        """Mailbox -> when its sheet was written as a file, and when it was last reminded."""
        found = self._journal.rows("SELECT mailbox_id, sent, reminded FROM check_sheet")
        return {r[0]: (_moment(r[1]), _moment(r[2])) for r in found}

    # --- sign-offs

    def put(self, found: Iterable[SignOff]) -> None:
        rows = [(s.mailbox_id, s.who, s.at.isoformat(), s.how, s.words) for s in found]
        self._journal.write_many("INSERT OR REPLACE INTO sign_off VALUES (?, ?, ?, ?, ?)", rows)

    def take_back(self, mailbox_ids: Iterable[int]) -> None:
        self._journal.write_many("DELETE FROM sign_off WHERE mailbox_id = ?", [(i,) for i in mailbox_ids])

    def all(self) -> dict[int, SignOff]:
        found = self._journal.rows("SELECT mailbox_id, who, at, how, words FROM sign_off")
        return {r[0]: SignOff(r[0], r[1], dt.datetime.fromisoformat(r[2]), r[3], r[4]) for r in found}


def _moment(text: str) -> dt.datetime | None:
    return dt.datetime.fromisoformat(text) if text else None
