"""Who waits holds nobody up."""

from __future__ import annotations

import threading
from dataclasses import dataclass

from mailsafi_wizard.engine.turns import Turns


@dataclass(eq=False)
class Someone:
    name: str
    ready: bool = False
    resting: bool = False


def test_all_get_their_turn_in_order_and_then_it_is_over() -> None:
    turns = Turns([Someone("a"), Someone("b")], stays=True)
    first, second = turns.take(), turns.take()
    assert first
    assert second
    assert (first.name, second.name) == ("a", "b")
    turns.done()
    turns.done()
    assert turns.take() is None


def test_one_that_waits_lets_the_others_go_on_and_comes_back_first() -> None:
    waiting, other, last = Someone("waiting"), Someone("other"), Someone("last")
    clock = [0.0]
    turns = Turns([waiting, other, last], stays=True, clock=lambda: clock[0])
    assert turns.take() is waiting
    turns.park(waiting)
    assert turns.take() is other
    waiting.ready = True
    turns.done()
    assert turns.take() is waiting
    turns.done()
    assert turns.take() is last
    turns.done()
    assert turns.take() is None


def test_the_work_is_not_over_while_somebody_may_come_back() -> None:
    waiting, got = Someone("waiting"), []
    turns = Turns([waiting], stays=True)
    assert turns.take() is waiting

    def next_one() -> None:
        got.append(turns.take())

    thread = threading.Thread(target=next_one)
    thread.start()
    turns.park(waiting)
    waiting.ready = True
    thread.join(10)
    assert got == [waiting]


def test_who_rests_until_tomorrow_is_waited_for_only_where_somebody_stays() -> None:
    resting = Someone("resting", resting=True)
    turns = Turns([resting], stays=False)
    assert turns.take() is resting
    turns.park(resting)
    assert turns.take() is None
    assert turns.left == [resting]


def test_a_rest_does_not_end_the_work_of_others() -> None:
    resting, backing_off = Someone("resting", resting=True), Someone("backing off")
    turns = Turns([resting, backing_off], stays=False)
    for someone in (resting, backing_off):
        assert turns.take() is someone
        turns.park(someone)
    backing_off.ready = True
    assert turns.take() is backing_off
    turns.done()
    assert turns.take() is None
    assert turns.left == [resting]


def test_closing_ends_every_waiting() -> None:
    waiting, got = Someone("waiting"), []
    turns = Turns([waiting], stays=True)
    turns.take()
    turns.park(waiting)
    thread = threading.Thread(target=lambda: got.append(turns.take()))
    thread.start()
    turns.close()
    thread.join(10)
    assert got == [None]
