"""Keeps Python's collector of cycles on the screen's thread.

It may run in whichever thread makes the next object; a window's part that is collected by a copying thread is destroyed there, and Qt does not
survive that for long.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

EVERY = 500  # milliseconds


class Garbage(QObject):
    """Takes over from the automatic collector until `stop`; same generations, same thresholds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        gc.collect()
        gc.freeze()  # what the start has loaded stays for good and need not be looked through again
        gc.disable()
        self._timer = QTimer(self)
        self._timer.setInterval(EVERY)
        self._timer.timeout.connect(self.collect)
        self._timer.start()

    def collect(self) -> None:
        counts, limits = gc.get_count(), gc.get_threshold()
        for generation in (2, 1, 0):
            if counts[generation] > limits[generation]:
                gc.collect(generation)
                return

    def stop(self) -> None:
        self._timer.stop()
        gc.collect()
        gc.unfreeze()
        gc.enable()
