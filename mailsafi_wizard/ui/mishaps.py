"""Bugs, wherever they happen: in a slot, a thread, a task, a destructor. Each is logged, told in the window, and the program goes on.

Nothing of a variable's value and no outside word reaches the log or the details (see `support.traces`).
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
import sys
import threading
import types
from collections.abc import Callable, Iterator
from typing import Any

from PySide6.QtCore import QObject, Qt, Signal

from mailsafi_wizard.support.traces import trace_lines

log = logging.getLogger(__name__)
MOST_LOGGED = 20  # times that the same bug is written into the log


class Mishaps(QObject):
    """``told`` is emitted on the screen's thread with an exception that nobody caught."""

    told = Signal(object)
    _came = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._seen: dict[str, int] = {}
        self._came.connect(self._tell, Qt.ConnectionType.QueuedConnection)

    def take(self, error: BaseException) -> None:
        """From any thread."""
        key = "\n".join(trace_lines(error))
        self._seen[key] = self._seen.get(key, 0) + 1
        if self._seen[key] <= MOST_LOGGED:
            log.error("a bug", exc_info=error)
        with contextlib.suppress(RuntimeError):  # the window is gone already
            self._came.emit(error)

    def _tell(self, error: BaseException) -> None:
        self.told.emit(error)


@contextlib.contextmanager
def caught(mishaps: Mishaps, loop: asyncio.AbstractEventLoop, interrupted: Callable[[], object]) -> Iterator[None]:
    """While this lasts, what nobody catches goes to ``mishaps``; Ctrl-C calls ``interrupted``."""

    def hook(kind: type[BaseException], error: BaseException, _trace: types.TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            interrupted()
        else:
            mishaps.take(error)

    def in_thread(args: Any) -> None:
        if args.exc_value is not None and not isinstance(args.exc_value, SystemExit):
            mishaps.take(args.exc_value)

    def in_destructor(args: Any) -> None:
        if args.exc_value is not None:
            mishaps.take(args.exc_value)

    def in_task(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        error = context.get("exception")
        if isinstance(error, BaseException):
            mishaps.take(error)
        else:
            log.warning("the event loop complains: %s", context.get("message", ""))

    before = sys.excepthook, threading.excepthook, sys.unraisablehook
    sys.excepthook, threading.excepthook, sys.unraisablehook = hook, in_thread, in_destructor
    loop.set_exception_handler(in_task)
    try:
        yield
    finally:
        sys.excepthook, threading.excepthook, sys.unraisablehook = before
        loop.set_exception_handler(None)
