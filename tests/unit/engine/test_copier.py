"""One round of copying over real connections: what arrives, what the journal says, what is handed back, and the rounds that follow."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.copier import Copier
from mailsafi_wizard.engine.lookup import Lookup
from mailsafi_wizard.engine.plan import FolderWork, Planner
from mailsafi_wizard.engine.refused_mail import RefusedMail
from mailsafi_wizard.engine.rounds import Rounds
from mailsafi_wizard.engine.style import Style
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net.fetch import BIG
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import WHEN, TwoEnds, fill, text

Make = Callable[..., TwoEnds]


class Hasty(Control):
    """Waits for nothing."""

    def wait(self, seconds: float) -> None:
        self.checkpoint()


class Round:
    """Plans and copies everything once; `again` goes on with what was left over, until nothing is."""

    def __init__(self, ends: TwoEnds, style: Style | None = None, control: Control | None = None, repair: bool = False) -> None:
        self.ends, self.style, self.control = ends, style or Style(), control or Hasty()
        here, there = ends.look()
        mapper = ends.mapper(there)
        records = mapper.records()
        mapper.create(ends.destination, records, [])
        lookup = Lookup(ends.journal, ends.destination, there)
        lookup.look([r for r in records if not r.excluded_reason])
        self.works = Planner(ends.journal, ends.source, here, lambda folder, count: None).plan(records, retry_failed=True)
        for work in self.works:
            work.claims = lookup.claim(work.record, work.keys)
        self.done: list[tuple[str, MessageState]] = []
        self.failed: dict[tuple[str, int], str] = {}
        kept = RefusedMail(ends.journal, ends.source, ends.destination, None, repair)
        self.rounds = Rounds(
            ends.journal, ends.source, ends.destination, self.control, self.style, self.remark, self.fail, self.arrived, kept
        )  # fmt: skip

    def remark(self, work: FolderWork, words: str) -> None:
        self.ends.remark(work.record.source_name, words)

    def fail(self, work: FolderWork, uid: int, size: int, reason: str, date: bytes) -> None:
        self.failed[work.record.source_name, uid] = reason

    def arrived(self, work: FolderWork, size: int) -> None:
        self.done.append((work.record.source_name, MessageState.COPIED))

    def advanced(self, work: FolderWork, messages: int, size: int, state: MessageState) -> None:
        self.done += [(work.record.source_name, state)] * messages

    def once(self, works: list[FolderWork] | None = None) -> Copier:
        copier = Copier(
            self.ends.journal, self.ends.source, self.ends.destination, self.control, self.style, self.advanced, self.remark
        )  # fmt: skip
        copier.copy(self.works if works is None else works)
        return copier

    def again(self) -> None:
        works = self.works
        while works:
            works = self.rounds.next([self.once(works)])
        self.rounds.close()


def both_sides(ends: TwoEnds, folder: bytes = b"INBOX") -> tuple[list[bytes], list[bytes]]:
    return [m.body for m in ends.old.folders[folder].messages.values()], [
        m.body for m in ends.new.folders[folder].messages.values()
    ]


@pytest.mark.parametrize(
    "style", [Style(), Style(gentle=True), Style(careful=True), Style(single=True)], ids=["bold", "gentle", "careful", "single"]
)
def test_everything_arrives_in_order_in_every_style(ends: TwoEnds, style: Style) -> None:
    inbox = ends.old.folders[b"INBOX"]
    fill(inbox, *range(20))
    inbox.add(("\\Seen", "Work"), WHEN, b"")
    inbox.add((), WHEN, b"no header at all, no end")
    inbox.add((), WHEN, b"Subject: big\r\n\r\n" + b"0123456789\r\n" * (BIG // 8))
    inbox.add((), WHEN, b"Subject: odd \xff\0\r\n\r\n* 1 FETCH (UID 7 BODY[] {3}\r\n)\r\n")
    fill(ends.old.folders[b"Sent"], 90, 91)
    done = Round(ends, style)
    copier = done.once()
    mine, theirs = both_sides(ends)
    assert theirs == mine
    assert both_sides(ends, b"Sent")[1] == both_sides(ends, b"Sent")[0]
    assert (copier.refused, copier.missing) == ([], [])
    assert len(done.done) == 26
    assert {state for _, state in done.done} == {MessageState.COPIED}
    new = list(ends.new.folders[b"INBOX"].messages.values())
    assert new[20].flags == {"\\Seen", "Work"}
    assert all(m.date == WHEN for m in new)
    record = done.works[0].record
    assert [r.d_uid for r in ends.journal.unconfirmed(record.id)] == [m.uid for m in new]
    assert ends.journal.in_doubt(record.id) == []


def test_mail_that_is_there_is_adopted_and_a_twin_of_it_sent(ends: TwoEnds) -> None:
    fill(ends.old.folders[b"INBOX"], 1, 1, 2)
    (there,) = fill(ends.new.folders[b"INBOX"], 1)
    done = Round(ends)
    done.once()
    assert sorted(state.name for _, state in done.done) == ["COPIED", "COPIED", "PRESENT"]
    assert sorted(both_sides(ends)[1]) == sorted(both_sides(ends)[0])
    record = done.works[0].record
    assert there in ends.journal.placed_uids(record.id)
    assert ends.journal.foreign(record.id) == []


def test_a_big_message_that_is_there_is_adopted_too(ends: TwoEnds) -> None:
    big = b"Message-ID: <big@x>\r\n\r\n" + b"0123456789\r\n" * (BIG // 8)
    ends.old.folders[b"INBOX"].add((), WHEN, big)
    ends.new.folders[b"INBOX"].add((), WHEN, big)
    done = Round(ends)
    done.once()
    assert done.done == [("INBOX", MessageState.PRESENT)]
    assert len(ends.new.folders[b"INBOX"].messages) == 1


def test_flags_the_destination_does_not_keep_and_dates_that_cannot_be_read_are_told(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(internaldate=b'"nonsense"'))
    ends.old.folders[b"INBOX"].add((), WHEN, b"Date: Fri, 2 Jan 2026 05:06:07 +0300\r\n\r\nx\r\n")
    done = Round(ends)
    done.works[0].permanent = frozenset()
    done.once()
    (message,) = ends.new.folders[b"INBOX"].messages.values()
    assert message.date.isoformat() == "2026-01-02T05:06:07+03:00"
    assert any("arrival date" in words for _, words in ends.remarks)


def test_a_refused_message_is_found_out_of_its_batch_and_failed_by_name(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_mail=((b"<3@", "a virus", 0),)))
    fill(ends.old.folders[b"INBOX"], 1, 2, 3, 4)
    done = Round(ends)
    done.again()
    assert done.failed == {("INBOX", 3): "a virus"}
    assert both_sides(ends)[1] == [text(1), text(2), text(4)]
    assert done.works[0].record.s_next == 5


def test_a_message_refused_for_a_moment_arrives(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_mail=((b"<2@", "not now", 1),)))
    fill(ends.old.folders[b"INBOX"], 1, 2, 3)
    done = Round(ends)
    done.again()
    assert done.failed == {}
    assert sorted(both_sides(ends)[1]) == sorted(both_sides(ends)[0])


def test_a_full_mailbox_fails_the_rest_by_name_without_trying_each_for_long(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(room_for=2))
    fill(ends.old.folders[b"INBOX"], *range(1, 9))
    done = Round(ends)
    done.again()
    assert len(both_sides(ends)[1]) == 2
    assert set(done.failed) == {("INBOX", uid) for uid in range(1, 9)} - {("INBOX", 1), ("INBOX", 2)}
    assert all("no room" in reason for reason in done.failed.values())


def test_a_repaired_copy_is_an_arrival_that_is_told(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_mail=((b"\0", "Message contains NUL characters", 0),)))
    ends.old.folders[b"INBOX"].add((), WHEN, b"Subject: x\r\n\r\na\0b\r\n")
    done = Round(ends, repair=True)
    done.again()
    assert (done.failed, done.done) == ({}, [("INBOX", MessageState.COPIED)])
    assert both_sides(ends)[1] == [b"Subject: x\r\n\r\nab\r\n"]
    assert any("NUL characters were taken out" in words for _, words in ends.remarks)


def test_what_exceeds_the_announced_limit_is_not_sent(make_ends: Make) -> None:
    words = "IMAP4rev1 LITERAL+ SASL-IR UIDPLUS MULTIAPPEND AUTH=PLAIN APPENDLIMIT=100"
    ends = make_ends(destination=Tricks(capabilities=words))
    ends.old.folders[b"INBOX"].add((), WHEN, b"Subject: long\r\n\r\n" + bytes(100))
    fill(ends.old.folders[b"INBOX"], 2)
    done = Round(ends)
    (work,) = done.rounds.too_big(done.works)
    assert list(work.uids) == [2]
    assert done.failed == {("INBOX", 1): "it has 117 bytes, MailSafi takes 100 at most"}


def test_a_message_that_is_listed_and_never_delivered_is_failed_by_name(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(nil_body=True))
    fill(ends.old.folders[b"INBOX"], 1)
    done = Round(ends)
    done.again()
    assert list(done.failed) == [("INBOX", 1)]
    assert both_sides(ends)[1] == []


def test_a_message_deleted_at_the_source_meanwhile_is_no_failure(ends: TwoEnds) -> None:
    fill(ends.old.folders[b"INBOX"], 1, 2)
    done = Round(ends)
    del ends.old.folders[b"INBOX"].messages[1]
    done.again()
    assert done.failed == {}
    assert both_sides(ends)[1] == [text(2)]
    assert done.works[0].record.s_count == 1


@pytest.mark.parametrize("cut", [0, 30])
def test_a_message_that_is_cut_never_counts_as_copied(make_ends: Make, cut: int) -> None:
    ends = make_ends(source=Tricks(cut_body=cut))
    for folder in (b"INBOX", b"Sent"):
        ends.old.folders[folder].add((), WHEN, text(1) + b"z" * 200)
    done = Round(ends)
    done.again()
    assert set(done.failed) == {("INBOX", 1), ("Sent", 1)}
    assert all("a part is missing" in reason for reason in done.failed.values())
    assert both_sides(ends)[1] == []


def test_sizes_that_are_told_a_little_wrong_are_believed_after_a_second_read(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(size_by=-3))
    fill(ends.old.folders[b"INBOX"], *range(1, 9))
    done = Round(ends)
    done.again()
    assert done.failed == {}
    assert sorted(both_sides(ends)[1]) == sorted(both_sides(ends)[0])


def test_a_stop_settles_what_is_in_flight_and_leaves_no_doubt(ends: TwoEnds) -> None:
    fill(ends.old.folders[b"INBOX"], *range(900))
    control = Hasty()
    done = Round(ends, Style(single=True), control)
    seen = threading.Event()

    def advanced(work: FolderWork, messages: int, size: int, state: MessageState) -> None:
        control.stop()
        seen.set()

    done.advanced = advanced  # type: ignore[method-assign]
    with pytest.raises(Interrupted):
        done.once()
    assert seen.is_set()
    record = done.works[0].record
    assert ends.journal.in_doubt(record.id) == []
    assert len(ends.journal.unconfirmed(record.id)) == len(both_sides(ends)[1]) < 900


def test_a_break_leaves_in_doubt_only_what_was_not_acknowledged(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(vanish_at="APPEND"))
    fill(ends.old.folders[b"INBOX"], 1, 2, 3)
    done = Round(ends)
    with pytest.raises(errors.ConnectionLost):
        done.once()
    assert ends.source.dead
    assert ends.destination.dead
    assert {i.uid for i in ends.journal.in_doubt(done.works[0].record.id)} == {1, 2, 3}


def test_a_destination_that_asks_to_wait_says_for_how_long(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_mail=((b"<2@", "[UNAVAILABLE] try again in 7 seconds", 0),)))
    fill(ends.old.folders[b"INBOX"], 1, 2, 3)
    done = Round(ends, Style(single=True))
    with pytest.raises(errors.ServerBusy) as caught:
        done.once()
    assert caught.value.wait == 7
    record = done.works[0].record
    assert ends.journal.in_doubt(record.id) == []
    assert len(ends.journal.unconfirmed(record.id)) == len(both_sides(ends)[1])


def test_what_a_budget_does_not_allow_is_not_asked_for_and_the_rest_arrives_settled(ends: TwoEnds) -> None:
    fill(ends.old.folders[b"INBOX"], *range(10))
    control, asked = Hasty(), []

    def may_ask(size: int, messages: int) -> bool:
        asked.append((size, messages))
        return len(asked) <= 2

    control.unit = 3 * len(text(1))
    control.may_ask = may_ask
    done = Round(ends, control=control)
    copier = done.once()
    mine, theirs = both_sides(ends)
    assert theirs == mine[:6]
    assert asked[0] == (control.unit, 3)
    assert (copier.refused, copier.missing) == ([], [])
    assert ends.journal.in_doubt(done.works[0].record.id) == []


def test_what_has_come_is_sent_when_its_time_is_up_and_not_when_a_batch_is_full(
    ends: TwoEnds, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(ends.old.folders[b"INBOX"], *range(5))
    one = Round(ends)
    before = ends.servers[1].commands.count("APPEND")
    monkeypatch.setattr("mailsafi_wizard.engine.copier.BATCH_WAIT", -1.0)
    one.once()
    assert ends.servers[1].commands.count("APPEND") - before == 5
    assert both_sides(ends)[1] == both_sides(ends)[0]
    assert len(one.done) == 5
