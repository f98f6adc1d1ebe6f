"""Folders shared out over several pairs of connections."""

from __future__ import annotations

from array import array

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.lanes import shared_out
from mailsafi_wizard.engine.plan import FolderWork
from mailsafi_wizard.store.rows import FolderRecord

SIZES = st.lists(st.integers(0, 10_000), max_size=30)


def record(number: int) -> FolderRecord:
    return FolderRecord(number, 1, b"f%d" % number, f"f{number}", b"f", "f")


def work(number: int, sizes: list[int]) -> FolderWork:
    return FolderWork(record(number), array("L", range(1, len(sizes) + 1)), array("Q", sizes))


@given(st.lists(SIZES, max_size=8), st.integers(1, 6))
def test_lanes_share_all_folders_once_and_keep_their_order(folders: list[list[int]], lanes: int) -> None:
    works = [work(number, sizes) for number, sizes in enumerate(folders)]
    shares = shared_out(works, lanes)
    assert len(shares) <= lanes
    assert sorted(w.record.id for share in shares for w in share) == [w.record.id for w in works]
    assert all([w.record.id for w in share] == sorted(w.record.id for w in share) for share in shares)
