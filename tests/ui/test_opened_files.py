"""A project is opened by the event that macOS sends for a double click."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication, QUrl
from PySide6.QtGui import QFileOpenEvent
from PySide6.QtWidgets import QApplication

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.opened_files import OpenedFiles
from tests.ui.conftest import Hand


def send(hand: Hand, path: Path) -> None:
    app = QApplication.instance()
    assert isinstance(app, QApplication)

    async def deliver() -> None:
        QCoreApplication.sendEvent(app, QFileOpenEvent(QUrl.fromLocalFile(str(path))))

    hand.run(deliver())


def test_the_project_is_shown(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "acme.mailsafi"
    MigrationProject.create(path).close()
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    filter_ = OpenedFiles(app, hand.window)
    send(hand, path)
    assert hand.window.project is not None
    assert hand.window.project.path == path
    app.removeEventFilter(filter_)
    hand.window.close_project()


def test_what_is_no_project_is_told_in_place(hand: Hand, tmp_path: Path) -> None:
    path = tmp_path / "letter.mailsafi"
    path.write_text("no project")
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    filter_ = OpenedFiles(app, hand.window)
    send(hand, path)
    assert hand.window.project is None
    assert hand.window.problem_place.count() == 1
    app.removeEventFilter(filter_)
