"""How many mailboxes side by side: learned from refusals, remembered, and tried anew."""

from __future__ import annotations

import contextlib
import threading

import pytest

from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.slots import Slots


def test_no_more_than_the_size_at_once_and_the_next_one_follows() -> None:
    slots, entered = Slots(2), threading.Event()

    def third() -> None:
        with slots.one(Control()):
            entered.set()

    thread = threading.Thread(target=third)
    with contextlib.ExitStack() as held:
        with slots.one(Control()):
            held.enter_context(slots.one(Control()))
            thread.start()
            assert not entered.is_set()
        assert entered.wait(10)
    thread.join(10)


def test_a_stop_ends_the_waiting() -> None:
    slots, control = Slots(1), Control()
    control.stop()
    with slots.one(Control()), pytest.raises(Interrupted), slots.one(control):
        pass


def test_a_refusal_while_others_work_teaches_a_smaller_size() -> None:
    learned: list[tuple[str, int]] = []
    slots = Slots(8, learned=lambda *what: learned.append(what))
    with slots.one(Control()), slots.one(Control()), slots.one(Control()):
        assert slots.refused()
    assert (slots.size, learned) == (2, [("borne", 2), ("pairs", 2)])


def test_a_refusal_of_the_only_one_is_no_matter_of_how_many() -> None:
    learned: list[tuple[str, int]] = []
    slots = Slots(8, learned=lambda *what: learned.append(what))
    with slots.one(Control()):
        assert not slots.refused()
    assert (slots.size, learned) == (8, [])


def test_what_was_learned_is_the_start_of_the_next_run_and_one_more_is_tried() -> None:
    assert Slots(8, remembered={"borne": 3}).size == 4
    assert Slots(8, remembered={"borne": 8}).size == 8
    assert Slots(8).size == 8


def test_without_refusals_one_more_may_be_tried_and_after_one_none() -> None:
    slots = Slots(8, remembered={"borne": 3})
    for _ in range(9):
        slots.went_well()
    assert slots.size == 8
    careful = Slots(8, remembered={"borne": 3})
    with careful.one(Control()), careful.one(Control()):
        careful.refused()
    careful.went_well()
    assert careful.size == 1
