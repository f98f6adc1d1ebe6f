"""After the change: who sees the old mail servers, who the new ones, over time. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable, Sequence

from mailsafi_wizard.net.dns_records import Answer, Snapshot
from mailsafi_wizard.records import dataclass


class Sees(enum.Enum):
    """What one name server tells senders."""

    OLD = "old"
    NEW = "new"
    BOTH = "both"  # part of the mail goes here, part there
    NOTHING = "nothing"
    NO_ANSWER = "no answer"


@dataclass(frozen=True)
class Line:
    """One server through time: moments (aware) from which on it told something else, oldest first. ``left``: seconds until it must ask anew, if told."""

    server: str
    own: bool  # one of the domain's own
    points: tuple[tuple[dt.datetime, Sees], ...]
    left: int | None = None

    @property
    def now(self) -> Sees:
        return self.points[-1][1]


def sees(answer: Answer, wanted: Collection[str]) -> Sees:
    """``wanted``: MailSafi's mail servers, lower case."""
    if answer.problem:
        return Sees.NO_ANSWER
    hosts = {value.split()[-1] for value in answer.values}
    if not hosts:
        return Sees.NOTHING
    if hosts <= set(wanted):
        return Sees.NEW
    return Sees.BOTH if hosts & set(wanted) else Sees.OLD


def lines(history: Iterable[tuple[dt.datetime, Snapshot]], mx: Sequence[str]) -> tuple[Line, ...]:
    """A line for each server of the newest look, its own first."""
    looks = list(history)
    if not looks:
        return ()
    wanted = {host.lower().rstrip(".") for host in mx}
    newest = looks[-1][1]
    made = []
    for view, answer in newest.answers(newest.domain, "MX"):
        points: list[tuple[dt.datetime, Sees]] = []
        for taken, snapshot in looks:
            earlier = next((a for v, a in snapshot.answers(snapshot.domain, "MX") if v.server == view.server), None)
            if earlier is not None and (not points or points[-1][1] is not sees(earlier, wanted)):
                points.append((taken, sees(earlier, wanted)))
        made.append(Line(view.server, view.authoritative, tuple(points), answer.ttl))
    return tuple(sorted(made, key=lambda line: not line.own))
