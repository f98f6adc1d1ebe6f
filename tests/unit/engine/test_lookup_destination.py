"""After a break, a renumbering or somebody else's mail: what the destination really has decides what is sent."""

from __future__ import annotations

from collections.abc import Callable

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import Lookup, folder_was_reset
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net.identity import content_digest, message_key
from mailsafi_wizard.store.rows import FolderRecord, Intent, Outcome
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import WHEN, TwoEnds, fill, text

Make = Callable[..., TwoEnds]


def intent(record: FolderRecord, uid: int, data: bytes, digest: bool = True) -> Intent:
    return Intent(record.id, uid, len(data), content_digest(data) if digest else None, message_key(data), b"", b"")


def copied(ends: TwoEnds, record: FolderRecord, places: dict[int, int | None]) -> None:
    """Messages of the source (UID -> destination UID) that count as copied."""
    ends.journal.record((), [intent(record, uid, text(uid)) for uid in places])
    ends.journal.record([Outcome(record.id, uid, MessageState.COPIED, d_uid) for uid, d_uid in places.items()])


def look(ends: TwoEnds, *records: FolderRecord) -> Lookup:
    lookup = Lookup(ends.journal, ends.destination, ends.look()[1])
    lookup.look(records)
    return lookup


def test_what_arrived_before_a_break_is_copied_and_the_rest_is_open(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    twin = text(1)
    ends.journal.record((), [intent(inbox, 1, twin), intent(inbox, 2, twin), intent(inbox, 3, text(3)), intent(inbox, 4, text(4))])
    there = ends.new.folders[b"INBOX"]
    arrived, other = there.add((), WHEN, twin), there.add((), WHEN, text(4, "but changed"))
    third = there.add((), WHEN, text(3).replace(b"\r\n", b"\n"))  # as some servers store it
    look(ends, inbox)
    rows = {r.uid: r.d_uid for r in ends.journal.unconfirmed(inbox.id)}
    assert rows == {1: arrived, 3: third}, "one of two twins arrived; another text under the same Message-ID is another message"
    assert ends.journal.in_doubt(inbox.id) == []
    assert [f.uid for f in ends.journal.foreign(inbox.id)] == [other]


def test_a_relayed_message_in_doubt_is_found_again_by_its_content(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    ends.journal.record((), [intent(inbox, 1, text(1), digest=False)])
    (d_uid,) = fill(ends.new.folders[b"INBOX"], 1)
    lookup = look(ends, inbox)
    assert ends.journal.in_doubt(inbox.id) == []
    claims = lookup.claim(inbox, {message_key(text(1))})
    assert {digest: list(uids) for digest, uids in claims.items()} == {content_digest(text(1)): [d_uid]}
    assert lookup.claim(inbox, {message_key(text(2))}) == {}


def test_mail_of_others_is_noted_once_and_not_listed_again(ends: TwoEnds) -> None:
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    inbox = ends.records()["INBOX"]
    look(ends, inbox)
    assert [f.uid for f in ends.journal.foreign(inbox.id)] == uids
    before = len(ends.servers[1].commands)
    look(ends, inbox)
    assert "UID FETCH" not in ends.servers[1].commands[before:]


def test_a_server_that_tells_no_uids_is_matched_by_its_listing(ends: TwoEnds) -> None:
    inbox = ends.records()["INBOX"]
    uids = fill(ends.new.folders[b"INBOX"], 1, 2)
    copied(ends, inbox, {1: None, 2: None})
    look(ends, inbox)
    assert ends.journal.confirmed_uids(inbox.id) == {uids[0]: 1, uids[1]: 2}


def test_renumbered_mail_is_matched_and_what_is_missing_was_removed(ends: TwoEnds) -> None:
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    uids = fill(there, 1, 2, 3)
    copied(ends, inbox, dict(zip((1, 2, 3), uids, strict=True)))
    look(ends, inbox)
    del there.messages[uids[1]]
    there.messages = {m.uid + 50: type(m)(m.uid + 50, m.flags, m.date, m.body) for m in there.messages.values()}
    there.uidvalidity, there.uidnext = there.uidvalidity + 1, 100
    look(ends, inbox)
    assert ends.journal.confirmed_uids(inbox.id) == {uids[0] + 50: 1, uids[2] + 50: 3}
    assert inbox.d_validity == there.uidvalidity
    assert sum(f.removed for f in ends.journal.ledger().folders) == 1


def test_a_folder_made_anew_is_filled_anew(ends: TwoEnds) -> None:
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    uids = fill(there, 1, 2)
    copied(ends, inbox, dict(zip((1, 2), uids, strict=True)))
    look(ends, inbox)
    there.messages, there.uidvalidity, there.uidnext = {}, there.uidvalidity + 1, 1
    look(ends, inbox)
    assert ends.journal.placeable(inbox.id) == []
    assert ends.journal.known_uids(inbox.id) == set()


def test_renumbering_is_noticed_with_many_folders_in_flight(ends: TwoEnds) -> None:
    for number in range(30):
        fill(ends.old.create(b"f%02d" % number), number)
        fill(ends.new.create(b"f%02d" % number), number)
    records = ends.records()
    for number in range(30):
        copied(ends, records[f"f{number:02}"], {number: 1})
    look(ends, *records.values())
    for folder in ends.new.folders.values():
        folder.uidvalidity += 5
    look(ends, *records.values())
    for number in range(30):
        record = records[f"f{number:02}"]
        assert ends.journal.confirmed_uids(record.id) == {1: number}
        assert record.d_validity == ends.new.folders[record.destination].uidvalidity


def test_a_store_made_anew_under_the_same_number_is_told_by_its_uids(ends: TwoEnds) -> None:
    inbox, there = ends.records()["INBOX"], ends.new.folders[b"INBOX"]
    (uid,) = fill(there, 1)
    copied(ends, inbox, {1: None})
    look(ends, inbox)
    assert ends.journal.confirmed_uids(inbox.id) == {uid: 1}
    there.messages.clear()
    look(ends, inbox)
    assert ends.journal.placeable(inbox.id), "its user has deleted it"
    there.uidnext = 1
    assert look(ends, inbox).rematched
    assert ends.journal.placeable(inbox.id) == []


def test_a_folder_that_does_not_open_stops_only_itself(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_open=(b"Sent",)))
    for name in (b"INBOX", b"Sent"):
        fill(ends.new.folders[name], 1)
    records = ends.records()
    lookup = look(ends, *records.values())
    assert [(r.source_name, type(e)) for r, e in lookup.unreadable] == [("Sent", errors.ServerBusy)]
    assert len(ends.journal.foreign(records["INBOX"].id)) == 1


def test_an_account_made_anew_is_told_from_a_folder_its_user_removed(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    records = ends.records()
    for record in records.values():
        copied(ends, record, {1: 1})
        record.d_validity = ends.new.folders[record.destination].uidvalidity
    del ends.new.folders[b"Kazi"]
    assert folder_was_reset(ends.journal, list(records.values()), ends.look()[1]) == []
    for folder in ends.new.folders.values():
        folder.uidvalidity += 1
    reset = folder_was_reset(ends.journal, list(records.values()), ends.look()[1])
    assert [r.source_name for r in reset] == ["Kazi"]
    assert (records["Kazi"].d_validity, ends.journal.placeable(records["Kazi"].id)) == (None, [])
