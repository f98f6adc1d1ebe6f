"""The TTL clock: until when a cache may hold what was there. Checked against caches that ask at every possible moment."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.cutover import clock
from mailsafi_wizard.cutover.clock import LONGEST_TTL, MARGIN
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"
ZERO = dt.datetime(2026, 11, 20, tzinfo=dt.UTC)
CUTOVER = ZERO + dt.timedelta(days=7)


def at(seconds: float) -> dt.datetime:
    return ZERO + dt.timedelta(seconds=seconds)


def seen(ttl: int | None, host: str = "old.example", own: bool = True) -> Snapshot:
    answer = Answer(DOMAIN, "MX", (f"10 {host}",) if ttl is not None else (), ttl)
    return Snapshot(DOMAIN, "", (View("ns1", own, (answer,)),))


def test_a_long_ttl_has_to_be_lowered_a_ttl_and_a_day_before() -> None:
    found = clock([(ZERO, seen(14400))], CUTOVER, at(60))
    assert (found.low, found.low_from, found.changed) == (False, None, None)
    assert found.lower_by == CUTOVER - MARGIN - dt.timedelta(hours=4)
    assert found.old_until == at(60 + 14400)
    assert clock([(ZERO, seen(14400))], None, at(60)).lower_by is None


def test_a_lowered_ttl_counts_when_the_longer_one_has_run_out() -> None:
    history = [(ZERO, seen(14400)), (at(1000), seen(300))]
    found = clock(history, CUTOVER, at(1100))
    assert found.low_from == at(1000 + 14400)
    assert not found.ready(at(15399))
    assert found.ready(at(15400))
    assert found.old_until == at(15400)  # even when the MX were changed now
    assert clock([(ZERO, seen(300))], CUTOVER, at(1)).ready(at(1))


def test_resolvers_tell_nothing_of_the_ttl() -> None:
    assert clock([(ZERO, seen(20, own=False))], CUTOVER, at(5)).ttl is None
    assert clock([], CUTOVER, at(5)).ttl is None


def test_an_absurd_ttl_is_capped() -> None:
    found = clock([(ZERO, seen(2**31 - 1))], CUTOVER, at(0))
    assert found.old_until == at(LONGEST_TTL)


@given(
    st.lists(st.tuples(st.integers(1, 50_000), st.sampled_from([300, 900, 3600, 14400, 86400])), min_size=1, max_size=5),
    st.integers(1, 50_000),
)
def test_no_honest_cache_outlives_the_clock(steps: list[tuple[int, int]], until_change: int) -> None:
    """The zone changes right after a look at the earliest and right before the next at the latest; a cache asks at the last moment."""
    history, moment, held = [], 0, 0
    for wait, ttl in steps:
        history.append((at(moment), seen(ttl)))
        moment += wait
        held = max(held, moment + ttl)  # asked just before the next look, which saw something else
    moment += until_change - steps[-1][0] if until_change > steps[-1][0] else 0
    held = max(held, moment + steps[-1][1])
    history.append((at(moment), seen(300, "new.example")))
    found = clock(history, None, at(moment))
    assert found.changed == at(moment)
    assert found.old_until is not None
    assert found.old_until >= at(held)
