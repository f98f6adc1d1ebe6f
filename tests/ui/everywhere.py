"""Every place of the window a person can be at, one after the other: each page, each leaf of its tabs, its help, its forms, its problems."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtWidgets import QAbstractSpinBox, QApplication, QComboBox, QTabBar, QTabWidget, QWidget

from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui.pages import PAGES
from mailsafi_wizard.ui.pages.credentials import CredentialsPage
from mailsafi_wizard.ui.pages.migrate import MigratePage
from mailsafi_wizard.ui.pages.verify import VerifyPage
from mailsafi_wizard.ui.problems import Problem
from tests.ui.conftest import Hand

PROBLEM = Problem("A sample of a problem.", "Its reason.", "What to do.", "Words of a server")
NESTED = 4  # a layout within a layout settles one round later


def open_project(hand: Hand, project: MigrationProject) -> None:
    async def show() -> None:
        hand.window.open_project(project)

    hand.run(show())
    hand.settle()


def drawn(hand: Hand) -> None:
    hand.settle()
    for _round in range(NESTED):
        QApplication.processEvents()


def leaves(hand: Hand) -> Iterator[str]:
    """Each leaf of the page shown, brought forward; the page as it is where it has no tabs."""
    drawn(hand)
    tabs = [tab for tab in hand.page.findChildren(QTabWidget) if tab.isVisible()]
    yield "as it opens"
    for tab in tabs:
        for place in range(tab.count()):
            if tab.isTabVisible(place) and tab.isTabEnabled(place) and place != tab.currentIndex():
                tab.setCurrentIndex(place)
                drawn(hand)
                yield tab.tabText(place)


def pages(hand: Hand, state: str) -> Iterator[str]:
    for step in PAGES:
        hand.go(step.key)
        for leaf in leaves(hand):
            yield f"{state}, {step.key}, {leaf}"
        hand.window.why.click()
        hand.page.show_problem(PROBLEM)
        drawn(hand)
        yield f"{state}, {step.key}, with help and a problem"
        hand.page.show_problem(None)


def welcome(hand: Hand, _folder: Path) -> Iterator[str]:
    for _round in range(NESTED):
        QApplication.processEvents()
    yield "welcome"

    async def show() -> None:
        hand.window.show_support()

    hand.run(show())
    hand.until(lambda: hand.window.aside is not None)
    for _round in range(NESTED):
        QApplication.processEvents()
    yield "support bundle"
    hand.window.close_aside()


def empty(hand: Hand, folder: Path) -> Iterator[str]:
    open_project(hand, MigrationProject.create(folder / "Empty.mailsafi"))
    yield from pages(hand, "empty")
    page = hand.go("credentials")
    assert isinstance(page, CredentialsPage)
    for side, login in page.logins.sides.items():
        for place in range(1, login.choice.count()):
            login.choice.setCurrentIndex(place)
            login.choice.activated.emit(place)
            drawn(hand)
            assert login.is_open
            yield f"empty, credentials, {side.value}: {login.choice.itemText(place)}"
        login.choice.setCurrentIndex(0)
        login.choice.activated.emit(0)
    page.list.type_in()
    drawn(hand)
    yield "empty, credentials, typing a list in"
    page.leave()


def rehearsed(hand: Hand, folder: Path) -> Iterator[str]:
    """The rehearsal, before and after the sign-ins, the look and the copy."""
    place = folder / "rehearsal"
    place.mkdir()
    with Rehearsal(place) as made:
        open_project(hand, made.project)
        yield from pages(hand, "rehearsal")
        _copy(hand)
        yield from pages(hand, "copied")
        hand.window.close_project()


def _copy(hand: Hand) -> None:
    page = hand.go("credentials")
    assert isinstance(page, CredentialsPage)
    page.table.choose(0)
    hand.act()
    migrate = hand.go("migrate")
    assert isinstance(migrate, MigratePage)
    hand.act()

    async def start() -> None:
        migrate.start()

    hand.run(start())
    hand.until(lambda: migrate.project.runs() and not migrate.project.running and hand.window.bridge.summary is not None)
    verify = hand.go("verify")
    assert isinstance(verify, VerifyPage)
    hand.act()


STATES: dict[str, Callable[[Hand, Path], Iterator[str]]] = {"welcome": welcome, "empty": empty, "rehearsed": rehearsed}


def is_inner(widget: QWidget) -> bool:
    """A part of a control, which its owner works for the keyboard."""
    parent = widget.parent()
    return isinstance(parent, (QComboBox, QAbstractSpinBox, QTabBar)) or widget.objectName().startswith("qt_")
