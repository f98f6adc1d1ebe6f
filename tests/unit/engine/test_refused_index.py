"""The index names every refused message with its file, and what became of it; hostile names do no harm."""

from __future__ import annotations

import csv
from pathlib import Path

from mailsafi_wizard.engine import refused_index
from mailsafi_wizard.engine.message_files import folder_place, mailbox_place
from mailsafi_wizard.model import Mailbox, MessageState
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Outcome

EVIL = '=HYPERLINK("http://x")/../Kazi'


def read(path: Path) -> list[dict[str, str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return list(csv.DictReader(path.read_text("utf-8-sig").splitlines()))


def test_failed_and_mended_messages_are_told(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "p.mailsafi")
    journal.put_mailboxes([Mailbox("amina@example.co.ke", "amina", "amina@example.co.ke")])
    record = journal.put_folder(FolderRecord(0, 1, b"x", EVIL, b"x", EVIL))
    date = b" 2-Jan-2026 03:04:05 +0000"
    journal.record(
        [
            Outcome(record.id, 7, MessageState.FAILED, reason="@refused: a virus", size=99, date=date),
            Outcome(record.id, 8, MessageState.FAILED, reason="too big", size=5, date=date),
            Outcome(record.id, 9, MessageState.PRESENT, reason="", size=4, date=date),
        ]
    )
    place = tmp_path / "not copied"
    folder = folder_place(mailbox_place(place, journal.mailboxes()[0]), record)
    folder.mkdir(parents=True)
    for name in ("7.eml", "9.eml", "12.eml", "notes.eml", "8.part"):
        (folder / name).write_bytes(b"x")
    index = refused_index.write(journal, place)
    assert index is not None
    rows = read(index)
    assert [(row["uid"], row["state"]) for row in rows] == [
        ("7", "not copied"),
        ("8", "not copied"),
        ("9", "copied since"),
        ("12", "not known any more"),
    ]
    assert rows[0]["reason"] == "'@refused: a virus"
    assert all(row["folder"] == "'" + EVIL for row in rows)
    assert [bool(row["file"]) for row in rows] == [True, False, True, True]
    assert all((place / row["file"]).resolve().is_relative_to(place.resolve()) for row in rows)
    assert (place / rows[0]["file"]).read_bytes() == b"x"
    journal.close()


def test_without_refusals_there_is_no_index(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "p.mailsafi")
    assert refused_index.write(journal, tmp_path) is None
    assert not (tmp_path / refused_index.NAME).exists()
    journal.close()
