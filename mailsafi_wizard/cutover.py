"""Records now against records wanted: what to change at the DNS provider, and what is wrong there. Pure.

Nothing that is not understood is ever proposed for removal, and the wanted values come from MailSafi's welcome mail alone.
"""

from __future__ import annotations

import enum
import re
from collections.abc import Sequence
from dataclasses import dataclass

from mailsafi_wizard.model import MailSafiValues
from mailsafi_wizard.net.dns import Snapshot, is_address
from mailsafi_wizard.words import N_

MOST_TTL = 3600  # seconds: the MX record's time to live in the days before the change
MOST_LOOKUPS = 10  # of one SPF record (RFC 7208 section 4.6.4)
_SPF_TODO = N_(
    "Replace the SPF record by this one. It allows the old and the new servers; the old part goes out a week after the cutover."
)
_LOOKUP = re.compile(r"[-+~?]?(?:include:|a\b|mx\b|ptr\b|exists:)|redirect=", re.I)


class State(enum.Enum):
    """How a record stands."""

    RIGHT = "right"
    CHANGE = "change"
    UNKNOWN = "unknown"  # MailSafi's value has not been entered, or nobody answered


@dataclass(frozen=True)
class Change:
    """One record. ``now``: as the first of the domain's own servers says; ``wanted``: the exact values to enter, one a line.

    ``todo`` is a sentence template; its fields are in ``fields``.
    """

    kind: str  # "MX", "SPF", "DKIM", "TTL"
    name: str
    now: tuple[str, ...]
    wanted: tuple[str, ...]
    state: State
    todo: str = ""


@dataclass(frozen=True)
class Finding:
    """Something wrong or worth knowing; ``text`` is a template for ``fields``."""

    text: str
    fields: tuple[tuple[str, str], ...] = ()


def changes(snapshot: Snapshot, values: MailSafiValues) -> tuple[Change, ...]:
    """What is and what should be, in the order in which it is changed: TTL and SPF days before, MX on the day."""
    made = [_ttl(snapshot), _spf(snapshot, values)]
    if values.dkim_selector:
        made.append(_dkim(snapshot, values))
    return (*made, _mx(snapshot, values))


def now_at(snapshot: Snapshot, name: str, kind: str) -> tuple[str, ...] | None:
    """The values at the domain's own name servers, else at a resolver; None when nobody answered."""
    answered = [(view, answer) for view, answer in snapshot.answers(name, kind) if not answer.problem]
    answered.sort(key=lambda item: not item[0].authoritative)
    return answered[0][1].values if answered else None


def _ttl(snapshot: Snapshot) -> Change:
    own = [(v, a) for v, a in snapshot.answers(snapshot.domain, "MX") if a.ttl is not None]
    own.sort(key=lambda item: not item[0].authoritative)
    if not own:
        return Change("TTL", snapshot.domain, (), (str(MOST_TTL),), State.UNKNOWN)
    ttl = own[0][1].ttl or 0
    todo = (
        ""
        if ttl <= MOST_TTL
        else N_("Lower the TTL of the MX record a day or more before the change, so that nobody remembers the old one for long.")
    )
    return Change("TTL", snapshot.domain, (str(ttl),), (str(MOST_TTL),), State.CHANGE if todo else State.RIGHT, todo)


def _mx(snapshot: Snapshot, values: MailSafiValues) -> Change:
    wanted = tuple(f"{10 * (number + 1)} {host.lower().rstrip('.')}" for number, host in enumerate(values.mx))
    now = now_at(snapshot, snapshot.domain, "MX")
    if not wanted or now is None:
        return Change("MX", snapshot.domain, now or (), wanted, State.UNKNOWN)
    if [line.split()[-1] for line in _by_preference(now)] == [line.split()[-1] for line in wanted]:
        return Change("MX", snapshot.domain, now, wanted, State.RIGHT)
    return Change(
        "MX",
        snapshot.domain,
        now,
        wanted,
        State.CHANGE,
        N_("On the evening of the cutover, enter these MX records and take all others out."),
    )


def _by_preference(lines: Sequence[str]) -> list[str]:
    return sorted(lines, key=lambda line: (int(line.split()[0]) if line.split()[0].isdigit() else 0, line))


