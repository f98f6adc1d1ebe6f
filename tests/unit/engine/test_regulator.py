"""Budgets of a day and hours to copy at, on clocks that the tests hold; and that they survive the program."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.budget import OVERHEAD
from mailsafi_wizard.engine.regulator import LEAST_UNIT, RATE_EACH, Allowance, Regulator
from mailsafi_wizard.model import Hours, Pace, Side
from mailsafi_wizard.net.wire import Wire
from mailsafi_wizard.store.journal import Journal
from tests.unit.net.other_end import Line

NAIROBI = ZoneInfo("Africa/Nairobi")
MB = 1_000_000


class Day:
    """A regulator at a moment of November 2026 in Nairobi; `later` is another one on the same file."""

    def __init__(self, journal: Journal, pace: Pace) -> None:
        self.journal, self.pace = journal, pace
        self.now = dt.datetime(2026, 11, 4, 14, 0, tzinfo=NAIROBI)
        self.seconds = 0.0
        self.slept: list[float] = []
        self.regulator = self.later()

    def later(self) -> Regulator:
        made = Regulator(self.journal, lambda: self.now.astimezone(dt.UTC), lambda: self.seconds, self.slept.append)
        made.use(self.pace, NAIROBI)
        return made

    def one(self, name: str = "jane", regulator: Regulator | None = None) -> Allowance:
        made = (regulator or self.regulator).allowance(f"old:{name}", f"new:{name}")
        made.begin()
        return made


Make = Callable[[Pace], Day]


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    journal = Journal.create(tmp_path / "a.mailsafi")
    yield lambda pace: Day(journal, pace)
    journal.close()


def carried(line: Line, received: int = 0, sent: int = 0) -> Wire:
    """The client's connection, after so many bytes."""
    if received:
        line.wire.read_exactly(received)
    if sent:
        line.wire.write_all(b"x" * sent)
    return line.wire


def test_without_limits_everything_may_be_asked_for(make: Make) -> None:
    one = make(Pace()).one()
    assert one.ask(10**15, 1)
    assert one.rest() is None
    assert one.unit == 0


def test_a_budget_is_checked_before_more_is_asked_for_and_never_overrun(make: Make) -> None:
    day = make(Pace(source_daily=10 * MB))
    one = day.one()
    granted = sum(one.ask(MB, 1) for _ in range(20))
    assert granted == 9  # with the words around them ten would be too much
    assert one.denied is not None
    assert one.denied.why == "today's 10 MB from the old server are used; goes on at 00:05"
    assert one.denied.until == dt.datetime(2026, 11, 5, 0, 5, tzinfo=NAIROBI)
    assert day.one("otieno").ask(MB, 1)  # another account has its own


@pytest.mark.parametrize(
    ("pace", "words"),
    [
        (Pace(destination_daily=5 * MB), "today's 5 MB to the new server are used; goes on at 00:05"),
        (Pace(project_daily=2_500 * MB), "today's 2,500 MB for all mailboxes together are used; goes on at 00:05"),
    ],
)
def test_each_budget_says_which_it_is(make: Make, pace: Pace, words: str) -> None:
    one = make(pace).one()
    limit = pace.destination_daily or pace.project_daily // 2
    assert one.ask(limit - OVERHEAD, 1)
    assert not one.ask(1, 1)
    assert one.denied is not None
    assert one.denied.why == words


def test_the_project_s_budget_is_shared_and_counts_both_ways(make: Make) -> None:
    day = make(Pace(project_daily=10 * MB))
    jane, otieno = day.one(), day.one("otieno")
    assert jane.ask(3 * MB - OVERHEAD, 1)
    assert not otieno.ask(2 * MB + 1, 1)
    assert otieno.denied is not None
    assert jane.denied is None


def test_what_the_connections_carried_counts_once_it_is_settled(make: Make) -> None:
    day = make(Pace(source_daily=10_000, destination_daily=10_000))
    one = day.one()
    with Line(b"x" * 4000) as old, Line(listens=True) as new:
        one.watch(Side.SOURCE, old.wire)
        one.watch(Side.DESTINATION, new.wire)
        assert one.ask(5000, 1)
        assert not one.ask(5000, 1)
        carried(old, received=4000)
        carried(new, sent=1000)
        one.settle()  # less came than was promised
        assert one.ask(5000, 1)
        one.close()
    assert day.regulator.used_today() == 5000


def test_a_budget_survives_a_restart_and_a_crash_is_paid_by_us(make: Make) -> None:
    day = make(Pace(source_daily=10 * MB))
    assert day.one().ask(6 * MB, 1)
    after_a_crash = day.one(regulator=day.later())
    assert not after_a_crash.ask(5 * MB, 1)
    assert after_a_crash.ask(3 * MB, 1)


