"""Tells when a window is really on the screen. Knows nothing of what is in it."""

from __future__ import annotations

import asyncio

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QMainWindow

LONGEST = 30.0  # seconds


class _Watch(QObject):
    """Waits for the first paint of what it watches."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.painted = asyncio.Event()

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.painted.set()
        return False


async def drawn(window: QMainWindow) -> None:
    """Returns after the first paint of the window's content; raises TimeoutError when there is none."""
    content = window.centralWidget() or window
    watch = _Watch(window)
    content.installEventFilter(watch)
    async with asyncio.timeout(LONGEST):
        await watch.painted.wait()
    content.removeEventFilter(watch)
