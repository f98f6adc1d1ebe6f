"""Ended by force or kindly in the middle, then run again: nothing lost, nothing twice."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.killed_cases import all_killed
from tests.servers.stand import Stand

CASES = all_killed()
CHOSEN = [name for name in CASES if name not in ("killed-by-force-2", "killed-by-force-3", "killed-kindly-2", "killed-kindly-3")]


@pytest.mark.parametrize("name", CHOSEN)
def test_a_rerun_completes(name: str, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = CASES[name](stand, user, tmp_path / "run", True)
    assert verdict.faults == []