def test_the_next_day_begins_at_midnight_in_the_project_s_zone(make: Make) -> None:
    day = make(Pace(source_daily=MB))
    one = day.one()
    assert one.ask(MB - OVERHEAD, 1)
    assert one.rest() is not None
    day.now = dt.datetime(2026, 11, 4, 23, 59, tzinfo=NAIROBI)
    assert one.rest() is not None
    day.now = dt.datetime(2026, 11, 5, 0, 5, tzinfo=NAIROBI)
    one.settle()
    assert one.rest() is None
    assert one.ask(MB - OVERHEAD, 1)


def test_a_message_larger_than_a_day_s_budget_goes_first_on_a_day(make: Make) -> None:
    day = make(Pace(source_daily=MB))
    one = day.one()
    assert one.ask(MB // 2, 1)
    assert not one.ask(5 * MB, 1)
    day.now += dt.timedelta(days=1)
    one.settle()
    assert one.ask(5 * MB, 1)
    assert not one.ask(1, 1)


def test_outside_the_hours_nothing_is_asked_for(make: Make) -> None:
    day = make(Pace(copy_hours=Hours(dt.time(20), dt.time(6))))
    one = day.one()
    assert not one.ask(1, 1)
    assert one.denied is not None
    assert (one.denied.until, one.denied.why) == (
        dt.datetime(2026, 11, 4, 20, tzinfo=NAIROBI),
        "copying is set to 20:00 to 06:00; goes on at 20:00",
    )
    day.now = one.denied.until
    assert one.ask(10**12, 1)


def test_tomorrow_s_budget_waits_for_the_hours(make: Make) -> None:
    day = make(Pace(source_daily=MB, copy_hours=Hours(dt.time(12), dt.time(18), weekdays=True)))
    day.now = dt.datetime(2026, 11, 6, 14, tzinfo=NAIROBI)  # a Friday
    one = day.one()
    assert one.ask(MB - OVERHEAD, 1)
    assert not one.ask(MB, 1)
    assert one.denied is not None
    assert one.denied.until == dt.datetime(2026, 11, 9, 12, tzinfo=NAIROBI)
    assert one.denied.why.endswith("; goes on again on Monday at 12:00")


def test_a_refusal_to_one_lane_is_not_forgotten_when_another_may_go_on(make: Make) -> None:
    one = make(Pace(source_daily=MB)).one()
    assert one.ask(MB // 2, 1)
    assert not one.ask(MB, 1)
    assert one.ask(1000, 1)
    assert one.denied is not None


@given(st.lists(st.tuples(st.integers(0, 3), st.integers(1, 400_000)), max_size=60))
def test_whatever_is_asked_in_whatever_order_no_budget_is_overrun(
    tmp_path_factory: pytest.TempPathFactory, asks: list[tuple[int, int]]
) -> None:
    journal = Journal.create(tmp_path_factory.mktemp("budget") / "a.mailsafi")
    day = Day(journal, Pace(source_daily=MB, project_daily=3 * MB))
    granted: dict[int, int] = {}
    for who, size in asks:
        if day.one(str(who)).ask(size, 1):
            granted[who] = granted.get(who, 0) + size + OVERHEAD
    journal.close()
    assert all(size <= MB for size in granted.values())
    assert 2 * sum(granted.values()) <= 3 * MB


# --- the cap


def test_a_cap_reaches_open_connections_and_leaves_them_again(make: Make) -> None:
    day = make(Pace())
    with Line(listens=True) as line:
        day.regulator.govern(line.wire)
        carried(line, sent=1000)
        assert day.slept == []
        day.regulator.use(Pace(rate=100_000), NAIROBI)
        carried(line, sent=100_000)
        count = len(day.slept)
        assert abs(day.slept[-1] - 0.9) < 1e-6  # a tenth of a second is credit
        day.regulator.use(Pace(), NAIROBI)
        carried(line, sent=100_000)
        assert len(day.slept) == count


def test_a_cap_holds_in_its_hours_and_the_hour_is_looked_at_again(make: Make) -> None:
    day = make(Pace(rate=100_000, rate_hours=Hours(dt.time(8), dt.time(18))))
    assert day.regulator.rate() == 100_000
    day.now = dt.datetime(2026, 11, 4, 18, tzinfo=NAIROBI)
    day.seconds += 1.0
    assert day.regulator.rate() == 0


def test_under_a_low_cap_fewer_mailboxes_go_side_by_side(make: Make) -> None:
    day = make(Pace(rate=2 * RATE_EACH + 1))
    assert day.regulator.most_mailboxes() == 2
    day.regulator.use(Pace(rate=16_000), NAIROBI)
    assert day.regulator.most_mailboxes() == 1
    day.regulator.use(Pace(), NAIROBI)
    assert day.regulator.most_mailboxes() == 0


def test_commands_are_smaller_where_a_budget_or_a_cap_is_tight(make: Make) -> None:
    assert make(Pace(source_daily=32 * MB)).one().unit == MB
    assert make(Pace(source_daily=1000)).one().unit == LEAST_UNIT
    assert make(Pace(rate=1_000_000)).one().unit == 500_000
    assert make(Pace(source_daily=2_500 * MB)).one().unit == 0
