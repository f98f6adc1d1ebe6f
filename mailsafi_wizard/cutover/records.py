"""Records now against records wanted: what to enter and what to take out at the DNS provider, exactly. Pure.

Nothing that is not understood is ever proposed for removal, and the wanted values come from MailSafi's welcome mail alone.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mailsafi_wizard.cutover.spf import merged_spf, old_parts, spf_records, without_old
from mailsafi_wizard.model import MailSafiValues
from mailsafi_wizard.net.dns_records import Snapshot, is_address
from mailsafi_wizard.words import N_

MOST_TTL = 3600  # seconds: the MX record's time to live in the days before the change
LOW_TTL = 300  # what is advised
MOST_OLD = 2  # old mail servers that the SPF record names for the time of the change
_SOMEBODYS = re.compile(r"\+?(?:include:|a:|mx:|exists:|ip4:|ip6:)|redirect=", re.I)  # terms that name a host or network


class State(enum.Enum):
    """How a record stands."""

    RIGHT = "right"
    CHANGE = "change"
    UNKNOWN = "unknown"  # MailSafi's value has not been entered, or nobody answered


class When(enum.Enum):
    """On which days of the plan a change belongs."""

    BEFORE = "before"  # days before the cutover
    DAY = "day"
    AFTER = "after"  # a week later
    ANY = "any"


@dataclass(frozen=True)
class Change:
    """One record. ``now``: as the domain's own servers say; ``wanted``: the exact values that shall stand there in the end, one a line.

    ``remove``: values of ``now`` that have to go, each understood; what is in neither stays as it is. ``record``: the type to choose in a
    panel. ``todo`` is a sentence.
    """

    kind: str  # "MX", "SPF", "DKIM", "TTL", "SPF later"
    name: str
    now: tuple[str, ...]
    wanted: tuple[str, ...]
    state: State
    todo: str = ""
    remove: tuple[str, ...] = ()
    record: str = "TXT"
    when: When = When.BEFORE
    beside: tuple[str, ...] = ()  # other values under this name and type, which stay untouched
    unsure: tuple[str, ...] = ()  # terms of which only the admin knows whether they are the old provider's

    @property
    def add(self) -> tuple[str, ...]:
        """Those of ``wanted`` that do not stand there yet."""
        return tuple(value for value in self.wanted if value not in self.now)


@dataclass(frozen=True)
class Finding:
    """Something wrong or worth knowing; ``text`` is a template for ``fields``. ``grave``: mail is lost or refused as long as it is so."""

    text: str
    fields: tuple[tuple[str, str], ...] = ()
    grave: bool = False

    @property
    def english(self) -> str:
        return self.text.format(**dict(self.fields))


def changes(
    snapshot: Snapshot, values: MailSafiValues, old: Snapshot | None = None, old_hosts: Sequence[str] = ()
) -> tuple[Change, ...]:
    """What is and what should be, in the order in which it is changed: TTL, SPF and DKIM days before, MX on the day, the rest a week after.

    ``old``: how the records stood before the first change, and ``old_hosts``: further servers of the old provider; by them his parts are known.
    """
    made = [_ttl(snapshot, values), _spf(snapshot, values)]
    if values.dkim_selector:
        made.append(_dkim(snapshot, values))
    made.append(_mx(snapshot, values))
    later = (_spf_later(snapshot, values, old, old_hosts), _ttl_later(snapshot)) if switched(snapshot, values) else ()
    return tuple(_with_neighbours(change, snapshot) for change in (*made, *later) if change is not None)


def _with_neighbours(change: Change, snapshot: Snapshot) -> Change:
    """Some panels keep all values of a name in one field: whoever edits it must know what else stands there."""
    there = now_at(snapshot, change.name, change.record) or ()
    ours = {*change.remove, *change.wanted, *(change.now if change.kind != "TTL" else ())}
    return replace(change, beside=tuple(value for value in there if value not in ours and not change.kind.startswith("TTL")))


def now_at(snapshot: Snapshot, name: str, kind: str) -> tuple[str, ...] | None:
    """The values at the domain's own name servers, else at a resolver; None when nobody answered."""
    answered = [(view, answer) for view, answer in snapshot.answers(name, kind) if not answer.problem]
    answered.sort(key=lambda item: not item[0].authoritative)
    return answered[0][1].values if answered else None


