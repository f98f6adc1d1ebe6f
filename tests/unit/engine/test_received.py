"""To which addresses mail was sent: found in ordinary headers, and hostile ones do no harm."""

from __future__ import annotations

from hypothesis import example, given
from hypothesis import strategies as st

from mailsafi_wizard.engine.received import LONGEST_FIELD, MOST_ADDRESSES, MOST_FIELDS, addresses, counted

OURS = ("example.co.ke", "example.com")


def test_every_field_that_names_a_receiver_is_read() -> None:
    header = (
        b'To: "Hassan, Amina" <Amina@Example.co.ke>,\r\n\tGroup: a@example.com, "b c"@example.com;, else@elsewhere.example\r\n'
        b"Cc: =?utf-8?q?x?= <sales+2026@example.co.ke> (at example)\r\n"
        b"delivered-to: info@example.co.ke\r\nX-Original-To: alias@example.com\r\nFrom: boss@example.com\r\n\r\n"
    )
    assert addresses(header, OURS) == {
        "amina@example.co.ke",
        "a@example.com",
        "sales@example.co.ke",
        "info@example.co.ke",
        "alias@example.com",
    }


def test_a_name_that_looks_like_an_address_is_none() -> None:
    assert addresses(b'To: "info@example.com" <x@elsewhere.example>\r\n\r\n', OURS) == set()
    assert addresses(b"To: x@sub.example.com, y@notexample.com\r\n\r\n", OURS) == set()


PIECES = st.sampled_from([
    b"To: ", b"Cc:", b"\r\n", b"\r\n ", b"\n\t", b"a@example.com", b"<", b">", b"(", b")", b'"', b"\\", b",", b";", b":", b"@", b"\0", b"\xff", b"=?utf-8?b?",
    "é".encode(), b"[", b"]", b"example.com", b"+", b"..", b"(" * 50, b"undisclosed-recipients:;",
])  # fmt: skip


@given(st.one_of(st.binary(max_size=200), st.lists(PIECES, max_size=40).map(b"".join)))
@example(b"To: " + b"(" * 3000 + b"a@example.com")
@example(b"To: " + b"((((((((((" + b"a@example.com")
@example(b"To: a@example.com\xff@example.com")
def test_any_header_gives_addresses_that_can_be_shown(header: bytes) -> None:
    for address in addresses(header, OURS):
        local, _, domain = address.rpartition("@")
        assert domain in OURS
        assert 1 <= len(local) <= 64
        assert address.isprintable()
        assert not set(address) & set(' <>"(),:;\\')


def test_a_field_and_a_message_and_a_mailbox_are_read_only_so_far() -> None:
    late = b"To: " + b"x@elsewhere.example, " * (LONGEST_FIELD // 20) + b"late@example.com\r\n\r\n"
    assert addresses(late, OURS) == set()
    many = b"".join(b"To: a%d@example.com\r\n" % n for n in range(50))
    assert len(addresses(many, OURS)) == MOST_FIELDS
    found = counted((b"To: a%d@example.com\r\nCc: often@example.com\r\n" % n for n in range(5000)), OURS)
    assert len(found) == MOST_ADDRESSES
    assert found[0] == ("often@example.com", 5000)
