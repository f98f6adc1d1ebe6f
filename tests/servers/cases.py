"""A fault case: what goes wrong on the way, and how a migration must end in spite of it. `play` runs one and judges it."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from mailsafi_wizard.demo.certificates import Certificate
from mailsafi_wizard.demo.letters import Letter, Person, letters
from tests.servers.company import Server, big_letter, put, subscribe_some
from tests.servers.fault_proxy import FaultProxy
from tests.servers.faults import Fault
from tests.servers.oracle import snapshot
from tests.servers.trial import Account, Ended, Trial

WHEN = dt.datetime(2024, 3, 4, 5, 6, 7, tzinfo=dt.timezone(dt.timedelta(hours=3)))


class Ending(enum.Enum):
    """How the first phase, with the fault in place, must end. Afterwards the fault is taken away and a rerun must bring the rest."""

    ALL = "everything arrives"
    NAMED = "some fail by name"
    STOPPED = "a server problem is told"


@dataclass(frozen=True)
class Case:
    """``source`` and ``destination``: faults before each. ``hide``: capabilities that the destination (``hide_source``: the source)
    does not show. ``runs``: how many it may take while the fault is there. ``failures``: messages to be named; None: any number.
    ``seed`` puts mail where it belongs; the usual mail when None."""

    name: str
    source: tuple[Fault, ...] = ()
    destination: tuple[Fault, ...] = ()
    hide: tuple[str, ...] = ()
    hide_source: tuple[str, ...] = ()
    ending: Ending = Ending.ALL
    runs: int = 1
    failures: int | None = None
    may_not_fire: bool = False  # the engine is free not to pass by
    seed: Callable[[Server, Server, str], None] | None = None
    compared: dict[str, bool] = field(default_factory=dict, hash=False)


@dataclass
class Verdict:
    """What became of a case. ``faults`` is empty when it went as it must."""

    name: str
    ending: str = ""
    faults: list[str] = field(default_factory=list)
    lost: int = 0
    doubled: int = 0
    altered: int = 0
    runs: int = 0
    seconds: float = 0.0
    statuses: list[int] = field(default_factory=list)
    peak: int = 0  # KiB

    @property
    def good(self) -> bool:
        return not self.faults

    def take(self, ended: Ended, differences: Sequence[str]) -> None:
        """Count one run."""
        self.runs += 1
        self.seconds += ended.seconds
        self.statuses.append(ended.status)
        self.peak = max(self.peak, ended.peak)
        self.lost = count(differences, "lost")
        self.doubled = max(self.doubled, count(differences, "doubled"))
        self.altered = max(self.altered, count(differences, "altered"))


def count(differences: Sequence[str], word: str) -> int:
    return sum(f": {word}:" in line for line in differences)


class Ground(Protocol):
    """What a case is played on."""

    @property
    def source(self) -> Server: ...

    @property
    def destination(self) -> Server: ...

    @property
    def certificate(self) -> Certificate: ...


def usual_mail() -> list[Letter]:
    """Some ninety messages in several folders: ten equal ones and two with one Message-ID among them."""
    owner = Person("Amina", "amina@example.co.ke")
    mail = list(letters(owner, 80, 11))
    plain = [Letter(("INBOX",), ("\\Seen",), WHEN, b"Subject: n%d\r\n\r\nbody %d\r\n" % (i, i)) for i in range(6)]
    return [*mail, *plain]


def big_mail() -> list[Letter]:
    """The usual mail with two messages that are relayed in pieces."""
    return [*usual_mail(), big_letter(("INBOX",), 1_400_000), big_letter(("Sent",), 1_200_000, 2)]


def usual(source: Server, _destination: Server, user: str) -> None:
    """`usual_mail` on the source, nothing at the destination."""
    seed(source, user, usual_mail())


def big(source: Server, _destination: Server, user: str) -> None:
    """`big_mail` on the source, nothing at the destination."""
    seed(source, user, big_mail())


def seed(source: Server, user: str, mail: Sequence[Letter]) -> None:
    """``mail``, and every other folder subscribed."""
    put(source, user, mail)
    subscribe_some(source, user, sorted({letter.folder for letter in mail}))


def looked_at(server: Server, user: str, url: str) -> Account:
    password = server.password_of(user)
    return Account(url, user, password, lambda: snapshot(server.host, server.tls_port, user, password, server.ca_file))


def play(case: Case, ground: Ground, user: str, folder: Path, child: bool = True, idle: bool = True) -> Verdict:
    """Seeds two accounts, runs the case with its faults, then without; judges each run and the end. ``idle``: another run must do nothing."""
    verdict = Verdict(case.name)
    folder.mkdir(parents=True, exist_ok=True)
    (case.seed or usual)(ground.source, ground.destination, user)
    with (
        FaultProxy(ground.source.tls_port, ground.certificate, case.source, case.hide_source) as near,
        FaultProxy(ground.destination.tls_port, ground.certificate, case.destination, case.hide) as far,
    ):
        trial = Trial(
            folder,
            looked_at(ground.source, user, near.url()),
            looked_at(ground.destination, user, far.url()),
            ground.certificate.ca_file,
            child=child,
        )
        _with_faults(case, trial, verdict)
        free = case.may_not_fire or "logout" in case.name  # nobody waits for a goodbye
        if not free and any(p.faults.faults and not p.fired for p in (near, far)):
            verdict.faults.append("the case is wrong: its fault was never met")
        near.faults.faults = far.faults.faults = ()
        if idle or verdict.ending[:3] != "all":
            _without_faults(case, trial, verdict, idle)
    return verdict


def _run(case: Case, trial: Trial, verdict: Verdict) -> tuple[Ended, list[str]]:
    ended = trial.run()
    differences = trial.differences(**case.compared)
    verdict.take(ended, differences)
    verdict.faults += trial.faults_of(ended, differences)
    return ended, differences


def _with_faults(case: Case, trial: Trial, verdict: Verdict) -> None:
    for number in range(1, case.runs + 1):
        ended, differences = _run(case, trial, verdict)
        wrong = _reached(case, ended, differences)
        if not wrong:
            verdict.ending = {Ending.ALL: f"all in {number}", Ending.NAMED: "named", Ending.STOPPED: "told"}[case.ending]
            return
        if number == case.runs:
            verdict.ending = "WRONG"
            verdict.faults += [*wrong, *(f"  {line}" for line in differences[:4]), ended.err[-300:], *why(ended)]


def why(ended: Ended) -> list[str]:
    kinds = {"state-changed": "why", "mailbox-finished": "problem", "message-failed": "message", "remark": "text"}
    told = [(e["event"], e.get(kinds[e["event"]]), e.get("detail", "")) for e in ended.events if e["event"] in kinds]
    return [str(t)[:250] for t in told if t[1]][-5:]


def _reached(case: Case, ended: Ended, differences: Sequence[str]) -> list[str]:
    """What is wrong with the ending; nothing when it is the wanted one."""
    wanted = {Ending.ALL: 0, Ending.NAMED: 1, Ending.STOPPED: 3}[case.ending]
    found = [f"exit status {ended.status}, not {wanted}"] if ended.status != wanted else []
    if case.ending is Ending.ALL and differences:
        found.append(f"{len(differences)} differences")
    if case.ending is Ending.NAMED:
        lost = count(differences, "lost")
        counted = ended.summary["ledger"]["unaccounted"]  # in folders that could not be opened: nobody knows their UIDs
        if len(ended.named) + counted < lost:
            found.append(f"{lost} lost, {len(ended.named)} named, {counted} unaccounted for")
        if case.failures is not None and lost != case.failures:
            found.append(f"{lost} lost, not {case.failures}")
    return found


def _without_faults(case: Case, trial: Trial, verdict: Verdict, idle: bool) -> None:
    """The rest arrives, and another run finds nothing to do."""
    if case.ending is not Ending.ALL or verdict.ending == "WRONG":
        ended, differences = _run(case, trial, verdict)
        if ended.status != 0 or differences:
            verdict.faults += [f"after the fault was gone: exit status {ended.status}", *differences[:4], *why(ended)]
            return
    if not idle:
        return
    before = trial.destination.look()
    ended, differences = _run(case, trial, verdict)
    if ended.status != 0 or differences:
        verdict.faults += [f"a run with nothing to do: exit status {ended.status}", *differences[:4], *why(ended)]
    if before != trial.destination.look():
        verdict.faults.append("a run with nothing to do changed the destination")
