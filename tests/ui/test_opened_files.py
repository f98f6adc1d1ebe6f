"""A project is opened by the event that macOS sends for a double click."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.opened_files import Application
from tests.ui.conftest import Hand


@pytest.fixture
def asked(qapp: Application, hand: Hand) -> Hand:
    qapp.asked_to_open.connect(hand.window.door.open_asked)
    return hand


def send(hand: Hand, path: Path) -> None:
    async def deliver() -> None:
        app = Application.instance()
        assert app is not None
        QCoreApplication.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(path))))

    hand.run(deliver())


def test_the_project_is_shown(asked: Hand, tmp_path: Path) -> None:
    path = tmp_path / "acme.mailsafi"
    MigrationProject.create(path).close()
    send(asked, path)
    assert asked.window.project is not None
    assert asked.window.project.path == path
    asked.window.close_project()


def test_what_is_no_project_is_told_in_place(asked: Hand, tmp_path: Path) -> None:
    path = tmp_path / "letter.mailsafi"
    path.write_text("no project")
    send(asked, path)
    assert asked.window.project is None
    assert asked.window.problem_place.count() == 1
