"""Mail that reaches the old server after the change, at a real one: found by date, senders named, nothing touched."""

from __future__ import annotations

import datetime as dt

from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine import late_mail
from tests.servers.company import put
from tests.servers.dovecot import Dovecot
from tests.servers.oracle import snapshot
from tests.servers.test_census import job

CHANGED = dt.datetime(2026, 11, 20, 12, tzinfo=dt.UTC)


def letter(number: int, sender: str, date: dt.datetime) -> Letter:
    return Letter(("INBOX",), (), date, f"Message-ID: <{number}@x>\r\nFrom: {sender}\r\n\r\ntext\r\n".encode())


def test_only_what_came_after_the_change_is_named(source_server: Dovecot, destination_server: Dovecot, user: str) -> None:
    hour = dt.timedelta(hours=1)
    letters = [
        letter(1, "early@a.example", CHANGED - hour),
        letter(2, "Shop <shop@b.example>", CHANGED + hour),
        letter(3, "shop@b.example", CHANGED + 50 * hour),
        letter(4, "ancient@a.example", CHANGED - 10_000 * hour),
    ]
    put(source_server, user, letters)

    def seen() -> object:
        return snapshot("localhost", source_server.tls_port, user, source_server.password_of(user), source_server.ca_file)

    before = seen()
    found = late_mail.look(job(source_server, destination_server, user), CHANGED)
    assert (found.senders, found.messages, found.last) == ((("shop@b.example", 2),), 2, CHANGED + 50 * hour)
    assert seen() == before
    nothing = late_mail.look(job(source_server, destination_server, user), CHANGED + 9000 * hour)
    assert nothing == late_mail.Late()
