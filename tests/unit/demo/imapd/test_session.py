"""The embedded server as the standard library's client sees it, over TLS."""

from __future__ import annotations

import datetime as dt
import imaplib
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.imapd.accounts import Account, Accounts
from mailsafi_wizard.demo.imapd.server import ImapServer

USER, PASSWORD = "amina@example.co.ke", 'Mvua, "jua" § 1'
BODY = b"Message-ID: <1@x>\r\nSubject: a\r\n b\r\nTo: c\r\n\r\ntext\r\n"
WHEN = dt.datetime(2019, 4, 5, 6, 7, 8, tzinfo=dt.timezone(dt.timedelta(hours=3)))


@pytest.fixture(scope="module")
def context(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, Path]:
    certificate = Authority(tmp_path_factory.mktemp("tls")).issue()
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(certificate.chain, certificate.key)
    return server, certificate.ca_file


@pytest.fixture
def accounts() -> Accounts:
    return Accounts(".", "INBOX.", {"Sent": "\\Sent", "Junk": "\\Junk"})


@pytest.fixture
def account(accounts: Accounts) -> Account:
    return accounts.add(USER, PASSWORD)


@pytest.fixture
def server(accounts: Accounts, context: tuple[ssl.SSLContext, Path]) -> Iterator[ImapServer]:
    running = ImapServer(accounts, context[0])
    yield running
    running.stop()


@pytest.fixture
def connect(server: ImapServer, context: tuple[ssl.SSLContext, Path]) -> imaplib.IMAP4_SSL:
    return imaplib.IMAP4_SSL("localhost", server.port, ssl_context=ssl.create_default_context(cafile=str(context[1])), timeout=10)


@pytest.fixture
def client(connect: imaplib.IMAP4_SSL, account: Account) -> Iterator[imaplib.IMAP4_SSL]:
    connect.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
    yield connect
    connect.logout()


def raw(client: imaplib.IMAP4, line: bytes) -> list[bytes]:
    """All lines of the answer to a command sent as it stands."""
    client.send(b"T1 " + line + b"\r\n")
    lines = [client.readline()]
    while not lines[-1].startswith(b"T1 "):
        assert lines[-1], "the server hung up"
        lines.append(client.readline())
    return [each.rstrip(b"\r\n") for each in lines]


def test_a_wrong_password_is_refused_and_the_right_one_not(connect: imaplib.IMAP4_SSL, account: Account) -> None:
    with pytest.raises(imaplib.IMAP4.error, match="AUTHENTICATIONFAILED"):
        connect.login(USER, "wrong")
    assert raw(connect, b'LIST "" *') == [b"T1 BAD sign in first"]
    assert connect.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())[0] == "OK"
    connect.logout()


def test_folders_are_listed_with_use_and_children(client: imaplib.IMAP4_SSL) -> None:
    assert client.namespace()[1] == [b'(("INBOX." ".")) NIL NIL']
    client.create('"INBOX.&BkEGSAYnBioGSgYx-.2024"')
    assert client.list()[1] == [
        b'(\\HasChildren) "." "INBOX"',
        b'(\\HasChildren \\Noselect) "." "INBOX.&BkEGSAYnBioGSgYx-"',
        b'(\\HasNoChildren) "." "INBOX.&BkEGSAYnBioGSgYx-.2024"',
        b'(\\HasNoChildren \\Junk) "." "INBOX.Junk"',
        b'(\\HasNoChildren \\Sent) "." "INBOX.Sent"',
    ]
    assert client.list('""', "%")[1] == [b'(\\HasChildren) "." "INBOX"']
    assert client.list('""', '""')[1] == [b'(\\Noselect) "." ""']


def test_folders_come_go_and_are_subscribed(client: imaplib.IMAP4_SSL) -> None:
    assert client.create("INBOX.New")[0] == "OK"
    assert client.create("INBOX.New") == ("NO", [b"[ALREADYEXISTS] it is there already"])
    assert client.subscribe("INBOX.New")[0] == "OK"
    assert b'(\\HasNoChildren) "." "INBOX.New"' in client.lsub()[1]
    client.unsubscribe("INBOX.New")
    assert b'(\\HasNoChildren) "." "INBOX.New"' not in client.lsub()[1]
    assert client.delete("INBOX.New")[0] == "OK"
    assert client.status("INBOX.New", "(MESSAGES)")[0] == "NO"


