"""How long to wait after trouble, and when to give up. Pure but for the clock it is given."""

from __future__ import annotations

import random
import time
from collections.abc import Callable

from mailsafi_wizard import errors
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class Persistence:
    """Limits in seconds: for a server that has not answered yet in this run, and for one that has.

    A lost network or a power cut at the server is waited out for ``known``; progress starts the clock anew. The command line gives up
    after minutes, because running the same command again goes on; the screen waits for hours (see `LONG`).
    """

    unknown: float = 30.0
    known: float = 180.0
    first_wait: float = 0.4
    longest_wait: float = 60.0


LONG = Persistence(known=12 * 3600.0)


class Pacer:
    """Counts failures without progress. `after` gives the wait before the next try, or raises the error when the limit is reached."""

    def __init__(self, limits: Persistence, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._since: float | None = None
        self.fruitless = 0
        self.proven = False  # this run has been signed in on both sides once

    def progress(self) -> None:
        self._since = None
        self.fruitless = 0

    def after(self, error: errors.MigrationError, reached: bool = False) -> float:
        """Seconds to wait before trying again; re-raises ``error`` when it will not heal or has lasted too long.

        ``reached``: other mailboxes of this run were signed in on the same servers.
        """
        offline = isinstance(error, errors.NoSuchHost) and (self.proven or reached)  # without a network no name is known
        if (
            error.retry is errors.Retry.NEVER
            and not offline
            and not isinstance(error, (errors.SignInRefused, errors.CommandRefused))
        ):
            raise error
        if isinstance(error, errors.CommandRefused) and self.fruitless >= 3:
            raise error
        if isinstance(error, errors.SignInRefused) and (not self.proven or self.fruitless >= 2):
            raise error  # a sign-in that worked a minute ago may fail for the server's own reasons, but never knock on and on
        now = self._clock()
        self._since = now if self._since is None else self._since
        self.fruitless += 1
        wait: float = min(self._limits.longest_wait, self._limits.first_wait * 2 ** min(10, self.fruitless - 1)) * random.uniform(
            0.8, 1.2
        )
        asked: float = error.wait if isinstance(error, errors.ServerBusy) else 0.0
        if error.retry is errors.Retry.WAIT:
            wait = max(wait, 1.0)
        wait = max(wait, asked)
        limit = self._limits.known if self.proven or reached or error.retry is errors.Retry.WAIT else self._limits.unknown
        if now - self._since + wait > limit + asked:
            raise error
        return wait
