"""Flags and dates compared three ways: what is late is ours, what its user did is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.likeness import date_differs, flags_differ, flags_of
from mailsafi_wizard.model import Differs

SEEN, FLAGGED = b"\\Seen", b"\\Flagged"


@pytest.mark.parametrize(
    ("sent", "here", "there", "found"),
    [
        (SEEN, SEEN, SEEN, None),
        (SEEN, b"\\seen \\Recent", b"\\SEEN", None),
        (b"", SEEN, b"", (Differs.FLAGS, "\\seen | -")),
        (SEEN, b"", SEEN, (Differs.FLAGS, "- | \\seen")),
        (b"", b"", SEEN, (Differs.USER_FLAGS, "- | \\seen")),
        (SEEN, SEEN, b"", (Differs.USER_FLAGS, "\\seen | -")),
        (b"", SEEN, b"\\Seen", None),  # both did the same
        (b"", SEEN, FLAGGED, (Differs.FLAGS, "\\seen | \\flagged")),
    ],
)
def test_flags(sent: bytes, here: bytes, there: bytes, found: object) -> None:
    assert flags_differ(sent, here, there) == found


def test_what_the_destination_cannot_hold_is_no_difference() -> None:
    permanent = frozenset({b"\\seen"})
    assert flags_differ(b"", b"$Label1", b"", permanent) is None
    assert flags_differ(b"", b"$Label1", b"", frozenset({b"\\*"})) == (Differs.FLAGS, "$label1 | -")


def test_of_one_that_was_there_before_only_what_is_late_counts() -> None:
    assert flags_differ(b"", b"", SEEN, present=True) is None
    assert flags_differ(b"", SEEN, b"", present=True) == (Differs.FLAGS, "\\seen | -")


FLAGS = st.lists(st.sampled_from([b"\\Seen", b"\\Flagged", b"\\Answered", b"$Junk", b"work"]), unique=True).map(b" ".join)


@given(FLAGS, FLAGS, FLAGS)
def test_after_the_changes_of_the_source_were_applied_nothing_is_late(sent: bytes, here: bytes, there: bytes) -> None:
    base, now, shown = (flags_of(raw, None) for raw in (sent, here, there))
    applied = b" ".join((shown | (now - base)) - (base - now))
    found = flags_differ(here, here, applied)
    assert found is None or found[0] is Differs.USER_FLAGS
    assert (flags_differ(sent, here, there) is None) <= (now == shown)


def test_dates_are_moments() -> None:
    nairobi, utc = b"01-Mar-2025 08:00:00 +0300", b" 1-Mar-2025 05:00:00 +0000"
    assert date_differs(nairobi, nairobi, utc) == ""
    assert date_differs(b"", nairobi, utc) == ""
    assert date_differs(nairobi, b"", b" 1-Mar-2025 06:00:00 +0000") == "2025-03-01 08:00:00+03:00 | 2025-03-01 06:00:00+00:00"
    assert date_differs(b"nonsense", b"", utc) == ""


@given(st.binary(), st.binary(), st.binary())
def test_nonsense_raises_nothing(sent: bytes, here: bytes, there: bytes) -> None:
    date_differs(sent, here, there)
    flags_differ(sent, here, there)
