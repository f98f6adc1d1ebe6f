"""Many tasks side by side: each settled once, no more at once than is borne, and an end that always comes."""

from __future__ import annotations

import threading

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine import task_round
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.slots import Slots
from mailsafi_wizard.engine.task_round import Crowded, TaskRound

FULL = errors.TooManyConnections(host="old.example")


class Door:
    """A server that lets ``most`` in at once. Waits until the house is full, so that every run is crowded."""

    def __init__(self, most: int) -> None:
        self.most, self.inside, self.turned_away = most, 0, 0
        self.settled: list[int] = []
        self.given_up: list[int] = []
        self._guard = threading.Condition()

    def visit(self, task: int) -> None:
        with self._guard:
            if self.inside >= self.most:
                self.turned_away += 1
                self._guard.notify_all()
                raise Crowded(FULL, True)
            self.inside += 1
            if not self.turned_away:
                self._guard.wait_for(lambda: self.turned_away, 0.2)
            self.inside -= 1
            self.settled.append(task)

    def surrender(self, task: int, _error: errors.MigrationError) -> None:
        self.given_up.append(task)


def test_all_are_settled_once_and_the_size_shrinks_to_what_is_borne() -> None:
    door, slots = Door(3), Slots(16)
    left = TaskRound(range(60), door.visit, door.surrender, slots, Control()).run()
    assert (left, sorted(door.settled), door.given_up) == (0, list(range(60)), [])
    assert door.turned_away > 0
    assert slots.size < 16


def test_where_nobody_gets_in_each_is_given_up_after_a_few_tries(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(task_round, "FIRST_WAIT", 0.001)
    door = Door(0)
    assert TaskRound(range(5), door.visit, door.surrender, Slots(4), Control()).run() == 0
    assert sorted(door.given_up) == list(range(5))


def test_a_stop_leaves_the_rest_undone() -> None:
    control, done = Control(), list[int]()

    def do(task: int) -> None:
        done.append(task)
        if len(done) == 3:
            control.stop()

    assert TaskRound(range(50), do, lambda task, error: None, Slots(1), control).run() == 47
    assert len(done) == 3


def test_a_gate_may_hold_back_and_turn_away() -> None:
    done: list[int] = []
    skipped: list[int] = []

    def gate(task: int) -> bool | None:
        if task % 2:
            return None
        return task == 0 or 0 in done

    assert TaskRound(range(10), done.append, lambda task, error: None, Slots(4), Control(), gate, skipped.append).run() == 0
    assert (done[0], sorted(done), sorted(skipped)) == (0, [0, 2, 4, 6, 8], [1, 3, 5, 7, 9])


def test_a_bug_in_a_task_ends_the_round_and_is_raised_and_every_thread_takes_its_leave() -> None:
    leaves: list[int] = []

    def do(task: int) -> None:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        TaskRound(range(9), do, lambda task, error: None, Slots(4), Control(), leave=lambda: leaves.append(1)).run()
    assert len(leaves) == 9
