"""The admin's word on folders comes back from the project file, whatever the folders are called."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard.engine.folder_choices import choices, choose, key
from mailsafi_wizard.store.journal import Journal


def test_choices_are_kept_by_mailbox_and_can_be_taken_back(tmp_path: Path) -> None:
    journal = Journal.create(tmp_path / "a.mailsafi")
    odd = bytes(range(1, 256))
    choose(journal, 1, odd, False)
    choose(journal, 1, b"Kazi", True)
    choose(journal, 2, b"Kazi", False)
    assert choices(journal, 1) == {odd: False, b"Kazi": True}
    choose(journal, 1, odd, None)
    assert (choices(journal, 1), choices(journal, 2), choices(journal, 3)) == ({b"Kazi": True}, {b"Kazi": False}, {})
    assert key(odd).encode("latin-1") == odd
    journal.close()
