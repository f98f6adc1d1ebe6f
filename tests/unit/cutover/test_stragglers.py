"""Passes after the change: at once, then ever rarer, until a whole one after 72 quiet hours has found nothing."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.cutover.stragglers import FIRST, LONGEST, QUIET, RETRY, watch
from mailsafi_wizard.model import RunRecord

BEGUN = dt.datetime(2026, 12, 4, 15, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)
LAST_ONE = dt.timedelta(minutes=5)


def run(after: dt.timedelta, messages: int = 0, outcome: str = "done", ended: bool = True) -> RunRecord:
    started = BEGUN + after
    return RunRecord(1, started, started + LAST_ONE if ended else None, messages, 0, outcome)


def test_the_final_copy_is_due_at_once() -> None:
    found = watch(BEGUN, [run(-HOUR, 50)], BEGUN)
    assert found.next_pass == BEGUN
    assert (found.passes, found.arrived, found.over) == (0, 0, False)


def test_intervals_grow_while_it_is_quiet_and_fall_back_with_news() -> None:
    first = watch(BEGUN, [run(0 * HOUR, 9)], BEGUN)
    assert first.next_pass == BEGUN + LAST_ONE + FIRST
    quiet = [run(0 * HOUR), run(HOUR), run(2 * HOUR)]
    assert watch(BEGUN, quiet, BEGUN).next_pass == BEGUN + 2 * HOUR + LAST_ONE + 8 * FIRST
    many = [run(i * HOUR) for i in range(20)]
    assert watch(BEGUN, many, BEGUN).next_pass == BEGUN + 19 * HOUR + LAST_ONE + LONGEST
    assert watch(BEGUN, [*quiet, run(3 * HOUR, 1)], BEGUN).next_pass == BEGUN + 3 * HOUR + LAST_ONE + FIRST


def test_a_pass_that_did_not_read_everything_is_made_again_and_ends_nothing() -> None:
    for bad in (
        run(80 * HOUR, outcome="incomplete"),
        run(80 * HOUR, outcome="running", ended=False),
        run(80 * HOUR, outcome="stopped"),
    ):
        found = watch(BEGUN, [run(0 * HOUR), bad], BEGUN + 81 * HOUR)
        assert not found.over
        assert found.next_pass == (bad.ended or bad.started) + RETRY


def test_it_is_over_after_72_quiet_hours_and_a_whole_pass_after_them() -> None:
    early = [run(0 * HOUR), run(71 * HOUR)]
    assert not watch(BEGUN, early, BEGUN + 100 * HOUR).over
    assert watch(BEGUN, [*early, run(73 * HOUR)], BEGUN + 100 * HOUR).over
    news = [run(0 * HOUR), run(50 * HOUR, 2), run(73 * HOUR)]
    assert not watch(BEGUN, news, BEGUN + 100 * HOUR).over
    assert watch(BEGUN, [*news, run(123 * HOUR)], BEGUN + 200 * HOUR).over
    late = watch(BEGUN, [*early, run(73 * HOUR)], BEGUN + 100 * HOUR, last_arrival=BEGUN + 10 * HOUR)
    assert not late.over
    assert late.left(BEGUN + 20 * HOUR) == QUIET - 10 * HOUR


RUNS = st.lists(
    st.tuples(st.integers(0, 200), st.integers(0, 2), st.sampled_from(["done", "incomplete", "stopped"])), max_size=12
).map(lambda rows: [run(hours * HOUR, messages, outcome) for hours, messages, outcome in sorted(rows)])


@given(RUNS)
def test_never_over_with_news_in_the_last_72_hours_before_the_last_look(runs: list[RunRecord]) -> None:
    found = watch(BEGUN, runs, BEGUN + 300 * HOUR)
    assert (found.next_pass is None) == found.over
    if found.over:
        ended = max((r.ended for r in runs if r.messages and r.ended), default=BEGUN)
        assert any(r.outcome == "done" and not r.messages and r.started >= ended + QUIET for r in runs)
