"""Odd mail and odd folders arrive as they are."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.servers.odd_cases import all_odd
from tests.servers.stand import Stand

CASES = {name: act for name, act in all_odd().items() if name not in ("odd-25-mb", "odd-150-mb")}


@pytest.mark.parametrize("name", CASES)
def test_it_arrives(name: str, stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = CASES[name](stand, user, tmp_path / "run", False)
    assert verdict.faults == []


def test_a_big_message_is_not_held_in_memory(stand: Stand, user: str, tmp_path: Path) -> None:
    verdict = all_odd()["odd-25-mb"](stand, user, tmp_path / "run", True)
    assert verdict.faults == []
    assert 0 < verdict.peak < 120 * 1024
