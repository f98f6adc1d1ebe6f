"""How long to wait and when to give up, by a clock that the test moves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.engine.pacer import Pacer, Persistence

LIMITS = Persistence(unknown=30, known=200, first_wait=1, longest_wait=20)
LOST = errors.ConnectionLost(host="h")


class Clock:
    """Stands still until somebody waits."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def waits(pacer: Pacer, clock: Clock, error: errors.MigrationError, reached: bool = False) -> list[float]:
    """All waits, each waited, until the pacer gives up with the same error."""
    found: list[float] = []

    def wait_on() -> None:
        while len(found) < 1000:
            found.append(pacer.after(error, reached))
            clock.now += found[-1]

    with pytest.raises(type(error)) as caught:
        wait_on()
    assert caught.value is error
    return found


def made(proven: bool = False) -> tuple[Pacer, Clock]:
    clock = Clock()
    pacer = Pacer(LIMITS, clock)
    pacer.proven = proven
    return pacer, clock


def test_waits_double_up_to_a_longest_one_and_end_at_the_limit() -> None:
    pacer, clock = made(proven=True)
    found = waits(pacer, clock, LOST)
    for wait, plain in zip(found, [1, 2, 4, 8, 16, *[20] * 100], strict=False):
        assert 0.8 * plain <= wait <= 1.2 * plain
    assert 200 - 24 <= sum(found) <= 200


@pytest.mark.parametrize(("proven", "reached", "limit"), [(False, False, 30), (True, False, 200), (False, True, 200)])
def test_a_server_that_worked_is_waited_for_longer(proven: bool, reached: bool, limit: float) -> None:
    pacer, clock = made(proven)
    total = sum(waits(pacer, clock, LOST, reached))
    assert limit - 24 <= total <= limit


def test_headway_starts_the_clock_anew() -> None:
    pacer, clock = made(proven=True)
    first = waits(pacer, clock, LOST)
    pacer.progress()
    assert pacer.fruitless == 0
    assert len(waits(pacer, clock, LOST)) == pytest.approx(len(first), abs=2)


@given(st.floats(0.01, 900))
def test_what_the_server_asks_for_is_waited_and_does_not_count_against_it(asked: float) -> None:
    pacer, _clock = made()
    assert pacer.after(errors.ServerBusy(wait=asked, host="h")) >= max(1.0, asked)


def test_a_server_that_asks_for_ever_is_given_up_too() -> None:
    pacer, clock = made(proven=True)
    found = waits(pacer, clock, errors.ServerBusy(wait=60, host="h"))
    assert 200 <= sum(found) <= 300


@pytest.mark.parametrize(
    "error",
    [errors.CertificateExpired(host="h"), errors.NotTrusted(host="h"), errors.DiskFull(path="p"), errors.NotImap(host="h", port=1)],
)
def test_what_only_a_person_can_mend_is_raised_at_once(error: errors.MigrationError) -> None:
    pacer, clock = made(proven=True)
    assert waits(pacer, clock, error) == []


def test_a_name_that_was_known_before_is_waited_for_like_a_lost_network() -> None:
    error = errors.NoSuchHost(host="h")
    pacer, clock = made()
    assert waits(pacer, clock, error) == []
    for proven, reached in ((True, False), (False, True)):
        pacer, clock = made(proven)
        assert 176 <= sum(waits(pacer, clock, error, reached)) <= 200


def test_a_wrong_password_is_tried_once_and_one_that_worked_before_three_times() -> None:
    error = errors.SignInRefused(host="h", user="u")
    pacer, clock = made()
    assert waits(pacer, clock, error) == []
    pacer, clock = made(proven=True)
    assert len(waits(pacer, clock, error)) == 2


def test_a_refused_command_is_tried_a_few_times() -> None:
    pacer, clock = made(proven=True)
    assert len(waits(pacer, clock, errors.CommandRefused(host="h", text="no"))) == 3


@given(st.lists(st.sampled_from(["lost", "busy", "progress"]), max_size=60))
def test_waits_are_never_negative_and_never_longer_than_allowed(story: list[str]) -> None:
    pacer, clock = made(proven=True)
    for step in story:
        if step == "progress":
            pacer.progress()
            continue
        try:
            wait = pacer.after(LOST if step == "lost" else errors.ServerBusy(wait=3, host="h"))
        except errors.MigrationError:
            return
        assert 0 < wait <= 24
        clock.now += wait
