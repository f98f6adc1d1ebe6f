"""Which notice went to which user, when, and with what outcome. Speaks SQL only.

What is about to be sent is written down, to the disk, before it leaves: after a power cut it is known that it may have gone out.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from collections.abc import Iterator

from mailsafi_wizard.model.telling import Told, ToldState
from mailsafi_wizard.store.journal import Journal

_COLUMNS = "mailbox_id, notice, language, address, state, at, message_id, cause, remedy, detail, id"


def begin(journal: Journal, told: Told) -> int:
    """Writes a row down before its mail leaves; returns its number for `end`."""
    with _on_the_disk(journal):
        return put(journal, told)


def put(journal: Journal, told: Told) -> int:
    return journal.write(
        "INSERT INTO told (mailbox_id, notice, language, address, state, at, message_id, cause, remedy, detail)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        told.mailbox_id, told.notice, told.language, told.address, told.state.value, told.at.isoformat(timespec="seconds"), told.message_id,
        told.cause, told.remedy, told.detail,
    )  # fmt: skip


def end(journal: Journal, number: int, state: ToldState, at: dt.datetime, why: tuple[str, str, str] = ("", "", "")) -> None:
    """``why``: cause, remedy, the server's words."""
    sql = "UPDATE told SET state = ?, at = ?, cause = ?, remedy = ?, detail = ? WHERE id = ?"
    journal.write(sql, state.value, at.isoformat(timespec="seconds"), *why, number)


def settle(journal: Journal, cause: str, remedy: str) -> None:
    """Rows that were being sent when the program ended: they may have gone out. Must not be called while a round runs."""
    if journal.rows("SELECT 1 FROM told WHERE state = ? LIMIT 1", ToldState.SENDING.value):
        sql = "UPDATE told SET state = ?, cause = ?, remedy = ? WHERE state = ?"
        journal.write(sql, ToldState.PERHAPS.value, cause, remedy, ToldState.SENDING.value)


def stamp(journal: Journal) -> tuple[int, int]:
    """Changes with every change of what `all_told` gives: rows are only added, and change once, when they are no longer being sent."""
    found = journal.rows("SELECT ifnull(max(id), 0), ifnull(sum(state = ?), 0) FROM told", ToldState.SENDING.value)
    return int(found[0][0]), int(found[0][1])


def all_told(journal: Journal) -> tuple[Told, ...]:
    """In the order in which they were begun."""
    return tuple(_told(row) for row in journal.rows(f"SELECT {_COLUMNS} FROM told ORDER BY id"))


def _told(row: tuple[object, ...]) -> Told:
    box, notice, language, address, state, at, name, cause, remedy, detail, number = row
    when = dt.datetime.fromisoformat(str(at))
    words = (str(name), str(cause), str(remedy), str(detail))
    return Told(int(str(box)), str(notice), str(language), str(address), ToldState(state), when, *words, int(str(number)))


@contextlib.contextmanager
def _on_the_disk(journal: Journal) -> Iterator[None]:
    """This thread's writes wait for the disk; there is one for each mail, so that costs little."""
    journal.rows("PRAGMA synchronous = FULL")
    try:
        yield
    finally:
        journal.rows("PRAGMA synchronous = NORMAL")
