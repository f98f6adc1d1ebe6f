"""What the project file knows beside folders and messages: notes, mailboxes with their states, remarks, runs, sign-ins, census, records.

Speaks SQL only. Every writing method is one transaction.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from mailsafi_wizard.model import Mailbox, MailboxState, Side, SignInResult
from mailsafi_wizard.store.database import Database
from mailsafi_wizard.store.remembered import Remembered

if TYPE_CHECKING:
    from mailsafi_wizard.model import RunRecord


class Register(Database):
    """The open project file, as far as it is no journal."""

    def __init__(self, path: Path, create: bool) -> None:
        self._notes = Remembered(self._ask_notes)
        self._mailboxes = Remembered(self._ask_mailboxes)
        self._states = Remembered(self._ask_states)
        self._sign_ins = Remembered(self._ask_sign_ins)
        self._runs = Remembered(self._ask_runs)
        self._census = Remembered(self._ask_census)
        self._dns_snapshots = Remembered(self._ask_dns_snapshots)
        super().__init__(path, create)

    @classmethod
    def create(cls, path: Path) -> Self:
        return cls(path, create=True)

    @classmethod
    def open(cls, path: Path) -> Self:
        return cls(path, create=False)

    # --- notes: small remembered answers

    def note(self, key: str) -> str:
        return self._notes.get().get(key, "")

    def _ask_notes(self) -> Mapping[str, str]:
        return {str(key): str(value) for key, value in self.rows("SELECT key, value FROM note")}

    def set_note(self, key: str, value: str) -> None:
        self.set_notes({key: value})

    def set_notes(self, notes: Mapping[str, str]) -> None:
        """All of them or none."""
        self.write_many("INSERT INTO note VALUES (?, ?) ON CONFLICT (key) DO UPDATE SET value = excluded.value", notes.items())
        self._notes.forget()

    # --- mailboxes

    def mailboxes(self) -> tuple[Mailbox, ...]:
        return self._mailboxes.get()

    def _ask_mailboxes(self) -> tuple[Mailbox, ...]:
        found = self.rows("SELECT address, source_user, destination_user, id, source_host, user_root FROM mailbox ORDER BY id")
        return tuple(Mailbox(*row) for row in found)

    def put_mailboxes(self, mailboxes: Iterable[Mailbox]) -> None:
        """Adds those that are new; one that is there (same two user names and server) keeps its number and its history."""
        rows = [(m.address, m.source_user, m.destination_user, m.source_host, m.user_root) for m in mailboxes]
        self.write_many(
            "INSERT INTO mailbox (address, source_user, destination_user, source_host, user_root) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET address = excluded.address, user_root = excluded.user_root",
            rows,
        )
        self._mailboxes.forget()
        self._states.forget()

    def remove_mailboxes(self, ids: Iterable[int]) -> None:
        """Forgets mailboxes that have no folders yet; one with history stays."""
        self.write_many(
            "DELETE FROM mailbox WHERE id = ? AND NOT EXISTS (SELECT 1 FROM folder WHERE mailbox_id = mailbox.id)",
            [(i,) for i in ids],
        )
        for table in ("sign_in", "census"):  # a number that is given anew must not inherit them
            self.write(f"DELETE FROM {table} WHERE mailbox_id NOT IN (SELECT id FROM mailbox)")
        self._mailboxes.forget()
        self._states.forget()
        self._sign_ins.forget()
        self._census.forget()

    def forget_sign_ins(self, places: Iterable[tuple[int, str]]) -> None:
        """The tests of sign-ins (mailbox, side) that are no longer true, because the password is another one."""
        self.write_many("DELETE FROM sign_in WHERE mailbox_id = ? AND side = ?", places)
        self._sign_ins.forget()

    def state(self, mailbox_id: int) -> tuple[MailboxState, str, str, str]:
        """State, and title, hint and detail of the problem that ended the last run ("" when none)."""
        found = self.rows("SELECT state, problem, hint, detail FROM mailbox WHERE id = ?", mailbox_id)
        return (MailboxState(found[0][0]), *found[0][1:]) if found else (MailboxState.NEW, "", "", "")

    def states(self) -> Mapping[int, MailboxState]:
        """Of every mailbox."""
        return self._states.get()

    def _ask_states(self) -> Mapping[int, MailboxState]:
        return {r[0]: MailboxState(r[1]) for r in self.rows("SELECT id, state FROM mailbox")}

    def set_state(self, mailbox_id: int, state: MailboxState, problem: str = "", hint: str = "", detail: str = "") -> None:
        sql = "UPDATE mailbox SET state = ?, problem = ?, hint = ?, detail = ? WHERE id = ?"
        self.write(sql, state.value, problem, hint, detail, mailbox_id)
        self._states.forget()

    def add_remark(self, mailbox_id: int, folder: str, text: str) -> bool:
        """True when it is new."""
        with self.transaction() as db:
            return db.execute("INSERT OR IGNORE INTO remark VALUES (?, ?, ?)", (mailbox_id, folder, text)).rowcount > 0

    def remarks(self) -> tuple[tuple[int, str, str], ...]:
        return tuple(
            (r[0], r[1], r[2]) for r in self.rows("SELECT mailbox_id, folder, text FROM remark ORDER BY mailbox_id, folder")
        )

    # --- runs, sign-ins, census, snapshots

    def begin_run(self, now: dt.datetime) -> int:
        """Starts a run; one that was cut off before is marked so."""
        self.break_off_runs()
        number = self.write("INSERT INTO run (started) VALUES (?)", now.isoformat())
        self._runs.forget()
        return number

    def break_off_runs(self) -> None:
        """Marks runs that were cut off before they could tell how they ended."""
        self.write("UPDATE run SET outcome = 'broken off' WHERE outcome = 'running'")
        self._runs.forget()

    def end_run(self, run_id: int, now: dt.datetime, messages: int, size: int, outcome: str) -> None:
        sql = "UPDATE run SET ended = ?, messages = ?, bytes = ?, outcome = ? WHERE id = ?"
        self.write(sql, now.isoformat(), messages, size, outcome, run_id)
        self._runs.forget()

    def runs(self) -> tuple[RunRecord, ...]:
        return self._runs.get()

    def _ask_runs(self) -> tuple[RunRecord, ...]:
        from mailsafi_wizard.model import RunRecord

        found = self.rows("SELECT id, started, ended, messages, bytes, outcome FROM run ORDER BY id")
        return tuple(
            RunRecord(r[0], dt.datetime.fromisoformat(r[1]), dt.datetime.fromisoformat(r[2]) if r[2] else None, *r[3:])
            for r in found
        )

    def put_sign_in(self, result: SignInResult) -> None:
        values = (result.mailbox_id, result.side.value, int(result.ok), result.cause, result.remedy, result.detail)
        self.write("INSERT OR REPLACE INTO sign_in VALUES (?, ?, ?, ?, ?, ?)", *values)
        self._sign_ins.forget()

    def sign_ins(self) -> Mapping[tuple[int, Side], SignInResult]:
        return self._sign_ins.get()

    def _ask_sign_ins(self) -> Mapping[tuple[int, Side], SignInResult]:
        found = self.rows("SELECT mailbox_id, side, ok, cause, remedy, detail FROM sign_in")
        return {(r[0], Side(r[1])): SignInResult(r[0], Side(r[1]), bool(r[2]), *r[3:]) for r in found}

    def put_census(self, mailbox_id: int, facts: str) -> None:
        self.write("INSERT OR REPLACE INTO census VALUES (?, ?)", mailbox_id, facts)
        self._census.forget()

    def census(self) -> tuple[tuple[int, str], ...]:
        return self._census.get()

    def _ask_census(self) -> tuple[tuple[int, str], ...]:
        return tuple((r[0], r[1]) for r in self.rows("SELECT mailbox_id, facts FROM census ORDER BY mailbox_id"))

    def add_dns_snapshot(self, now: dt.datetime, facts: str) -> None:
        self.write("INSERT INTO dns_snapshot (taken, facts) VALUES (?, ?)", now.isoformat(), facts)
        self._dns_snapshots.forget()

    def dns_snapshots(self) -> tuple[tuple[dt.datetime, str], ...]:
        return self._dns_snapshots.get()

    def _ask_dns_snapshots(self) -> tuple[tuple[dt.datetime, str], ...]:
        return tuple(
            (dt.datetime.fromisoformat(r[0]), r[1]) for r in self.rows("SELECT taken, facts FROM dns_snapshot ORDER BY id")
        )
