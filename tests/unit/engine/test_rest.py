"""Of the folder that shows all mail only what is in no other folder is copied, and no message is lost by that."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from mailsafi_wizard.engine.rest import ELSEWHERE, Rest
from mailsafi_wizard.model import Mailbox, Role
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord

PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(1, 2)), max_size=10)


@pytest.fixture(scope="module")
def journal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journal]:
    made = Journal.create(tmp_path_factory.mktemp("rest") / "a.mailsafi")
    made.put_mailboxes(Mailbox(f"u{i}", f"u{i}", f"u{i}") for i in range(2000))
    yield made
    made.close()


numbers = iter(range(2000))


def folders(journal: Journal) -> tuple[FolderRecord, FolderRecord]:
    """An ordinary folder and the one that shows all mail, of a mailbox that has nothing else."""
    box = journal.mailboxes()[next(numbers)].id
    ordinary = journal.put_folder(FolderRecord(0, box, b"INBOX", "INBOX", b"INBOX", "INBOX", Role.INBOX.value))
    return ordinary, journal.put_folder(FolderRecord(0, box, b"All", "All", b"Archive", "Archive", Role.ALL.value))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=50)
@given(here=PAIRS, everywhere=PAIRS)
def test_every_message_is_copied_from_somewhere(
    journal: Journal, here: list[tuple[int, int]], everywhere: list[tuple[int, int]]
) -> None:
    ordinary, everything = folders(journal)
    rest = Rest(journal, [ordinary, everything])
    assert rest.record is not None
    ours = dict(enumerate(here, 1))
    rest.note(ours, {uid: size for uid, (_key, size) in ours.items()})
    theirs = dict(enumerate(everywhere, 1))
    left = rest.only_here(theirs, {uid: size for uid, (_key, size) in theirs.items()})
    excluded = Counter(pair for uid, pair in theirs.items() if uid not in left)
    assert all(key for key, _size in excluded)
    assert excluded == Counter(p for p in everywhere if p[0]) & Counter(here)
    assert journal.ledger(everything.mailbox_id).excluded == len(theirs) - len(left)


def test_without_such_a_folder_all_is_copied(tmp_path: Path) -> None:
    with_it = FolderRecord(1, 1, b"All", "All", b"x", "x", Role.ALL.value, "left out by choice")
    made = Journal.create(tmp_path / "a.mailsafi")
    rest = Rest(made, [with_it])
    assert rest.record is None
    assert rest.only_here({1: (5, 5)}, {1: 5}) == {1: 5}
    made.close()
    assert "another folder" in ELSEWHERE
