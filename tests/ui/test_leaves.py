"""Every step has its leaf of help, in four parts and both languages, one key away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from mailsafi_wizard import words
from mailsafi_wizard.ui.pages import PAGES
from tests.ui.conftest import Hand

LONGEST = 340  # characters of one part; more is not read


@pytest.mark.parametrize("step", PAGES, ids=lambda step: step.key)
def test_each_step_says_what_happens_why_what_can_go_wrong_and_how_long(step) -> None:
    leaf = step.page.why
    assert leaf is not None
    parts = (leaf.what, leaf.why, leaf.wrong, leaf.long)
    assert all(part.endswith(".") and len(part) <= LONGEST for part in parts)
    assert len(set(parts)) == 4
    words.use("sw")
    try:
        assert all(words._(part) != part for part in parts)
    finally:
        words.use("en")


def test_the_leaf_is_opened_by_mouse_and_by_keyboard(opened: Hand) -> None:
    opened.go("verify")
    card = opened.window.why_card
    assert not card.isVisibleTo(opened.window)
    opened.click(opened.window.why)
    assert card.isVisibleTo(opened.window)
    assert card.parts[1].text().startswith("These figures don't come from")
    opened.go("prepare")
    opened.window.why.setFocus()
    assert not card.isVisibleTo(opened.window)
    QTest.keyClick(opened.window.why, Qt.Key.Key_Space)
    assert card.isVisibleTo(opened.window)
    assert card.parts[0].text().startswith("The old server is found")
