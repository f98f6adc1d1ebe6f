"""Servers that echo passwords, subjects and bodies in their answers, in forms nobody expects: nothing of it is in the log or the bundle."""

from __future__ import annotations

import base64
from pathlib import Path
from urllib.parse import quote

import pytest

from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Security, Side
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.support import logbook
from mailsafi_wizard.support.pseudonyms import forms, modified_utf7
from tests.servers.hostile import PASSWORD, USER, HostileServer, Tricks
from tests.unit.engine.two_ends import WHEN

SUBJECT, BODY = "Mishahara Novemba", "Usimwambie Otieno habari hii"
MAIL = f"Message-ID: <1@example.net>\r\nSubject: {SUBJECT}\r\n\r\n{BODY}\r\n".encode()
ECHO = " ".join(
    [
        PASSWORD, quote(PASSWORD, safe=""), PASSWORD.encode().hex(), modified_utf7(PASSWORD + "§"), PASSWORD[::-1],
        base64.b64encode(f"\0{USER}\0{PASSWORD}".encode()).decode(), USER, SUBJECT, BODY, "Kazi.Siri",
    ]
)  # fmt: skip
TELLTALES = [
    *forms(PASSWORD),
    "Mvua",
    "Mishahara",
    "Novemba",
    "Usimwambie",
    "Otieno",
    "habari",
    "amina",
    "example.co.ke",
    "Siri",
    "Kazi",
]
REFUSING = Tricks(refuse_mail=((b"<1@", f"[CANNOT] 5.7.1 message refused: {ECHO}", 0),))
CASES = {
    "echoes at a refused message": (Tricks(), REFUSING),
    "echoes at the sign-in": (Tricks(), Tricks(echo_password=True)),
    "echoes in its capabilities": (Tricks(capabilities=f"IMAP4rev1 UIDPLUS X-{PASSWORD} {PASSWORD}"), REFUSING),
    "echoes in its greeting": (Tricks(greeting=f"* OK hello {ECHO}\r\n".encode()), REFUSING),
}


@pytest.mark.parametrize("case", CASES)
def test_nothing_that_is_echoed_is_told(case: str, tmp_path: Path) -> None:
    certificate = Authority(tmp_path / "tls").issue()
    servers = [HostileServer(certificate, tricks, Security.CLEARTEXT) for tricks in CASES[case]]
    servers[0].account.create(b"Kazi.Siri").add((), WHEN, MAIL)
    book = logbook.Logbook(tmp_path / "logs")
    project = MigrationProject.create(tmp_path / "a.mailsafi")
    try:
        for side, server in zip(Side, servers, strict=True):
            project.set_endpoint(side, Endpoint("localhost", server.port, Security.CLEARTEXT))
        project.add_mailboxes([Mailbox(USER, USER, USER)])
        for side in Side:
            project.set_secret(1, side, Secret(PASSWORD))
        project.start(lambda _event: None)
        assert project.wait(60)
        if case != "echoes at the sign-in":
            assert project.ledger().failed == 1
        files = project.support_bundle(tmp_path / "logs")
        log = "".join(file.read_text("utf-8") for file in (tmp_path / "logs").glob("*.log"))
        assert "mailbox-1" in log
        whole = log + "".join(file.name + file.text for file in files)
        assert [word for word in TELLTALES if word.lower() in whole.lower()] == []
        index = tmp_path / "a - not copied" / "index.csv"
        if case != "echoes at the sign-in":
            assert b"1.eml" in index.read_bytes()
    finally:
        project.close()
        book.close()
        for server in servers:
            server.stop()
