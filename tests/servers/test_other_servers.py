"""Cyrus and Courier run from where they were unpacked, hold what is put into them and show it to the oracle."""

from __future__ import annotations

import imaplib
from collections.abc import Callable

import pytest

from tests.servers.company import fill, sign_in
from tests.servers.courier import Courier
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.oracle import compare, snapshot


def same_mail(one: Cyrus | Courier, dovecot: Dovecot, user: str, count: int) -> list[str]:
    """What ``one`` lacks of the letters that were put into it and into a Dovecot; empty folders do not count."""
    assert fill(one, user, count, 3, odd=False) == fill(dovecot, user, count, 3, odd=False)
    here = snapshot("localhost", one.tls_port, user, one.password_of(user), one.ca_file)
    there = snapshot("localhost", dovecot.tls_port, user, dovecot.password_of(user), dovecot.ca_file)
    assert here.messages == count
    return [line for line in compare(there, here) if not line.endswith("is missing (0 messages)")]


def test_cyrus_holds_the_same_as_dovecot(cyrus: Cyrus, destination_server: Dovecot, user: str) -> None:
    assert same_mail(cyrus, destination_server, user, 60) == []


def test_cyrus_can_be_another(make_cyrus: Callable[..., Cyrus], user: str) -> None:
    server = make_cyrus(separator="/", prefix=False, drop_capabilities=("LITERAL+", "MULTIAPPEND"))
    with pytest.raises(imaplib.IMAP4.error):
        sign_in(server, user, "wrong")
    client = sign_in(server, user)
    words = client.capability()[1][0].split()
    assert b"UIDPLUS" in words
    assert not {b"LITERAL+", b"MULTIAPPEND"} & set(words)
    assert client.namespace()[1][0].startswith(b'(("" "/"))')
    client.create('"Neu"')
    assert b'(\\HasNoChildren) "/" Neu' in client.list()[1]
    assert b'(\\HasNoChildren \\sent) "/" Sent' in client.list('""', '"*" RETURN (SPECIAL-USE)')[1]
    client.logout()


def test_cyrus_has_a_quota(make_cyrus: Callable[..., Cyrus], user: str) -> None:
    client = sign_in(make_cyrus(quota_kib=100), user)
    assert client.append("INBOX", "", "", b"Subject: a\r\n\r\n" + b"x" * 50_000)[0] == "OK"
    assert client.append("INBOX", "", "", b"Subject: a\r\n\r\n" + b"x" * 90_000) == ("NO", [b"Over quota"])
    client.logout()


def test_courier_holds_the_same_as_dovecot(courier: Courier, destination_server: Dovecot, user: str) -> None:
    assert same_mail(courier, destination_server, user, 60) == []


def test_courier_has_its_own_ways(courier: Courier, user: str) -> None:
    with pytest.raises(imaplib.IMAP4.error):
        sign_in(courier, user, "wrong")
    client = sign_in(courier, user)
    words = client.capability()[1][0].split()
    assert b"UIDPLUS" in words
    assert not {b"LITERAL+", b"MULTIAPPEND", b"SPECIAL-USE"} & set(words)
    assert client.namespace()[1][0].startswith(b'(("INBOX." "."))')
    assert client.create("Outside")[0] == "NO"
    client.logout()
