"""What a search for a domain's mail server has found: candidates with where each comes from and how sure it is. Data only."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net.probe import Outcome, Probe
from mailsafi_wizard.records import dataclass


class Origin(enum.Enum):
    """Who names a server; in the order in which they are believed."""

    AUTOCONFIG = "autoconfig"  # the domain's own file of settings
    PROVIDER = "provider"  # a known provider takes in the domain's mail
    RECORD = "srv"  # the domain's SRV records
    PROVIDER_FILE = "provider-autoconfig"  # the file of settings of whoever takes in the mail
    GUESS = "guess"  # a usual name was tried
    MX = "mx"  # the server that takes in the mail was tried
    CERTIFICATE = "certificate"  # named in the certificate of a server at the same place


NAMED = (Origin.AUTOCONFIG, Origin.PROVIDER, Origin.RECORD)


class Sureness(enum.IntEnum):
    """How sure; smaller is surer."""

    SURE = 1  # named by who must know, and met there with a good certificate
    LIKELY = 2  # met with a good certificate
    DOUBTFUL = 3  # met, but its certificate can't be trusted as it is
    UNSEEN = 4  # named, and not met


@dataclass(frozen=True)
class Source:
    """One origin; ``who`` is the provider's name, the domain or the host that it is about."""

    origin: Origin
    who: str = ""


@dataclass(frozen=True)
class Candidate:
    """One server that may be the right one. ``user_name``: "address", "local" or "either" as the source says, "" when none does.

    ``provider``: the id of the provider that it is recognised as, "" when it is not.
    """

    endpoint: Endpoint
    sources: tuple[Source, ...]
    probe: Probe
    sureness: Sureness
    user_name: str = ""
    provider: str = ""


class Note(enum.Enum):
    """Something about the search as a whole."""

    NO_DNS = "no-dns"  # no name server answered
    NO_MAIL = "no-mx"  # the domain has no MX record
    DISAGREE = "disagree"  # name servers tell different MX records
    FILTER = "filter"  # the MX records name a filter
    TIME_UP = "time-up"  # not everything could be tried
    CANCELLED = "cancelled"


@dataclass(frozen=True)
class Discovery:
    """The outcome for one domain; ``candidates`` best first. ``provider``: id of the card to show, the generic one when none is known."""

    domain: str
    address: str  # "" when only a domain was given
    candidates: tuple[Candidate, ...]
    provider: str
    provider_source: Source | None  # None for the generic one
    mx: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    seconds: float = 0.0

    @property
    def best(self) -> Candidate | None:
        return self.candidates[0] if self.candidates else None

    def facts(self) -> dict[str, Any]:
        """As plain data for JSON."""
        return {
            "domain": self.domain,
            "address": self.address,
            "candidates": [_candidate_facts(candidate) for candidate in self.candidates],
            "provider": self.provider,
            "provider_source": _source_facts(self.provider_source) if self.provider_source else None,
            "mx": list(self.mx),
            "notes": [note.value for note in self.notes],
            "seconds": round(self.seconds, 2),
        }

    @classmethod
    def from_facts(cls, facts: Mapping[str, Any]) -> Discovery:
        """The reverse of `facts`; raises ValueError, KeyError, TypeError or AttributeError when it is not one."""
        source = facts["provider_source"]
        return cls(
            str(facts["domain"]),
            str(facts["address"]),
            tuple(_candidate(one) for one in facts["candidates"]),
            str(facts["provider"]),
            _source(source) if source else None,
            tuple(str(host) for host in facts["mx"]),
            tuple(Note(value) for value in facts["notes"]),
            float(facts["seconds"]),
        )


def _source_facts(source: Source) -> dict[str, str]:
    return {"from": source.origin.value, "who": source.who}


def _source(facts: Mapping[str, Any]) -> Source:
    return Source(Origin(facts["from"]), str(facts["who"]))


def _candidate_facts(candidate: Candidate) -> dict[str, Any]:
    seen = asdict(candidate.probe)
    return {
        "server": candidate.endpoint.url,
        "host": candidate.endpoint.host,
        "port": candidate.endpoint.port,
        "security": candidate.endpoint.security.value,
        "sure": candidate.sureness.name.lower(),
        "sources": [_source_facts(source) for source in candidate.sources],
        "user_name": candidate.user_name,
        "provider": candidate.provider,
        "seen": {**seen, "outcome": candidate.probe.outcome.value, "fields": dict(candidate.probe.fields)},
    }


def _candidate(facts: Mapping[str, Any]) -> Candidate:
    return Candidate(
        Endpoint(str(facts["host"]), int(facts["port"]), Security(facts["security"])),
        tuple(_source(source) for source in facts["sources"]),
        _probe(facts["seen"]),
        Sureness[str(facts["sure"]).upper()],
        str(facts["user_name"]),
        str(facts["provider"]),
    )


def _probe(seen: Mapping[str, Any]) -> Probe:
    return Probe(
        Outcome(seen["outcome"]),
        greeting=str(seen["greeting"]),
        identity=str(seen["identity"]),
        capabilities=tuple(map(str, seen["capabilities"])),
        problem=str(seen["problem"]),
        fields=tuple((str(name), str(value)) for name, value in seen["fields"].items()),
        certificate=str(seen["certificate"]),
        names=tuple(map(str, seen["names"])),
        addresses=tuple(map(str, seen["addresses"])),
    )
