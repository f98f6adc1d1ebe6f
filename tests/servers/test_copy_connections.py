"""How many connections servers bear: a real Dovecot's limit for each account, and a listener that turns further ones away."""

from __future__ import annotations

import datetime as dt
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.engine.pacer import Persistence
from mailsafi_wizard.events import Event, Summary
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Security, Side
from mailsafi_wizard.project import MigrationProject
from tests.servers.company import put, sign_in
from tests.servers.dovecot import Dovecot, Options

WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)
LONG_ENOUGH = 60.0


class Doorkeeper:
    """Passes at most ``most`` connections at once on to a server; hangs up on all others before any greeting."""

    def __init__(self, server_port: int, most: int) -> None:
        self._server_port, self._most = server_port, most
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._guard = threading.Lock()
        self.inside = self.highest = self.turned_away = 0
        threading.Thread(target=self._accept, daemon=True).start()

    @property
    def port(self) -> int:
        return int(self._listener.getsockname()[1])

    def _accept(self) -> None:
        while True:
            try:
                guest, _ = self._listener.accept()
            except OSError:
                return
            with self._guard:
                if self.inside >= self._most:
                    self.turned_away += 1
                    guest.close()
                    continue
                self.inside += 1
                self.highest = max(self.highest, self.inside)
            threading.Thread(target=self._serve, args=(guest,), daemon=True).start()

    def _serve(self, guest: socket.socket) -> None:
        with guest, socket.create_connection(("127.0.0.1", self._server_port)) as server:
            back = threading.Thread(target=self._pass_on, args=(server, guest), daemon=True)
            back.start()
            self._pass_on(guest, server)
            back.join()
        with self._guard:
            self.inside -= 1

    @staticmethod
    def _pass_on(one: socket.socket, other: socket.socket) -> None:
        with suppress(OSError):
            while data := one.recv(1 << 16):
                other.sendall(data)
        for end in (one, other):
            with suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@pytest.fixture
def certificate(tmp_path: Path) -> Certificate:
    return Authority(tmp_path / "tls").issue()


@contextmanager
def copying(folder: Path, source: Dovecot, port: int, destination: Dovecot, users: list[str]) -> Iterator[MigrationProject]:
    project = MigrationProject.create(folder / "a.mailsafi")
    project.persistence = Persistence(unknown=20.0, known=60.0, first_wait=0.05, longest_wait=1.0)
    try:
        project.set_endpoint(Side.SOURCE, Endpoint("localhost", port, Security.CLEARTEXT))
        project.set_endpoint(Side.DESTINATION, Endpoint("localhost", destination.port, Security.CLEARTEXT))
        project.add_mailboxes([Mailbox(user, user, user) for user in users])
        for mailbox in project.mailboxes():
            project.set_secret(mailbox.id, Side.SOURCE, Secret(source.password_of(mailbox.address)))
            project.set_secret(mailbox.id, Side.DESTINATION, Secret(destination.password_of(mailbox.address)))
        yield project
    finally:
        project.close()


def ended(project: MigrationProject) -> int:
    told: list[Event] = []
    project.start(told.append)
    assert project.wait(LONG_ENOUGH)
    assert isinstance(told[-1], Summary)
    return told[-1].exit_status


def mail(user: str, folders: int, each: int) -> list[Letter]:
    return [
        Letter((f"F{folder}",), (), WHEN, f"Message-ID: <{folder}.{number}.{user}>\r\n\r\nText\r\n".encode())
        for folder in range(folders)
        for number in range(each)
    ]


def test_an_account_s_limit_is_found_by_further_pairs_and_remembered(tmp_path: Path, certificate: Certificate) -> None:
    """Without LITERAL+ several pairs share the folders. Dovecot bears two connections of an account, of which jane's own program holds one.

    It is there before: of several that sign in at the same moment Dovecot lets in more than it should.
    """
    few = Options(separator="/", drop_capabilities=("LITERAL+", "MULTIAPPEND"), max_userip_connections=2)
    with ExitStack() as stack:
        source = stack.enter_context(Dovecot(Options(), certificate))
        destination = stack.enter_context(Dovecot(few, certificate))
        put(source, "jane", mail("jane", 5, 300))  # long enough for every refusal to be heard
        own = sign_in(destination, "jane")
        stack.callback(own.shutdown)
        with copying(tmp_path, source, source.port, destination, ["jane"]) as project:
            assert ended(project) == 0
            assert project.ledger().copied == 1500
            assert project.note("connections.lanes") == "1"
            assert project.note("connections.borne") == project.note("connections.pairs") == ""


def test_who_is_turned_away_at_the_door_waits_for_the_others_and_it_is_remembered(tmp_path: Path, certificate: Certificate) -> None:
    users = [f"user{number}" for number in range(6)]
    with ExitStack() as stack:
        source = stack.enter_context(Dovecot(Options(), certificate))
        destination = stack.enter_context(Dovecot(Options(separator="/"), certificate))
        for user in users:
            put(source, user, mail(user, 2, 150))
        door = Doorkeeper(source.port, 2)
        stack.callback(door.close)
        with copying(tmp_path, source, door.port, destination, users) as project:
            assert ended(project) == 0
            assert project.ledger().copied == 6 * 300
    assert door.turned_away > 0
    assert door.highest == 2
