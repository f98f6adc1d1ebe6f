"""Which programs people write with, at real servers: the newest sent messages alone, header fields alone, and nothing touched."""

from __future__ import annotations

import datetime as dt

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine import programs
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.model import Endpoint, Mailbox, Program, Secret, SignIn
from mailsafi_wizard.net.wire import Trust
from tests.servers.company import put
from tests.servers.cyrus import Cyrus
from tests.servers.dovecot import Dovecot
from tests.servers.oracle import snapshot

BEGIN = dt.datetime(2026, 11, 1, 9, tzinfo=dt.UTC)


def letter(number: int, mailer: str, folder: str = "Sent") -> Letter:
    head = f"Message-ID: <{number}@example.net>\r\n{mailer}\r\nSubject: X-Mailer: iPhone Mail\r\n"
    body = "\r\nX-Mailer: iPhone Mail (in the text)\r\n"
    return Letter((folder,), (), BEGIN + dt.timedelta(minutes=number), (head + body).encode())


def look(server: Dovecot | Cyrus, user: str) -> dict[Program, int]:
    endpoint, who = Endpoint("localhost", server.tls_port), SignIn(user, Secret(server.password_of(user)))
    return programs.look(Job(Mailbox(user, user, user, 1), endpoint, who, endpoint, who, Trust(server.ca_file)), Control())


def shown(server: Dovecot | Cyrus, user: str) -> object:
    return snapshot("localhost", server.tls_port, user, server.password_of(user), server.ca_file)


def test_the_newest_count_and_nothing_is_touched(source_server: Dovecot, user: str) -> None:
    old = [letter(n, "X-Mailer: Microsoft Outlook 16.0") for n in range(30)]
    new = [letter(40 + n, "User-Agent: Mozilla Thunderbird") for n in range(50)]
    put(source_server, user, [*old, *new, letter(200, "X-Mailer: Apple Mail (2)", "INBOX"), letter(201, "Subject: no program")])
    before = shown(source_server, user)
    assert look(source_server, user) == {Program.THUNDERBIRD: 50, Program.OUTLOOK: programs.NEWEST - 51}
    assert shown(source_server, user) == before


def test_a_mailbox_without_sent_mail_tells_nothing(source_server: Dovecot, user: str) -> None:
    put(source_server, user, [letter(1, "X-Mailer: Apple Mail (2)", "INBOX")])
    assert look(source_server, user) == {}