def test_what_is_appended_is_kept_to_the_byte(client: imaplib.IMAP4_SSL, account: Account) -> None:
    odd = bytes(range(1, 256)) + b"\r\n(\r\n{3}\r\n"
    raw(client, b'APPEND INBOX (\\seen Muhimu) "05-Apr-2019 06:07:08 +0300" {%d+}\r\n' % len(odd) + odd)
    client.select(readonly=True)
    answer = client.uid("FETCH", "1:*", "(FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")[1]
    assert isinstance(answer[0], tuple)
    assert answer[0][1] == odd
    assert b"FLAGS (Muhimu \\Seen)" in answer[0][0]
    assert b'INTERNALDATE "05-Apr-2019 06:07:08 +0300"' in answer[0][0]
    assert b"RFC822.SIZE %d" % len(odd) in answer[0][0]
    assert account.folders[b"INBOX"].messages[1].date == WHEN


def test_several_messages_in_one_append_get_their_uids(client: imaplib.IMAP4_SSL, account: Account) -> None:
    answer = raw(client, b"APPEND INBOX (\\Draft) {1+}\r\na {1+}\r\nb () {1+}\r\nc")
    assert answer == [b"T1 OK [APPENDUID %d 1:3] Stored" % account.folders[b"INBOX"].uidvalidity]
    assert [m.body for m in account.folders[b"INBOX"].messages.values()] == [b"a", b"b", b"c"]


def test_a_refused_append_stores_nothing_and_reads_no_mail_as_commands(client: imaplib.IMAP4_SSL, account: Account) -> None:
    assert raw(client, b"APPEND None {9+}\r\nX1 LOGOUT")[0].startswith(b"T1 NO [TRYCREATE]")
    assert raw(client, b"APPEND INBOX (\\Recent) {9+}\r\nX1 LOGOUT")[0].startswith(b"T1 BAD")
    assert raw(client, b'APPEND INBOX "32-Jan-2020 00:00:00 +0000" {9+}\r\nX1 LOGOUT')[0].startswith(b"T1 BAD")
    assert raw(client, b"APPEND INBOX {9+}\r\nX1 LOGOUT (bad")[0].startswith(b"T1 BAD")
    assert not account.folders[b"INBOX"].messages


def test_pipelined_commands_are_answered_in_order(client: imaplib.IMAP4_SSL) -> None:
    client.send(b"".join(b"P%d NOOP\r\n" % i for i in range(50)))
    assert [client.readline() for _ in range(50)] == [b"P%d OK Noop done\r\n" % i for i in range(50)]


def test_examine_changes_nothing(client: imaplib.IMAP4_SSL, account: Account) -> None:
    account.folders[b"INBOX"].add((), WHEN, BODY)
    client.select(readonly=True)
    assert client.response("PERMANENTFLAGS")[1] == [b"()"]
    client.fetch("1", "(BODY[])")
    assert client.store("1", "+FLAGS", "\\Seen")[0] == "NO"
    client.close()
    assert account.folders[b"INBOX"].messages[1].flags == frozenset()


def test_reading_marks_as_seen_only_where_it_should(client: imaplib.IMAP4_SSL, account: Account) -> None:
    account.folders[b"INBOX"].add(("Muhimu",), WHEN, BODY)
    client.select()
    assert client.response("PERMANENTFLAGS")[1] == [b"(\\Answered \\Flagged \\Deleted \\Seen \\Draft Muhimu \\*)"]
    client.fetch("1", "(BODY.PEEK[] RFC822.HEADER)")
    assert account.folders[b"INBOX"].messages[1].flags == {"Muhimu"}
    client.fetch("1", "(BODY[TEXT])")
    assert account.folders[b"INBOX"].messages[1].flags == {"Muhimu", "\\Seen"}


@pytest.mark.parametrize(
    ("item", "expected"),
    [
        (b"BODY.PEEK[HEADER.FIELDS (Subject MESSAGE-ID)]", b"Message-ID: <1@x>\r\nSubject: a\r\n b\r\n\r\n"),
        (b"BODY.PEEK[HEADER]", b"Message-ID: <1@x>\r\nSubject: a\r\n b\r\nTo: c\r\n\r\n"),
        (b"BODY.PEEK[TEXT]", b"text\r\n"),
        (b"BODY.PEEK[]<12.5>", b"<1@x>"),
        (b"RFC822", BODY),
    ],
)
def test_parts_of_a_message_are_given(client: imaplib.IMAP4_SSL, account: Account, item: bytes, expected: bytes) -> None:
    account.folders[b"INBOX"].add((), WHEN, BODY)
    client.select(readonly=True)
    answer = b"\r\n".join(raw(client, b"UID FETCH 1 (" + item + b")"))
    assert b"{%d}\r\n%s" % (len(expected), expected) in answer