def ttl_at_home(snapshot: Snapshot) -> int | None:
    """Of the MX record: the highest at the domain's own servers, None where none of them answered with one."""
    found = [a.ttl for v, a in snapshot.answers(snapshot.domain, "MX") if v.authoritative and a.ttl is not None]
    return max(found, default=None)


def _ttl(snapshot: Snapshot, values: MailSafiValues) -> Change:
    own = [(v, a) for v, a in snapshot.answers(snapshot.domain, "MX") if a.ttl is not None]
    own.sort(key=lambda item: not item[0].authoritative)
    wanted = (str(LOW_TTL),)
    if not own:
        return Change("TTL", snapshot.domain, (), wanted, State.UNKNOWN, record="MX")
    ttl = own[0][1].ttl or 0
    if ttl <= MOST_TTL or switched(snapshot, values):
        return Change("TTL", snapshot.domain, (str(ttl),), (str(ttl),), State.RIGHT, record="MX")
    todo = N_("Lower the TTL of the MX record a day or more before the change, so that nobody remembers the old one for long.")
    return Change("TTL", snapshot.domain, (str(ttl),), wanted, State.CHANGE, todo, record="MX")


def _ttl_later(snapshot: Snapshot) -> Change | None:
    """After the change the TTL may go up again; a low one does no harm but makes senders ask more often."""
    ttl = ttl_at_home(snapshot)
    if ttl is None or ttl >= MOST_TTL:
        return None
    todo = N_("A week after the cutover, when nothing has to be taken back any more, set the TTL to this value.")
    wanted = (str(MOST_TTL),)
    return Change("TTL later", snapshot.domain, (str(ttl),), wanted, State.CHANGE, todo, record="MX", when=When.AFTER)


def wanted_mx(values: MailSafiValues) -> tuple[str, ...]:
    """MailSafi's MX records, "PREFERENCE HOST"."""
    return tuple(f"{10 * (number + 1)} {host.lower().rstrip('.')}" for number, host in enumerate(values.mx))


def _mx(snapshot: Snapshot, values: MailSafiValues) -> Change:
    wanted = wanted_mx(values)
    now = now_at(snapshot, snapshot.domain, "MX")
    if not wanted or now is None:
        return Change("MX", snapshot.domain, now or (), wanted, State.UNKNOWN, record="MX", when=When.DAY)
    if [line.split()[-1] for line in by_preference(now)] == [line.split()[-1] for line in wanted]:
        return Change("MX", snapshot.domain, now, now, State.RIGHT, record="MX", when=When.DAY)
    todo = N_("On the evening of the cutover, enter these MX records and take all others out.")
    gone = tuple(line for line in now if line not in wanted)
    return Change("MX", snapshot.domain, now, wanted, State.CHANGE, todo, gone, "MX", When.DAY)


def by_preference(lines: Sequence[str]) -> list[str]:
    """MX records as senders use them."""
    return sorted(lines, key=lambda line: (int(line.split()[0]) if line.split()[0].isdigit() else 0, line))


def _spf(snapshot: Snapshot, values: MailSafiValues) -> Change:
    texts = now_at(snapshot, snapshot.domain, "TXT")
    now = tuple(spf_records(texts or ()))
    if not values.spf or texts is None:
        return Change("SPF", snapshot.domain, now, (), State.UNKNOWN)
    wanted = merged_spf(now, " ".join((values.spf, *_old_servers(snapshot, values, now))))
    if len(now) == 1 and _same_terms(now[0], wanted):
        return Change("SPF", snapshot.domain, now, now, State.RIGHT)
    todo = N_(
        "Replace the SPF record by this one. It allows the old and the new servers; the old part goes out a week after the cutover."
    )
    return Change("SPF", snapshot.domain, now, (wanted,), State.CHANGE, todo, now)