def spf_records(texts: Sequence[str]) -> list[str]:
    """Those of ``texts`` that are SPF records (RFC 7208 section 4.5)."""
    return [text for text in texts if text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")]


def merged_spf(records: Sequence[str], mechanism: str) -> str:
    """One record that holds all terms of ``records`` and ``mechanism``, the strictest "all" of none invented: the first one's, at the end."""
    terms: list[str] = []
    last = ""
    for record in records:
        for term in record.split()[1:]:
            if term.lower().lstrip("-+~?") == "all" or term.lower().startswith("redirect="):
                last = last or term
            elif term.lower() not in (t.lower() for t in terms):
                terms.append(term)
    if mechanism.lower() not in (t.lower() for t in terms):
        terms.append(mechanism)
    if last.lower().startswith("redirect="):  # would be overruled by any "all", and overrules nothing before it
        terms.append(last)
        last = ""
    return " ".join(["v=spf1", *terms, *([last] if last else ["~all"] if not records else [])])


def _spf(snapshot: Snapshot, values: MailSafiValues) -> Change:
    texts = now_at(snapshot, snapshot.domain, "TXT")
    now = tuple(spf_records(texts or ()))
    if not values.spf or texts is None:
        return Change("SPF", snapshot.domain, now, (), State.UNKNOWN)
    wanted = merged_spf(now, values.spf)
    if len(now) == 1 and values.spf.lower() in now[0].lower().split():
        return Change("SPF", snapshot.domain, now, now, State.RIGHT)
    return Change(
        "SPF",
        snapshot.domain,
        now,
        (wanted,),
        State.CHANGE,
        N_(
            "Replace the SPF record by this one. It allows the old and the new servers; the old part goes out a week after the cutover."
        ),
    )


def _dkim(snapshot: Snapshot, values: MailSafiValues) -> Change:
    name = f"{values.dkim_selector}._domainkey.{snapshot.domain}"
    now = now_at(snapshot, name, "TXT")
    if now is None or not values.dkim_value:
        return Change("DKIM", name, now or (), tuple(filter(None, (values.dkim_value,))), State.UNKNOWN)
    if any(_squeezed(text) == _squeezed(values.dkim_value) for text in now):
        return Change("DKIM", name, now, (values.dkim_value,), State.RIGHT)
    return Change("DKIM", name, now, (values.dkim_value,), State.CHANGE, N_("Add this TXT record under exactly this name."))


def _squeezed(text: str) -> str:
    return re.sub(r"\s+", "", text).rstrip(";")


def findings(snapshot: Snapshot) -> tuple[Finding, ...]:
    """What is wrong with the records of now, whatever is wanted."""
    found: list[Finding] = []
    domain = snapshot.domain
    for line in now_at(snapshot, domain, "MX") or ():
        host = line.split()[-1]
        if is_address(host):
            found.append(Finding(N_("The MX record names the address {host}; it must name a server."), (("host", host),)))
        elif host.endswith(f".{domain}.{domain}"):
            found.append(
                Finding(
                    N_("The MX record names {host}: the domain stands there twice. A last dot was forgotten."), (("host", host),)
                )
            )
    texts = spf_records(now_at(snapshot, domain, "TXT") or ())
    if len(texts) > 1:
        found.append(Finding(N_("There are {n} SPF records; with more than one, receivers heed none."), (("n", str(len(texts))),)))
    for text in texts:
        count = sum(1 for term in text.split()[1:] if _LOOKUP.match(term))
        if count > MOST_LOOKUPS:
            found.append(Finding(N_("The SPF record needs {n} look-ups; receivers stop at 10."), (("n", str(count)),)))
    return (*found, *_disagreements(snapshot))


def _disagreements(snapshot: Snapshot) -> list[Finding]:
    own = {a.values for v, a in snapshot.answers(snapshot.domain, "MX") if v.authoritative and not a.problem}
    if len(own) > 1:
        return [
            Finding(
                N_("The domain's own name servers don't agree on the MX record. Wait until the change has reached all of them.")
            )
        ]
    return []


def switched(snapshot: Snapshot, values: MailSafiValues) -> bool:
    """True when every server that answered shows MailSafi's MX records and no other."""
    wanted = {host.lower().rstrip(".") for host in values.mx}
    seen = [a for _v, a in snapshot.answers(snapshot.domain, "MX") if not a.problem]
    return bool(wanted and seen) and all({line.split()[-1] for line in a.values} == wanted for a in seen)
