"""When the TTL has to be lowered, and from which moment on no honest cache holds the old records. Pure; all moments are aware."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from mailsafi_wizard.cutover.records import MOST_TTL, ttl_at_home
from mailsafi_wizard.net.dns_records import Snapshot
from mailsafi_wizard.records import dataclass

MARGIN = dt.timedelta(hours=24)  # for a DNS provider that takes its time to publish
LONGEST_TTL = 604_800  # seconds: resolvers cap what is longer (RFC 8767 section 4), and so does this clock
Taken = tuple[dt.datetime, Snapshot]


@dataclass(frozen=True)
class Clock:
    """``ttl``: the MX record's now, seconds. ``lower_by``: the last moment to lower it for the planned cutover; None when it is low or there is no date.

    ``low_from``: no honest cache holds the MX record with its long TTL after it; None while it is not low. ``old_until``: the same
    for the old MX, once it is changed at the domain's own servers; for one that is not changed, how it would be if it were changed now.
    """

    ttl: int | None
    low: bool
    lower_by: dt.datetime | None
    low_from: dt.datetime | None
    changed: dt.datetime | None
    old_until: dt.datetime | None

    def ready(self, now: dt.datetime) -> bool:
        """Nobody remembers the record for longer than the low TTL."""
        return self.low and self.low_from is not None and now >= self.low_from


def clock(history: Iterable[Taken], cutover: dt.datetime | None, now: dt.datetime) -> Clock:
    """From all looks at the records, oldest first."""
    own = [(taken, snapshot) for taken, snapshot in history if ttl_at_home(snapshot) is not None]
    if not own:
        return Clock(None, False, None, None, None, None)
    ttl = _ttl(own[-1])
    low = ttl <= MOST_TTL
    low_from = None
    if low:
        long_ones = [i for i in range(len(own) - 1) if _ttl(own[i]) > MOST_TTL]
        low_from = max((_forgotten(own, i) for i in long_ones), default=own[0][0])
    lower_by = cutover - MARGIN - _seconds(ttl) if cutover is not None and not low else None
    changed, old_until = _change(own)
    if changed is None:
        old_until = max([now + _seconds(ttl), *(_forgotten(own, i) for i in range(len(own) - 1))])
    return Clock(ttl, low, lower_by, low_from, changed, old_until)


def _ttl(taken: Taken) -> int:
    return ttl_at_home(taken[1]) or 0


def _forgotten(own: list[Taken], place: int) -> dt.datetime:
    """When nobody remembers any more what the look at ``place`` saw: it may have stood there until the next look."""
    return own[place + 1][0] + _seconds(_ttl(own[place]))


def _seconds(ttl: int) -> dt.timedelta:
    return dt.timedelta(seconds=min(ttl, LONGEST_TTL))


def _change(own: list[Taken]) -> tuple[dt.datetime | None, dt.datetime | None]:
    """When the MX of the last look was first seen at the own servers, and until when the ones before it may be remembered."""
    last = _hosts(own[-1][1])
    before = next((i for i in range(len(own) - 1, -1, -1) if _hosts(own[i][1]) != last), None)
    if before is None:
        return None, None
    return own[before + 1][0], max(_forgotten(own, i) for i in range(before + 1))


def _hosts(snapshot: Snapshot) -> frozenset[str]:
    """What the own servers say, all together: the change has come when the last of them shows it."""
    own = [a.values for v, a in snapshot.answers(snapshot.domain, "MX") if v.authoritative and not a.problem]
    return frozenset(line.split()[-1] for values in own for line in values)
