"""Whatever happens between and during runs, every source message is at the destination exactly once in the end.

A state machine (Hypothesis) over two servers in this process: mail comes, goes and is marked, folders are renumbered, users delete
and move what has arrived, the program dies at any of its writes, the project file is lost.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import itertools
import shutil
import ssl
import tempfile
import threading
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.demo.imapd.accounts import Account, Accounts, Folder
from mailsafi_wizard.demo.imapd.server import ImapServer
from mailsafi_wizard.demo.imapd.session import Session
from mailsafi_wizard.engine.pacer import Persistence
from mailsafi_wizard.events import Event, Summary
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Security, Side
from mailsafi_wizard.net.wire import Patience
from mailsafi_wizard.project import MigrationProject
from tests.property.crashing import power_cut

USER, PASSWORD = "amina@example.co.ke", "Mvua-na-jua-77"
WHEN = dt.datetime(2024, 5, 6, 7, 8, 9, tzinfo=dt.UTC)
FOLDERS = (b"INBOX", b"Sent", b"Files")
BODIES = (
    b"Subject: a\r\n\r\nsame\r\n",
    b"Message-ID: <1@x>\r\n\r\none\r\n",
    b"Message-ID: <1@x>\r\n\r\ntwo\r\n",
    b"Message-ID: <2@x>\r\n\r\none\r\n",
)
PLENTY, PLAIN, POOR = "", "MULTIAPPEND", "MULTIAPPEND LITERAL+ UIDPLUS"
folders = st.sampled_from(FOLDERS)
_keep = tempfile.mkdtemp(prefix="exactly-once-")
_certificate: list[Certificate] = []


def certificate() -> Certificate:
    """One for all examples."""
    if not _certificate:
        _certificate.append(Authority(Path(_keep)).issue())
    return _certificate[0]


class Held:
    """A server with one account."""

    def __init__(self, without: str = "") -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate().chain, certificate().key)
        accounts = Accounts("/", "", {"Sent": "\\Sent"})
        self.account: Account = accounts.add(USER, PASSWORD)
        kept = " ".join(w for w in Session.capabilities.split() if w not in without.split())
        self.server = ImapServer(accounts, context, type("Means", (Session,), {"capabilities": kept}))

    def folder(self, name: bytes) -> Folder:
        return self.account.folders.get(name) or self.account.create(name)

    def content(self, name: bytes) -> Counter[bytes]:
        folder = self.account.folders.get(name)
        return Counter(m.body for m in folder.messages.values()) if folder else Counter()

    def renumber(self, name: bytes) -> None:
        folder = self.folder(name)
        mail = list(folder.messages.values())
        folder.messages.clear()
        folder.uidvalidity += 1
        folder.uidnext = 1
        for message in mail:
            folder.add(message.flags, message.date, message.body)


class ExactlyOnce(RuleBasedStateMachine):
    """``wanted``: what must be at the destination, by folder; it grows with the source and shrinks with what users delete there."""

    means = PLENTY
    numbers = itertools.count()

    def __init__(self) -> None:
        super().__init__()
        self.source, self.destination = Held(), Held(self.means)
        self.home = Path(tempfile.mkdtemp(dir=_keep))
        self.gone: dict[bytes, Counter[bytes]] = {name: Counter() for name in FOLDERS}  # deleted at the source after it was copied
        self.removed: dict[bytes, Counter[bytes]] = {name: Counter() for name in FOLDERS}  # deleted by the user at the destination
        self.settled = True

    def teardown(self) -> None:
        self.source.server.stop()
        self.destination.server.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    # --- what happens

    @rule(name=folders, body=st.sampled_from(BODIES), count=st.integers(1, 3))
    def mail_comes(self, name: bytes, body: bytes, count: int) -> None:
        for _ in range(count):
            self.source.folder(name).add(("\\Seen",), WHEN, body)
        self.settled = False

    @rule(name=folders, count=st.integers(1, 30))
    def new_mail_comes(self, name: bytes, count: int) -> None:
        for _ in range(count):
            self.source.folder(name).add((), WHEN, b"Subject: %d\r\n\r\nx\r\n" % next(self.numbers))
        self.settled = False

    @precondition(lambda self: self.settled)
    @rule(name=folders, place=st.integers(0, 50))
    def mail_goes(self, name: bytes, place: int) -> None:
        messages = self.source.folder(name).messages
        if messages:
            uid = sorted(messages)[place % len(messages)]
            self.gone[name][messages.pop(uid).body] += 1

    @precondition(lambda self: self.settled)
    @rule(name=folders, place=st.integers(0, 50))
    def user_deletes(self, name: bytes, place: int) -> None:
        messages = self.destination.folder(name).messages
        bodies = Counter(m.body for m in messages.values())
        alone = [uid for uid in sorted(messages) if bodies[messages[uid].body] == 1]
        if alone:
            self.removed[name][messages.pop(alone[place % len(alone)]).body] += 1

    @rule(name=folders, place=st.integers(0, 50))
    def mail_is_marked(self, name: bytes, place: int) -> None:
        folder = self.source.folder(name)
        if folder.messages:
            folder.mark(sorted(folder.messages)[place % len(folder.messages)], {"\\Flagged"})

    @precondition(lambda self: self.settled)
    @rule(name=folders)
    def source_renumbers(self, name: bytes) -> None:
        self.source.renumber(name)
        self.settled = False

    @precondition(lambda self: self.settled)
    @rule(name=folders)
    def destination_renumbers(self, name: bytes) -> None:
        self.destination.renumber(name)
        self.settled = False

    @precondition(lambda self: not any(self.removed.values()))
    @rule()
    def journal_is_lost(self) -> None:
        for file in self.home.glob("acme.mailsafi*"):
            file.unlink(missing_ok=True)

    @rule(at=st.integers(1, 60))
    def dies(self, at: int) -> None:
        self.run_once(at)
        self.settled = False

    @rule()
    def runs(self) -> None:
        assert self.run_once() == 0
        self.settled = True

    # --- what must hold

    @invariant()
    def nothing_is_doubled(self) -> None:
        for name in FOLDERS:
            surplus = self.destination.content(name) - self.source.content(name) - self.gone[name]
            assert not surplus, f"{name!r} holds too many: {surplus}"

    @invariant()
    def everything_is_there(self) -> None:
        if not self.settled:
            return
        for name in FOLDERS:
            missing = self.source.content(name) - self.destination.content(name) - self.removed[name]
            assert not missing, f"{name!r} lacks {missing}"

    # --- a run

    def run_once(self, dies_at: int = 0) -> int:
        """The exit status; with ``dies_at`` the program dies at that write."""
        events: list[Event] = []
        before = set(threading.enumerate())
        path = self.home / "acme.mailsafi"
        project = MigrationProject.open(path) if path.exists() else MigrationProject.create(path)
        try:
            self.prepare(project)
            with power_cut(dies_at) if dies_at else contextlib.nullcontext():
                project.start(events.append)
                while not project.wait(0.05):
                    pass
                self.wait_for_the_end(before)
        finally:
            project.close()
        return next((e.exit_status for e in events if isinstance(e, Summary)), 4)

    @staticmethod
    def wait_for_the_end(before: set[threading.Thread]) -> None:
        """Until the threads of a run that may have died, and the servers' answers to what it had sent, have ended."""
        for thread in set(threading.enumerate()) - before:
            thread.join(10)

    def prepare(self, project: MigrationProject) -> None:
        project.patience = Patience(connect=3, silence=3, window=3, command=10)
        project.persistence = Persistence(unknown=1, known=2, first_wait=0.01, longest_wait=0.1)
        project.ca_file = certificate().ca_file
        for side, server in ((Side.SOURCE, self.source), (Side.DESTINATION, self.destination)):
            project.set_endpoint(side, Endpoint("localhost", server.server.port, Security.TLS))
        project.add_mailboxes([Mailbox(USER, USER, USER)])
        for box in project.mailboxes():
            for side in Side:
                project.set_secret(box.id, side, Secret(PASSWORD))


class ExactlyOncePlain(ExactlyOnce):
    means = PLAIN


class ExactlyOncePoor(ExactlyOnce):
    means = POOR


SETTINGS = settings(max_examples=12, stateful_step_count=20, deadline=None, suppress_health_check=list(HealthCheck))
TestExactlyOnce = ExactlyOnce.TestCase
TestExactlyOncePlain = ExactlyOncePlain.TestCase
TestExactlyOncePoor = ExactlyOncePoor.TestCase
TestExactlyOnce.settings = TestExactlyOncePlain.settings = TestExactlyOncePoor.settings = SETTINGS