def _old_servers(snapshot: Snapshot, values: MailSafiValues, records: Sequence[str]) -> tuple[str, ...]:
    """ "mx" stands for the MX records of the moment: after the change it no longer means the old servers, which may still send for a while."""
    terms = {term.lower().lstrip("+") for record in records for term in record.split()[1:]}
    if not terms & {"mx", f"mx:{snapshot.domain}"}:
        return ()
    new = {host.lower().rstrip(".") for host in values.mx}
    hosts = [line.split()[-1] for line in by_preference(now_at(snapshot, snapshot.domain, "MX") or ())]
    return tuple(f"a:{host}" for host in hosts if host not in new and host != "." and not is_address(host))[:MOST_OLD]


def _same_terms(a: str, b: str) -> bool:
    return sorted(t.lower().lstrip("+") for t in a.split()) == sorted(t.lower().lstrip("+") for t in b.split())


def _spf_later(snapshot: Snapshot, values: MailSafiValues, old: Snapshot | None, old_hosts: Sequence[str]) -> Change | None:
    """After the change: the old provider's part, as far as it is known to be his; what may be his is named for the admin to decide."""
    now = tuple(spf_records(now_at(snapshot, snapshot.domain, "TXT") or ()))
    if len(now) != 1 or old is None or not values.spf:
        return None
    hosts = [line.split()[-1] for line in now_at(old, old.domain, "MX") or ()]
    parts = old_parts(now[0], values.spf, [*hosts, *old_hosts], snapshot.domain)
    before = {term for record in spf_records(now_at(old, old.domain, "TXT") or ()) for term in record.split()}
    unsure = tuple(
        t for t in now[0].split()[1:] if t in before and t not in parts and _SOMEBODYS.match(t) and t not in values.spf.split()
    )
    if not parts and not unsure:
        return None
    if not parts:
        return Change("SPF later", snapshot.domain, now, now, State.RIGHT, when=When.AFTER, unsure=unsure)
    todo = N_("A week after the cutover, replace the SPF record by this one. The old provider may then no longer send for you.")
    wanted = without_old(now[0], values.spf, parts)
    return Change("SPF later", snapshot.domain, now, (wanted,), State.CHANGE, todo, now, when=When.AFTER, unsure=unsure)


def _dkim(snapshot: Snapshot, values: MailSafiValues) -> Change:
    name = f"{values.dkim_selector}._domainkey.{snapshot.domain}"
    now = now_at(snapshot, name, "TXT")
    if now is None or not values.dkim_value:
        return Change("DKIM", name, now or (), tuple(filter(None, (values.dkim_value,))), State.UNKNOWN)
    if [squeezed(text) for text in now] == [squeezed(values.dkim_value)]:
        return Change("DKIM", name, now, now, State.RIGHT)
    gone = tuple(t for t in now if t.lower().replace(" ", "").startswith("v=dkim1") and squeezed(t) != squeezed(values.dkim_value))
    kept = tuple(t for t in now if squeezed(t) == squeezed(values.dkim_value)) or (values.dkim_value,)
    if not gone and kept[0] in now:
        return Change("DKIM", name, now, kept, State.RIGHT)
    return Change("DKIM", name, now, kept, State.CHANGE, N_("Add this TXT record under exactly this name."), gone)


def squeezed(text: str) -> str:
    """A DKIM record for comparing: panels add and drop spaces and the last semicolon."""
    return re.sub(r"\s+", "", text).rstrip(";")


def switched(snapshot: Snapshot, values: MailSafiValues) -> bool:
    """True when every server that answered shows MailSafi's MX records and no other."""
    wanted = {host.lower().rstrip(".") for host in values.mx}
    seen = [a for _v, a in snapshot.answers(snapshot.domain, "MX") if not a.problem]
    return bool(wanted and seen) and all({line.split()[-1] for line in a.values} == wanted for a in seen)
