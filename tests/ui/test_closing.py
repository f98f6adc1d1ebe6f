"""The window is closed while a project is open, and the application ends after it."""

from __future__ import annotations

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages.start import StartPage
from tests.ui.conftest import Hand


def test_what_was_typed_is_kept_and_the_end_asks_nothing_of_a_closed_project(opened: Hand) -> None:
    page = opened.go("start")
    assert isinstance(page, StartPage)
    path = opened.window.project.path if opened.window.project else None
    page.name.setText("Baobab Ltd")
    opened.window.stop_and_close()
    assert opened.window.project is None
    opened.window.close_project()  # as the application does at its end
    assert opened.window.pages == {}
    assert path is not None
    again = MigrationProject.open(path)
    assert again.company.name == "Baobab Ltd"
    again.close()
