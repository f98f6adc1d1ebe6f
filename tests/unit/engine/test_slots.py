"""How many mailboxes side by side: learned from refusals, remembered, and tried anew."""

from __future__ import annotations

import contextlib
import threading

import pytest

from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.slots import AGAIN_AFTER, Slots


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


# --- pairs of connections


def test_a_further_pair_is_for_who_has_less_than_an_account_may_have() -> None:
    learned: list[tuple[str, int]] = []
    slots = Slots(8, learned=lambda *what: learned.append(what))
    with slots.one(Control()):
        slots.opened(first=True)
        assert slots.spare(1)
        slots.lane_refused(3, anyone=False)
        assert not slots.spare(3)
        assert slots.spare(2)
        slots.closed(1)
    assert (slots.lanes, learned) == (3, [("lanes", 3)])
    assert Slots(8, {"lanes": 3}).lanes == 4


def test_pairs_that_are_too_many_for_the_server_are_counted_over_all_mailboxes() -> None:
    learned: list[tuple[str, int]] = []
    slots = Slots(8, learned=lambda *what: learned.append(what))
    with slots.one(Control()), slots.one(Control()):
        for first in (True, True, False, False):
            slots.opened(first)
        slots.lane_refused(2, anyone=True)
        assert not slots.spare(1)
        slots.closed(3)
        assert slots.spare(1)
        slots.closed(1)
    assert learned == [("pairs", 4)]
    assert Slots(8, {"pairs": 4}).pairs == 5


def test_mailboxes_that_wait_for_their_first_pair_come_before_further_pairs() -> None:
    slots = Slots(8, {"pairs": 2})
    with slots.one(Control()), slots.one(Control()), slots.one(Control()):
        slots.opened(first=True)
        assert not slots.spare(1)


def test_a_refusal_to_one_account_is_its_own_and_to_a_second_one_everybody_s() -> None:
    slots = Slots(8)
    with slots.one(Control()), slots.one(Control()), slots.one(Control()):
        slots.opened(first=True)
        assert not slots.refused(7, anyone=False)
        assert not slots.refused(7, anyone=False)
        assert slots.size == 8
        assert slots.refused(8, anyone=False)
        assert slots.size == 2


def test_a_good_while_after_the_last_refusal_one_more_is_tried() -> None:
    clock = [0.0]
    slots = Slots(8, clock=lambda: clock[0])
    with slots.one(Control()), slots.one(Control()), slots.one(Control()):
        slots.refused()
    slots.went_well()
    assert slots.size == 2
    clock[0] = AGAIN_AFTER
    slots.went_well()
    assert slots.size == 3


def test_a_bound_of_the_moment_holds_while_it_is_there() -> None:
    bound, control = [1], Control()
    slots, entered = Slots(8, limit=lambda: bound[0]), threading.Event()

    def second() -> None:
        with slots.one(control):
            entered.set()

    with slots.one(Control()):
        thread = threading.Thread(target=second)
        thread.start()
        assert not entered.is_set()
        bound[0] = 0
        assert entered.wait(10)
    thread.join(10)
