"""The census in the project file, and the forecast."""

from __future__ import annotations

import datetime as dt

from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.engine.preflight import FAST, SLOW, census_from_text, census_to_text, forecast
from mailsafi_wizard.model import BigMessage, FolderCensus, MailboxCensus, Role, RunRecord

NOW = dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
TEXT = st.text(max_size=10)
DAYS = st.none() | st.dates()
SIZES = st.integers(0)
FOLDERS = st.builds(
    FolderCensus, TEXT, st.none() | st.sampled_from(Role), SIZES, SIZES, TEXT, TEXT, st.booleans(), DAYS, DAYS, SIZES, TEXT, TEXT, SIZES, SIZES,
    st.none() | st.booleans(),
)  # fmt: skip
BIG = st.builds(BigMessage, TEXT, st.integers(1), SIZES, TEXT)
MAILBOXES = st.builds(
    MailboxCensus, st.integers(1), st.lists(FOLDERS, max_size=4).map(tuple), TEXT, st.none() | st.datetimes(timezones=st.just(dt.UTC)), SIZES,
    st.none() | SIZES, SIZES, st.none() | SIZES, st.none() | SIZES, st.lists(BIG, max_size=2).map(tuple), SIZES,
    st.lists(st.tuples(TEXT, SIZES), max_size=2).map(tuple),
)  # fmt: skip


@given(MAILBOXES)
def test_a_census_comes_back_from_the_project_file(census: MailboxCensus) -> None:
    assert census_from_text(census.mailbox_id, census_to_text(census)) == census


def test_a_census_of_an_older_version_is_read() -> None:
    text = '{"error": "", "folders": [["INBOX", "\\\\Inbox", 3, 30, "INBOX", "", false], ["Calendar", "", 1, 5, "", "not a mail folder", true]]}'
    folders = (
        FolderCensus("INBOX", Role.INBOX, 3, 30, "INBOX"),
        FolderCensus("Calendar", None, 1, 5, "", "not a mail folder", True),
    )
    assert census_from_text(7, text) == MailboxCensus(7, folders)


def box(messages: int, size: int) -> MailboxCensus:
    left_out = FolderCensus("Calendar", None, 99, 99, "", "not a mail folder")
    return MailboxCensus(1, (FolderCensus("INBOX", Role.INBOX, messages, size, "INBOX"), left_out))


def run(seconds: float, size: int) -> RunRecord:
    return RunRecord(1, NOW, NOW + dt.timedelta(seconds=seconds), 1, size, "done")


def test_without_a_look_there_is_no_forecast() -> None:
    assert forecast([], [run(10, 10_000_000)]) is None


def test_before_any_run_a_usual_connection_is_assumed() -> None:
    found = forecast([box(0, 8_000_000)], [])
    assert found is not None
    assert (found.low, found.high, found.messages, found.bytes) == (8_000_000 / FAST, 8_000_000 / SLOW, 0, 8_000_000)


def test_many_small_messages_take_their_time() -> None:
    found = forecast([box(40_000, 1000)], [])
    assert found is not None
    assert found.low == 100


@given(st.lists(st.tuples(st.floats(1, 1e5), st.integers(1_000_001, 10**12)), min_size=1, max_size=5))
def test_with_runs_their_speeds_are_the_range(runs: list[tuple[float, int]]) -> None:
    found = forecast([box(1, 10**9)], [run(seconds, size) for seconds, size in runs])
    assert found is not None
    assert 0 < found.low < found.high
    assert found.basis == "the speed of earlier runs"


def test_runs_that_measured_nothing_do_not_count() -> None:
    odd = [run(5, 10), run(0, 10**9), run(-5, 10**9), RunRecord(1, NOW, None, 1, 10**9, "running")]
    assert forecast([box(1, 1)], odd) == forecast([box(1, 1)], [])
