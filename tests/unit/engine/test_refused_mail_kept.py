"""What the destination refused is kept as a file and, where that was chosen, sent repaired."""

from __future__ import annotations

import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from mailsafi_wizard.engine.refused_mail import RefusedMail
from mailsafi_wizard.store.rows import FolderRecord
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import WHEN, TwoEnds, text

BROKEN = b"Message-ID: <9@example.net>\r\n\r\nnul: \0\r\n"


def kept(ends: TwoEnds, place: Path | None, repair: bool = False) -> RefusedMail:
    return RefusedMail(ends.journal, ends.source, ends.destination, place, repair)


@pytest.fixture
def record(ends: TwoEnds) -> FolderRecord:
    folder = ends.old.create(b"Kazi/2019")
    folder.add((), WHEN, BROKEN)
    folder.add((), WHEN, text(2))
    return ends.records()["Kazi/2019"]


def test_a_refused_message_is_saved_as_the_source_delivers_it(ends: TwoEnds, record: FolderRecord, tmp_path: Path) -> None:
    told = kept(ends, tmp_path / "kept").keep(record, 1, len(BROKEN))
    (file,) = (tmp_path / "kept").rglob("*.eml")
    assert file.read_bytes() == BROKEN
    assert file.name == "1.eml"
    assert str(tmp_path / "kept") in told
    if sys.platform != "win32":
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert ends.old.folders[b"Kazi/2019"].messages[1].flags == frozenset(), "reading leaves no trace"


def test_saving_again_replaces_the_file(ends: TwoEnds, record: FolderRecord, tmp_path: Path) -> None:
    for _ in range(2):
        kept(ends, tmp_path / "kept").keep(record, 2, len(text(2)))
    (file,) = (tmp_path / "kept").rglob("*.eml")
    assert file.read_bytes() == text(2)


def test_a_message_that_is_gone_leaves_no_file(ends: TwoEnds, record: FolderRecord, tmp_path: Path) -> None:
    told = kept(ends, tmp_path / "kept").keep(record, 77, 10)
    assert "could not be saved" in told
    assert not list((tmp_path / "kept").rglob("*.eml"))


def test_a_place_that_can_not_be_written_is_told(ends: TwoEnds, record: FolderRecord, tmp_path: Path) -> None:
    (tmp_path / "kept").write_text("a file")
    assert "could not be saved" in kept(ends, tmp_path / "kept").keep(record, 1, len(BROKEN))


def test_without_a_place_nothing_is_kept(ends: TwoEnds, record: FolderRecord) -> None:
    assert kept(ends, None).keep(record, 1, len(BROKEN)) == ""


def test_a_repaired_copy_is_sent_only_where_that_was_chosen_and_something_was_wrong(ends: TwoEnds, record: FolderRecord) -> None:
    assert kept(ends, None).mend(record, 1, len(BROKEN), b"", b"") == ""
    assert kept(ends, None, repair=True).mend(record, 2, len(text(2)), b"", b"") == ""
    assert ends.new.folders[b"Kazi/2019"].messages == {}
    told = kept(ends, None, repair=True).mend(record, 1, len(BROKEN), b"\\Seen", b" 2-Jan-2026 03:04:05 +0000")
    assert told == "repaired: NUL characters were taken out"
    (message,) = ends.new.folders[b"Kazi/2019"].messages.values()
    assert (message.body, message.flags, message.date) == (BROKEN.replace(b"\0", b""), frozenset({"\\Seen"}), WHEN)
    (row,) = ends.journal.unconfirmed(record.id)
    assert (row.uid, row.d_uid, row.size) == (1, message.uid, len(BROKEN) - 1)


def test_a_repaired_copy_that_is_refused_too_leaves_no_doubt(make_ends: Callable[..., TwoEnds]) -> None:
    ends = make_ends(destination=Tricks(refuse_mail=((b"<9@", "a virus", 0),)))
    ends.old.folders[b"INBOX"].add((), WHEN, BROKEN)
    inbox = ends.records()["INBOX"]
    assert kept(ends, None, repair=True).mend(inbox, 1, len(BROKEN), b"", b"") == ""
    assert ends.journal.in_doubt(inbox.id) == []
    assert ends.journal.unconfirmed(inbox.id) == []
