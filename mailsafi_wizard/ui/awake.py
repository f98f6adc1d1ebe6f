"""Keeps the computer awake while mailboxes are copied, and only then. The asking is wakepy's; a thread does it, because a bus may be slow."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

log = logging.getLogger(__name__)
Hold = Callable[[], AbstractContextManager[Any]]


def by_wakepy() -> AbstractContextManager[Any]:
    """The mode that keeps a computer from sleeping; the screen may go dark. Its ``active`` says whether the system agreed."""
    from wakepy import keep

    return keep.running(on_fail="pass")


class Awake:
    """``be(True)`` asks, ``be(False)`` lets go; both return at once. ``works``: None until the system has answered."""

    def __init__(self, hold: Hold = by_wakepy) -> None:
        self._hold = hold
        self._end: threading.Event | None = None
        self._thread: threading.Thread | None = None
        self.works: bool | None = None

    @property
    def held(self) -> bool:
        return self._end is not None

    def be(self, awake: bool) -> None:
        if awake and self._end is None:
            self._end = threading.Event()
            self._thread = threading.Thread(target=self._stay, args=(self._end, self._thread), name="awake", daemon=True)
            self._thread.start()
        elif not awake and self._end is not None:
            self._end.set()
            self._end = None

    def close(self) -> None:
        """Lets go and waits until the system was told."""
        self.be(False)
        if self._thread is not None:
            self._thread.join(10)

    def _stay(self, end: threading.Event, before: threading.Thread | None) -> None:
        if before is not None:
            before.join()
        try:
            with self._hold() as mode:
                self.works = bool(getattr(mode, "active", True))
                log.info("the computer is kept awake" if self.works else "no way was found to keep the computer awake")
                end.wait()
        except Exception:  # the top of a thread; whatever the system's way is missing, the copy goes on
            self.works = False
            log.exception("the computer could not be kept awake")
