"""Pause, resume and stop: heard at once, from any thread."""

from __future__ import annotations

import threading

import pytest

from mailsafi_wizard.engine.control import Control, Interrupted


def test_nothing_is_raised_until_somebody_asks() -> None:
    control = Control()
    control.checkpoint()
    control.wait(0)


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


def test_a_stop_is_for_good() -> None:
    control = Control()
    control.stop()
    control.resume()
    with pytest.raises(Interrupted):
        control.checkpoint()
