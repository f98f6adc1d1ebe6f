"""From and to servers that lie, flood or trick: bounded, honest, and no password where it must not go. All cases: `fault_table`."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.hostile_cases import HostileCase, all_hostile, play_hostile
from tests.servers.stand import Stand

CHOSEN = """
source-greets-with-preauth source-greets-with-http source-endless-greeting source-flood-at-greeting source-echoes-the-password
destination-echoes-the-password wants-login-only login-disabled starttls-works starttls-stripped starttls-refused
starttls-injected tls-expired tls-not-yet-valid tls-wrong-host tls-unknown-authority cleartext-named-as-such
source-deep-parentheses-at-list list-crlf-in-name list-nul-in-name list-noselect list-unbalanced list-second-inbox
list-of-15000 source-uidnext-too-high source-no-uidnext destination-uidnext-too-high destination-no-uidnext
source-counts-fewer-than-it-has destination-counts-more-than-it-has every-reply-twice unasked-fetch unasked-vanished
sizes-too-large sizes-too-small date-nil date-absurd flags-recent flags-unknown flags-broken flags-odd
stores-nothing stores-nothing-tells-no-uid stores-half adds-a-header changes-a-letter tells-wrong-uids tells-no-uids
refuses-two-as-too-big refuses-one-once room-for-ten refuses-folder-names
"""
CASES = {case.name: case for case in all_hostile()}


@pytest.mark.parametrize("case", [CASES[name] for name in CHOSEN.split()], ids=lambda case: case.name)
def test_the_ending_is_honest(case: HostileCase, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = play_hostile(case, stand, user, tmp_path / "run", child=False)
    assert verdict.faults == []


def test_a_flood_fills_no_memory(stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = play_hostile(CASES["source-4-gb-literal-at-uid-fetch"], stand, user, tmp_path / "run")
    assert verdict.faults == []
    assert 0 < verdict.peak < 200 * 1024
