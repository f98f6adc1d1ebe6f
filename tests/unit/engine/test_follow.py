"""Flags on later passes: the source's changes follow, the user's own stay."""

from __future__ import annotations

from mailsafi_wizard.engine.follow import FlagFollower
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.store.rows import FolderRecord, Outcome
from tests.unit.engine.two_ends import TwoEnds, fill, text


def placed(ends: TwoEnds, count: int) -> tuple[FolderRecord, list[int]]:
    """Messages in INBOX on both sides, of which the journal knows."""
    inbox = ends.records()["INBOX"]
    uids = fill(ends.old.folders[b"INBOX"], *range(count))
    d_uids = fill(ends.new.folders[b"INBOX"], 99, *range(count))[1:]
    ends.journal.record(
        [Outcome(inbox.id, u, MessageState.PRESENT, d, size=len(text(0))) for u, d in zip(uids, d_uids, strict=True)]
    )
    return inbox, uids


def follow(ends: TwoEnds, record: FolderRecord) -> int:
    """Number of messages whose flags changed."""
    follower = FlagFollower(ends.journal, ends.source, ends.destination, ends.look()[0])
    follower.ask([record])
    follower.collect()
    return follower.apply([record])


def flags(ends: TwoEnds) -> list[set[str]]:
    """Of the destination's INBOX, without the stranger in it."""
    return [set(m.flags) for m in list(ends.new.folders[b"INBOX"].messages.values())[1:]]


def test_only_the_difference_is_carried_over(ends: TwoEnds) -> None:
    inbox, uids = placed(ends, 3)
    there = ends.new.folders[b"INBOX"]
    own = max(there.messages)
    there.mark(own, ("\\Answered", "Mine"))
    for uid in uids[1:]:
        ends.old.folders[b"INBOX"].mark(uid, ("\\Seen", "Work"))
    assert follow(ends, inbox) == 2
    assert flags(ends) == [set(), {"\\Seen", "Work"}, {"\\Seen", "Work", "\\Answered", "Mine"}]
    ends.old.folders[b"INBOX"].mark(uids[2], ("\\Flagged",))
    assert follow(ends, inbox) == 1
    assert flags(ends)[2] == {"\\Flagged", "\\Answered", "Mine"}
    assert follow(ends, inbox) == 0
    assert there.messages[min(there.messages)].flags == frozenset(), "nobody else's mail is touched"


def test_many_changes_go_in_few_commands(ends: TwoEnds) -> None:
    inbox, uids = placed(ends, 40)
    for uid in uids:
        ends.old.folders[b"INBOX"].mark(uid, ("\\Seen",) if uid % 2 else ("\\Flagged",))
    assert follow(ends, inbox) == 40
    assert ends.servers[1].commands.count("UID STORE") == 2
    assert all(f in ({"\\Seen"}, {"\\Flagged"}) for f in flags(ends))


def test_a_folder_its_user_removed_and_one_the_source_shut_are_passed_over(ends: TwoEnds) -> None:
    inbox, uids = placed(ends, 1)
    ends.old.folders[b"INBOX"].mark(uids[0], ("\\Seen",))
    kept = ends.new.folders.pop(b"INBOX")
    follow(ends, inbox)
    ends.new.folders[b"INBOX"] = kept
    assert follow(ends, inbox) == 1, "it is still due"
    assert flags(ends) == [{"\\Seen"}]
    inbox.source = b"Gone"
    assert follow(ends, inbox) == 0


def test_messages_that_the_user_deleted_are_left_alone(ends: TwoEnds) -> None:
    inbox, uids = placed(ends, 2)
    ends.journal.set_removed(inbox.id, uids[:1])
    for uid in uids:
        ends.old.folders[b"INBOX"].mark(uid, ("\\Seen",))
    assert follow(ends, inbox) == 1
    assert flags(ends) == [set(), {"\\Seen"}]
