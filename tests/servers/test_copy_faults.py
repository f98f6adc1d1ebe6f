"""Breaks and refusals at every step of a copy: everything arrives once, or the ending says what did not. All cases: `fault_table`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.break_cases import all_breaks
from tests.servers.cases import Case, play
from tests.servers.refusal_cases import all_refusals
from tests.servers.stand import Stand

# Each step once, each kind of break several times; those that wait for a deadline are played by the table.
CHOSEN = """
source-connect-fin source-greeting-fin source-sign-in-fin source-sign-in-reply-rst
source-list-line-rst source-list-reply-fin source-examine-rst source-examine-reply-fin source-listing-rst
source-listing-line-fin source-listing-reply-rst source-body-start-fin source-body-inside-rst source-body-end-fin
source-body-after-rst source-fetch-reply-fin source-logout-reply-rst destination-connect-fin
destination-sign-in-reply-fin destination-list-line-fin destination-create-rst destination-create-reply-fin
destination-select-fin destination-append-rst destination-literal-start-fin
destination-literal-inside-rst destination-literal-end-fin destination-append-reply-rst
destination-later-append-reply-fin destination-read-back-rst destination-read-back-line-fin destination-read-back-reply-rst
destination-logout-fin single-literal-inside-fin single-append-reply-fin waiting-literal-inside-fin waiting-append-reply-fin
blind-append-reply-fin poorest-nothing-wrong poorest-append-reply-fin
big-nothing-wrong big-waiting-nothing-wrong big-literal-fin big-body-rst body-6-shorter-than-announced body-6-shortened
body-1-announced-smaller source-garbage destination-garbage source-drops-one-body
source-drops-one-listing-line destination-drops-one-read-back-line source-fetch-reply-bye
destination-append-reply-bye-unavailable destination-cut-at-three-appends both-sides-cut source-no-to-examine
destination-bad-to-append destination-no-to-create append-done-but-told-no append-unavailable append-single-throttled
append-backoff-time append-trycreate source-password-refused destination-password-refused overquota-single
subscribe-refused namespace-refused
"""
CASES = {case.name: case for case in [*all_breaks(), *all_refusals()]}


@pytest.mark.parametrize("case", [CASES[name] for name in CHOSEN.split()], ids=lambda case: case.name)
def test_a_copy_comes_through(case: Case, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = play(case, stand, user, tmp_path / "run", child=False, idle=False)
    assert verdict.faults == []


def test_there_are_cases_for_every_step() -> None:
    assert len(CASES) > 300
