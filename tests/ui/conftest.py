"""The real window on a real event loop, without a screen, and the rehearsal's servers to work with."""

from __future__ import annotations

import asyncio
import gc
from collections.abc import Callable, Coroutine, Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import qasync
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLineEdit

from mailsafi_wizard import words
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.ui import theme
from mailsafi_wizard.ui.garbage import Garbage
from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.pages import PAGES
from mailsafi_wizard.ui.window import Window

LONGEST = 60.0  # seconds that any wait may take before the test fails


class Hand:
    """What a person does with the window. Waits end when what is waited for is so, never after a time."""

    def __init__(self, window: Window, loop: qasync.QEventLoop) -> None:
        self.window = window
        self._loop = loop

    @property
    def page(self) -> Page:
        assert self.window.page is not None
        return self.window.page

    def until(self, true: Callable[[], object]) -> None:
        async def look() -> None:
            async with asyncio.timeout(LONGEST):
                while not true():
                    await asyncio.sleep(0.01)

        self.run(look())

    def run(self, what: Coroutine[Any, Any, object]) -> None:
        self._loop.run_until_complete(what)

    def do(self, call: Callable[[], object]) -> None:
        """Something a click would do, to its end."""

        async def now() -> None:
            call()

        self.run(now())
        self.settle()

    def settle(self) -> None:
        self.until(lambda: not self.page.busy)

    def go(self, key: str) -> Page:
        """Click the step in the rail."""
        place = next(i for i, step in enumerate(self.window.steps) if step.key == key)
        self.click(self.window.rail.buttons[place])
        self.settle()
        return self.page

    def click(self, button: QAbstractButton) -> None:
        assert button.isVisibleTo(self.window), button.text()
        assert button.isEnabled(), button.text()

        async def press() -> None:  # within the event loop, as everything a person does
            QTest.mouseClick(button, Qt.MouseButton.LeftButton)

        self.run(press())

    def press(self, key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """A key, wherever the keyboard is."""

        async def strike() -> None:
            QTest.keyClick(self.window.focusWidget(), key, modifier)

        self.run(strike())

    def act(self) -> None:
        """The page's one action, to its end."""
        self.click(self.window.act)
        self.settle()

    def write(self, edit: QLineEdit, text: str) -> None:
        """Replace what stands in a field and leave it with Tab."""
        edit.setFocus()
        edit.selectAll()
        QTest.keyClick(edit, Qt.Key.Key_Delete)
        QTest.keyClicks(edit, text)
        QTest.keyClick(edit, Qt.Key.Key_Tab)
        edit.editingFinished.emit()  # without a screen no window is active, so leaving a field is told by hand


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """The window of a test is garbage once pytest lets go of it: it is collected here, not on a thread of some later test."""
    answer = yield
    gc.collect()
    return answer


@pytest.fixture
def look(qapp: QApplication) -> None:
    """The light look in its normal size, in English."""
    words.use("en")
    theme.install(qapp, "light", 1.0)


@pytest.fixture
def loop(qapp: QApplication, look: None) -> Iterator[qasync.QEventLoop]:
    made = qasync.QEventLoop(qapp)
    with made, ThreadPoolExecutor(8) as pool:
        made.set_default_executor(pool)
        garbage = Garbage()
        yield made
        garbage.stop()


@pytest.fixture
def hand(loop: qasync.QEventLoop) -> Iterator[Hand]:
    window = Window(PAGES)
    window.resize(1180, 820)
    window.show()
    yield Hand(window, loop)
    window.stop_and_close()
    window.deleteLater()


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    folder = tmp_path / "rehearsal"
    folder.mkdir()
    with Rehearsal(folder) as made:
        yield made


@pytest.fixture
def opened(hand: Hand, rehearsal: Rehearsal) -> Iterator[Hand]:
    """The window with the rehearsal's project open."""

    async def show() -> None:
        hand.window.open_project(rehearsal.project)

    hand.run(show())
    hand.settle()
    yield hand
    hand.window.close_project()
