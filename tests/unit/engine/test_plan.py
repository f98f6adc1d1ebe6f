"""Cutting work into commands: everything once, in order, within bounds; big messages alone."""

from __future__ import annotations

from collections import defaultdict, deque

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.plan import FolderWork, units
from mailsafi_wizard.net.fetch import BIG
from mailsafi_wizard.store.rows import FolderRecord


def work(number: int, sizes: list[int]) -> FolderWork:
    found = FolderWork(FolderRecord(number, 1, b"s%d" % number, "", b"d", ""), claims=defaultdict(deque))
    found.uids.extend(range(1, len(sizes) + 1))
    found.sizes.extend(sizes)
    return found


SIZES = st.lists(st.one_of(st.integers(0, 300), st.sampled_from([BIG - 1, BIG, 5 * BIG])), max_size=25)
WORKS = st.lists(SIZES, max_size=5).map(lambda all_sizes: [work(i, sizes) for i, sizes in enumerate(all_sizes)])


@given(WORKS, st.integers(1, 6), st.integers(1, 2 * BIG), st.booleans())
def test_units_hold_every_message_once_and_in_order(
    works: list[FolderWork], most_messages: int, most_bytes: int, apart: bool
) -> None:
    for one in works[::2]:
        one.claims[b"digest"].append(1)
    found = list(units(works, most_messages, most_bytes, lambda: apart))
    assert [(u.work.record.id, uid) for u in found for uid in u.uids] == [(w.record.id, uid) for w in works for uid in w.uids]
    for unit in found:
        sizes = unit.work.sizes[unit.first : unit.last]
        assert 1 <= len(sizes) <= most_messages
        assert len(sizes) == 1 or sum(sizes) <= most_bytes
        assert unit.alone == (max(sizes) >= BIG and (apart or bool(unit.work.claims)))
        assert not unit.alone or len(sizes) == 1


def test_a_work_knows_its_weight() -> None:
    assert (len(work(1, [3, 4])), work(1, [3, 4]).bytes) == (2, 7)
