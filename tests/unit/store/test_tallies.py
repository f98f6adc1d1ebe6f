"""Counts that are kept must be those that counting by hand gives, whatever is done to the messages."""

from __future__ import annotations

import sqlite3
import tempfile
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mailsafi_wizard.model import FolderLedger, Ledger, Mailbox, MessageState
from mailsafi_wizard.store import schema, tallies
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Intent, Outcome

FOLDERS = (1, 2, 3)  # of two mailboxes
UIDS = st.integers(1, 6)
STATES = st.sampled_from([MessageState.COPIED, MessageState.PRESENT, MessageState.EXCLUDED, MessageState.FAILED])


def made(path: Path) -> Journal:
    journal = Journal.create(path)
    journal.put_mailboxes([Mailbox("a@x", "a", "a"), Mailbox("b@x", "b", "b")])
    for mailbox, name in ((1, b"INBOX"), (1, b"Sent"), (2, b"INBOX")):
        journal.put_folder(FolderRecord(0, mailbox, name, name.decode(), name, name.decode()))
    return journal


def by_hand(journal: Journal) -> dict[tuple[int, str], tuple[int, ...]]:
    """Every message looked at, one after the other."""
    names = {r[0]: (r[1], r[2]) for r in journal.rows("SELECT id, mailbox_id, source_name FROM folder")}
    found: dict[tuple[int, str], tuple[int, ...]] = dict.fromkeys(names.values(), (0,) * 6)
    for folder, state, seen, gone in journal.rows("SELECT folder_id, state, seen, gone FROM message"):
        if gone:
            continue
        stored = state in (2, 3)
        one = (state == 2, state == 3, state == 4, state == 5, stored and seen > 0, seen == 2)
        found[names[folder]] = tuple(a + b for a, b in zip(found[names[folder]], one, strict=True))
    return found


def by_ledger(ledger: Ledger) -> dict[tuple[int, str], tuple[int, ...]]:
    def counts(f: FolderLedger) -> tuple[int, ...]:
        return f.copied, f.present, f.excluded, f.failed, f.confirmed, f.removed

    return {(f.mailbox_id, f.source_name): counts(f) for f in ledger.folders}


class Doing:
    """What the engine does to messages, one step at a time."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def intend(self, folder: int, uid: int, _state: MessageState) -> None:
        self.journal.record((), [Intent(folder, uid, 100 * uid, b"d", uid, b"", b"")])

    def record(self, folder: int, uid: int, state: MessageState) -> None:
        if state is MessageState.COPIED:
            self.intend(folder, uid, state)
        self.journal.record([Outcome(folder, uid, state, uid + 50, b"d", "", 10 * uid, uid)])

    def confirm(self, folder: int, uid: int, _state: MessageState) -> None:
        self.journal.confirm(folder, [(uid, uid + 50)])

    def remove(self, folder: int, uid: int, _state: MessageState) -> None:
        self.journal.set_removed(folder, [uid])

    def gone(self, folder: int, uid: int, state: MessageState) -> None:
        self.journal.set_gone(folder, [uid], gone=state is not MessageState.FAILED)

    def resize(self, folder: int, uid: int, _state: MessageState) -> None:
        self.journal.set_failed_sizes(folder, [(uid, 7)])

    def forget(self, folder: int, uid: int, _state: MessageState) -> None:
        self.journal.forget(folder, [uid])

    def drop(self, folder: int, _uid: int, _state: MessageState) -> None:
        self.journal.drop_doubt(folder)

    def renumber(self, folder: int, _uid: int, _state: MessageState) -> None:
        self.journal.forget_source(folder)

    def look(self, folder: int, _uid: int, _state: MessageState) -> None:
        self.journal.ledger(1 if folder < 3 else 2)


STEPS = ("intend", "record", "record", "confirm", "remove", "gone", "resize", "forget", "drop", "renumber", "look", "look")


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(STEPS), st.sampled_from(FOLDERS), UIDS, STATES), max_size=25))
def test_what_is_kept_is_what_counting_gives(steps: list[tuple[str, int, int, MessageState]]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        journal = made(Path(folder) / "p.mailsafi")
        doing = Doing(journal)
        for name, place, uid, state in steps:
            getattr(doing, name)(place, uid, state)
        assert by_ledger(journal.ledger()) == by_hand(journal)
        for mailbox in (1, 2):
            assert journal.ledger(mailbox) == journal.ledger().of(mailbox)
        sizes = journal.rows(
            "SELECT f.mailbox_id, sum(m.size) FROM message m JOIN folder f ON f.id = m.folder_id WHERE m.state IN (2, 3) AND m.gone = 0 GROUP BY 1"
        )
        assert journal.arrived_bytes() == dict(sizes)
        journal.close()


def test_a_folder_is_counted_once_and_again_only_when_its_messages_change(tmp_path: Path) -> None:
    journal = made(tmp_path / "p.mailsafi")
    doing = Doing(journal)
    for folder in FOLDERS:
        doing.record(folder, 1, MessageState.COPIED)
    journal.ledger()
    asked: list[str] = []
    journal.connection().set_trace_callback(asked.append)
    journal.ledger()
    assert not any(text.startswith(("BEGIN", "INSERT")) for text in asked)
    doing.confirm(2, 1, MessageState.COPIED)
    assert journal.rows("SELECT folder_id FROM tally ORDER BY 1") == [(1,), (3,)]
    journal.ledger()
    assert journal.rows("SELECT count(*) FROM tally") == [(3,)]
    journal.close()


def test_the_counts_are_right_while_somebody_else_is_writing(tmp_path: Path) -> None:
    """Then nothing can be kept, and nobody waits."""
    journal = made(tmp_path / "p.mailsafi")
    Doing(journal).record(1, 1, MessageState.FAILED)
    held, done = threading.Event(), threading.Event()

    def write() -> None:
        with journal.transaction():
            held.set()
            done.wait(30)
        journal.release_thread()

    writer = threading.Thread(target=write)
    writer.start()
    assert held.wait(30)
    try:
        assert journal.ledger().failed == 1
        assert journal.rows("SELECT count(*) FROM tally") == [(0,)]
    finally:
        done.set()
        writer.join()
    tallies.keep(journal)
    assert journal.rows("SELECT count(*) FROM tally") == [(3,)]
    journal.set_note("still", "writing waits its turn again")
    journal.close()


def test_a_project_of_an_older_form_is_counted_when_it_is_first_asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "p.mailsafi"
    with monkeypatch.context() as older:
        older.setattr("mailsafi_wizard.store.database.VERSION", 4)
        made(path).close()
    db = sqlite3.connect(path)
    db.execute("INSERT INTO message (folder_id, uid, state, size) VALUES (1, 1, 2, 10)")
    db.commit()
    db.close()
    journal = Journal.open(path)
    assert journal.rows("PRAGMA user_version") == [(schema.VERSION,)]
    assert journal.ledger().copied == 1
    journal.close()
