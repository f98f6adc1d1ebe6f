"""Progress where the system shows programs: Linux docks, the Windows task bar, the Dock of macOS. A system without such a place shows nothing.

The Windows part follows Microsoft's description of ITaskbarList3 and has only been tried against a stand-in.
"""

from __future__ import annotations

import ctypes
import logging
import sys
import uuid
from collections.abc import Callable
from typing import Any, Protocol

from PySide6.QtCore import QCoreApplication
from PySide6.QtDBus import QDBusConnection, QDBusMessage
from PySide6.QtGui import QGuiApplication

log = logging.getLogger(__name__)
DESKTOP_FILE = "application://mailsafi-wizard.desktop"


class TaskBar(Protocol):
    """``share`` from 0 to 1, None for no progress; ``waits``: paused or in need of the admin."""

    def show(self, share: float | None, waits: bool) -> None: ...


class NoTaskBar:
    def show(self, share: float | None, waits: bool) -> None:
        """There is no place for it."""


class LauncherEntry:
    """Linux: the signal that docks listen to (com.canonical.Unity.LauncherEntry), heard by Ubuntu's dock, KDE's and Xfce's plug-ins."""

    def __init__(self, bus: QDBusConnection | None = None) -> None:
        self._bus = bus or QDBusConnection.sessionBus()

    def show(self, share: float | None, waits: bool) -> None:
        if not self._bus.isConnected():
            return
        path = "/com/canonical/unity/launcherentry/1"
        message = QDBusMessage.createSignal(path, "com.canonical.Unity.LauncherEntry", "Update")
        facts = {"progress": float(share or 0.0), "progress-visible": share is not None, "urgent": waits}
        message.setArguments([DESKTOP_FILE, facts])
        self._bus.send(message)


class DockBadge:
    """macOS: per cent as the badge of the program's icon."""

    def show(self, share: float | None, waits: bool) -> None:
        app = QCoreApplication.instance()
        if isinstance(app, QGuiApplication):
            app.setBadgeNumber(round(share * 100) if share is not None else 0)


Call = Callable[..., int]
NO_PROGRESS, NORMAL, PAUSED = 0, 2, 8  # TBPFLAG
HR_INIT, SET_VALUE, SET_STATE = 3, 9, 10  # places in the table of methods: IUnknown has 3, ITaskbarList 5, ITaskbarList2 1


class WindowsTaskBar:
    """``window``: the native handle; ``method`` gives the COM method at a place of the table."""

    def __init__(self, window: int, method: Callable[[int], Call]) -> None:
        self._window, self._method = window, method
        self._method(HR_INIT)()

    def show(self, share: float | None, waits: bool) -> None:
        state = NO_PROGRESS if share is None else (PAUSED if waits else NORMAL)
        self._method(SET_STATE)(self._window, state)
        if share is not None:
            self._method(SET_VALUE)(self._window, round(share * 1000), 1000)


def _com_methods() -> Callable[[int], Call]:
    """Makes a TaskbarList object and answers with its methods. Raises OSError where Windows does not give one."""
    library: Any = ctypes.windll.ole32  # type: ignore[attr-defined,unused-ignore]
    ole: Any = library
    made = ctypes.c_void_p()
    which, as_what = (
        (ctypes.c_byte * 16).from_buffer_copy(uuid.UUID(text).bytes_le)
        for text in ("56FDF344-FD6D-11d0-958A-006097C9A090", "ea1afb91-9e28-4b86-90e9-9e9f8a5eefaf")
    )
    ole.CoInitialize(None)
    answer = ole.CoCreateInstance(ctypes.byref(which), None, 1, ctypes.byref(as_what), ctypes.byref(made))
    if answer or not made.value:
        raise OSError(f"no task bar object: {answer}")
    table = ctypes.cast(made, ctypes.POINTER(ctypes.POINTER(ctypes.c_void_p))).contents
    kinds: dict[int, tuple[Any, ...]] = {
        HR_INIT: (),
        SET_VALUE: (ctypes.c_void_p, ctypes.c_ulonglong, ctypes.c_ulonglong),
        SET_STATE: (ctypes.c_void_p, ctypes.c_int),
    }

    def method(place: int) -> Call:
        form: Any = ctypes.CFUNCTYPE(ctypes.c_long, ctypes.c_void_p, *kinds[place])
        call = form(table[place])
        return lambda *values: int(call(made, *values))

    return method


def of_this_system(window: Callable[[], int]) -> TaskBar:
    """The place for progress here; ``window`` gives the native handle and is asked on Windows only."""
    try:
        if sys.platform == "win32":
            return WindowsTaskBar(window(), _com_methods())
        return DockBadge() if sys.platform == "darwin" else LauncherEntry()
    except (OSError, AttributeError):
        log.exception("no progress in the task bar")
        return NoTaskBar()
