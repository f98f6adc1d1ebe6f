"""Flags and dates: whatever a source says, only sound bytes reach a command line."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.net.attributes import (
    SYSTEM_FLAGS,
    formatted,
    guessed_date,
    is_doubtful,
    parsed,
    readable_date,
    storable_flags,
)

SOUND_FLAG = re.compile(rb"\\(?:Seen|Answered|Flagged|Deleted|Draft)|[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,100}")
SOUND_DATE = re.compile(rb"[ 0-3]\d-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-\d{4} \d\d:\d\d:\d\d [+-]\d{4}")
FLAG_WORDS = st.sampled_from(
    [
        b"\\Seen",
        b"\\SEEN",
        b"\\recent",
        b"$Forwarded",
        b"a)b",
        b'a"b',
        b"a\0b",
        b"{5}",
        b"a%b",
        b"\\*",
        b"\\Odd",
        b"x" * 101,
        b"\xc3\xa9",
        b"(",
        b"NIL",
    ]
)
ANY_FLAGS = st.one_of(st.binary(max_size=60), st.lists(FLAG_WORDS, max_size=12).map(b" ".join))


# --- flags


@given(ANY_FLAGS, st.one_of(st.none(), st.frozensets(st.sampled_from([b"\\*", b"\\seen", b"$forwarded", b"nil"]))))
@example(b"a\r\nW9 DELETE INBOX", None)
def test_only_sound_flags_are_stored(raw: bytes, permanent: frozenset[bytes] | None) -> None:
    kept, dropped = storable_flags(raw, permanent)
    words = kept.split(b" ") if kept else []
    assert all(SOUND_FLAG.fullmatch(word) for word in words)
    assert len({word.lower() for word in words}) == len(words)
    assert storable_flags(kept, permanent) == (kept, ())
    assert all(flag in raw for flag in dropped)
    every = [flag.lower() for flag in raw.split() if flag.lower() != b"\\recent"]
    assert set(every) == {word.lower() for word in words} | {flag.lower() for flag in dropped}


@given(st.permutations([b"\\Seen", b"$Junk", b"\\Draft", b"Work"]))
def test_the_order_is_always_the_same(flags: list[bytes]) -> None:
    assert storable_flags(b" ".join(flags)) == (b"$Junk \\Draft \\Seen Work", ())


def test_keywords_that_the_destination_does_not_keep_are_dropped_and_system_flags_never() -> None:
    assert storable_flags(b"\\Seen Work Play", frozenset({b"\\seen", b"work"})) == (b"\\Seen Work", (b"Play",))
    assert storable_flags(b"\\Seen Work Play", frozenset({b"\\*"})) == (b"\\Seen Play Work", ())
    assert storable_flags(b" ".join(SYSTEM_FLAGS), frozenset())[1] == ()


def test_the_number_of_keywords_is_bounded() -> None:
    kept, dropped = storable_flags(b" ".join(b"k%d" % i for i in range(100)))
    assert (len(kept.split()), len(dropped)) == (60, 40)


# --- dates


@given(st.one_of(st.binary(max_size=40), st.from_regex(rb" ?\d{1,2}-[A-Za-z]{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4}", fullmatch=True)))
@example(b"01-Jan-2020 00:00:00 +0000\n")
@example(b'01-Jan-2020 00:00:00 +0000"')
@example(b"29-Feb-2021 00:00:00 +0000")
@example(b"31-Dec-0000 23:59:59 -2359")
@example(b"31-Dec-9999 23:59:59 -2359")
@example(b"01-Jan-2020 00:00:60 +0000")
@example("١1-Jan-2020 00:00:00 +0000".encode())
def test_only_sound_dates_are_stored(raw: bytes) -> None:
    date = readable_date(raw)
    assert date == b"" or SOUND_DATE.fullmatch(date)
    assert readable_date(date) == date
    is_doubtful(date)


@given(st.integers(86_400, 4_102_300_000), st.integers(-14 * 60, 14 * 60))
def test_a_date_comes_back_as_the_same_moment_in_the_same_zone(seconds: int, minutes: int) -> None:
    when = dt.datetime.fromtimestamp(seconds, dt.timezone(dt.timedelta(minutes=minutes)))
    raw = formatted(when)
    assert readable_date(raw) == raw
    assert readable_date(raw.lstrip()) == raw
    back = parsed(raw)
    assert back == when
    assert back is not None
    assert back.utcoffset() == when.utcoffset()


@pytest.mark.parametrize(
    ("raw", "right"),
    [
        (b"5-jan-2020 01:02:03 +0300", b" 5-Jan-2020 01:02:03 +0300"),
        (b"05-JAN-2020 01:02:03 -0000", b" 5-Jan-2020 01:02:03 -0000"),
        (b"00-Jan-2020 01:02:03 +0000", b""),
        (b"1-Jan-2020 24:02:03 +0000", b""),
        (b"1-Jan-2020 01:02:61 +0000", b""),
        (b"1-Jan-2020 01:02:03 +0060", b""),
        (b"1-Jan-2020 01:02:03 +2400", b""),
        (b"1-Foo-2020 01:02:03 +0000", b""),
        (b"1-Jan-20 01:02:03 +0000", b""),
        (b"Mon, 1 Jan 2020 01:02:03 +0000", b""),
        (b"07-Feb-2106 06:28:15 +0000", b"31-Dec-1969 23:59:59 +0000"),  # one second before 1970 in 32 bits
        (b" 1-Jan-2200 00:00:00 +0000", b" 1-Jan-2200 00:00:00 +0000"),
    ],
)
def test_some_dates(raw: bytes, right: bytes) -> None:
    assert readable_date(raw) == right


def test_which_dates_servers_may_refuse() -> None:
    assert [is_doubtful(b"31-Dec-%d 00:00:00 +0000" % year) for year in (1969, 1970, 2037, 2038)] == [True, False, False, True]
    assert not is_doubtful(b"")


def test_no_date_is_no_moment() -> None:
    assert parsed(b"yesterday") is None
    assert parsed(b"31-Feb-2020 00:00:00 +0000") is None


@pytest.mark.parametrize(
    ("header", "right"),
    [
        (
            b"Received: from a by b;\r\n\tTue, 3 Mar 2020 10:00:00 +0300\r\nReceived: from c; Mon, 2 Mar 2020 09:00:00 +0000\r\n",
            b" 3-Mar-2020 10:00:00 +0300",
        ),
        (b"Received: without a date\r\nDate: Sun, 1 Mar 2020 08:00:00 -0500 (EST)\r\n", b" 1-Mar-2020 08:00:00 -0500"),
        (b"Received: from a; rubbish\r\ndate : Sun, 1 Mar 2020 08:00:00\r\n", b" 1-Mar-2020 08:00:00 +0000"),
        (b"Date: Sun, 1 Mar 2020 08:00:00 -0000\r\n", b" 1-Mar-2020 08:00:00 +0000"),
        (b"Date: 99 Foo 99999999999999999999\r\n", b""),
        (b"Subject: Date: Sun, 1 Mar 2020 08:00:00 +0000\r\n", b""),
        (b"", b""),
    ],
)
def test_a_date_is_guessed_from_the_mail_itself(header: bytes, right: bytes) -> None:
    assert guessed_date(header) == right


@given(
    st.one_of(
        st.binary(max_size=200),
        st.text(max_size=60).map(lambda t: f"Date: {t}\r\n".encode()),
        st.text("0123456789 :+-JanMo,", max_size=40).map(lambda t: f"Date: {t}\r\n".encode()),
    )
)
@example(b"Date: Sun, 1 Mar 20201 08:00:00 +0000")
@example(b"Date: Sun, 1 Mar 2020 08:00:00 +9999")
@example(b"Date: Sun, 1 Mar 2020 08:00:00 +003015")
@example(b"Date: Sun, 1 Mar 0001 08:00:00 +0000")
def test_a_guessed_date_is_sound_or_none(header: bytes) -> None:
    guess = guessed_date(header)
    assert guess == b"" or SOUND_DATE.fullmatch(guess)
    assert guess == b"" or readable_date(guess)
