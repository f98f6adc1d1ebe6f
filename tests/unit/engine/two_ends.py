"""A source and a destination that misbehaves as it is told, both embedded, with a project file between: for parts of the engine."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.demo.imapd.accounts import Account, Folder
from mailsafi_wizard.engine.mapping import Mapper
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Security, SignIn
from mailsafi_wizard.net import listing
from mailsafi_wizard.net.auth import sign_in
from mailsafi_wizard.net.listing import Overview
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Trust
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from tests.servers.hostile import PASSWORD, USER, HostileServer, Tricks
from tests.unit.net.other_end import SOON

WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


def text(number: int, words: str = "") -> bytes:
    return f"Message-ID: <{number}@example.net>\r\nSubject: {number}\r\n\r\nText {number} {words}\r\n".encode()


class TwoEnds:
    """Both servers, a session on each, and the journal with one mailbox. Use as a context manager."""

    def __init__(
        self, folder: Path, certificate: Certificate, source: Tricks | None = None, destination: Tricks | None = None
    ) -> None:
        self.servers = tuple(HostileServer(certificate, tricks, Security.CLEARTEXT) for tricks in (source, destination))
        self.journal = Journal.create(folder / "a.mailsafi")
        self.journal.put_mailboxes([Mailbox(USER, USER, USER)])
        self.box = self.journal.mailboxes()[0].id
        self.remarks: list[tuple[str, str]] = []
        self.sessions: list[Session] = []
        self.source, self.destination = (self.connect(i) for i in range(2))

    @property
    def old(self) -> Account:
        return self.servers[0].account

    @property
    def new(self) -> Account:
        return self.servers[1].account

    def connect(self, side: int) -> Session:
        """A further signed-in session; 0 the source, 1 the destination."""
        session = Session.open(Endpoint("localhost", self.servers[side].port, Security.CLEARTEXT), Trust(), SOON)
        self.sessions.append(session)
        sign_in(session, SignIn(USER, Secret(PASSWORD)))
        return session

    def look(self) -> tuple[Overview, Overview]:
        return listing.overview(self.source), listing.overview(self.destination)

    def remark(self, folder: str, words: str) -> None:
        self.remarks.append((folder, words))

    def mapper(self, there: Overview | None = None) -> Mapper:
        here, now = self.look()
        return Mapper(self.journal, self.box, here, there or now, self.remark)

    def records(self) -> dict[str, FolderRecord]:
        """The folders of the source by name, created at the destination."""
        mapper = self.mapper()
        found = mapper.records()
        mapper.create(self.destination, found, [])
        return {r.source_name: r for r in found}

    def __enter__(self) -> TwoEnds:
        return self

    def __exit__(self, *_exc: object) -> None:
        for session in self.sessions:
            session.drop()
        for server in self.servers:
            server.stop()
        self.journal.close()


def fill(folder: Folder, *numbers: int) -> list[int]:
    """Puts messages into a folder; returns their UIDs."""
    return [folder.add((), WHEN, text(number)) for number in numbers]
