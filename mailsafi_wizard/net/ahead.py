"""Connections begun before anybody asks for them: TCP and TLS cross the line while a command still loads the rest of the program.

Nothing is said on them. Greeting and sign-in are up to who takes one, so what a server says is heard where its words are made harmless.
"""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Iterable, Iterator

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net import wire as w

KEPT = 10.0  # seconds; servers hang up on those who say nothing


class _Begun:
    """One connection on its way; either taken or given up, never both."""

    def __init__(self, endpoint: Endpoint, trust: w.Trust, patience: w.Patience) -> None:
        self.wanted = (endpoint, trust, patience)
        self._at = time.monotonic()
        self._guard = threading.Lock()
        self._wire: w.Wire | None = None
        self._error: BaseException | None = None
        self._given_up = False
        self._thread = threading.Thread(target=self._run, name="ahead", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        endpoint, trust, patience = self.wanted
        try:
            sock = w.connect(endpoint, patience)
            with self._guard:
                self._wire = w.Wire(sock, endpoint, patience)
                if self._given_up:
                    self._wire.drop()
                    return
            if endpoint.security is Security.TLS:
                self._wire.secure(trust)
        except BaseException as e:  # noqa: BLE001 (the top of a thread: whoever takes it is told)
            self._error = e

    def take(self) -> w.Wire | None:
        """Waits for it; None when it is too old to be of use. Raises why it could not be made, as `wire.connect` and `Wire.secure` do."""
        self._thread.join()
        if self._error is None and time.monotonic() - self._at < KEPT:
            return self._wire
        self.give_up()
        if self._error is not None:
            raise self._error
        return None

    def give_up(self) -> None:
        """Closes it. A thread that waits for TCP is left to itself; OpenSSL does not survive a program that ends in its midst."""
        with self._guard:
            self._given_up = True
            begun = self._wire
        if begun is None:
            return
        while self._thread.is_alive():
            begun.drop()  # each time what TLS may have taken over meanwhile
            self._thread.join(0.05)
        begun.drop()


_guard = threading.Lock()
_begun: list[_Begun] = []


@contextlib.contextmanager
def connecting(endpoints: Iterable[Endpoint], trust: w.Trust, patience: w.Patience) -> Iterator[None]:
    """Begins a connection to each; those that nobody has taken by the end are closed."""
    fresh = [_Begun(endpoint, trust, patience) for endpoint in endpoints]
    with _guard:
        _begun.extend(fresh)
    try:
        yield
    finally:
        with _guard:
            left = [one for one in _begun if one in fresh]
            _begun[:] = [one for one in _begun if one not in fresh]
        for one in left:
            one.give_up()


def take(endpoint: Endpoint, trust: w.Trust, patience: w.Patience) -> w.Wire | None:
    """A connection that was begun for just this, with TLS done where that comes first; None when there is none. Raises why it could not be made."""
    with _guard:
        found = next((one for one in _begun if one.wanted == (endpoint, trust, patience)), None)
        if found is None:
            return None
        _begun.remove(found)
    return found.take()
