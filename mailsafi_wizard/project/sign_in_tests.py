"""Trying the sign-ins of all mailboxes on both sides: started, stopped, and the outcomes kept."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.model import Endpoint, Mailbox, Side, SignInResult
from mailsafi_wizard.project.lists import Lists
from mailsafi_wizard.project.sign_ins import own_endpoint
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.engine.sign_in_test import Attempt

BORNE = "sign_ins.borne."  # and a host's name: the note that remembers how many connections at once it bore


class SignInTests(Lists):
    """The test of all sign-ins."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._testing = Control()

    def test_sign_ins(
        self,
        report: Callable[[SignInResult], None],
        mailbox_ids: Iterable[int] | None = None,
        *,
        pairs: Iterable[tuple[int, Side]] | None = None,
        all_the_same: bool = False,
    ) -> tuple[SignInResult, ...]:
        """Signs in everywhere, side by side; ``report`` is called from worker threads. Each outcome is kept as it comes.

        ``mailbox_ids`` or ``pairs`` limit it; None: all. Where the first refusals have one common cause, the rest is not tried and says so,
        unless ``all_the_same``. After `stop_sign_ins` what was not begun keeps the outcome it had. Raises WrongUsage without servers.
        """
        from mailsafi_wizard.engine import sign_in_test

        ids = None if mailbox_ids is None else set(mailbox_ids)
        only = None if pairs is None else set(pairs)
        wanted = [
            (box, side)
            for box in self.mailboxes()
            for side in Side
            if (ids is None or box.id in ids) and (only is None or (box.id, side) in only)
        ]
        self._testing = Control()
        attempts, missing = self._attempts(wanted)
        for result in missing:
            self._keep(result, report)
        found = sign_in_test.try_all(
            attempts,
            self._trust,
            self.patience,
            lambda result: self._keep(result, report),
            self._testing,
            all_the_same=all_the_same,
            borne={a.endpoint.host: int(text) for a in attempts if (text := self.note(BORNE + a.endpoint.host))},
            learned=lambda host, size: self.set_note(BORNE + host, str(size)),
            leave=self._journal.release_thread,
        )
        self._secrets.rest()
        return (*missing, *found)

    def stop_sign_ins(self) -> None:
        """Ends the test: what is under way is still told, nothing more is begun. Returns at once."""
        self._testing.stop()

    def _attempts(self, wanted: Iterable[tuple[Mailbox, Side]]) -> tuple[list[Attempt], list[SignInResult]]:
        from mailsafi_wizard.engine.sign_in_test import Attempt

        self._gates.clear()  # whoever tries again has mended something
        attempts, missing = [], []
        ends = {side: self._endpoint_or_raise(side) for side in Side}
        for box, side in wanted:
            who = self._sign_in(box, side)
            if who is None:
                missing.append(
                    SignInResult(box.id, side, False, N_("No password is known"), N_("Enter it or load the list again."))
                )
                continue
            endpoint = own_endpoint(box, ends[side]) if side is Side.SOURCE else ends[side]
            attempts.append(Attempt(box.id, side, endpoint, who))
        return attempts, missing

    def _endpoint_or_raise(self, side: Side) -> Endpoint:
        endpoint = self.endpoint(side)
        if endpoint is None:
            raise errors.WrongUsage(what=N_("Both servers must be entered first"))
        return endpoint

    def _keep(self, result: SignInResult, report: Callable[[SignInResult], None]) -> None:
        self._journal.put_sign_in(result)
        report(result)
