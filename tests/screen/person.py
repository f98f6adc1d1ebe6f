"""Somebody before the screen: looks where things are, moves the mouse there, clicks, types. The hands are xdotool's, so every event comes from the X server.

Knows widgets only as a person does, by where they stand and what they say; every wait ends when what is waited for is so.
"""

from __future__ import annotations

import asyncio
import subprocess
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QApplication,
    QFileDialog,
    QLineEdit,
    QRadioButton,
    QScrollArea,
    QTabWidget,
    QWidget,
)

from mailsafi_wizard.ui.page import Page
from mailsafi_wizard.ui.window import Window

LONGEST = 90.0  # seconds that any wait may take before the run fails
LOOK_EVERY = 0.02
SOON = 5.0  # seconds after which a person does it once more
TRIES = 6
MOST_TURNS = 200  # of the mouse wheel until something is in sight


class Lost(AssertionError):
    """What was waited for did not come; the text says what, and what the screen showed."""


class Person:
    def __init__(self, window: Window) -> None:
        self.window = window

    @property
    def page(self) -> Page:
        assert self.window.page is not None
        return self.window.page

    async def until(self, true: Callable[[], object], what: str) -> None:
        try:
            async with asyncio.timeout(LONGEST):
                while not true():
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            raise Lost(f"waited for {what}; {self._seen()}") from None

    def _seen(self) -> str:
        page = self.window.page
        if page is None:
            return "no page was open"
        return f"on {type(page).__name__}: busy {page.busy!r}, missing {page.missing!r}, problem {page.problem}"

    async def settled(self) -> None:
        """The page has nothing under way, and no problem."""
        await self.until(lambda: not self.page.busy, "the page's work to end")
        problem = self.page.problem
        if problem is not None and problem.tone.value == "bad":
            raise Lost(f"a problem: {problem}")

    # --- hands

    async def _hand(self, *arguments: str) -> None:
        await asyncio.to_thread(subprocess.run, ["xdotool", *arguments], check=True, stdin=subprocess.DEVNULL)

    async def attend(self, top: QWidget) -> None:
        """Turn to a window, which a window manager would do by itself."""
        await self.until(top.isVisible, f"the window {top.windowTitle()!r}")
        await self._hand("windowfocus", str(int(top.winId())))
        await self.until(top.isActiveWindow, f"{top.windowTitle()!r} to have the keyboard")

    async def click_at(self, widget: QWidget, place: QPoint) -> None:
        await self._bring_into_sight(widget, place)
        spot = widget.mapToGlobal(place)
        await self._hand("mousemove", str(spot.x()), str(spot.y()), "click", "1")

    async def click(self, widget: QWidget) -> None:
        if isinstance(widget, QAbstractButton):
            await self.until(
                lambda: widget.isVisible() and widget.isEnabled(), f"the button {widget.text() or widget.accessibleName()!r}"
            )
        left = isinstance(widget, QRadioButton)
        await self.click_at(widget, QPoint(10, widget.height() // 2) if left else widget.rect().center())

    async def _bring_into_sight(self, widget: QWidget, place: QPoint) -> None:
        """Turn the wheel over the page's scroll bar until the place is to be seen."""
        await self.until(widget.isVisible, f"{widget.accessibleName() or type(widget).__name__} to be shown")
        for _turn in range(MOST_TURNS):
            area = self._scroll_area(widget)
            if area is None or area.viewport().rect().adjusted(0, 8, 0, -8).contains(widget.mapTo(area.viewport(), place)):
                return
            bar = area.verticalScrollBar()
            below = widget.mapTo(area.viewport(), place).y() > 0
            before, spot = bar.value(), bar.mapToGlobal(bar.rect().center())
            await self._hand("mousemove", str(spot.x()), str(spot.y()), "click", "5" if below else "4")
            await self.until(lambda b=bar, v=before: b.value() != v, "the page to be scrolled")  # type: ignore[misc]
        raise Lost(f"{widget.accessibleName()!r} can't be scrolled into sight")

    @staticmethod
    def _scroll_area(widget: QWidget) -> QScrollArea | None:
        parent = widget.parentWidget()
        while parent is not None and not isinstance(parent, QScrollArea):
            parent = parent.parentWidget()
        return parent

    async def key(self, *keys: str) -> None:
        await self._hand("key", *keys)

    async def type(self, text: str) -> None:
        await self._hand("type", "--delay", "2", "--", text)

    async def fill(self, edit: QLineEdit, text: str) -> None:
        """Replace what stands in the field that has the keyboard."""
        await self.key("ctrl+a")
        await self.type(text)
        await self.until(
            lambda: edit.text() == text, f"{text!r} in the field {edit.accessibleName()!r}, which holds {edit.text()!r}"
        )

    async def _soon(self, true: Callable[[], object]) -> bool:
        """Whether it comes to be so within `SOON`."""
        try:
            async with asyncio.timeout(SOON):
                while not true():
                    await asyncio.sleep(LOOK_EVERY)
        except TimeoutError:
            return False
        return True

    # --- what a person does with them

    async def write(self, edit: QLineEdit, text: str) -> None:
        """Click into a field, replace what stands there, and leave it with Tab."""
        await self.click(edit)
        await self.until(edit.hasFocus, f"the field {edit.accessibleName()!r} to have the keyboard")
        await self.write_here(edit, text)

    async def write_here(self, edit: QLineEdit, text: str) -> None:
        """As `write`, in the field that has the keyboard."""
        await self.fill(edit, text)
        await self.key("Tab")
        await self.until(lambda: not edit.hasFocus(), f"the field {edit.accessibleName()!r} to be left")

    async def turn_to(self, tabs: QTabWidget, part: QWidget) -> None:
        bar = tabs.tabBar()
        await self.click_at(bar, bar.tabRect(tabs.indexOf(part)).center())
        await self.until(lambda: tabs.currentWidget() is part, f"the part {tabs.tabText(tabs.indexOf(part))!r}")

    async def choose_all(self, table: QAbstractItemView) -> None:
        first = table.visualRect(table.model().index(0, 0)).center()
        await self.click_at(table.viewport(), first)
        await self.until(table.hasFocus, "the table to have the keyboard")
        await self.key("ctrl+a")
        model = table.selectionModel()
        await self.until(lambda: len(model.selectedRows()) == table.model().rowCount(), "all rows to be chosen")

    async def go_on(self) -> None:
        """The button Next."""
        here = self.window.shown
        await self.click(self.window.next)
        await self.until(lambda: self.window.shown == here + 1, "the next page")
        await self.until(lambda: not self.page.busy, "the page's first work to end")

    async def act(self) -> None:
        """The page's one action."""
        await self.click(self.window.act)

    def button(self, words: str, within: QWidget | None = None) -> QAbstractButton:
        """The button that says so."""
        for button in (within or self.page).findChildren(QAbstractButton):
            if button.text().replace("&", "") == words and button.isVisible():
                return button
        raise Lost(f"there is no button {words!r}; {self._seen()}")

    async def name_file(self, path: Path) -> None:
        """Type a path into the file dialogue that has opened, and press Enter."""
        await self.until(lambda: self._dialogue() is not None, "the file dialogue")
        dialogue = self._dialogue()
        assert dialogue is not None
        await self.attend(dialogue)
        edit = dialogue.findChild(QLineEdit, "fileNameEdit")
        assert edit is not None
        await self.until(edit.hasFocus, "the file's name to have the keyboard")
        await self.fill(edit, str(path))
        for _again in range(TRIES):
            if QApplication.activePopupWidget() is not None:  # names that would fit; they may come late, and then take the Return
                await self.key("Escape")
                await self.until(lambda: QApplication.activePopupWidget() is None, "the proposals to go")
            await self.key("Return")
            if await self._soon(lambda: self._dialogue() is None):
                break
        await self.until(lambda: self._dialogue() is None, "the file dialogue to close")
        await self.attend(self.window)

    @staticmethod
    def _dialogue() -> QFileDialog | None:
        top = QApplication.activeModalWidget()
        return top if isinstance(top, QFileDialog) else None
