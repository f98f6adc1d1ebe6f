"""Two things side by side, and what a failure of either means."""

from __future__ import annotations

import threading

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.side_by_side import both


def test_both_run_at_the_same_time_and_give_their_results() -> None:
    meeting = threading.Barrier(2, timeout=10)
    assert len(both(meeting.wait, meeting.wait)) == 2
    assert both(lambda: 1, lambda: "a") == (1, "a")


def refuse() -> int:
    raise errors.SignInRefused(host="h", user="u")


def lose() -> int:
    raise errors.ConnectionLost(host="h")


def test_the_first_one_s_failure_goes_before_the_other_s() -> None:
    with pytest.raises(errors.SignInRefused):
        both(refuse, lose)
    with pytest.raises(errors.ConnectionLost):
        both(lambda: 1, lose)


def test_a_failure_waits_for_the_other_to_end() -> None:
    ended = threading.Event()

    def slow() -> None:
        started.wait(10)
        ended.set()

    started = threading.Event()

    def fail() -> int:
        started.set()
        raise errors.ConnectionLost(host="h")

    with pytest.raises(errors.ConnectionLost):
        both(fail, slow)
    assert ended.is_set()
