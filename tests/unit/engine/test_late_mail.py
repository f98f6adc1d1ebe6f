"""Whose mail it is that still reaches the old server: a header field that anyone may have written."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.late_mail import LONGEST_ADDRESS, _arrived, sender_of
from tests.unit.net.other_end import Line


@pytest.mark.parametrize(
    ("header", "sender"),
    [
        (b"From: Jane <Jane@Example.co.ke>\r\n\r\n", "jane@example.co.ke"),
        (b'X: 1\r\nfrom: "a, b"\r\n <x@y.example>\r\nTo: z@z.example\r\n', "x@y.example"),
        (b"From: \xff\xfe <a@b.example>\r\n", "a@b.example"),
        (b"From: nobody\r\n", ""),
        (b"To: a@b.example\r\n", ""),
        (b"From: a@b@c.example\r\n", ""),
        (b"From: " + b"x" * 300 + b"@b.example\r\n", ""),
        (b"", ""),
    ],
)
def test_the_address_of_the_sender(header: bytes, sender: str) -> None:
    assert sender_of(header) == sender


@given(st.binary(max_size=400))
def test_no_header_ends_it_and_what_comes_out_is_plain(rest: bytes) -> None:
    found = sender_of(b"From: " + rest)
    assert found == "" or (found.isprintable() and found.count("@") == 1 and len(found) <= LONGEST_ADDRESS)


@pytest.mark.parametrize("numbers", [b"9" * 5000, b"99999999999 1"])
def test_uids_that_cannot_be_are_not_asked_for(numbers: bytes) -> None:
    with Line(b"W1 OK [READ-ONLY] open\r\n* SEARCH " + numbers + b"\r\nW2 OK done\r\n") as line:
        assert _arrived(line.session, dt.datetime(2026, 11, 24, tzinfo=dt.UTC)) == {}
