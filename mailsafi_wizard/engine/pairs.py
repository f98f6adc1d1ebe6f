"""The pairs of connections of one mailbox in one pass: opened as both servers bear it, under the pace, and closed together."""

from __future__ import annotations

from mailsafi_wizard import errors
from mailsafi_wizard.engine.job import Job, both, connect
from mailsafi_wizard.engine.regulator import Allowance, Regulator
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
    """``knocks``: first pairs in a row that were not let in. Opening and closing are the worker's own thread's."""

    def __init__(self, job: Job, slots: Slots, regulator: Regulator, allowance: Allowance) -> None:
        self._job = job
        self._slots = slots
        self._regulator = regulator
        self._allowance = allowance
        self._sessions: list[Session] = []
        self.count = 0
        self.knocks = 0

    def begin(self) -> None:
        """A new pass; before, ``count`` tells still how many the last one had."""
        self.count = 0

    def open(self) -> tuple[Session, Session]:
        """A further signed-in pair; raises what the source raised, else what the destination did, and then leaves no half pair."""
        job = self._job
        fresh: list[Session] = []

        def start(side: Side, endpoint: Endpoint, who: SignIn) -> Session:
            session = connect(endpoint, who, job.trust, job.patience)
            fresh.append(session)
            self._regulator.govern(session.wire)
            self._allowance.watch(side, session.wire)
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
        self._sessions += fresh
        self.knocks = 0
        self.count += 1
        self._slots.opened(first=self.count == 1)
        return pair

    def log_out(self) -> None:
        for session in self._sessions:
            session.logout()

    def drop(self) -> None:
        """All of them, at the end of a pass that succeeded or not."""
        for session in self._sessions:
            session.drop()
        self._slots.closed(self.count)
        self._sessions = []
        self._allowance.close()
