"""The menu at the foot of the rail: what is chosen there takes effect at once, and is remembered."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from mailsafi_wizard.ui import menu, theme
from mailsafi_wizard.ui.pages.start import StartPage
from tests.ui.conftest import Hand


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where the choices are remembered for this test."""
    monkeypatch.setattr(menu, "_file", tmp_path / "settings.ini")
    yield tmp_path
    theme.theme().wear("light", 1.0)


def choice(hand: Hand, words: str) -> QAction:
    top = hand.window.menu_button.menu()
    assert isinstance(top, QMenu)
    found = [action for sub in (top, *top.findChildren(QMenu)) for action in sub.actions() if action.text() == words]
    assert len(found) == 1
    return found[0]


def test_letters_of_another_size_fit_their_fields(opened: Hand, kept: Path) -> None:
    page = opened.go("start")
    assert isinstance(page, StartPage)
    before = page.values["smtp_port"].width()
    opened.do(choice(opened, "150%").trigger)
    fresh = opened.page
    assert isinstance(fresh, StartPage)
    assert fresh.values["smtp_port"].width() > 1.3 * before
    assert fresh.name.text() == "Tamarind Traders Ltd"
    assert float(str(menu.settings().value("zoom"))) == 1.5


def test_colours_are_worn_and_remembered(opened: Hand, kept: Path) -> None:
    opened.do(choice(opened, "Dark").trigger)
    assert theme.theme().colours.scheme == "dark"
    assert menu.settings().value("colours") == "dark"


def test_files_are_remembered_newest_first(kept: Path) -> None:
    files = [kept / name for name in ("one.mailsafi", "two.mailsafi")]
    for file in files:
        file.touch()
        menu.remember(file)
    menu.remember(files[0])
    assert menu.recent_paths() == [files[0].resolve(), files[1].resolve()]
