"""A program that dies at a chosen moment, within this process: at the n-th write to a server or to the project file."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from unittest import mock

from mailsafi_wizard.net.wire import Wire
from mailsafi_wizard.store.database import Database


class PowerCut(BaseException):
    """From the chosen moment on nothing is written any more, to no server and to no file."""


class Fuse:
    """Counts steps; blows at the ``at``-th."""

    def __init__(self, at: int) -> None:
        self._at, self._steps, self._lock = at, 0, threading.Lock()
        self.blown = False

    def step(self) -> None:
        with self._lock:
            self._steps += 1
            self.blown = self.blown or self._steps >= self._at
            if self.blown:
                raise PowerCut


@contextlib.contextmanager
def power_cut(at: int) -> Iterator[Fuse]:
    """Within this block the program dies at its ``at``-th write. Half of a cut write to a server still arrives there."""
    fuse = Fuse(at)
    write_all, transaction = Wire.write_all, Database.transaction

    def cut_write(wire: Wire, data: bytes) -> None:
        if fuse.blown:
            raise PowerCut
        try:
            fuse.step()
        except PowerCut:
            with contextlib.suppress(Exception):
                write_all(wire, data[: len(data) // 2])
            raise
        write_all(wire, data)

    def cut_transaction(database: Database) -> contextlib.AbstractContextManager[object]:
        fuse.step()
        return transaction(database)

    with mock.patch.object(Wire, "write_all", cut_write), mock.patch.object(Database, "transaction", cut_transaction):
        yield fuse
