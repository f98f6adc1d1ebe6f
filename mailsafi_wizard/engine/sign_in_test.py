"""Signs in everywhere, side by side: hundreds of mailboxes, as many at once as each server bears, and no guessing (see `caution`).

Each mailbox is tried once on each side. It is tried again only where the server did not judge it: no connection was free. Writes nothing.
"""

from __future__ import annotations

import itertools
import threading
from collections.abc import Callable, Iterable, Mapping

from mailsafi_wizard import errors
from mailsafi_wizard.engine.caution import Caution, words
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import connect
from mailsafi_wizard.engine.slots import MAILBOXES, Slots
from mailsafi_wizard.engine.task_round import MOST_THREADS, Crowded, TaskRound
from mailsafi_wizard.model import NOT_TRIED, Endpoint, Side, SignIn, SignInResult, SignInStyle
from mailsafi_wizard.net.wire import Patience, Trust
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

START_WITH = 3  # connections at once that a server of which nothing is known is believed to bear; `Slots` begins with one more
LONGEST_WAIT = 30.0  # seconds that a server's wish to wait is heeded; a person is looking on
_CROWD = (errors.ConnectionLost, errors.ServerBusy, errors.TooManyConnections)
_LATER = (errors.ConnectionRefused, errors.ConnectTimeout)  # the same, once the server was reached


@dataclass(frozen=True)
class Attempt:
    """One mailbox on one side."""

    mailbox_id: int
    side: Side
    endpoint: Endpoint
    who: SignIn


class _AtOneServer:
    """All attempts at one server."""

    def __init__(
        self,
        attempts: list[Attempt],
        trust: Trust,
        patience: Patience,
        tell: Callable[[SignInResult], None],
        control: Control,
        slots: Slots,
        all_the_same: bool,
        leave: Callable[[], None],
    ) -> None:
        self._trust, self._patience, self._tell = trust, patience, tell
        self._cautions = {login: Caution(login is not None, all_the_same) for login in map(_common_login, attempts)}
        self._hints: dict[str, str] = {}  # kind of refusal -> what helps against it
        self._reached = False
        self._round = TaskRound(attempts, self._try, self._give_up, slots, control, self._may_begin, self._skip, leave)

    def run(self) -> None:
        self._round.run()

    def _may_begin(self, attempt: Attempt) -> bool | None:
        caution = self._cautions[_common_login(attempt)]
        answer = caution.may_begin()
        if answer:
            caution.begun()  # the gate is asked under a lock: no second one slips through
        return answer

    def _skip(self, attempt: Attempt) -> None:
        caution = self._cautions[_common_login(attempt)]
        why, remedy = words(caution.cause, caution.one_login, self._hints.get(caution.cause, ""))
        told = N_("{count} others were refused: {why}. {remedy}").format(count=caution.refusals, why=why, remedy=remedy)
        self._tell(SignInResult(attempt.mailbox_id, attempt.side, False, NOT_TRIED, told))

    def _try(self, attempt: Attempt) -> None:
        caution = self._cautions[_common_login(attempt)]
        try:
            self._sign_in(attempt)
        except Crowded:
            caution.withdrawn()
            raise
        except errors.MigrationError as e:
            self._note_hint(e)
            caution.ended(type(e).__name__)
            self._refused(attempt, e)
            return
        except BaseException:
            caution.withdrawn()
            raise
        caution.ended("")
        self._tell(SignInResult(attempt.mailbox_id, attempt.side, True))

    def _sign_in(self, attempt: Attempt) -> None:
        """Raises what the server judged, or Crowded where it did not come to that."""
        try:
            connect(attempt.endpoint, attempt.who, self._trust, self._patience).logout()
        except errors.ServerError as e:
            if e.before_sign_in and (isinstance(e, _CROWD) or (self._reached and isinstance(e, _LATER))):
                raise Crowded(e, True, _asked(e)) from e
            self._reached = self._reached or not e.before_sign_in
            if isinstance(
                e, errors.TooManyConnections
            ):  # nothing was said about the password; often the account is in use elsewhere
                raise Crowded(e, e.anyone) from e
            if isinstance(e, errors.ServerBusy) and e.detail.startswith("["):  # a response code says so; words alone are no proof
                raise Crowded(e, False, _asked(e)) from e
            raise
        self._reached = True

    def _give_up(self, attempt: Attempt, error: errors.MigrationError) -> None:
        caution = self._cautions[_common_login(attempt)]
        self._note_hint(error)
        caution.begun()
        caution.ended(type(error).__name__)
        self._refused(attempt, error)

    def _note_hint(self, error: errors.MigrationError) -> None:
        if isinstance(error, errors.SignInRefused):
            self._hints[type(error).__name__] = error.hint_text

    def _refused(self, attempt: Attempt, error: errors.MigrationError) -> None:
        self._tell(SignInResult(attempt.mailbox_id, attempt.side, False, error.title_text, error.hint_text, error.detail))


def _common_login(attempt: Attempt) -> tuple[SignInStyle, str] | None:
    """The one login with whose password this mailbox is opened; None where it has its own."""
    own = attempt.who.style in (SignInStyle.PASSWORD, SignInStyle.XOAUTH2)
    return None if own else (attempt.who.style, attempt.who.admin)


def _asked(error: errors.MigrationError) -> float:
    return min(LONGEST_WAIT, error.wait) if isinstance(error, errors.ServerBusy) else 0.0


Server = tuple[str, int]


def try_all(
    attempts: Iterable[Attempt],
    trust: Trust,
    patience: Patience,
    report: Callable[[SignInResult], None],
    control: Control,
    *,
    all_the_same: bool = False,
    borne: Mapping[str, int] | None = None,
    learned: Callable[[str, int], None] = lambda host, size: None,
    leave: Callable[[], None] = lambda: None,
) -> list[SignInResult]:
    """Tries every attempt, all servers side by side; ``report`` hears of each outcome, from worker threads.

    What was under way when ``control`` is stopped is still told; the rest gets no result. ``all_the_same`` goes on although the first
    ones show a common cause. ``borne`` and ``learned``: how many connections at once a host bore earlier, and bears now. ``leave`` is called
    by each thread when it ends.
    """
    results: list[SignInResult] = []
    guard = threading.Lock()

    def tell(result: SignInResult) -> None:
        with guard:
            results.append(result)
        report(result)

    servers = []
    ordered = sorted(attempts, key=lambda a: _server(a.endpoint))
    for (host, _port), group in itertools.groupby(ordered, key=lambda a: _server(a.endpoint)):
        slots = _slots(host, (borne or {}).get(host, START_WITH), learned)
        servers.append(_AtOneServer(list(group), trust, patience, tell, control, slots, all_the_same, leave))
    _run_all(servers)
    return results


def _slots(host: str, known: int, learned: Callable[[str, int], None]) -> Slots:
    def heard(what: str, size: int) -> None:
        if what == MAILBOXES:
            learned(host, size)

    return Slots(MOST_THREADS, {MAILBOXES: known}, heard)


def _server(endpoint: Endpoint) -> Server:
    return endpoint.host, endpoint.port


def _run_all(servers: list[_AtOneServer]) -> None:
    """All servers side by side; raises the first bug that one of them met."""
    broken: list[BaseException] = []

    def run(server: _AtOneServer) -> None:
        try:
            server.run()
        except BaseException as e:  # noqa: BLE001 (the top of a thread: raised again below)
            broken.append(e)

    threads = [threading.Thread(target=run, args=(server,), name="sign-ins", daemon=True) for server in servers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if broken:
        raise broken[0]
