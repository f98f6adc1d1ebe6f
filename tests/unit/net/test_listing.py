"""What a mailbox holds: LIST, LSUB, NAMESPACE and STATUS as different servers write them, and as none should."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net import listing
from mailsafi_wizard.net.listing import ListedFolder, Overview, Status, inbox_folded, statuses
from tests.unit.net.other_end import Line

DOVECOT = (
    b'* NAMESPACE (("" "/")) NIL (("Shared/" "/")("#public/" "/"))\r\nW1 OK\r\n'
    b'* LIST (\\HasNoChildren \\Subscribed) "/" inbox\r\n'
    b"* STATUS INBOX (MESSAGES 3 UIDNEXT 9 UIDVALIDITY 7 HIGHESTMODSEQ 12 SIZE 4000)\r\n"
    b'* LIST (\\Sent \\Subscribed) "/" "Sent \\"Items\\""\r\n'
    b'* STATUS "Sent \\"Items\\"" (MESSAGES 1 UIDNEXT 2 UIDVALIDITY 8)\r\n'
    b'* LIST (\\Noselect \\HasChildren) "/" Lists\r\n'
    b'* LIST () "/" {4}\r\n2019\r\n'
    b"* STATUS {4}\r\n2019 (MESSAGES 0 UIDNEXT 1 UIDVALIDITY 9)\r\n"
    b"W2 OK\r\n"
)
MANY = ("NAMESPACE", "LIST-EXTENDED", "LIST-STATUS", "SPECIAL-USE", "CONDSTORE", "STATUS=SIZE", "LITERAL+")


@given(st.lists(st.integers(1, 9), max_size=200))
def test_a_modern_server_tells_all_at_once(sizes: list[int]) -> None:
    with Line(DOVECOT, sizes=sizes, capabilities=MANY) as line:
        found = listing.overview(line.session, sizes=True)
        assert line.heard == (
            b"W1 NAMESPACE\r\n"
            b'W2 LIST "" "*" RETURN (SUBSCRIBED SPECIAL-USE STATUS (MESSAGES UIDNEXT UIDVALIDITY HIGHESTMODSEQ SIZE))\r\n'
        )
    assert (found.prefix, found.separator, found.foreign) == (b"", b"/", (b"Shared/", b"#public/"))
    assert list(found.folders) == [b"INBOX", b'Sent "Items"', b"Lists", b"2019"]
    assert found.folders[b"INBOX"].subscribed
    assert found.folders[b'Sent "Items"'].attributes == {"\\sent", "\\subscribed"}
    assert not found.folders[b"Lists"].selectable
    assert found.status[b"INBOX"] == Status(3, 9, 7, 12, 4000)
    assert found.status[b"2019"] == Status(0, 1, 9)
    assert found.garbled == []


def test_an_old_server_is_asked_one_by_one() -> None:
    said = (
        b'* LIST () "." INBOX\r\n* LIST () "." "INBOX.a"\r\nW1 OK\r\n'
        b'* LSUB () "." "INBOX.a"\r\n* LSUB () "." "INBOX.gone"\r\n* LSUB (\\Noselect) "." INBOX\r\n* LSUB (\r\n* LSUB ()\r\nW2 OK\r\n'
        b"* STATUS INBOX (MESSAGES 2 UIDNEXT 5 UIDVALIDITY 1)\r\nW3 OK\r\n"
        b"W4 NO no such folder\r\n"
    )
    with Line(said, capabilities=()) as line:
        found = listing.overview(line.session)
        assert line.heard == (
            b'W1 LIST "" "*"\r\nW2 LSUB "" "*"\r\n'
            b'W3 STATUS "INBOX" (MESSAGES UIDNEXT UIDVALIDITY)\r\nW4 STATUS "INBOX.a" (MESSAGES UIDNEXT UIDVALIDITY)\r\n'
        )
    assert {name: f.subscribed for name, f in found.folders.items()} == {b"INBOX": False, b"INBOX.a": True}
    assert found.status == {b"INBOX": Status(2, 5, 1)}
    assert found.separator == b"."  # without NAMESPACE it is that of the folders


def test_a_refused_list_is_raised_and_refused_extras_are_done_without() -> None:
    with Line(b"W1 NO no\r\nW2 NO [UNAVAILABLE] later\r\n", capabilities=("NAMESPACE",)) as line, pytest.raises(errors.ServerBusy):
        listing.overview(line.session)
    said = b'W1 BAD what?\r\n* LIST () "/" INBOX\r\nW2 OK\r\nW3 NO no LSUB here\r\nW4 BAD what?\r\n'
    with Line(said, capabilities=("NAMESPACE",)) as line:
        found = listing.overview(line.session)
    assert (list(found.folders), found.status, found.prefix) == ([b"INBOX"], {}, b"")


@pytest.mark.parametrize(
    ("namespace", "prefix", "separator", "foreign"),
    [
        (b'(("INBOX." ".")) NIL NIL', b"INBOX.", b".", ()),
        (b'(("" "/")) (("~" "/")) (("#shared/" "/" "X-PARAM" ("a" "b")))', b"", b"/", (b"~", b"#shared/")),
        (b'NIL (("user." ".")) NIL', b"", b"", (b"user.",)),
        (b'(("" NIL)) NIL NIL', b"", b"", ()),
        (b'(("" "\\\\")) NIL NIL', b"", b"\\", ()),
        (b'(("" "/")) NIL (("" "/"))', b"", b"/", ()),
        (b'(("" "/"))', b"", b"/", ()),
        (b"rubbish", b"", b"", ()),
        (b"((", b"", b"", ()),
        (b"", b"", b"", ()),
    ],
)
def test_namespaces(namespace: bytes, prefix: bytes, separator: bytes, foreign: tuple[bytes, ...]) -> None:
    with Line(b"* NAMESPACE " + namespace + b"\r\nW1 OK\r\nW2 OK\r\nW3 OK\r\n", capabilities=("NAMESPACE",)) as line:
        found = listing.overview(line.session)
    assert (found.prefix, found.separator, found.foreign) == (prefix, separator, foreign)


def taken(*replies: list[bytes]) -> Overview:
    result = Overview(separator=b"/")
    for parts in replies:
        listing.take_list(parts, result)
    return result


@pytest.mark.parametrize(
    ("reply", "name", "separator"),
    [
        ([b'* LIST () "/" NIL'], b"NIL", b"/"),
        ([b'* LIST () "/" 007'], b"007", b"/"),
        ([b'* LIST () "/" 2019'], b"2019", b"/"),
        ([b"* list () NIL InBoX"], b"INBOX", b""),
        ([b'* LIST () "/" "&AOk-t&AOk-"'], b"&AOk-t&AOk-", b"/"),
        ([b'* LIST () "/" "&bad"'], b"&bad", b"/"),
        ([b'* LIST () "/" ', b"a\r\nb", b""], b"a\r\nb", b"/"),
        ([b'* LIST () "/" "[Gmail]/All Mail"'], b"[Gmail]/All Mail", b"/"),
        ([b'* LIST () "/" [Gmail]'], b"[Gmail]", b"/"),
        ([b'* LIST () "/" "a" ("CHILDINFO" ("SUBSCRIBED"))'], b"a", b"/"),
        ([b'* LIST () "/" ""'], b"", b"/"),
    ],
)
def test_names_are_kept_as_they_are(reply: list[bytes], name: bytes, separator: bytes) -> None:
    found = taken(reply)
    assert [(f.name, f.separator, f.doubtful) for f in found.folders.values()] == [(name, separator, False)]


def test_a_name_listed_twice_has_the_attributes_of_both() -> None:
    found = taken([b'* LIST (\\Sent) "/" a'], [b'* LIST (\\Subscribed) "/" "a"'], [b'* LSUB () "/" b'])
    assert list(found.folders.values()) == [ListedFolder(b"a", b"/", frozenset({"\\sent", "\\subscribed"}), True)]


@pytest.mark.parametrize(
    ("reply", "name"),
    [
        ([b'* LIST (\\HasNoChildren "/" "Kazi"'], b"Kazi"),
        ([b'* LIST ((( "/" Kazi'], b"Kazi"),
        ([b'* LIST (\\X ) "/" "a \\"b\\" c"'], b'a "b" c'),
        ([b"* LIST (", b"raw \xff name", b""], b"raw \xff name"),
    ],
)
def test_a_broken_line_loses_no_folder(reply: list[bytes], name: bytes) -> None:
    found = taken(reply)
    assert list(found.folders) == [name]
    assert found.garbled == []


def test_a_line_without_any_name_is_kept_to_be_told() -> None:
    found = taken([b'* LIST ( "/" "unfinished'], [b"* LIST (", b"", b""])
    assert not found.folders
    assert len(found.garbled) == 2


PIECES = [b"(", b")", b'"', b'"/"', b" ", b"a", b"\\", b"\\Sent", b"NIL", b"{1}", b"\xff", b"INBOX", b"7", b"&", b"*"]


@given(st.lists(st.lists(st.sampled_from(PIECES), max_size=10).map(b"".join), min_size=1, max_size=3), st.booleans())
@example([b'() "/" ', b"name", b""], True)
def test_any_list_reply_is_taken_or_told_and_none_raises(parts: list[bytes], good: bool) -> None:
    whole = parts if len(parts) % 2 else parts[:-1]
    found = taken([b"* LIST " + whole[0], *whole[1:]])
    assert len(found.folders) + len(found.garbled) <= 1
    for name, folder in found.folders.items():
        assert name == inbox_folded(name) == folder.name


@given(
    st.lists(
        st.lists(st.sampled_from([*PIECES, b"MESSAGES 3", b"UIDNEXT x", b"-4", b"99999999999999999999"]), max_size=10).map(
            b" ".join
        ),
        max_size=5,
    )
)
def test_any_status_reply_is_read_or_passed_over(lines: list[bytes]) -> None:
    said = b"".join(b"* STATUS a " + each + b"\r\n" for each in lines if not each.endswith(b"{1}"))
    with Line(said + b"W1 OK\r\n") as line:
        found = statuses(line.session, [b"a"])
    for status in found.values():
        assert all(value is None or 0 <= value < 1 << 63 for value in (status.messages, status.uidnext, status.uidvalidity))


def test_numbers_that_cannot_be_are_none() -> None:
    with Line(b'* STATUS a (MESSAGES -3 UIDNEXT 99999999999999999999 UIDVALIDITY NIL HIGHESTMODSEQ "5" SIZE)\r\nW1 OK\r\n') as line:
        assert statuses(line.session, [b"a"]) == {b"a": Status()}


def tagged(count: int, words: bytes = b"OK") -> bytes:
    return b"".join(b"W%d %s\r\n" % (i, words) for i in range(1, count + 1))


def test_many_folders_are_asked_ahead_and_refused_ones_left_out() -> None:
    names = [b"n%d" % i for i in range(100)]
    said = b"".join(
        b"* STATUS n%d (MESSAGES %d)\r\nW%d %s\r\n" % (i, i, i + 1, b"NO x" if i % 3 == 0 else b"OK") for i in range(100)
    )
    with Line(said, listens=True) as line:
        found = statuses(line.session, names)
    assert found[b"n99"] == Status(99)
    with Line(tagged(5, b"NO [INUSE] busy")) as line:
        assert statuses(line.session, names[:5]) == {}


@pytest.mark.parametrize("capabilities", [("LITERAL+",), ()])
def test_names_that_need_a_literal(capabilities: Iterable[str]) -> None:
    said = b"* STATUS a (MESSAGES 1)\r\nW1 OK\r\n+ go\r\n* STATUS {1}\r\n\xe9 (MESSAGES 2)\r\nW2 OK\r\n* STATUS b (MESSAGES 3)\r\nW3 OK\r\n"
    said = said.replace(b"+ go\r\n", b"") if capabilities else said
    with Line(said, capabilities=capabilities) as line:
        found = statuses(line.session, [b"a", b"\xe9", b"b"])
    assert found == {b"a": Status(1), b"\xe9": Status(2), b"b": Status(3)}


def test_the_number_of_folders_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "MOST_FOLDERS", 10)
    found = taken(*([b'* LIST () "/" n%d' % i] for i in range(30)))
    assert len(found.folders) == 10
    with Line(b'* LIST () "/" x\r\n' * 30, capabilities=()) as line, pytest.raises(errors.BrokenProtocol):
        listing.overview(line.session)


@pytest.mark.parametrize(
    ("name", "folded"), [(b"inbox", b"INBOX"), (b"InBox", b"INBOX"), (b"INBOX.a", b"INBOX.a"), (b"inbox/", b"inbox/")]
)
def test_inbox_has_one_spelling(name: bytes, folded: bytes) -> None:
    assert inbox_folded(name) == folded
