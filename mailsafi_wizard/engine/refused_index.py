"""The index of the folder with refused messages: which file is which message, why it was refused, and what became of it since.

Written anew after each run, from the project file and the files that are there. No subject is in it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple
from pathlib import Path

from mailsafi_wizard.engine.message_files import folder_place, mailbox_place
from mailsafi_wizard.model import Mailbox, MessageState
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.spreadsheet import as_csv
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.private_file import write_private
from mailsafi_wizard.store.rows import FolderRecord

NAME = "index.csv"
HEAD = ("file", "mailbox", "folder", "uid", "date", "bytes", "state", "reason")
STATES: dict[MessageState | None, str] = {
    MessageState.COPIED: "copied since",
    MessageState.PRESENT: "copied since",
    MessageState.FAILED: "not copied",
}


@dataclass(frozen=True)
class Kept:
    """One message. ``file`` is below the folder with ``/`` between its parts, "" where no file could be kept; ``size`` in bytes."""

    file: str
    mailbox: str
    folder: str
    uid: int
    date: str
    size: int
    state: str
    reason: str


def entries(journal: Journal, place: Path) -> list[Kept]:
    """Every failed message, and every other one of which a file lies below ``place``; by mailbox, folder and UID."""
    return [entry for box in journal.mailboxes() for entry in _of_mailbox(journal, box, place)]


def _of_mailbox(journal: Journal, box: Mailbox, place: Path) -> Iterator[Kept]:
    for record in journal.folders(box.id):
        folder = folder_place(mailbox_place(place, box), record)
        kept = {int(f.stem) for f in folder.glob("*.eml") if f.stem.isdecimal() and f.stem.isascii()} if folder.is_dir() else set()
        for uid, size, date, state, reason in _messages(journal, record, kept):
            file = (folder / f"{uid}.eml").relative_to(place).as_posix() if uid in kept else ""
            yield Kept(
                file,
                box.address,
                record.source_name,
                uid,
                date,
                size,
                STATES.get(state, "not known any more"),
                reason,
            )


def _messages(journal: Journal, record: FolderRecord, kept: set[int]) -> Iterator[tuple[int, int, str, MessageState | None, str]]:
    sql = "SELECT uid, size, CAST(date AS TEXT), state, reason FROM message WHERE folder_id = ? AND "
    found = journal.rows(sql + "state = 5 AND gone = 0", record.id)
    for uid in kept - {row[0] for row in found}:
        found += journal.rows(sql + "uid = ?", record.id, uid) or [(uid, 0, "", None, "")]
    for uid, size, date, state, reason in sorted(found, key=lambda row: int(row[0])):
        yield int(uid), int(size), str(date), MessageState(state) if state else None, str(reason)


def write(journal: Journal, place: Path) -> Path | None:
    """Writes ``index.csv`` into ``place`` (UTF-8 with a mark for Excel); None where nothing was refused. Raises OSError."""
    found = entries(journal, place)
    if not found or not place.is_dir():
        return None
    write_private(place / NAME, as_csv([HEAD, *(astuple(one) for one in found)]))
    return place / NAME
