from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.demo.imapd.commands import BadCommand, Command, Literal, date_time, numbers, pattern, read_command


def read(data: bytes) -> Command | None:
    stream = io.BytesIO(data)
    return read_command(stream.readline, stream.read, lambda: None)


def test_a_command_is_taken_apart() -> None:
    command = read(b'a1 uid fetch 1:*,7 (FLAGS BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)]<0.9>) "q \\"x\\" \\\\"\r\n')
    assert command is not None
    assert (command.tag, command.name) == (b"a1", "UID FETCH")
    assert command.args == [b"1:*,7", [b"FLAGS", b"BODY.PEEK[HEADER.FIELDS (MESSAGE-ID DATE)]<0.9>"], b'q "x" \\']


def test_literals_are_read_with_and_without_asking() -> None:
    asked: list[int] = []
    stream = io.BytesIO(b"a APPEND x (\\Seen) {3}\r\nA\r\n (\\Draft) {2+}\r\n)(\r\nb NOOP\r\n")
    command = read_command(stream.readline, stream.read, lambda: asked.append(1))
    assert command is not None
    assert command.args == [b"x", [b"\\Seen"], b"A\r\n", [b"\\Draft"], b")("]
    assert [type(a) for a in command.args if isinstance(a, bytes)][1:] == [Literal, Literal]
    assert len(asked) == 1
    assert stream.read() == b"b NOOP\r\n"


def test_the_end_of_the_stream_is_no_command() -> None:
    assert read(b"") is None


@pytest.mark.parametrize("line", [b"\r\n", b"a\r\n", b"a (x\r\n", b"a x)\r\n", b'a x "y\r\n', b'"a" x\r\n'])
def test_what_is_no_command_is_refused_under_its_tag(line: bytes) -> None:
    with pytest.raises(BadCommand) as caught:
        read(line)
    assert caught.value.tag == (line.split(b" ")[0].strip() or b"*")


@given(st.binary(max_size=200))
def test_any_line_gives_a_command_or_a_refusal(data: bytes) -> None:
    try:
        command = read(data.replace(b"{", b"") + b"\r\n")
    except BadCommand:
        return
    assert command is None or command.tag


def test_sets_name_what_is_there() -> None:
    assert numbers(b"2:4,9", [1, 3, 4, 9]) == [3, 4, 9]
    assert numbers(b"12:*", [3, 9]) == [9]
    assert numbers(b"*", []) == []
    with pytest.raises(BadCommand):
        numbers(b"1:a", [1])


def test_dates_keep_their_zone() -> None:
    assert date_time(b" 7-Feb-2020 08:09:10 -0330").isoformat() == "2020-02-07T08:09:10-03:30"
    for wrong in (b"32-Feb-2020 08:09:10 +0000", b"yesterday", b"07-Foo-2020 08:09:10 +0000"):
        with pytest.raises(BadCommand):
            date_time(wrong)


def test_wildcards_stop_where_they_must() -> None:
    assert pattern(b"", b"%", b".").fullmatch(b"Sent")
    assert not pattern(b"", b"%", b".").fullmatch(b"INBOX.Sent")
    assert pattern(b"INBOX.", b"*t", b".").fullmatch(b"INBOX.a.Sent")
