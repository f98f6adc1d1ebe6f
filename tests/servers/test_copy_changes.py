"""Changes between runs and under way, lost journals, renumbered folders: nothing twice, nothing back that was deleted."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.change_cases import all_changes
from tests.servers.stand import Stand

CASES = all_changes()


@pytest.mark.parametrize("name", CASES)
def test_what_changed_is_told_apart(name: str, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = CASES[name](stand, user, tmp_path / "run", False)
    assert verdict.faults == []
