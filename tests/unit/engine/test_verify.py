"""Reading the destination back: what counts as copied must be there as it was sent, by the server's own word."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine import verify
from mailsafi_wizard.engine.verify import Findings, ReadBack
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net.identity import content_digest, message_key
from mailsafi_wizard.store.rows import FolderRecord, Intent, Outcome
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import TwoEnds, fill, text

Make = Callable[..., TwoEnds]


def stored(ends: TwoEnds, record: FolderRecord, places: dict[int, int | None]) -> None:
    """Source messages (UID -> told destination UID) count as copied."""
    ends.journal.record(
        (), [Intent(record.id, u, len(text(u)), content_digest(text(u)), message_key(text(u)), b"", b"") for u in places]
    )
    ends.journal.record([Outcome(record.id, uid, MessageState.COPIED, d_uid) for uid, d_uid in places.items()])
    record.s_count = len(places)
    ends.journal.save_folders([record])


def read(ends: TwoEnds, *records: FolderRecord) -> tuple[list[int], list[int]]:
    """Source UIDs of what is lost and what is altered."""
    findings: Findings = ReadBack(ends.journal, ends.destination).read(list(records), None)
    return sorted(uid for _, uid, _ in findings.lost), sorted(uid for _, uid, _ in findings.altered)


def test_what_is_there_is_confirmed_and_the_folder_balances(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    stored(ends, inbox, dict(zip((1, 2), uids, strict=True)))
    assert read(ends, inbox) == ([], [])
    assert ends.journal.confirmed_uids(inbox.id) == dict(zip(uids, (1, 2), strict=True))
    (account,) = [f for f in ends.journal.ledger().folders if f.source_name == "INBOX"]
    assert account.balanced


def test_what_is_not_there_is_lost(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    stored(ends, inbox, {1: uids[0], 2: uids[1]})
    del ends.new.folders[b"INBOX"].messages[uids[0]]
    assert read(ends, inbox) == ([1], [])
    (account,) = [f for f in ends.journal.ledger().folders if f.source_name == "INBOX"]
    assert not account.balanced


def test_uids_that_were_told_wrong_are_found_by_what_is_there(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2, 3)
    stored(ends, inbox, {1: uids[0] + 7, 2: uids[2], 3: uids[1]})
    assert read(ends, inbox) == ([], [])
    assert ends.journal.confirmed_uids(inbox.id) == dict(zip(uids, (1, 2, 3), strict=True))


def test_a_server_that_tells_no_uids_is_read_by_its_listing(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    stored(ends, inbox, {1: None, 2: None})
    assert read(ends, inbox) == ([], [])
    assert ends.journal.confirmed_uids(inbox.id) == dict(zip(uids, (1, 2), strict=True))


def test_a_folder_is_read_in_stretches_whatever_stands_between(ends: TwoEnds, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verify, "ROWS_AT_ONCE", 3)
    monkeypatch.setattr(verify, "ROWS_AHEAD", 1000)
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    uids = fill(there, *range(1, 12))
    strangers = fill(there, 101, 102)
    places: dict[int, int | None] = dict(zip(range(1, 12), uids, strict=True))
    places[4], places[9] = places[9], places[4]  # told the wrong way round
    stored(ends, inbox, places)
    del there.messages[uids[6]]
    assert read(ends, inbox) == ([7], [])
    confirmed = {uid: d_uid for d_uid, uid in ends.journal.confirmed_uids(inbox.id).items()}
    assert confirmed == {uid: uids[uid - 1] for uid in range(1, 12) if uid != 7}
    assert [f.uid for f in ends.journal.foreign(inbox.id)] == strangers


def test_another_size_is_looked_at_closely(ends: TwoEnds) -> None:
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    uids = fill(there, 1, 2)
    unix = there.messages[uids[0]]
    there.messages[uids[0]] = type(unix)(unix.uid, unix.flags, unix.date, unix.body.replace(b"\r\n", b"\n"))
    cut = there.messages[uids[1]]
    there.messages[uids[1]] = type(cut)(cut.uid, cut.flags, cut.date, cut.body[:-9])
    stored(ends, inbox, dict(zip((1, 2), uids, strict=True)))
    assert read(ends, inbox) == ([], [2])
    assert list(ends.journal.confirmed_uids(inbox.id).values()) == [1]


def test_a_changed_letter_of_the_same_size_is_found_in_the_sample(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(alter_body=True))
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    stored(ends, inbox, dict(zip((1, 2), uids, strict=True)))
    lost, altered = read(ends, inbox)
    assert lost == []
    assert altered == [1, 2]


def test_what_its_user_deletes_later_is_removed_not_lost(ends: TwoEnds) -> None:
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    uids = fill(there, 1, 2)
    stored(ends, inbox, dict(zip((1, 2), uids, strict=True)))
    read(ends, inbox)
    del there.messages[uids[1]]
    assert read(ends, inbox) == ([], [])
    (account,) = [f for f in ends.journal.ledger().folders if f.source_name == "INBOX"]
    assert (account.removed, account.balanced) == (1, True)


def test_mail_that_came_meanwhile_is_noted_as_foreign(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 77)
    stored(ends, inbox, {1: uids[0]})
    assert read(ends, inbox) == ([], [])
    assert [f.uid for f in ends.journal.foreign(inbox.id)] == uids[1:]


def test_a_folder_that_does_not_open_confirms_nothing(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    records = ends.records()
    stored(ends, records["Kazi"], {1: 1})
    del ends.new.folders[b"Kazi"]
    fill(ends.new.folders[b"INBOX"], 2)
    stored(ends, records["INBOX"], {2: 1})
    assert read(ends, records["Kazi"], records["INBOX"]) == ([1], [])
    assert ends.journal.confirmed_uids(records["INBOX"].id) == {1: 2}


def test_a_folder_that_is_renumbered_meanwhile_is_a_reason_to_begin_again(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    stored(ends, inbox, {1: 1})
    fill(ends.new.folders[b"INBOX"], 1)
    inbox.d_validity = ends.new.folders[b"INBOX"].uidvalidity + 1
    with pytest.raises(errors.FolderRenumbered):
        read(ends, inbox)
