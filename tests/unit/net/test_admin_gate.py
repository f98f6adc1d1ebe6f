"""A wrong administrator's password reaches the server three times at most, however many mailboxes and threads there are."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, SignIn, SignInStyle
from mailsafi_wizard.net.admin_gate import MOST_FAILED, AdminGate, AdminStopped
from mailsafi_wizard.net.auth import sign_in
from tests.unit.net.other_end import Line


def attempt(gate: AdminGate, answer: bytes) -> tuple[type[BaseException] | None, bytes]:
    """One sign-in behind the gate: what came of it, and what the server heard."""
    who = SignIn("jane", Secret("pw"), SignInStyle.MASTER_USER, "boss", gate=gate)
    with Line(answer, capabilities=()) as line:
        try:
            sign_in(line.session, who)
        except errors.MigrationError as e:
            return type(e), line.heard
        return None, line.heard


REFUSED = b"W1 NO [AUTHENTICATIONFAILED] no\r\n"
TAKEN = b"W1 OK [CAPABILITY IMAP4rev1] in\r\n"


def test_no_more_than_three_fail_on_any_number_of_threads() -> None:
    gate = AdminGate()
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _n: attempt(gate, REFUSED), range(40)))
    assert sorted(kind.__name__ for kind, heard in found if kind and heard) == ["AdminRefused"] * MOST_FAILED
    assert {kind for kind, heard in found if not heard} == {AdminStopped}


def test_a_login_that_has_worked_is_not_stopped_by_single_mailboxes() -> None:
    gate = AdminGate()
    assert attempt(gate, REFUSED)[0] is errors.AdminRefused
    assert attempt(gate, TAKEN)[0] is None
    for _ in range(5):
        kind, heard = attempt(gate, REFUSED)
        assert kind is errors.AdminRefused
        assert heard
    assert attempt(gate, TAKEN)[0] is None


def test_other_trouble_does_not_count() -> None:
    gate = AdminGate()
    for answer in (b"", b"W1 NO [UNAVAILABLE] later\r\n", b"W1 NO account locked\r\n") * 2:
        assert attempt(gate, answer)[0] is not errors.AdminRefused
    assert attempt(gate, TAKEN)[0] is None


def test_once_it_is_proven_nobody_waits_for_anybody() -> None:
    gate = AdminGate()
    with gate:
        pass
    both = threading.Barrier(2, timeout=10)

    def inside() -> None:
        with gate:
            both.wait()

    with ThreadPoolExecutor(2) as pool:
        for done in [pool.submit(inside), pool.submit(inside)]:
            done.result()


def test_what_the_server_said_is_told_again() -> None:
    gate = AdminGate()
    for _ in range(MOST_FAILED):
        attempt(gate, REFUSED)
    with pytest.raises(AdminStopped) as caught, gate:
        pytest.fail("nobody gets here")
    assert "AUTHENTICATIONFAILED" in caught.value.detail
