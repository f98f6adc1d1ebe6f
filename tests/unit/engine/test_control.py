"""Pause, resume and stop: heard at once, from any thread."""

from __future__ import annotations

import threading

import pytest

from mailsafi_wizard.engine.control import Control, Interrupted


def test_nothing_is_raised_until_somebody_asks() -> None:
    control = Control()
    control.checkpoint()
    control.wait(0)
    control.wait_while_paused()


@pytest.mark.parametrize("ask", [Control.stop, Control.pause])
def test_a_request_is_heard_at_the_next_look_and_by_one_who_waits(ask: object) -> None:
    control = Control()
    heard: list[bool] = []

    def wait() -> None:
        try:
            control.wait(60)
        except Interrupted:
            heard.append(True)

    thread = threading.Thread(target=wait)
    thread.start()
    ask(control)  # type: ignore[operator]
    thread.join(10)
    assert heard == [True]
    with pytest.raises(Interrupted):
        control.checkpoint()
    with pytest.raises(Interrupted):
        control.wait(0)


@pytest.mark.parametrize("end", [Control.resume, Control.stop])
def test_a_pause_lasts_until_it_is_lifted_or_all_is_stopped(end: object) -> None:
    control = Control()
    control.pause()
    thread = threading.Thread(target=control.wait_while_paused)
    thread.start()
    assert thread.is_alive()
    end(control)  # type: ignore[operator]
    thread.join(10)
    assert not thread.is_alive()


def test_a_stop_is_for_good() -> None:
    control = Control()
    control.stop()
    control.resume()
    with pytest.raises(Interrupted):
        control.checkpoint()
