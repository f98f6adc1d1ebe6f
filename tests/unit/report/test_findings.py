"""What a look brings up, in words: too little room, messages too big, computers that take mail away, addresses without a mailbox."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.model import BigMessage, Finding, FolderCensus, Mailbox, MailboxCensus, Role, Weight
from mailsafi_wizard.report.findings import FEW, MANY, WEIGHTS, YOUNG, findings, section, strangers

NOW = dt.datetime(2026, 11, 25, tzinfo=dt.UTC)
AMINA, JUMA = Mailbox("amina@example.co.ke", "a", "a", 1), Mailbox("Juma@example.co.ke", "j", "j", 2)
MB = 1_000_000


def inbox(messages: int, oldest: dt.date | None = None, size: int = 0) -> FolderCensus:
    return FolderCensus("INBOX", Role.INBOX, messages, size, "INBOX", oldest=oldest)


def folder(role: Role | None, messages: int, name: str = "Kazi", problem: str = "") -> FolderCensus:
    return FolderCensus(name, role, messages, 0, name, problem=problem)


USUAL = folder(Role.SENT, 20, "Sent")


def of(kind: str, *census: MailboxCensus, arrived: int = 0) -> list[Finding]:
    return [f for f in findings([AMINA, JUMA], census, {1: arrived}) if f.kind == kind]


def test_a_usual_mailbox_brings_nothing_up() -> None:
    assert findings([AMINA], [MailboxCensus(1, (inbox(900, size=5 * MB), USUAL), taken=NOW, quota_limit=100 * MB)], {}) == ()


def test_too_little_room_is_said_with_how_much_is_lacking() -> None:
    full = MailboxCensus(1, (inbox(9, size=90 * MB), USUAL), taken=NOW, quota_used=20 * MB, quota_limit=100 * MB)
    (found,) = of("quota", full)
    assert found.weight is Weight.BAD
    assert "10 MB more" in found.todo
    assert of("quota", full, arrived=60 * MB) == []
    (tight,) = of("quota", full, arrived=14 * MB)
    assert tight.weight is Weight.CHECK
    (many,) = of("quota", MailboxCensus(1, (inbox(90), USUAL), messages_used=20, messages_limit=100))
    assert "110 messages" in many.what


def test_each_message_that_is_too_big_is_named_and_the_rest_counted() -> None:
    big = tuple(BigMessage("Kazi", n, 60 * MB, "01-Jan-2020 00:00:00 +0000") for n in (3, 4))
    found = of("too-big", MailboxCensus(1, (inbox(9), USUAL), largest_taken=50 * MB, too_big=big, too_big_count=12))
    assert found[0].what.startswith("Kazi, number 3, 01-Jan-2020 00:00:00 +0000: 60 MB")
    assert found[2].what == "10 more messages are larger than 50 MB."


def pop(*folders: FolderCensus, error: str = "") -> list[Finding]:
    return of("pop", MailboxCensus(1, folders, error, NOW))


def test_who_seems_to_use_pop() -> None:
    today = NOW.date()
    assert "not older" in pop(inbox(1, today), folder(Role.SENT, 0, "Sent"))[0].what
    assert "none older than 2026-11-01" in pop(inbox(30, dt.date(2026, 11, 1)))[0].what
    assert "empty" in pop(inbox(0), folder(Role.TRASH, 50, "Trash"))[0].what
    assert "sent mail" in pop(inbox(MANY, dt.date(2012, 1, 1)), folder(None, 400))[0].what


def test_who_does_not() -> None:
    today = NOW.date()
    assert pop(inbox(30, today), USUAL) == []
    assert pop(inbox(30, today), folder(None, 200)) == []
    assert pop(inbox(30, today - YOUNG - dt.timedelta(days=1))) == []
    assert pop(inbox(FEW + 1, today)) == []
    assert pop(inbox(5, None)) == []
    assert pop(inbox(0), error="broken off") == []
    assert pop() == []


def test_addresses_without_a_mailbox_are_gathered_from_all() -> None:
    one = MailboxCensus(
        1, (inbox(1), USUAL), addresses=(("sales@example.co.ke", 4), ("juma@example.co.ke", 9), ("amina@example.co.ke", 3))
    )
    two = MailboxCensus(2, (inbox(1), USUAL), addresses=(("sales@example.co.ke", 5), ("list@example.co.ke", 1)))
    assert strangers([AMINA, JUMA], [one, two]) == [("sales@example.co.ke", 9, (1, 2)), ("list@example.co.ke", 1, (2,))]
    assert strangers([AMINA, JUMA], [one, two], {"sales@example.co.ke"}) == [("list@example.co.ke", 1, (2,))]
    found = [f.what for f in findings([AMINA, JUMA], [one, two], {}) if f.kind == "address"]
    assert found[0].startswith("In the last 90 days 9 messages were sent to sales@example.co.ke")
    assert "It arrives at amina@example.co.ke, Juma@example.co.ke." in found[0]


def test_what_could_not_be_looked_at_comes_first() -> None:
    broken = MailboxCensus(2, (inbox(3), folder(None, 2, problem="[NOPERM] no")), "The connection broke", NOW)
    found = findings([AMINA, JUMA], [MailboxCensus(1, (inbox(0),), taken=NOW), broken], {})
    assert [f.kind for f in found] == ["look", "folder", "pop"]
    assert "[NOPERM] no" in found[1].what


@given(
    st.lists(
        st.builds(Finding, st.sampled_from(["pop", "quota"]), st.sampled_from(Weight), st.text(), st.text(), st.text()), max_size=5
    )
)
def test_findings_stand_in_the_report_one_a_row(found: list[Finding]) -> None:
    (table,) = section(found).tables
    assert len(table.rows) == len(found)
    assert [row[0] for row in table.rows] == [WEIGHTS[f.weight] for f in found]
    assert bool(table.empty)
