"""Finding again what is at the destination: pairs by Message-ID and size, as a multiset."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import errors
from mailsafi_wizard.engine.lookup import Opened, match_unplaced, opened, refuse_reasons
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.fetch import Listed
from mailsafi_wizard.store.rows import Unconfirmed
from tests.unit.net.other_end import Line

KEYS, MANY_SIZES = st.integers(0, 2), st.integers(1, 3)


@given(
    st.lists(st.tuples(KEYS, MANY_SIZES, st.booleans()), max_size=12),
    st.lists(st.tuples(KEYS, MANY_SIZES), max_size=12),
    st.randoms(use_true_random=False),
)
def test_pairs_are_a_multiset(mine: list[tuple[int, int, bool]], theirs: list[tuple[int, int]], chance: object) -> None:
    rows = [Unconfirmed(uid, 900 + uid if placed else None, size, key, None, 2) for uid, (key, size, placed) in enumerate(mine, 1)]
    entries = [Listed(uid, size, b"", b"", key) for uid, (key, size) in enumerate(theirs, 100)]
    shuffled = list(entries)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    pairs = match_unplaced(rows, shuffled)
    by_uid, by_d_uid = {r.uid: r for r in rows}, {e.uid: e for e in entries}

    assert len({uid for uid, _ in pairs}) == len({d_uid for _, d_uid in pairs}) == len(pairs)
    for uid, d_uid in pairs:
        row, entry = by_uid[uid], by_d_uid[d_uid or 0]
        assert row.d_uid is None
        assert (row.key, row.size) == (entry.key, entry.size)

    wanted = Counter((r.key, r.size) for r in rows if r.d_uid is None)
    there = Counter((e.key, e.size) for e in entries)
    assert len(pairs) == (wanted & there).total(), "as many pairs as both sides have"
    for kind in wanted:
        ordered = [(uid, d) for uid, d in pairs if (by_uid[uid].key, by_uid[uid].size) == kind]
        assert [d for _, d in ordered] == sorted(d or 0 for _, d in ordered), "in order"
    assert match_unplaced(rows, entries) == pairs


def test_the_numbers_that_open_a_folder() -> None:
    said = (
        b"* 23 EXISTS\r\n* 1 RECENT\r\n* FLAGS (\\Seen)\r\n* OK [PERMANENTFLAGS (\\Seen Work \\*)] kept\r\n"
        b"* OK [UIDVALIDITY 7] x\r\n* ok [uidnext 12] x\r\nW1 OK [HIGHESTMODSEQ 99] done\r\n"
    )
    with Line(said) as line:
        numbers = opened(line.session, fetch.examine(line.session, b"a"))
    assert (numbers.exists, numbers.validity, numbers.next, numbers.modseq) == (23, 7, 12, 99)
    assert numbers.permanent == frozenset({b"\\seen", b"work", b"\\*"})


def test_a_server_that_tells_little() -> None:
    numbers = Opened([[b"* FLAGS ()"], [b"* OK [UIDVALIDITY x]"], [b"* 99999999999 EXISTS"]], b"")
    assert (numbers.exists, numbers.validity, numbers.next, numbers.modseq, numbers.permanent) == (0, None, None, None, None)


def test_a_folder_that_does_not_open() -> None:
    with Line(b"W1 NO [NONEXISTENT] gone\r\n") as line, pytest.raises(errors.FolderMissing):
        opened(line.session, fetch.examine(line.session, b"a"))


def test_a_reason_is_in_the_server_s_words_where_it_gave_any() -> None:
    assert refuse_reasons(errors.OverQuota("[OVERQUOTA] full", host="h", text="x")) == "[OVERQUOTA] full"
    assert refuse_reasons(errors.ConnectionLost(host="h")) == "The connection to h broke"
