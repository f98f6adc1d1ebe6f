"""A project with four users and a real server that takes its mail."""

from __future__ import annotations

import datetime as dt
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard.demo import company as sample
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Security, Side
from mailsafi_wizard.model.telling import MailServer, Sender
from mailsafi_wizard.project import MigrationProject
from tests.servers.submission import PASSWORD, USER, Submission

PEOPLE = tuple(f"{name}@example.co.ke" for name in ("amina", "otieno", "wanjiku", "omar"))
ME = "njeri@example.co.ke"


@pytest.fixture
def server(authority: Authority) -> Iterator[Submission]:
    leaf = authority.issue()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(leaf.chain, leaf.key)
    with Submission(context) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path, server: Submission, authority: Authority) -> Iterator[MigrationProject]:
    made = MigrationProject.create(tmp_path / "acme.mailsafi")
    made.set_company(sample.facts(dt.date(2026, 11, 24)))
    made.set_endpoint(Side.DESTINATION, Endpoint("imap.mailsafi.example", 993))
    made.ca_file = authority.ca_file
    made.add_mailboxes(Mailbox(address, address, address) for address in PEOPLE)
    at = Endpoint("localhost", server.port, Security.STARTTLS)
    made.set_mail_server(MailServer(at, USER, rate=0), Secret(PASSWORD))
    made.set_sender(Sender(ME, "Njeri Mwangi, Tamarind", "help@example.co.ke"))
    yield made
    made.close()
