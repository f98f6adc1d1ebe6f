"""Folders are created where they are missing, under names the destination takes, and everything unusual is told."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.mapping import Mapper
from mailsafi_wizard.net.grammar import encode_name
from mailsafi_wizard.net.listing import ListedFolder, Overview
from tests.servers.hostile import Tricks
from tests.unit.engine.two_ends import TwoEnds, fill
from tests.unit.net.other_end import Line

Make = Callable[..., TwoEnds]


def test_missing_folders_are_created_and_subscribed_as_at_the_source(ends: TwoEnds) -> None:
    for name in (b"Kazi", b"Kazi/2019", b"Sent"):
        if name not in ends.old.folders:
            ends.old.create(name)
        ends.old.folders[name].subscribed = name != b"Kazi"
    ends.new.folders[b"Sent"].subscribed = False
    ends.records()
    assert {name: f.subscribed for name, f in ends.new.folders.items()} == {
        b"INBOX": True,
        b"Sent": True,
        b"Kazi": False,
        b"Kazi/2019": True,
    }
    assert ends.remarks == []
    before = list(ends.servers[1].commands)
    ends.records()
    assert "CREATE" not in ends.servers[1].commands[len(before) :]


def test_what_is_decided_is_kept_in_the_project_file(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    first = ends.records()
    assert [r.source_name for r in ends.journal.folders(ends.box)] == ["INBOX", "Kazi", "Sent"]
    assert ends.records() == first


def test_a_refused_name_is_replaced_and_told(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_create=r"&"))
    ends.old.create(b"Entw&APw-rfe")
    record = ends.records()["Entwürfe"]
    assert (record.destination, record.renamed) == (b"Entw=FCrfe", 1)
    assert b"Entw=FCrfe" in ends.new.folders
    ((folder, words),) = ends.remarks
    assert folder == "Entwürfe"
    assert words.startswith("is named Entw=FCrfe at MailSafi, which refused the name: [CANNOT]")
    assert ends.records()["Entwürfe"].destination == b"Entw=FCrfe"


def test_a_name_that_is_too_long_is_shortened_and_each_stays_one_folder(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_create=r".{200}"))
    names = ["文" * 120, "文" * 121]
    for name in names:
        ends.old.create(encode_name(name))
    records = ends.records()
    found = {records[name].destination for name in names}
    assert len(found) == 2
    assert found <= set(ends.new.folders)


def test_a_folder_that_can_not_be_created_at_all_is_told_and_the_others_are(make_ends: Make) -> None:
    ends = make_ends(destination=Tricks(refuse_create=r"^Kazi"))
    for name in (b"Kazi", b"Nyumbani"):
        ends.old.create(name)
    ends.records()
    assert b"Nyumbani" in ends.new.folders
    assert b"Kazi" not in ends.new.folders
    assert [(f, w.partition(":")[0]) for f, w in ends.remarks] == [("Kazi", "could not be created at MailSafi")]


def test_a_folder_that_somebody_made_meanwhile_is_taken(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    there = ends.look()[1]
    fill(ends.new.create(b"Kazi"), 1, 2)
    mapper = ends.mapper(there)
    mapper.create(ends.destination, mapper.records(), [])
    assert there.folders[b"Kazi"].selectable
    assert there.status[b"Kazi"].messages == 2
    assert ends.remarks == []


def test_a_name_above_a_folder_is_not_yet_a_folder(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    ends.new.create(b"Kazi/2019")
    ends.records()
    assert b"Kazi" in ends.new.folders


def listed(name: bytes, attributes: str = "") -> Overview:
    return Overview(separator=b"/", folders={name: ListedFolder(name, b"/", frozenset(attributes.split()))})


@pytest.mark.parametrize(("answer", "kind"), [(b"[UNAVAILABLE] later", errors.ServerBusy), (b"[OVERQUOTA] full", errors.OverQuota)])
def test_a_server_that_is_busy_or_full_is_no_matter_of_the_name(
    ends: TwoEnds, answer: bytes, kind: type[errors.MigrationError]
) -> None:
    mapper = Mapper(ends.journal, ends.box, listed(b"Kazi"), Overview(separator=b"/"), ends.remark)
    with Line(b"W1 NO " + answer + b"\r\nW2 OK\r\n") as line:
        with pytest.raises(kind):
            mapper.create(line.session, mapper.records(), [])
        assert line.heard.count(b"CREATE") == 1


def test_the_role_is_asked_for_where_the_destination_knows_how(ends: TwoEnds) -> None:
    mapper = Mapper(ends.journal, ends.box, listed(b"Posted", "\\sent"), Overview(separator=b"/"), ends.remark)
    with Line(b"W1 OK\r\n", capabilities=("CREATE-SPECIAL-USE",)) as line:
        mapper.create(line.session, mapper.records(), [])
        assert line.heard == b'W1 CREATE "Posted" (USE (\\Sent))\r\n'


def test_what_was_removed_by_its_user_is_not_made_again(ends: TwoEnds) -> None:
    ends.old.create(b"Kazi")
    record = ends.records()["Kazi"]
    record.d_validity = 5
    ends.journal.save_folders([record])
    del ends.new.folders[b"Kazi"]
    again = ends.records()
    assert b"Kazi" not in ends.new.folders
    mapper = ends.mapper()
    mapper.create(ends.destination, mapper.records(), [again["Kazi"]])
    assert b"Kazi" in ends.new.folders  # the whole account was made anew


def test_folders_that_are_left_out_or_gone_or_broken_are_told(make_ends: Make) -> None:
    ends = make_ends(source=Tricks(list_lines=(b'* LIST (\\X "/" Ghost',)))
    for name, use in ((b"Starred", "\\Flagged"), (b"Kazi", "")):
        ends.old.create(name, use)
    records = ends.records()
    assert records["Starred"].excluded_reason
    assert "Ghost" not in records
    record = records["Kazi"]
    record.s_count, record.checked = 3, 0
    ends.journal.save_folders([record])
    del ends.old.folders[b"Kazi"]
    assert "Kazi" not in ends.records()
    kept = next(r for r in ends.journal.folders(ends.box) if r.source_name == "Kazi")
    assert (kept.s_count, kept.checked) == (0, 1)
    told = dict(ends.remarks)
    assert told["Starred"].startswith("left out: ")
    assert told["Kazi"] == "is no longer at the old server"
    assert "broken form" in told["Ghost"]
