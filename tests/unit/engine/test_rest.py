"""The folder that shows all mail: archived messages arrive, the others arrive once."""

from __future__ import annotations

import datetime as dt
import ssl
from collections import Counter
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.imapd.accounts import Account, Accounts
from mailsafi_wizard.demo.imapd.server import ImapServer
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.model import Endpoint, Ledger, Mailbox, Secret, Side
from mailsafi_wizard.project import MigrationProject

WHEN = dt.datetime(2024, 5, 6, 7, 8, tzinfo=dt.UTC)


def letter(folder: str, number: int, identified: bool = True) -> Letter:
    head = f"Message-ID: <{number}@example.org>\r\n" if identified else ""
    return Letter((folder,), (), WHEN, f"{head}Subject: no. {number}\r\n\r\n{'x' * number}\r\n".encode())


def bodies(account: Account) -> Counter[bytes]:
    return Counter(stored.body for folder in account.folders.values() for stored in folder.messages.values())


def copied(project: MigrationProject) -> Ledger:
    project.start(lambda _event: None)
    project.wait()
    return project.ledger()


def test_mail_that_is_in_no_other_folder_is_copied_and_the_rest_once(tmp_path: Path) -> None:
    certificate = Authority(tmp_path).issue()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    old, new = Accounts("/", "", {"All Mail": "\\All", "Sent": "\\Sent"}), Accounts("/", "", {"Sent": "\\Sent"})
    source, destination = old.add("jane", "p"), new.add("jane", "p")
    labelled = [letter("INBOX", number) for number in range(1, 6)] + [letter("Sent", number) for number in range(6, 9)]
    archived = [letter("All Mail", number) for number in range(20, 24)]
    unnamed = [letter("All Mail", 30, identified=False)]
    source.deliver([*labelled, *(Letter(("All Mail",), (), WHEN, one.body) for one in labelled), *archived, *unnamed])
    servers = ImapServer(old, context), ImapServer(new, context)
    project = MigrationProject.create(tmp_path / "jane.mailsafi")
    try:
        project.ca_file = certificate.ca_file
        project.set_endpoint(Side.SOURCE, Endpoint("localhost", servers[0].port))
        project.set_endpoint(Side.DESTINATION, Endpoint("localhost", servers[1].port))
        project.add_mailboxes([Mailbox("jane@example.org", "jane", "jane")])
        for side in Side:
            project.set_secret(1, side, Secret("p"))
        ledger = copied(project)
        assert ledger.complete
        assert (ledger.copied, ledger.excluded) == (13, 8)
        assert bodies(destination) == Counter(one.body for one in [*labelled, *archived, *unnamed])
        assert {stored.body for stored in destination.folders[b"Archive"].messages.values()} == {
            m.body for m in [*archived, *unnamed]
        }

        source.deliver([letter("INBOX", 40), Letter(("All Mail",), (), WHEN, letter("INBOX", 40).body), letter("All Mail", 41)])
        ledger = copied(project)
        assert ledger.complete
        assert (ledger.copied, ledger.excluded) == (15, 9)
        assert sum(bodies(destination).values()) == 15
    finally:
        project.close()
        for server in servers:
            server.stop()
