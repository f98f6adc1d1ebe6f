"""All sign-ins tested against real servers: who can't is told, nobody is asked twice, and a common cause ends the asking."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.caution import FEW, FEW_OF_ONE_LOGIN
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import connect
from mailsafi_wizard.engine.sign_in_test import Attempt, try_all
from mailsafi_wizard.model import NOT_TRIED, Endpoint, Secret, Security, Side, SignIn, SignInResult, SignInStyle
from mailsafi_wizard.net.wire import Patience, Trust
from tests.servers.dovecot import PASSWORD, Dovecot

SOON = Patience(connect=5, silence=8, window=5, command=20)


def attempts(server: Dovecot, *people: tuple[str, str], admin: str = "") -> list[Attempt]:
    where = Endpoint("localhost", server.tls_port)
    style = SignInStyle.MASTER_USER if admin else SignInStyle.PASSWORD
    return [
        Attempt(number, Side.SOURCE, where, SignIn(user, Secret(word), style, admin))
        for number, (user, word) in enumerate(people, 1)
    ]


def tried(server: Dovecot, asked: list[Attempt], control: Control | None = None, **more: object) -> dict[int, SignInResult]:
    told: list[SignInResult] = []
    found = try_all(asked, Trust(server.ca_file), SOON, told.append, control or Control(), **more)  # type: ignore[arg-type]
    assert sorted(told, key=lambda r: r.mailbox_id) == sorted(found, key=lambda r: r.mailbox_id)
    return {r.mailbox_id: r for r in found}


def asked_at(server: Dovecot, least: int) -> Counter[str]:
    """How often the password of each was wrong, as the server's own log has it; waits until it tells of ``least``, as it is written later."""
    deadline = time.monotonic() + 20
    while True:
        lines = (line for line in server.log.splitlines() if "auth failed" in line and "user=<" in line)
        found = Counter(line.split("user=<")[1].split(">")[0] for line in lines)
        if sum(found.values()) >= least or time.monotonic() > deadline:
            return found
        time.sleep(0.05)


def test_hundreds_side_by_side_and_only_the_wrong_ones_are_refused(make_dovecot: Callable[..., Dovecot]) -> None:
    names = [f"person{n}@example.co.ke" for n in range(200)]
    server = make_dovecot(users={name: f"right-{name}" for name in names})
    people = [(name, "wrong" if n % 10 == 7 else f"right-{name}") for n, name in enumerate(names)]
    results = tried(server, attempts(server, *people))
    assert {number - 1 for number, r in results.items() if not r.ok} == set(range(7, 200, 10))
    assert {r.cause.split(" of ")[0] for r in results.values() if not r.ok} == {"localhost refused the sign-in"}
    assert asked_at(server, 20) == Counter({names[n]: 1 for n in range(7, 200, 10)})


def test_where_all_are_wrong_the_rest_is_not_asked_until_a_person_wants_it(make_dovecot: Callable[..., Dovecot]) -> None:
    names = [f"person{n}@example.co.ke" for n in range(40)]
    server = make_dovecot(users=dict.fromkeys(names, "right"))
    asked = attempts(server, *((name, "wrong") for name in names))
    results = tried(server, asked)
    assert sorted(n for n, r in results.items() if r.tried) == list(range(1, FEW + 1))
    left = [r for r in results.values() if not r.tried]
    assert len(left) == 40 - FEW
    assert all(r.cause == NOT_TRIED and "no user name and password was right" in r.remedy and not r.ok for r in left)
    assert sum(asked_at(server, FEW).values()) == FEW

    again = tried(server, [a for a in asked if not results[a.mailbox_id].tried], all_the_same=True)
    assert len(again) == 40 - FEW
    assert all(r.tried and not r.ok for r in again.values())
    assert sorted(asked_at(server, 40).values()) == [1] * 40


def test_one_administrators_wrong_password_is_asked_hardly_at_all(make_dovecot: Callable[..., Dovecot]) -> None:
    server = make_dovecot(master_users={"boss": "right"})
    people = [(f"person{n}@example.co.ke", "wrong") for n in range(30)]
    results = tried(server, attempts(server, *people, admin="boss"))
    assert sum(r.tried for r in results.values()) == FEW_OF_ONE_LOGIN
    right = tried(server, attempts(server, *((name, "right") for name, _ in people), admin="boss"))
    assert all(r.ok for r in right.values())


