"""The pictures of what can go wrong: each state comes about by itself in the real window, and says what the admin has to know."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QImage

from mailsafi_wizard import pictures
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.ui import menu, screenshots
from mailsafi_wizard.ui.screenshots import Photographer
from tests.ui.conftest import Hand

STATES = {  # page and the words that must be seen there
    "0-welcome-problem-damaged": "is damaged",
    "0-welcome-problem-newer": "newer version",
    "0-welcome-problem-read-only": "cannot be written",
    "3-communicate-problem": "refused the sign-in",
    "5-migrate-problem-look": "2 mailboxes could not be looked at",
    "5-migrate-problem": "2 mailboxes need you",
    "5-migrate-bug": "made a mistake",
    "5-migrate-recovered": "was cut off",
}


class Watching(Photographer):
    """Also keeps what the panels above the page said."""

    def __init__(self, hand: Hand, out: Path) -> None:
        super().__init__(hand.window, out, (screenshots.USUAL,))
        self._hand = hand
        self.said: dict[str, str] = {}

    def take(self, state: str, looks: tuple[screenshots.Look, ...] = ()) -> None:
        window = self._hand.window
        item = window.problem_place.itemAt(0)
        panel = item.widget() if item is not None else None
        told = [one.what for one in window.headlines.problems]
        self.said[state] = " ".join([*told, panel.accessibleName() if panel is not None else ""])
        super().take(state, looks)


def test_every_page_gets_into_trouble(hand: Hand, rehearsal: Rehearsal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(menu, "_file", tmp_path / "settings.ini")
    camera = Watching(hand, tmp_path)

    async def trouble() -> None:
        hand.window.open_project(rehearsal.project)
        await pictures.Trouble(hand.window, rehearsal, tmp_path, camera).all()

    hand.run(trouble())
    for page in range(9):
        assert [state for state in camera.said if state.startswith(f"{page}-") and "-problem" in state], page
    wrong = {state: camera.said[state] for state, words in STATES.items() if words not in camera.said[state]}
    assert wrong == {}
    for state in camera.said:
        assert not QImage(str(tmp_path / f"{state}.en.light.png")).isNull(), state
    assert list(tmp_path.glob("*.mailsafi")) == []
