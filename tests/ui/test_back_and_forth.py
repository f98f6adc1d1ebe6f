"""Going to and fro loses nothing, and what takes long on one page leaves the others free."""

from __future__ import annotations

import threading

from PySide6.QtWidgets import QApplication

from mailsafi_wizard.errors import WrongUsage
from mailsafi_wizard.ui.pages import PAGES
from mailsafi_wizard.ui.pages.migrate import MigratePage
from mailsafi_wizard.ui.pages.start import StartPage
from tests.ui.conftest import Hand


def test_what_was_typed_and_not_left_is_there_again(opened: Hand) -> None:
    start = opened.go("start")
    assert isinstance(start, StartPage)
    start.name.setText("Tamarind & Daughters Ltd")
    for step in PAGES[1:]:
        opened.go(step.key)
    again = opened.go("start")
    assert isinstance(again, StartPage)
    assert again is start
    assert again.name.text() == "Tamarind & Daughters Ltd"
    assert opened.window.project is not None
    assert opened.window.project.company.name == "Tamarind & Daughters Ltd"


def test_a_problem_waits_on_its_page(opened: Hand) -> None:
    page = opened.go("migrate")
    page.fail(WrongUsage(what="Something to read"))
    opened.go("verify")
    assert opened.page.problem is None
    opened.go("migrate")
    assert opened.page.problem is not None
    assert "Something to read" in opened.page.problem.what


def test_every_page_opens_and_works_while_another_is_busy(opened: Hand) -> None:
    page = opened.go("migrate")
    assert isinstance(page, MigratePage)
    free = threading.Event()
    done: list[bool] = []

    async def begin() -> None:
        page.work("Something long", lambda: free.wait(60), done.append)

    opened.run(begin())
    for step in PAGES:
        if step.key == "migrate":
            continue
        place = next(i for i, one in enumerate(opened.window.steps) if one.key == step.key)
        opened.click(opened.window.rail.buttons[place])
        opened.until(lambda: not opened.page.busy)
    assert page.busy == "Something long"
    free.set()
    opened.until(lambda: done)
    assert not page.busy


def test_news_do_not_make_a_small_window_grow(opened: Hand, qapp: QApplication) -> None:
    window = opened.window
    window.resize(1024, 700)
    for number in range(3):
        window.headlines.tell_crash("\n".join(f"  some/file.py:{number} line" for _ in range(8)))
    for panel in window.headlines.panels:
        assert panel.problem.is_bug
    for step in PAGES:
        opened.go(step.key)
        qapp.processEvents()
        assert (window.width(), window.height()) == (1024, 700), step.key
    assert len(window.headlines.panels) == 3
    window.headlines.clear()
    assert window.headlines.isHidden()


def test_a_closed_window_writes_nothing_into_a_closed_project(opened: Hand) -> None:
    for step in PAGES:
        opened.go(step.key)

    async def close() -> None:
        opened.window.close()

    opened.run(close())
    assert opened.window.project is None
    opened.window.close_project()
