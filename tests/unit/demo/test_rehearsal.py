from __future__ import annotations

from pathlib import Path

import pytest

from mailsafi_wizard.demo import company
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.events import Event
from mailsafi_wizard.model import Endpoint, MailboxState, Side
from tests.servers.oracle import Snapshot, compare, snapshot


def look(rehearsal: Rehearsal, mailbox_id: int, side: Side) -> Snapshot:
    who = rehearsal.project.sign_in(mailbox_id, side)
    assert who is not None
    server: Endpoint = rehearsal.servers.source if side is Side.SOURCE else rehearsal.servers.destination
    return snapshot(server.host, server.port, who.user, who.password.reveal(), rehearsal.servers.ca_file)


def test_the_whole_company_moves(tmp_path: Path) -> None:
    events: list[Event] = []
    with Rehearsal(tmp_path) as rehearsal:
        project = rehearsal.project
        assert project.rehearsal
        assert project.path.parent == tmp_path
        before = {box.id: look(rehearsal, box.id, Side.SOURCE) for box in project.mailboxes()}
        ledger = rehearsal.run(events.append)
        assert ledger.complete
        assert ledger.source == sum(e.messages for e in company.employees()) == ledger.confirmed
        for box in project.mailboxes():
            assert project.state(box.id) is MailboxState.DONE
            assert compare(before[box.id], look(rehearsal, box.id, Side.DESTINATION), {("Junk",): ("Spam",)}) == []
            assert compare(before[box.id], look(rehearsal, box.id, Side.SOURCE)) == []
        assert events


def test_a_loss_at_the_destination_is_no_success(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as rehearsal:
        rehearsal.run(lambda _event: None)
        box = rehearsal.project.mailboxes()[1]
        new = rehearsal.servers.new.account(box.destination_user)
        del new.folders[b"Sent"]
        ledger, problems = rehearsal.project.verify(lambda _event: None)
        assert problems or not ledger.complete


def test_nothing_is_left_behind(tmp_path: Path) -> None:
    with Rehearsal() as rehearsal:
        folder, port = rehearsal.project.path.parent, rehearsal.servers.source.port
        assert rehearsal.list_file.stat().st_mode & 0o077 == 0
    assert not folder.exists()
    with pytest.raises(ConnectionRefusedError):
        snapshot("127.0.0.1", port, "amina", "x", None)
