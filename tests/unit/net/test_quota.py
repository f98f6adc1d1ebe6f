"""How much the destination takes: quotas (RFC 9208) and the largest message (RFC 7889), as servers tell them or fail to."""

from __future__ import annotations

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.net.quota import UNIT, Quota, append_limit, quota
from tests.unit.net.other_end import Line


@pytest.mark.parametrize(
    ("capability", "said", "limit"),
    [
        ("APPENDLIMIT=35651584", b"", 35651584),
        ("APPENDLIMIT", b"* STATUS INBOX (APPENDLIMIT 257890)\r\nW1 OK done\r\n", 257890),
        ("APPENDLIMIT", b'* STATUS "INBOX" (APPENDLIMIT NIL)\r\nW1 OK done\r\n', None),
        ("APPENDLIMIT", b"W1 BAD what\r\n", None),
        ("APPENDLIMIT", b"* STATUS INBOX (MESSAGES 3)\r\nW1 OK done\r\n", None),
        ("APPENDLIMIT=", b"", None),
        ("APPENDLIMIT=-1", b"", None),
        ("APPENDLIMIT=²", b"", None),
        ("APPENDLIMIT=" + "9" * 5000, b"", None),
        ("UIDPLUS", b"", None),
    ],
)
def test_the_limit_is_read_where_it_is_told(capability: str, said: bytes, limit: int | None) -> None:
    with Line(said, capabilities=("IMAP4REV1", capability)) as line:
        assert append_limit(line.session) == limit


@pytest.mark.parametrize(
    ("said", "found"),
    [
        (b'* QUOTAROOT INBOX "User quota"\r\n* QUOTA "User quota" (STORAGE 10 512)\r\n', Quota(10 * UNIT, 512 * UNIT)),
        (b"* QUOTA a (STORAGE 1 900 MESSAGE 5 7)\r\n* QUOTA b (STORAGE 8 9)\r\n", Quota(8 * UNIT, 9 * UNIT, 5, 7)),
        (b"* QUOTA a (MESSAGE 5 7)\r\n", Quota(messages_used=5, messages_limit=7)),
        (b'* QUOTAROOT INBOX\r\n* QUOTA "" ()\r\n* QUOTA {1}\r\na (STORAGE 1 2)\r\n', Quota(UNIT, 2 * UNIT)),
        (b"* QUOTA a (STORAGE x 2)\r\n* QUOTA a (STORAGE 1)\r\n* QUOTA a\r\n* QUOTA\r\n* QUOTA a NIL\r\n", Quota()),
    ],
)
def test_the_narrowest_quota_counts(said: bytes, found: Quota) -> None:
    with Line(said + b"W1 OK done\r\n", capabilities=("IMAP4REV1", "QUOTA")) as line:
        assert quota(line.session) == found


def test_without_quotas_none_are_asked_for_and_a_refusal_is_none() -> None:
    with Line(b"") as line:
        assert quota(line.session) == Quota()
    for answer in (b"W1 NO [NOPERM] no\r\n", b"W1 BAD no\r\n", b"W1 NO [UNAVAILABLE] later\r\n"):
        with Line(answer, capabilities=("IMAP4REV1", "QUOTA=RES-STORAGE")) as line:
            assert quota(line.session) == Quota()


@given(st.binary(max_size=60))
@example(b"a (STORAGE 99999999999999999999999 1)")
@example(b"a ((((((")
def test_whatever_stands_in_a_quota_reply_there_is_an_answer(text: bytes) -> None:
    with Line(b"* QUOTA " + text + b"\r\nW1 OK done\r\n", capabilities=("IMAP4REV1", "QUOTA")) as line:
        try:
            found = quota(line.session)
        except errors.MigrationError:
            return  # the line ends inside, or the text holds other replies
        assert found.limit is None or found.limit >= 0
