"""What is still to be copied: new mail, mail that failed, and what a source does to its numbers meanwhile."""

from __future__ import annotations

from collections.abc import Callable

from mailsafi_wizard import errors
from mailsafi_wizard.engine.plan import Planner
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.store.rows import FolderRecord, Outcome
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import TwoEnds, fill, text

Make = Callable[..., TwoEnds]


def plan(ends: TwoEnds, records: dict[str, FolderRecord], retry: bool = False) -> tuple[dict[str, list[int]], Planner]:
    """Source UIDs to be copied, by folder."""
    planner = Planner(ends.journal, ends.source, ends.look()[0], lambda folder, count: None)
    works = planner.plan(list(records.values()), retry)
    for work in works:
        assert list(work.sizes) == [len(ends.old.folders[work.record.source].messages[u].body) for u in work.uids]
    return {w.record.source_name: list(w.uids) for w in works}, planner


def settle(ends: TwoEnds, record: FolderRecord, uids: list[int], state: MessageState = MessageState.PRESENT) -> None:
    """These have a state now, and everything up to the last of them is known."""
    ends.journal.record(
        [Outcome(record.id, u, state, u if state is MessageState.PRESENT else None, size=len(text(u))) for u in uids]
    )
    record.s_next = max(uids) + 1
    ends.journal.save_folders([record])


def test_all_is_new_at_first_and_then_only_what_came(ends: TwoEnds) -> None:
    inbox = ends.old.folders[b"INBOX"]
    uids = fill(inbox, 1, 2, 3)
    records = ends.records()
    assert plan(ends, records)[0] == {"INBOX": uids}
    settle(ends, records["INBOX"], uids)
    assert plan(ends, records)[0] == {}
    assert plan(ends, records, retry=True)[0] == {}
    new = fill(inbox, 4)
    assert plan(ends, records)[0] == {"INBOX": new}
    assert records["INBOX"].s_count == 4


def test_a_quiet_folder_is_not_even_opened(ends: TwoEnds) -> None:
    uids = fill(ends.old.folders[b"INBOX"], 1)
    records = ends.records()
    plan(ends, records)
    settle(ends, records["INBOX"], uids)
    plan(ends, records)
    before = len(ends.servers[0].commands)
    plan(ends, records)
    assert "EXAMINE" not in ends.servers[0].commands[before:]


def test_what_failed_is_tried_again_when_that_is_wanted(ends: TwoEnds) -> None:
    uids = fill(ends.old.folders[b"INBOX"], 1, 2)
    records = ends.records()
    plan(ends, records)
    settle(ends, records["INBOX"], uids[:1])
    settle(ends, records["INBOX"], uids[1:], MessageState.FAILED)
    assert plan(ends, records)[0] == {}
    assert plan(ends, records, retry=True)[0] == {"INBOX": uids[1:]}


def test_mail_deleted_at_the_source_leaves_the_accounts(ends: TwoEnds) -> None:
    inbox = ends.old.folders[b"INBOX"]
    uids = fill(inbox, 1, 2, 3)
    records = ends.records()
    plan(ends, records)
    settle(ends, records["INBOX"], uids)
    kept = inbox.messages.pop(uids[1])
    assert plan(ends, records)[0] == {}
    assert records["INBOX"].s_count == 2
    assert ends.journal.live_uids(records["INBOX"].id) == {uids[0], uids[2]}
    inbox.messages = dict(sorted({**inbox.messages, uids[1]: kept}.items()))
    assert plan(ends, records)[0] == {}
    assert ends.journal.live_count(records["INBOX"].id) == 3


def test_one_gone_and_one_come_is_not_taken_for_nothing(ends: TwoEnds) -> None:
    inbox = ends.old.folders[b"INBOX"]
    uids = fill(inbox, 1, 2)
    records = ends.records()
    plan(ends, records)
    settle(ends, records["INBOX"], uids)
    del inbox.messages[uids[0]]
    new = fill(inbox, 3)
    assert plan(ends, records)[0] == {"INBOX": new}
    assert ends.journal.live_uids(records["INBOX"].id) == {uids[1]}


def test_a_renumbered_source_is_matched_anew(ends: TwoEnds) -> None:
    inbox = ends.old.folders[b"INBOX"]
    uids = fill(inbox, 1, 2)
    records = ends.records()
    plan(ends, records)
    settle(ends, records["INBOX"], uids)
    inbox.uidvalidity += 1
    found, _ = plan(ends, records)
    assert found == {"INBOX": uids}
    assert {f.uid for f in ends.journal.foreign(records["INBOX"].id)} == set(uids), "what was copied is still known, as mail there"


def test_numbers_that_change_at_every_look_do_not_lose_the_other_folders(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(uidvalidity_changes=True))
    for name in (b"INBOX", b"Sent"):
        fill(ends.old.folders[name], 1, 2)
    assert plan(ends, ends.records())[0] == {"INBOX": [1, 2], "Sent": [1, 2]}


def test_what_is_counted_but_not_listed_stays_open(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(exists_by=2))
    uids = fill(ends.old.folders[b"INBOX"], 1)
    records = ends.records()
    assert plan(ends, records)[0]["INBOX"] == uids
    assert records["INBOX"].s_count == 3
    assert not ends.journal.ledger().balanced


def test_a_folder_that_does_not_open_is_told_and_the_others_are_planned(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(refuse_open=(b"INBOX",)))
    for name in (b"INBOX", b"Sent"):
        fill(ends.old.folders[name], 1, 2)
    records = ends.records()
    found, planner = plan(ends, records)
    assert found == {"Sent": [1, 2]}
    assert [(r.source_name, type(e)) for r, e in planner.unreadable] == [("INBOX", errors.ServerBusy)]
    assert (records["INBOX"].s_count, records["INBOX"].checked) == (2, 0)
    assert not ends.journal.ledger().balanced


def test_a_name_without_a_folder_behind_it_balances(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(list_lines=(b'* LIST () "/" Ghost',)))
    records = ends.records()
    found, planner = plan(ends, records)
    assert (found, planner.unreadable) == ({}, [])
    assert (records["Ghost"].s_count, records["Ghost"].checked) == (0, 1)


def test_folders_that_are_left_out_are_counted_and_not_opened(ends: TwoEnds) -> None:
    fill(ends.old.create(b"Starred", "\\Flagged"), 1, 2, 3)
    records = ends.records()
    assert plan(ends, records)[0] == {}
    assert records["Starred"].s_count == 3
    (account,) = [f for f in ends.journal.ledger().folders if f.source_name == "Starred"]
    assert (account.excluded, account.unaccounted) == (3, 0)