def test_what_others_do_is_told(client: imaplib.IMAP4_SSL, account: Account) -> None:
    inbox = account.folders[b"INBOX"]
    for _ in range(3):
        inbox.add((), WHEN, BODY)
    client.select()
    inbox.add((), WHEN, BODY)
    del inbox.messages[2]
    assert raw(client, b"NOOP") == [b"* 2 EXPUNGE", b"* 3 EXISTS", b"T1 OK Noop done"]
    assert raw(client, b"FETCH 2 UID") == [b"* 2 FETCH (UID 3)", b"T1 OK Fetch done"]


def test_flags_are_stored_and_messages_removed(client: imaplib.IMAP4_SSL, account: Account) -> None:
    for _ in range(3):
        account.folders[b"INBOX"].add(("\\Seen",), WHEN, BODY)
    client.select()
    assert raw(client, b"UID STORE 2 +FLAGS (\\Deleted Moja)")[0] == b"* 2 FETCH (UID 2 FLAGS (Moja \\Deleted \\Seen))"
    assert raw(client, b"STORE 1 FLAGS.SILENT ()") == [b"T1 OK Store done"]
    assert raw(client, b"UID EXPUNGE 1:2")[0] == b"* 2 EXPUNGE"
    assert {uid: set(m.flags) for uid, m in account.folders[b"INBOX"].messages.items()} == {1: set(), 3: {"\\Seen"}}


def test_copies_and_searches(client: imaplib.IMAP4_SSL, account: Account) -> None:
    account.folders[b"INBOX"].add(("\\Seen",), WHEN, BODY)
    account.folders[b"INBOX"].add((), WHEN, BODY.replace(b"1@x", b"2@x") + b"more")
    client.select()
    assert raw(client, b"UID COPY 1:* INBOX.Sent")[0].startswith(b"T1 OK [COPYUID ")
    assert raw(client, b'UID SEARCH HEADER Message-ID "<2@X>"')[0] == b"* SEARCH 2"
    assert raw(client, b"SEARCH UNSEEN UID 1:5 LARGER 3")[0] == b"* SEARCH 2"
    assert raw(client, b"SEARCH FROM x")[0].startswith(b"T1 BAD")
    assert len(account.folders[b"INBOX.Sent"].messages) == 2


def test_quota_and_status_are_told(client: imaplib.IMAP4_SSL, account: Account) -> None:
    account.folders[b"INBOX"].add((), WHEN, b"x" * 3000)
    assert raw(client, b"GETQUOTAROOT INBOX")[1].startswith(b'* QUOTA "mailbox" (STORAGE 2 ')
    assert client.status("INBOX", "(MESSAGES UIDNEXT UNSEEN)")[1] == [b'"INBOX" (MESSAGES 1 UIDNEXT 2 UNSEEN 1)']


def test_what_has_no_room_is_refused_and_not_stored(client: imaplib.IMAP4_SSL, account: Account) -> None:
    account.quota, account.largest = 1, 600
    assert client.append("INBOX", "", None, b"a" * 500)[0] == "OK"
    assert client.append("INBOX", "", None, b"b" * 601)[1][0].startswith(b"[TOOBIG]")
    assert client.append("INBOX", "", None, b"c" * 590)[1][0].startswith(b"[OVERQUOTA]")
    assert len(account.folders[b"INBOX"].messages) == 1
    assert b'"mailbox" (STORAGE 0 1)' in client.getquotaroot("INBOX")[1][1][0]


def test_stopping_ends_connections_and_threads(server: ImapServer, connect: imaplib.IMAP4_SSL) -> None:
    server.stop()
    with pytest.raises((ssl.SSLError, ConnectionError, imaplib.IMAP4.abort)):
        connect.noop()
    connect.shutdown()
    assert not [t for t in threading.enumerate() if t.name.startswith(f"imap-{server.port}")]
