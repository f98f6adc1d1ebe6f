"""Work cut into commands."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.plan import FolderWork, units
from mailsafi_wizard.net.fetch import BIG
from mailsafi_wizard.store.rows import FolderRecord

SIZES = st.lists(st.integers(0, 3 * BIG), max_size=30)


def record(number: int) -> FolderRecord:
    return FolderRecord(number, 1, b"f%d" % number, f"f{number}", b"f", "f")


def work(number: int, sizes: list[int]) -> FolderWork:
    return FolderWork(record(number), array("L", range(1, len(sizes) + 1)), array("Q", sizes))


@given(st.lists(SIZES, max_size=5), st.integers(1, 10), st.integers(1, 5 * BIG))
def test_units_ask_for_every_message_once_in_order_and_for_big_ones_alone(
    folders: list[list[int]], most: int, most_bytes: int
) -> None:
    works = [work(number, sizes) for number, sizes in enumerate(folders)]
    asked = [(unit.work.record.id, uid) for unit in units(works, most, most_bytes) for uid in unit.uids]
    assert asked == [(w.record.id, uid) for w in works for uid in w.uids]
    for unit in units(works, most, most_bytes):
        sizes = list(unit.work.sizes[unit.first : unit.last])
        assert len(sizes) <= most
        assert len(sizes) == 1 or (max(sizes) < BIG and sum(sizes) <= most_bytes)
