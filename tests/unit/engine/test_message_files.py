"""Places of kept messages: no two mailboxes and no two folders share one."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard.engine.message_files import folder_place, mailbox_place
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.store.rows import FolderRecord

PLACE = Path("not copied")


def test_mailboxes_whose_names_look_the_same_on_a_disk_are_kept_apart() -> None:
    boxes = [
        Mailbox(address, "u", "u", id=number)
        for number, address in enumerate(["a/b@x.example", "a_b@x.example", "a:b@x.example"], 1)
    ]
    assert len({mailbox_place(PLACE, box) for box in boxes}) == 3
    assert mailbox_place(PLACE, boxes[1]) == PLACE / "a_b@x.example"


def test_so_are_folders() -> None:
    records = [FolderRecord(number, 1, b"x", name, b"x", name) for number, name in enumerate(["Kazi/2019", "Kazi_2019"], 1)]
    assert len({folder_place(PLACE, record) for record in records}) == 2
    assert folder_place(PLACE, records[1]) == PLACE / "Kazi_2019"
