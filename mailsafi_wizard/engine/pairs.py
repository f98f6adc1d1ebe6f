"""The pairs of connections of one mailbox in one pass: opened as both servers bear it, under the pace, and closed together."""

from __future__ import annotations

import threading

from mailsafi_wizard import errors
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.regulator import Allowance, Regulator
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.engine.slots import Slots
from mailsafi_wizard.model import Endpoint, Side, SignIn
from mailsafi_wizard.net.session import Session

NOT_LET_IN = (errors.ConnectionRefused, errors.ConnectTimeout, errors.ConnectionLost)


def accounts(job: Job) -> tuple[str, str]:
    """Names of a mailbox's account on either side, the same for all mailboxes that share one."""
    ends = ((job.source, job.source_sign_in), (job.destination, job.destination_sign_in))
    source, destination = (f"{endpoint.host}:{who.user}".lower() for endpoint, who in ends)
    return source, destination


class Pairs:
    """``knocks``: first pairs in a row that were not let in. Lanes open further ones from their own threads, one after the other."""

    def __init__(self, job: Job, slots: Slots, regulator: Regulator, allowance: Allowance) -> None:
        self._job = job
        self._slots = slots
        self._regulator = regulator
        self._allowance = allowance
        self._sessions: list[Session] = []
        self._guard = threading.Lock()
        self._passes = 0  # begun or ended: a pair that comes after the end of its pass belongs to nobody
        self.count = 0
        self.knocks = 0

    def begin(self) -> None:
        """A new pass; before, ``count`` tells still how many the last one had."""
        with self._guard:
            self._passes += 1
            self.count = 0

    def open(self) -> tuple[Session, Session]:
        """A further signed-in pair; raises what the source raised, else what the destination did, and then leaves no half pair."""
        job = self._job
        fresh: list[Session] = []
        begun = self._passes

        def start(side: Side, endpoint: Endpoint, who: SignIn) -> Session:
            session = connect(endpoint, who, job.trust, job.patience)
            fresh.append(session)
            self._regulator.govern(session.wire)
            self._allowance.watch(side, session.wire)
            if self._regulator.line.slow:
                session.compress()
            return session

        try:
            pair = both(
                lambda: start(Side.SOURCE, job.source, job.source_sign_in),
                lambda: start(Side.DESTINATION, job.destination, job.destination_sign_in),
            )
        except BaseException as e:
            for session in fresh:
                session.drop()
            if not self.count and isinstance(e, NOT_LET_IN):
                self.knocks += 1
            raise
        with self._guard:
            if begun == self._passes:
                self._sessions += fresh
                self.knocks = 0
                self.count += 1
                self._slots.opened(first=self.count == 1)
                return pair
        for session in fresh:
            session.drop()
        raise errors.ConnectionLost("the work was over before it stood", host=job.source.host)

    def log_out(self) -> None:
        for session in self._sessions:
            session.logout()

    def drop(self) -> None:
        """All of them, at the end of a pass that succeeded or not."""
        with self._guard:
            self._passes += 1
            sessions, self._sessions = self._sessions, []
            self._slots.closed(self.count)
        for session in sessions:
            session.drop()
        self._allowance.close()
