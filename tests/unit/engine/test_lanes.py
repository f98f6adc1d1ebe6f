"""Several pairs of connections: who joins in, who takes what, and what ends them all."""

from __future__ import annotations

import threading
from array import array
from collections.abc import Callable, Iterable
from typing import Any, cast

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Interrupted
from mailsafi_wizard.engine.copier import Copier
from mailsafi_wizard.engine.lanes import WORTH_BYTES, Lanes, longest_first
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.engine.reader import Style
from mailsafi_wizard.engine.slots import Slots
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.rows import FolderRecord


class End:
    """A session as far as lanes look at it."""

    def __init__(self, round_trip: float = 0.0, capabilities: str = "LITERAL+") -> None:
        self.round_trip, self._capabilities = round_trip, capabilities
        self.dropped = False

    def has(self, capability: str) -> bool:
        return capability in self._capabilities

    def drop(self) -> None:
        self.dropped = True


class Lane:
    """A copier that notes what it takes. ``work`` is called for each folder."""

    def __init__(self, work: Callable[[Lane, FolderWork], object]) -> None:
        self.works: dict[int, FolderWork] = {}
        self.ended = threading.Event()
        self.abandoned = threading.Event()
        self._work = work

    def copy(self, works: Iterable[FolderWork]) -> None:
        for one in works:
            self.works[one.record.id] = one
            self._work(self, one)

    def abandon(self) -> None:
        self.abandoned.set()


def folder(number: int, messages: int = 30, size: int = 1000) -> FolderWork:
    record = FolderRecord(number, 1, b"f%d" % number, f"f{number}", b"f", "f")
    return FolderWork(record, array("L", range(1, messages + 1)), array("Q", [size] * messages))


class Yard:
    """Lanes whose connections and copiers are of this file."""

    def __init__(self, work: Callable[[Lane, FolderWork], object], first: End, more: Callable[[], End] | None = None) -> None:
        self.lanes: list[Lane] = []
        self.opened: list[End] = []
        self.learned: list[tuple[str, int]] = []
        self.slots = Slots(8, learned=lambda *what: self.learned.append(what))

        def make(_source: Session, _destination: Session) -> Copier:
            self.lanes.append(Lane(work))
            return cast(Copier, self.lanes[-1])

        def open_pair() -> Any:
            end = more() if more else End()
            self.opened.append(end)
            return end, end

        self.yard = Lanes(cast(Any, (first, first)), open_pair, make, lambda: None, self.slots)

    def copy(self, *works: FolderWork, style: Style | None = None) -> list[set[int]]:
        self.yard.copy(works, style or Style())
        return [set(lane.works) for lane in self.lanes]


POOR = End(capabilities="UIDPLUS")
FAR = End(round_trip=0.2)


def test_a_short_line_has_one_lane() -> None:
    yard = Yard(lambda _lane, _work: None, End(round_trip=0.001))
    assert yard.copy(folder(1, 10, WORTH_BYTES), folder(2)) == [{1, 2}]
    assert yard.opened == []


@pytest.mark.parametrize("first", [POOR, FAR])
def test_on_a_long_line_others_join_in_and_every_folder_is_taken_once(first: End) -> None:
    meeting = threading.Barrier(2, timeout=10)

    def together(_lane: Lane, work: FolderWork) -> None:
        if work.record.id < 3:
            meeting.wait()

    yard = Yard(together, first)
    found = yard.copy(folder(1, 30, WORTH_BYTES // 29), folder(2, 29), folder(3, 1))
    assert sorted(number for share in found for number in share) == [1, 2, 3]
    assert len([share for share in found if share & {1, 2}]) == 2


def test_little_mail_on_a_long_line_is_not_worth_a_second_pair() -> None:
    yard = Yard(lambda _lane, _work: None, FAR)
    assert yard.copy(folder(1), folder(2)) == [{1, 2}]


def test_gentle_work_has_one_lane() -> None:
    yard = Yard(lambda _lane, _work: None, POOR)
    assert yard.copy(folder(1), folder(2), style=Style(gentle=True)) == [{1, 2}]


def test_a_pair_that_is_refused_leaves_the_work_to_the_first() -> None:
    def refused() -> End:
        raise errors.TooManyConnections(host="h")

    known = threading.Event()
    yard = Yard(lambda _lane, _work: known.wait(10), POOR, refused)
    yard.slots.lane_refused = lambda own, anyone: (Slots.lane_refused(yard.slots, own, anyone), own == 1 and known.set())  # type: ignore[assignment, func-returns-value]
    assert yard.copy(folder(1), folder(2), folder(3)) == [{1}, {2}, {3}]
    assert yard.learned[-1] == ("lanes", 1)
    assert not yard.slots.spare(1)


def test_a_pair_that_comes_too_late_is_closed_again_and_nobody_waits_for_it() -> None:
    over, closed = threading.Event(), threading.Event()

    class Late(End):
        def drop(self) -> None:
            closed.set()

    def late() -> End:
        over.wait(10)
        return Late()

    yard = Yard(lambda _lane, _work: None, POOR, late)
    assert yard.copy(folder(1), folder(2)) == [{1}, {2}]
    over.set()
    assert closed.wait(10)


def test_where_each_message_is_waited_for_a_lane_takes_a_folder_when_the_one_before_is_stored() -> None:
    joined, taken = threading.Event(), threading.Event()

    def more() -> End:
        joined.wait(10)
        return End(capabilities="")

    def work(_lane: Lane, one: FolderWork) -> None:
        if one.record.id == 1:
            joined.set()
            assert taken.wait(10), "nobody else took the second folder"
        elif one.record.id == 2:
            taken.set()

    yard = Yard(work, POOR, more)
    assert yard.copy(folder(1), folder(2, 40), folder(3))[0] == {1}


def test_what_breaks_one_lane_ends_all_and_is_raised() -> None:
    begun = threading.Event()

    def work(lane: Lane, one: FolderWork) -> None:
        if one.record.id == 1:
            assert begun.wait(10)
            assert lane.abandoned.wait(10)
            raise Interrupted
        begun.set()
        raise errors.ConnectionLost(host="h")

    yard = Yard(work, POOR)
    with pytest.raises(errors.ConnectionLost):
        yard.copy(folder(1), folder(2))


def test_a_fault_in_a_lane_that_has_not_begun_ends_the_run() -> None:
    tried = threading.Event()

    def full() -> End:
        tried.set()
        raise errors.DiskFull(path="x")

    def slow(_lane: Lane, _work: FolderWork) -> None:
        tried.wait(10)

    yard = Yard(slow, POOR, full)
    yard.copy(folder(1), folder(2))  # a known problem with the pair: what is open must do

    def broken() -> End:
        tried.set()
        raise ValueError("a mistake of ours")

    tried.clear()
    begun = threading.Event()

    def until_abandoned(lane: Lane, _work: FolderWork) -> None:
        begun.set()
        assert lane.abandoned.wait(10)
        raise Interrupted

    with pytest.raises(ValueError, match="mistake"):
        Yard(until_abandoned, POOR, broken).copy(folder(1), folder(2))


def test_the_first_folder_stays_first_and_long_ones_go_before_short_ones() -> None:
    works = [folder(1, 1), folder(2, 2), folder(3, 3)]
    assert [w.record.id for w in longest_first(works)] == [1, 3, 2]
    assert longest_first([]) == []
