"""Many short tasks at the servers side by side, as many at once as `Slots` learns that they bear.

Knows nothing of what a task is: it hears only that one was settled, or that no connection was free for it.
"""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Callable, Iterable
from typing import Generic, TypeVar

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control, Interrupted
from mailsafi_wizard.engine.slots import LOOK_EVERY, Slots

T = TypeVar("T")
MOST_THREADS = 16
MOST_TRIES = 40  # of one task that found no connection free while others held some
MOST_TRIES_ALONE = 4  # of one that found none though nobody else held any
FIRST_WAIT = 0.5  # seconds before such a one tries again; doubled each time


class Crowded(Exception):
    """No connection was free, and trying again later does no harm. ``anyone``: it is this computer's connections that are too many."""

    def __init__(self, error: errors.MigrationError, anyone: bool, wait: float = 0.0) -> None:
        super().__init__(str(error))
        self.error, self.anyone, self.wait = error, anyone, wait


def always(_task: object) -> bool | None:
    """Every task may be begun."""
    return True


class TaskRound(Generic[T]):
    """One round. ``do`` settles a task or raises `Crowded`; ``give_up`` hears of one for which none was free to the end.

    ``gate`` says for each task, when its turn comes: True begin it, False not yet, None never; those are handed to ``skip``.
    All four are called from worker threads.
    """

    def __init__(
        self,
        tasks: Iterable[T],
        do: Callable[[T], None],
        give_up: Callable[[T, errors.MigrationError], None],
        slots: Slots,
        control: Control,
        gate: Callable[[T], bool | None] = always,
        skip: Callable[[T], None] = lambda task: None,
        leave: Callable[[], None] = lambda: None,
    ) -> None:
        """``leave`` is called by each thread when it ends."""
        self._waiting = deque(enumerate(tasks))
        self._do, self._give_up, self._gate, self._skip = do, give_up, gate, skip
        self._leave = leave
        self._slots = slots
        self._control = control
        self._changed = threading.Condition()
        self._busy = 0
        self._tries: Counter[int] = Counter()
        self._alone: Counter[int] = Counter()
        self._broken: BaseException | None = None

    def run(self) -> int:
        """Works until all is settled or a stop is asked for; returns how many tasks were left undone. Raises what a task raised."""
        count = min(MOST_THREADS, len(self._waiting))
        threads = [threading.Thread(target=self._work, name=f"side-by-side-{i}", daemon=True) for i in range(count)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        if self._broken is not None:
            raise self._broken
        return len(self._waiting)

    def _work(self) -> None:
        try:
            while (taken := self._take()) is not None:
                number, task, wanted = taken
                try:
                    self._carry_out(number, task) if wanted else self._skip(task)
                finally:
                    with self._changed:
                        self._busy -= 1
                        self._changed.notify_all()
        except BaseException as e:  # noqa: BLE001 (the top of a thread: raised again by `run`)
            self._broken = self._broken or e
        finally:
            self._leave()

    def _take(self) -> tuple[int, T, bool] | None:
        """The next task that may be begun (or, with False, skipped); None when there will be none any more."""
        with self._changed:
            while not self._control.stopped and self._broken is None:
                for place, (number, task) in enumerate(self._waiting):
                    answer = self._gate(task)
                    if answer is not False:
                        del self._waiting[place]
                        self._busy += 1
                        return number, task, answer is True
                if not self._waiting and not self._busy:
                    return None
                self._changed.wait(LOOK_EVERY)
            return None

    def _carry_out(self, number: int, task: T) -> None:
        try:
            crowded = self._tried(task)
            if crowded is None:
                return
            error, others = crowded
            tries = self._tries if others else self._alone
            tries[number] += 1
            if tries[number] >= (MOST_TRIES if others else MOST_TRIES_ALONE):
                self._give_up(task, error.error)
                return
            if not others:
                self._control.wait(max(error.wait, FIRST_WAIT * 2 ** (tries[number] - 1)))
        except Interrupted:
            pass
        self._put_back(number, task)

    def _tried(self, task: T) -> tuple[Crowded, bool] | None:
        """None when the task is settled; else why not, and whether others hold connections that it may wait for."""
        with self._slots.one(self._control):
            try:
                self._do(task)
            except Crowded as e:
                return e, e.anyone and self._slots.refused()
        self._slots.went_well()
        return None

    def _put_back(self, number: int, task: T) -> None:
        with self._changed:
            self._waiting.append((number, task))
