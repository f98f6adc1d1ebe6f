"""Keeps a wrong administrator's password from being tried for every mailbox: servers lock out who fails often."""

from __future__ import annotations

import threading
from types import TracebackType

from mailsafi_wizard import errors

MOST_FAILED = 3


class AdminStopped(errors.AdminRefused):
    title = "The administrator was refused three times and was not tried any more"
    hint = "See what the server said about the first mailboxes, mend that, then try again."


class AdminGate:
    """Stands before every sign-in by one administrator's login; use it as a context manager around each, from any thread.

    Until one has worked they go one at a time, and after three refusals no more pass: AdminStopped is raised instead. Once one has
    worked the login is known to be right, and what is refused then is the matter of that mailbox.
    """

    def __init__(self) -> None:
        self._one_at_a_time = threading.Lock()
        self._proven = False
        self._failed = 0
        self._why: errors.AdminRefused | None = None
        self._held = threading.local()

    def __enter__(self) -> None:
        if self._proven:
            self._held.here = False
            return
        self._one_at_a_time.acquire()
        if self._proven:
            self._one_at_a_time.release()
            self._held.here = False
            return
        if self._why is not None and self._failed >= MOST_FAILED:
            self._one_at_a_time.release()
            raise AdminStopped(self._why.detail, **self._why.fields) from self._why
        self._held.here = True

    def __exit__(self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None) -> None:
        if not self._held.here:
            return
        if error is None:
            self._proven = True
        elif isinstance(error, errors.AdminRefused):
            self._failed += 1
            self._why = error
        self._one_at_a_time.release()
