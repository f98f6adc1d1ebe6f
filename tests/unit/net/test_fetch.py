"""Reading messages: sets of UIDs, identity by content, listings and bodies, whatever comes between and however it comes."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.digests import digests
from mailsafi_wizard.net.fetch import Body, Listed, parse_uid_set, uid_set
from mailsafi_wizard.net.identity import LARGEST_HEADER, ContentDigest, content_digest, header_of, message_key
from mailsafi_wizard.net.wire import Patience
from tests.unit.net.other_end import Line

SIZES = st.lists(st.integers(1, 7), max_size=80)
ODD_BYTES = st.lists(st.sampled_from([b"\r", b"\n", b"\r\n", b"\0", b"\x80", b"a", b" ", b"Q"]), max_size=30).map(b"".join)


# --- sets of UIDs


@given(st.sets(st.integers(1, (1 << 32) - 1), max_size=60).map(sorted))
@example([1, 2, 3, 5, 7, 8])
def test_a_set_of_uids_comes_back(uids: list[int]) -> None:
    assume(uids)
    assert parse_uid_set(uid_set(uids)) == uids


def test_runs_are_compacted_and_sets_read_as_written() -> None:
    assert uid_set([1, 2, 3, 5, 7, 8]) == b"1:3,5,7:8"
    assert uid_set([]) == b""
    assert parse_uid_set(b"9:7,3,5:6") == [9, 8, 7, 3, 5, 6]


@pytest.mark.parametrize("text", [b"", b"a", b"1,", b"1:*", b"*", b"1:2:3", b"1:4294967295", b"5000000:1", b"1:600000,1:600000"])
def test_what_is_no_set_or_too_large_a_one_is_refused(text: bytes) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_uid_set(text)


# --- identity by content


def cut(data: bytes, places: list[int]) -> Iterator[bytes]:
    ends = sorted({p % (len(data) + 1) for p in places} | {len(data)})
    start = 0
    for end in ends:
        yield data[start:end]
        start = end


@given(ODD_BYTES, st.lists(st.integers(0, 60), max_size=10))
@example(b"\n\n", [1])
@example(b"a\n\nb\n", [1, 2, 3])
def test_a_digest_in_pieces_is_the_digest_of_the_whole(data: bytes, places: list[int]) -> None:
    digest = ContentDigest()
    for piece in cut(data, places):
        digest.update(piece)
    assert digest.digest() == content_digest(data)
    assert len(content_digest(data)) == 16


@given(ODD_BYTES, st.lists(st.sampled_from([b"\r", b"\n", b"\r\n"]), max_size=3).map(b"".join))
def test_what_servers_change_does_not_count(data: bytes, end: bytes) -> None:
    forms = [data.replace(b"\r", b""), data.replace(b"\r", b"").replace(b"\n", b"\r\n"), data.replace(b"\0", b"\x80"), data + end]
    assert {content_digest(form) for form in forms} == {content_digest(data)}


@given(ODD_BYTES, ODD_BYTES)
@example(b"a b", b"a  b")
@example(b"a\nb", b"ab")
@example(b"\na", b"a")
def test_everything_else_counts(one: bytes, other: bytes) -> None:
    def plain(data: bytes) -> bytes:
        return data.replace(b"\r", b"").replace(b"\0", b"\x80").rstrip(b"\n")

    assert (content_digest(one) == content_digest(other)) == (plain(one) == plain(other))


@given(ODD_BYTES)
def test_equal_content_gives_equal_keys(data: bytes) -> None:
    header = b"Subject: x\nMessage-ID: <" + data.replace(b"\n", b"").replace(b"\r", b"").replace(b"\0", b"") + b"@x>\n\n"
    assert message_key(header) == message_key(header.replace(b"\n", b"\r\n")) != 0


def test_the_key_is_that_of_the_first_message_id_without_its_folds() -> None:
    key = message_key(b"Message-ID: <a@b>\r\n")
    assert (
        key == message_key(b"message-id :\r\n\t<a@b> \r\nMessage-ID: <other>\r\n") == message_key(b"X: y\r\nMESSAGE-ID:<a\r\n @b>")
    )
    assert -(1 << 63) <= key < 1 << 63
    assert message_key(b"X-Message-ID: <a@b>\r\n") == message_key(b"Message-ID:  \r\nTo: x\r\n") == message_key(b"") == 0


HEADER_PARTS = (b"Message-ID", b"message-id", b": <a@b>", b":", b" ", b"\t", b"\r\n", b"\n", b"X-", b"<c@d>", b"To: me")


@given(st.lists(st.sampled_from(HEADER_PARTS), max_size=12).map(b"".join))
def test_the_field_is_the_one_a_search_through_all_lines_finds(header: bytes) -> None:
    found = re.search(rb"^message-id[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", header, re.I | re.M)
    alone = b"".join(found[1].split()) if found else b""
    assert message_key(header) == (message_key(b"Message-ID: " + alone) if alone else 0)


@pytest.mark.parametrize(
    ("data", "header"),
    [
        (b"A: b\r\n\r\ntext\r\n\r\nmore", b"A: b\r\n\r\n"),
        (b"A: b\n\ntext", b"A: b\n\n"),
        (b"\r\ntext\r\n\r\n", b""),
        (b"\ntext\n\n", b""),
        (b"A: b\r\n", b"A: b\r\n"),
        (b"", b""),
    ],
)
def test_where_a_header_ends(data: bytes, header: bytes) -> None:
    assert header_of(data) == header


def test_a_header_without_end_is_bounded() -> None:
    assert len(header_of(b"x" * (LARGEST_HEADER + 10))) == LARGEST_HEADER


# --- listings


LISTING = (
    b"* 1 FETCH (UID 3 RFC822.SIZE 120 FLAGS (\\Seen Work) INTERNALDATE \" 1-Jan-2020 00:00:00 +0000\""
    b" BODY[HEADER.FIELDS (MESSAGE-ID)] {25}\r\nMessage-ID: <UID 9@x>\r\n\r\n)\r\n"
    b"* 5 EXISTS\r\n"
    b"* 2 FETCH (FLAGS (\\Deleted))\r\n"  # somebody else's change
    b"* OK still here\r\n"
    b"* 2 fetch (BODY[HEADER.FIELDS (MESSAGE-ID)] {2}\r\n\r\n RFC822.SIZE 7 UID 4)\r\n"
    b"* 3 FETCH (UID 0 RFC822.SIZE 1)\r\n"
    b"* 3 FETCH (RFC822.SIZE 9 UID 4294967295)\r\n"
    b"W1 OK done\r\n"
)  # fmt: skip


@given(SIZES)
def test_a_listing_is_the_same_however_it_comes(sizes: list[int]) -> None:
    with Line(LISTING, sizes=sizes) as line:
        tag = fetch.ask_listing(line.session, b"1:*", key=True, flags=True, date=True)
        found = list(fetch.listing(line.session, tag))
        assert line.heard == b"W1 UID FETCH 1:* (UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)])\r\n"
    key = message_key(b"Message-ID: <UID 9@x>\r\n")
    assert found == [
        Listed(3, 120, b"\\Seen Work", b" 1-Jan-2020 00:00:00 +0000", key),
        Listed(4, 7, b"", b"", 0),
        Listed(4294967295, 9, b"", b"", 0),
    ]


def test_flags_alone_are_asked_and_listed_since_a_change() -> None:
    with Line(b"* 1 FETCH (UID 3 FLAGS (a) MODSEQ (12))\r\nW1 OK\r\n") as line:
        tag = fetch.ask_listing(line.session, b"1:*", flags=True, changed_since=11)
        assert list(fetch.listing(line.session, tag, sized=False)) == [Listed(3, 0, b"a", b"", 0)]
        assert line.heard == b"W1 UID FETCH 1:* (UID FLAGS) (CHANGEDSINCE 11)\r\n"


def test_a_listing_that_is_refused_or_answered_early() -> None:
    with Line(b"W2 OK\r\nW1 NO no\r\n") as line:
        first, second = (fetch.ask_listing(line.session, b"1") for _ in range(2))
        with pytest.raises(errors.CommandRefused):
            list(fetch.listing(line.session, first))
        assert list(fetch.listing(line.session, second)) == []


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"* 1 FETCH (UID 1 RFC822.SIZE 5 X {2000000}\r\n", errors.BrokenProtocol),
        (b"* 1 FETCH (UID 1 RFC822.SIZE 5\r\n", errors.ConnectionLost),
        (b"nonsense\r\n", errors.BrokenProtocol),
        (b"* BYE gone\r\n", errors.ConnectionLost),
        (b"* 1 EXPUNGE\r\n" * 20_002, errors.BrokenProtocol),
        (b"x" * (1 << 20), errors.BrokenProtocol),
    ],
)
def test_a_listing_that_goes_wrong_breaks(said: bytes, kind: type[errors.MigrationError]) -> None:
    with Line(said) as line:
        tag = fetch.ask_listing(line.session, b"1:*")
        with pytest.raises(kind) as caught:
            list(fetch.listing(line.session, tag))
        assert type(caught.value) is kind


def test_a_listing_is_bounded_in_lines_and_in_time() -> None:
    said = b"".join(b"* %d FETCH (UID %d RFC822.SIZE 1)\r\n" % (i, i) for i in range(1, 9))
    with Line(said) as line, pytest.raises(errors.BrokenProtocol):
        list(fetch.listing(line.session, fetch.ask_listing(line.session, b"1:*"), most=5))
    with Line(said, patience=Patience(silence=5, command=-1)) as line, pytest.raises(errors.NoAnswer):
        list(fetch.listing(line.session, fetch.ask_listing(line.session, b"1:*")))


# --- bodies


def answer(uid: int, data: bytes, form: int) -> bytes:
    """A FETCH reply in one of the ways servers write it."""
    literal = b"BODY[] {%d}\r\n%s" % (len(data), data)
    if form == 3 and not any(byte in b"\r\n\0" for byte in data):
        return b'* 1 FETCH (BODY[] "' + re.sub(rb'(["\\])', rb"\\\1", data) + b'" INTERNALDATE "d" FLAGS (\\Seen) UID %d)\r\n' % uid
    before, after = b'UID %d FLAGS (\\Seen) INTERNALDATE "d"' % uid, b""
    if form == 1:
        before, after = b"", b' UID %d FLAGS (\\Seen) INTERNALDATE "d"' % uid
        return b"* 1 FETCH (" + literal + after + b")\r\n"
    if form == 2 and not any(byte in b"\r\n\0" for byte in data):
        escaped = data.replace(b"\\", b"\\\\").replace(b'"', b'\\"')
        literal = b'BODY[] "' + escaped + b'"'
    return b"* 1 FETCH (" + before + b" " + literal + after + b")\r\n"


MAIL = st.one_of(
    ODD_BYTES,
    st.sampled_from(
        [b"", b")\r\nW1 OK\r\n", b"* 1 FETCH (UID 7 BODY[] {3}\r\n", b'say "a\\b"', b"UID 99 FLAGS (x) ", b' INTERNALDATE "x" ']
    ),
)


@pytest.mark.parametrize("read", [fetch.bodies, fetch.messages])
@given(mail=st.lists(st.tuples(MAIL, st.integers(0, 3)), max_size=6), sizes=SIZES)
def test_bodies_are_what_was_sent_in_every_form(
    read: Callable[..., Iterator[object]], mail: list[tuple[bytes, int]], sizes: list[int]
) -> None:
    said = b"* 2 FETCH (FLAGS (x) UID 1)\r\n".join(answer(uid, data, form) for uid, (data, form) in enumerate(mail, 1))
    with Line(said + b"* 9 EXISTS\r\nW1 OK done\r\n", sizes=sizes) as line:
        tag = fetch.ask_bodies(line.session, list(range(1, len(mail) + 1)) or [1])
        found = list(read(line.session, tag, 1000))
        assert b"BODY.PEEK[]" in line.heard
    assert found == [Body(uid, b"\\Seen", b"d", data) for uid, (data, _form) in enumerate(mail, 1)]


@given(
    st.lists(
        st.tuples(
            st.integers(0, 1 << 32),
            st.sampled_from([b"", b"FLAGS (\\Seen a) ", b'INTERNALDATE "d" ', b'FLAGS () INTERNALDATE "d" ']),
        )
    ),
    SIZES,
)
def test_lines_of_a_listing_are_what_was_sent_however_they_come(lines: list[tuple[int, bytes]], sizes: list[int]) -> None:
    said = b"* 9 EXISTS\r\n".join(b"* 1 FETCH (UID %d %bRFC822.SIZE %d)\r\n" % (uid, told, uid) for uid, told in lines)
    with Line(said + b"W1 OK done\r\n", sizes=sizes) as line:
        found = list(fetch.listing(line.session, fetch.ask_listing(line.session, b"1:*", flags=True, date=True)))
    flags, date = {True: b"\\Seen a"}, {True: b"d"}
    assert found == [
        Listed(uid, uid, flags.get(b"Seen" in told, b""), date.get(b"DATE" in told, b""), 0) for uid, told in lines if uid
    ]


def test_a_body_that_is_nil_is_empty_and_one_without_uid_is_none() -> None:
    with Line(b"* 1 FETCH (UID 1 BODY[] NIL)\r\n* 1 FETCH (BODY[] {1}\r\nx)\r\nW1 OK\r\n") as line:
        assert list(fetch.bodies(line.session, fetch.ask_bodies(line.session, [1]), 10)) == [Body(1, b"", b"", b"")]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        (b"* 1 FETCH (UID 1 BODY[] {11}\r\n", errors.BrokenProtocol),  # more than was listed
        (b"* 1 FETCH (UID 1 BODY[] {3}\r\nabcdef)\r\nW1 OK\r\n", errors.BrokenProtocol),  # longer than announced
        (b"* 1 FETCH (UID 1 BODY[] {9}\r\nabc)\r\n", errors.ConnectionLost),
        (b"* 1 FETCH (UID 1 BODY[] {3}\r\nabc\r\nW1 OK\r\n", errors.BrokenProtocol),
        (b"* 1 FETCH (UID 1\r\n", errors.BrokenProtocol),
        (b"* BYE [UNAVAILABLE] throttled\r\n", errors.ServerBusy),
        (b"* 1 FETCH (FLAGS ())\r\n" * 20_002, errors.BrokenProtocol),
    ],
)
def test_a_body_that_goes_wrong_breaks_the_connection(said: bytes, kind: type[errors.MigrationError]) -> None:
    with Line(said) as line:
        tag = fetch.ask_bodies(line.session, [1])
        with pytest.raises(kind) as caught:
            list(fetch.bodies(line.session, tag, 10))
        assert type(caught.value) is kind
        assert line.session.dead or kind is errors.ConnectionLost


@pytest.mark.parametrize("end", [b"x)\r\n", b"\r\n", b"))\r\n", b")\n", b"} \r\n"])
def test_a_message_in_the_usual_form_must_end_where_it_was_announced(end: bytes) -> None:
    with Line(b'* 1 FETCH (UID 1 FLAGS () INTERNALDATE "d" BODY[] {3}\r\nabc' + end + b"W1 OK\r\n") as line:
        found = fetch.messages(line.session, fetch.ask_bodies(line.session, [1]), 10)
        if end == b")\n":
            assert list(found) == [Body(1, b"", b"d", b"abc")]
        else:
            with pytest.raises(errors.BrokenProtocol):
                list(found)


def test_bodies_of_a_later_command_may_come_before_the_end_of_an_earlier_one() -> None:
    said = answer(1, b"one", 0) + answer(2, b"two", 0) + b"W2 OK\r\nW1 OK\r\n"
    with Line(said) as line:
        first, second = fetch.ask_bodies(line.session, [1]), fetch.ask_bodies(line.session, [2])
        assert [b.data for b in fetch.bodies(line.session, first, 10)] == [b"one", b"two"]
        assert list(fetch.bodies(line.session, second, 10)) == []


# --- big messages


@pytest.mark.parametrize("form", [0, 1, 2])
def test_a_big_message_streams_in_every_form(form: int) -> None:
    data = b"0123456789" * 60_000
    with Line(b"* 9 EXISTS\r\n" + answer(5, data, form) + b"W1 OK\r\n") as line:
        streamed = fetch.stream(line.session, fetch.ask_body(line.session, 5), len(data))
        assert streamed.size == len(data)
        assert (streamed.flags, streamed.date) == ((None, None) if form == 1 else (b"\\Seen", b"d"))
        assert b"".join(streamed.chunks) == data


def test_the_last_piece_is_kept_until_the_reply_has_ended_well() -> None:
    data = b"x" * 600_000
    for end, kind in (
        (b"rubbish)\r\n", errors.BrokenProtocol),
        (b")\r\nW1 NO failed\r\n", errors.CommandRefused),
        (b"", errors.ConnectionLost),
    ):
        with Line(b"* 1 FETCH (UID 5 BODY[] {600000}\r\n" + data + end) as line:
            streamed = fetch.stream(line.session, fetch.ask_body(line.session, 5), len(data))
            got: list[bytes] = []
            with pytest.raises(kind):
                got.extend(streamed.chunks)
        assert len(b"".join(got)) < len(data)


def test_a_big_message_that_is_not_there_or_too_big() -> None:
    with Line(b"* 1 FETCH (FLAGS ())\r\nW1 OK\r\n") as line, pytest.raises(fetch.MessageVanished):
        fetch.stream(line.session, fetch.ask_body(line.session, 5), 10)
    with Line(b"* 1 FETCH (UID 5 BODY[] {11}\r\n") as line, pytest.raises(errors.BrokenProtocol):
        fetch.stream(line.session, fetch.ask_body(line.session, 5), 10)
    with Line(b"* 1 FETCH (UID 5 BODY[] NIL)\r\nW1 OK\r\n") as line:
        streamed = fetch.stream(line.session, fetch.ask_body(line.session, 5), 10)
        assert (streamed.size, list(streamed.chunks)) == (0, [])


def test_digests_of_small_and_big_messages_are_those_of_their_content() -> None:
    small, big = b"a\r\nb\r\n", b"z\n" * (fetch.BIG // 2)
    late = b"* 3 FETCH (BODY[] {%d}\r\n%s UID 3 FLAGS ())\r\n" % (len(big), big)
    told = b'* 2 FETCH (UID 2 FLAGS () INTERNALDATE "x" BODY[] {%d}\r\n%s)\r\n' % (len(big), big)
    with Line(answer(1, small, 0) + told + late + b"W1 OK\r\n" + answer(3, big, 0) + b"W2 OK\r\n") as line:
        found = digests(line.session, [1, 2, 3], {1: len(small), 2: len(big), 3: len(big)})
        assert line.heard.count(b"UID FETCH") == 2
    assert found == {1: content_digest(small), 2: content_digest(big), 3: content_digest(big)}


def test_a_big_message_comes_in_pieces_where_all_is_said_before_its_content() -> None:
    big = b"z\r\n" * (fetch.BIG // 2)
    told = b'* 1 FETCH (UID 1 FLAGS (\\Seen) INTERNALDATE "then" BODY[] {%d}\r\n%s)\r\n' % (len(big), big)
    with Line(told + answer(2, b"small", 0) + told + b"W1 OK\r\n") as line:
        found = fetch.messages(line.session, fetch.ask_bodies(line.session, [1, 2]), len(big))
        first = next(found)
        assert isinstance(first, fetch.Streamed)
        assert (first.uid, first.size, first.flags, first.date) == (1, len(big), b"\\Seen", b"then")
        pieces = list(first.chunks)
        assert len(pieces) > 1
        assert b"".join(pieces) == big
        second = next(found)
        assert isinstance(second, fetch.Body)
        third = next(found)  # one that nobody takes is passed over
        assert isinstance(third, fetch.Streamed)
        assert list(found) == []


def test_a_big_message_that_says_who_it_is_too_late_goes_by() -> None:
    big = b"z" * fetch.BIG
    late = b"* 3 FETCH (FLAGS () BODY[] {%d}\r\n%s UID 7)\r\n" % (len(big), big)
    with Line(late + b"W1 OK\r\n") as line:
        assert list(fetch.messages(line.session, fetch.ask_bodies(line.session, [7]), len(big))) == [fetch.Passed(7)]
    with Line(late + b"W1 OK\r\n") as line, pytest.raises(errors.BrokenProtocol):
        list(fetch.messages(line.session, fetch.ask_bodies(line.session, [7]), len(big) - 1))


def test_folders_are_opened_for_reading_only_and_odd_names_wait_where_they_must() -> None:
    with Line(capabilities=()) as line:
        fetch.examine(line.session, b'a "b"')
        assert line.heard == b'W1 EXAMINE "a \\"b\\""\r\n'
        assert [fetch.needs_go_ahead(line.session, name) for name in (b"a", b"\xe9")] == [False, True]
    with Line() as line:
        assert not fetch.needs_go_ahead(line.session, b"\xe9")
