"""One round of sending: mails to a list of recipients over one connection, at a steady pace, each outcome told at once. Knows no project file.

What concerns one recipient ends that mail only. What concerns all of them (the sign-in, the sender, a server that takes no more) ends the round,
and the rest stays unsent, for a later one.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.model.telling import ToldState
from mailsafi_wizard.net.smtp import Envelope, Mailer
from mailsafi_wizard.net.smtp_errors import AddressNeedsUtf8, MailRefused, OutcomeUnknown, RecipientRefused, TryLater
from mailsafi_wizard.records import dataclass

BREAKS = 3  # in a row, with no mail taken between: the line or the server is at fault
LOOK_EVERY = 0.1  # seconds between two looks at the switch while waiting for the next mail's time
_OWN = (RecipientRefused, AddressNeedsUtf8, MailRefused)


@dataclass(frozen=True)
class Letter:
    """One mail of a round. ``key`` is the caller's own name for it."""

    key: int
    envelope: Envelope


class NoticeRound:
    """``begin(letter)`` is called before a mail leaves and ``ended(letter, state, error)`` when its outcome is known, both on this thread."""

    def __init__(
        self,
        mailer: Callable[[], Mailer],
        begin: Callable[[Letter], None],
        ended: Callable[[Letter, ToldState, errors.MigrationError | None], None],
        stop: threading.Event,
        rate: int,
    ) -> None:
        """``rate``: mails a minute, 0 for as fast as it goes."""
        self._new_mailer = mailer
        self._begin, self._ended = begin, ended
        self._stop = stop
        self._apart = 60.0 / rate if rate > 0 else 0.0
        self._mailer: Mailer | None = None
        self._next = 0.0
        self._broken = 0

    def run(self, letters: Sequence[Letter]) -> bool:
        """Blocks until the end; True when every letter had its turn, False when it was stopped. Raises what ended the round for all."""
        return asyncio.run(self._all(letters))

    async def _all(self, letters: Sequence[Letter]) -> bool:
        try:
            for letter in letters:
                if not await self._turn():
                    return False
                await self._one(letter)
            return True
        finally:
            await self._close()

    async def _turn(self) -> bool:
        """Waits for the next mail's time; False when the round is to stop."""
        while not self._stop.is_set():
            left = self._next - time.monotonic()
            if left <= 0:
                self._next = time.monotonic() + self._apart
                return True
            await asyncio.sleep(min(left, LOOK_EVERY))
        return False

    async def _one(self, letter: Letter) -> None:
        while True:
            mailer = await self._connected()
            self._begin(letter)
            try:
                await mailer.send(letter.envelope)
            except OutcomeUnknown as e:
                self._ended(letter, ToldState.PERHAPS, e)
                self._break(e)
                return
            except errors.ConnectionLost as e:
                self._ended(letter, ToldState.LATER, e)
                self._break(e)
                continue  # its text had not left, so it may be tried again
            except _OWN as e:
                self._ended(letter, ToldState.REFUSED, e)
            except errors.ServerError as e:
                self._ended(letter, ToldState.LATER, e)
                if not isinstance(e, TryLater):
                    raise
            else:
                self._broken = 0
                self._ended(letter, ToldState.SENT, None)
            return

    def _break(self, error: errors.MigrationError) -> None:
        """Counts a break; raises the last one when there were too many."""
        self._broken += 1
        if self._mailer is not None:
            self._mailer.drop()
            self._mailer = None
        if self._broken >= BREAKS:
            raise error

    async def _connected(self) -> Mailer:
        while self._mailer is None:
            mailer = self._new_mailer()
            try:
                self._mailer = await mailer.__aenter__()
            except errors.ConnectionLost as e:
                self._break(e)
        return self._mailer

    async def _close(self) -> None:
        if self._mailer is not None:
            await self._mailer.__aexit__(None, None, None)
            self._mailer = None
