"""How long a worker waits, and when it gives up, by a clock of the test's own."""

from __future__ import annotations

import contextlib

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.pacer import Pacer, Persistence

LOST = errors.ConnectionLost(host="h")


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def persist(pacer: Pacer, clock: Clock, error: errors.MigrationError) -> float:
    """Waits as told until it is given up; returns the seconds that took."""
    while True:
        try:
            clock.now += pacer.after(error)
        except errors.MigrationError:
            return clock.now


def test_it_gives_up_within_the_stated_limit() -> None:
    clock = Clock()
    assert 5 < persist(Pacer(Persistence(unknown=30, known=240), clock), clock, LOST) <= 30
    known = Pacer(Persistence(unknown=30, known=240), clock := Clock())
    known.proven = True
    assert 100 < persist(known, clock, LOST) <= 240


def test_progress_starts_the_clock_anew() -> None:
    clock = Clock()
    pacer = Pacer(Persistence(unknown=30, known=240), clock)
    for _ in range(100):
        clock.now += pacer.after(LOST)
        pacer.progress()
    assert pacer.fruitless == 0


def test_a_server_that_names_its_wait_gets_it() -> None:
    clock = Clock()
    assert Pacer(Persistence(), clock).after(errors.ServerBusy(wait=77.0, host="h")) == 77.0


@pytest.mark.parametrize("error", [errors.NotTrusted(host="h"), errors.NoSuchHost(host="h"), errors.DiskFull(path="p")])
def test_what_no_waiting_heals_is_told_at_once(error: errors.MigrationError) -> None:
    with pytest.raises(type(error)):
        Pacer(Persistence(), Clock()).after(error)


def test_a_refused_sign_in_is_never_knocked_at_again_and_again() -> None:
    with pytest.raises(errors.SignInRefused):
        Pacer(Persistence(), Clock()).after(errors.SignInRefused(host="h", user="u"))
    proven = Pacer(Persistence(), Clock())
    proven.proven = True
    waits = []
    for _ in range(4):
        with contextlib.suppress(errors.SignInRefused):
            waits.append(proven.after(errors.SignInRefused(host="h", user="u")))
    assert len(waits) <= 3