def test_an_account_in_use_elsewhere_is_waited_for_and_then_said(make_dovecot: Callable[..., Dovecot]) -> None:
    server = make_dovecot(max_userip_connections=1)
    busy, free = "busy@example.co.ke", "free@example.co.ke"
    held = connect(Endpoint("localhost", server.tls_port), SignIn(busy, Secret(PASSWORD)), Trust(server.ca_file), SOON)
    try:
        results = tried(server, attempts(server, (busy, PASSWORD), (free, PASSWORD)))
    finally:
        held.logout()
    assert results[1].cause == "localhost allows no more connections"
    assert results[2].ok


def test_a_server_with_few_connections_gets_no_more_than_it_bears(make_dovecot: Callable[..., Dovecot]) -> None:
    cap = "service imap-login {\n process_limit = 1\n client_limit = 3\n service_count = 0\n}\nservice imap {\n process_limit = 2\n}\n"
    server = make_dovecot(extra=cap)
    people = [(f"person{n}@example.co.ke", PASSWORD) for n in range(40)]
    results = tried(server, attempts(server, *people), borne={"localhost": 15})
    assert len(results) == 40
    assert [r for r in results.values() if not r.ok] == []


class Narrow:
    """A listener before a server that lets a few connections in at once; the others hear ``words`` or, as from Courier's MAXPERIP, nothing."""

    def __init__(self, port: int, most: int, words: bytes) -> None:
        self._to, self._most, self._words = port, most, words
        self.inside = self.highest = self.turned_away = 0
        self._guard = threading.Lock()
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._socket.accept()
                threading.Thread(target=self._serve, args=(client,), daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        with self._guard:
            full = self.inside >= self._most
            self.inside += not full
            self.turned_away += full
            self.highest = max(self.highest, self.inside)
        with client, contextlib.suppress(OSError):
            if full:
                client.sendall(self._words)
                return
            try:
                with socket.create_connection(("127.0.0.1", self._to)) as server:
                    threading.Thread(target=_pour, args=(server, client), daemon=True).start()
                    _pour(client, server)
            finally:
                with self._guard:
                    self.inside -= 1

    def close(self) -> None:
        self._socket.close()


def _pour(here: socket.socket, there: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := here.recv(1 << 16):
            there.sendall(data)
        there.shutdown(socket.SHUT_WR)


@pytest.fixture(params=[b"* BYE Too many connections from your IP address\r\n", b""], ids=["with a word", "without"])
def narrow(source_server: Dovecot, request: pytest.FixtureRequest) -> Iterator[Narrow]:
    made = Narrow(source_server.port, 3, request.param)
    yield made
    made.close()


def test_a_cap_by_address_is_learned_and_nobody_is_blamed_for_it(narrow: Narrow) -> None:
    where = Endpoint("localhost", narrow.port, Security.CLEARTEXT)
    asked = [Attempt(n, Side.SOURCE, where, SignIn(f"person{n}@example.co.ke", Secret(PASSWORD))) for n in range(60)]
    learned: list[int] = []
    results = try_all(
        asked, Trust(), SOON, lambda r: None, Control(), borne={"localhost": 15}, learned=lambda host, size: learned.append(size)
    )
    assert [r for r in results if not r.ok] == []
    assert len(results) == 60
    assert 0 < narrow.turned_away < 60, "it learns, and does not knock on and on"
    assert learned[-1] < 15


def test_a_stop_begins_nothing_more_and_what_was_told_stands(make_dovecot: Callable[..., Dovecot]) -> None:
    server = make_dovecot()
    control = Control()
    told: list[SignInResult] = []

    def report(result: SignInResult) -> None:
        told.append(result)
        control.stop()

    people = [(f"person{n}@example.co.ke", PASSWORD) for n in range(100)]
    results = try_all(attempts(server, *people), Trust(server.ca_file), SOON, report, control)
    assert 1 <= len(results) == len(told) <= 16
    assert all(r.ok for r in results)


def test_a_server_that_is_not_trusted_is_not_asked_for_everybody(make_dovecot: Callable[..., Dovecot]) -> None:
    server = make_dovecot()
    people = [(f"person{n}@example.co.ke", PASSWORD) for n in range(50)]
    results = try_all(attempts(server, *people), Trust(), SOON, lambda r: None, Control())
    assert sum(r.tried for r in results) == FEW
    assert {r.cause for r in results if r.tried} == {errors.CertificateUnknown(host="localhost").title_text}


def test_nothing_is_written_and_no_password_is_told(make_dovecot: Callable[..., Dovecot], tmp_path: Path) -> None:
    server = make_dovecot(users={"amina@example.co.ke": "right"})
    results = tried(server, attempts(server, ("amina@example.co.ke", "Nywila;siri§")))
    assert "siri" not in repr(results)
