"""Ended by force or kindly in the middle, then run again: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.killed_cases import all_killed
from tests.servers.stand import Stand

CASES = all_killed()
CHOSEN = """
killed-twice-at-once killed-by-force-1 killed-kindly-1 killed-kindly-when-looking killed-kindly-when-copying killed-kindly-when-checking
killed-by-force-when-copying killed-by-force-when-progress
"""


@pytest.mark.parametrize("name", CHOSEN.split())
def test_a_rerun_completes(name: str, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = CASES[name](stand, user, tmp_path / "run", True)
    assert verdict.faults == []
