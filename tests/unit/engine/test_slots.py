"""How many mailboxes at once: learned from the servers, remembered."""

from __future__ import annotations

import pytest

from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.slots import Slots


def test_slots_shrink_when_a_server_says_no_and_it_is_remembered() -> None:
    taught: list[int] = []
    slots = Slots(8, learned=taught.append)
    control = Control()
    with slots.one(control), slots.one(control), slots.one(control):
        assert slots.refused()
        assert slots.size == 2
    assert taught == [2]
    with slots.one(control):
        assert not slots.refused()  # nobody else holds any: waiting for others makes no sense
    assert Slots(8, remembered=2).size == 3


def test_a_stop_ends_the_wait_for_a_slot() -> None:
    slots, control = Slots(1), Control()
    with slots.one(Control()):
        control.stop()
        with pytest.raises(Interrupted), slots.one(control):
            pytest.fail("there was no slot")
