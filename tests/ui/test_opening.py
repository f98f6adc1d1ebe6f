"""A project that another window has is not opened twice: that window comes to the front, even out of the tray."""

from __future__ import annotations

from pathlib import Path

import pytest

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import opening
from tests.ui.conftest import Hand


class Other:
    """The window of another program; it listens when it is told to."""

    def __init__(self, project: MigrationProject, listens: bool) -> None:
        self.project: MigrationProject | None = project
        self.came = 0
        self.door = opening.Door(None, self)
        if not listens:
            self.door.deleteLater()

    def come_back(self) -> None:
        self.came += 1

    def show_problem(self, _problem: object) -> None:
        pytest.fail("nothing is wrong there")

    def open_project(self, _project: object) -> None:
        pytest.fail("it has one")


@pytest.mark.parametrize("listens", [True, False], ids=["a window", "a command"])
def test_who_has_the_project_comes_or_it_is_told(
    hand: Hand, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, listens: bool
) -> None:
    monkeypatch.setattr(opening, "LISTEN_EVERY", 10)
    monkeypatch.setattr(opening, "PATIENCE", 20.0 if listens else 0.1)
    path = tmp_path / "acme.mailsafi"
    project = MigrationProject.create(path)
    other = Other(project, listens)
    left: list[str] = []

    async def open_at() -> None:
        hand.window.open_at(path, lambda: left.append("elsewhere"))

    hand.run(open_at())
    if listens:
        hand.until(lambda: left)
        assert other.came == 1
        assert hand.window.project is None
    else:
        hand.until(lambda: hand.window._panel is not None)
        assert hand.window._panel is not None
        assert "open elsewhere" in hand.window._panel.problem.what
        assert left == []
    assert [file.name for file in tmp_path.glob("*.knock")] == [], "no knock is left behind"
    other.project = None
    project.close()


@pytest.mark.qt_log_ignore("does not support raise", extend=True)
def test_one_s_own_project_is_only_shown(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "acme.mailsafi"

    async def create() -> None:
        hand.window.create_at(path)

    hand.run(create())
    project = hand.window.project
    hand.do(lambda: hand.window.open_at(path))
    assert hand.window.project is project
    assert hand.window._panel is None
