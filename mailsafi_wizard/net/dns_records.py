"""What name servers were asked and what they said, as plain facts. Asks nobody."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

import dns.exception
import dns.name

from mailsafi_wizard import errors
from mailsafi_wizard.words import N_


@dataclass(frozen=True)
class Answer:
    """One name and type at one server. ``values`` in presentation form, sorted; ``ttl`` in seconds, None without values.

    ``problem``: why there is no answer, in words; "" when the server answered, also that there is nothing. ``rcode``: the reply's (RFC 1035
    section 4.1.1), "" without a reply. ``own``: the server said it speaks for the zone (AA). ``aliases``: the CNAMEs on the way.
    """

    name: str
    kind: str  # "MX", "TXT", ...
    values: tuple[str, ...] = ()
    ttl: int | None = None
    problem: str = ""
    rcode: str = ""
    own: bool = False
    aliases: tuple[str, ...] = ()

    @property
    def exists(self) -> bool:
        """Something stands there, if only an alias."""
        return bool(self.values or self.aliases)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Answer:
        return cls(**{**facts, "values": tuple(facts["values"]), "aliases": tuple(facts.get("aliases") or ())})


@dataclass(frozen=True)
class View:
    """What one server says."""

    server: str  # host name or address, with the port where it is not 53
    authoritative: bool
    answers: tuple[Answer, ...] = ()

    def get(self, name: str, kind: str) -> Answer | None:
        return next((a for a in self.answers if a.name == name and a.kind == kind), None)

    @property
    def lame(self) -> bool:
        """The parent sends the world here, but this server answers and does not speak for the domain (RFC 1912 section 2.8)."""
        said = [a for a in self.answers if a.rcode]
        return self.authoritative and bool(said) and not any(a.own for a in said)

    @property
    def silent(self) -> bool:
        """Not one answer came."""
        return bool(self.answers) and all(a.problem and not a.rcode for a in self.answers)

    @property
    def serial(self) -> int | None:
        """Of the zone as this server has it (SOA)."""
        for answer in self.answers:
            if answer.kind == "SOA" and answer.values:
                words = answer.values[0].split()
                return int(words[2]) if len(words) > 2 and words[2].isdigit() else None
        return None


@dataclass(frozen=True)
class Snapshot:
    """All answers about one domain. ``selector``: the DKIM selector that was asked for, "" for none.

    ``delegated``: the name servers that the parent zone names, () where that was not found out. ``others``: names that records of the
    domain point at, asked once. ``dnssec``: "broken" when checking resolvers refuse what others see, "signed", or "".
    """

    domain: str
    selector: str
    views: tuple[View, ...]
    delegated: tuple[str, ...] = ()
    others: tuple[Answer, ...] = ()
    dnssec: str = ""

    def facts(self) -> dict[str, object]:
        """As plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Snapshot:
        """The reverse of `facts`, also of older ones; raises ValueError, KeyError or TypeError when it is none."""
        views = tuple(
            View(str(view["server"]), bool(view["authoritative"]), tuple(Answer.from_facts(a) for a in view["answers"]))
            for view in facts["views"]
        )
        others = tuple(Answer.from_facts(a) for a in facts.get("others") or ())
        delegated = tuple(str(name) for name in facts.get("delegated") or ())
        return cls(str(facts["domain"]), str(facts["selector"]), views, delegated, others, str(facts.get("dnssec") or ""))

    def answers(self, name: str, kind: str) -> Iterator[tuple[View, Answer]]:
        for view in self.views:
            if (answer := view.get(name, kind)) is not None:
                yield view, answer

    def other(self, name: str, kind: str) -> Answer | None:
        """What is known of a name that a record points at."""
        return next((a for a in self.others if a.name == name and a.kind == kind), None)


@dataclass(frozen=True)
class Server:
    """Where to ask."""

    label: str
    address: str
    port: int = 53
    authoritative: bool = False

    @classmethod
    def parse(cls, text: str) -> Server:
        """``HOST``, ``HOST:PORT`` or ``[IPv6]:PORT``; raises WrongUsage."""
        host, port = text.strip(), "53"
        if host.startswith("["):
            host, _, rest = host[1:].partition("]")
            port = rest.removeprefix(":") or "53"
        elif host.count(":") == 1:
            host, _, port = host.partition(":")
        if not host or not (port.isascii() and port.isdigit()) or not 0 < int(port) < 65536:
            raise errors.WrongUsage(what=N_("“{text}” is not HOST or HOST:PORT of a name server").format(text=text))
        if is_address(host):
            return cls(text.strip(), host, int(port))
        try:
            address = str(socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)[0][4][0])
        except (OSError, UnicodeError) as e:
            raise errors.WrongUsage(str(e), what=N_("There is no name server {host}").format(host=host)) from e
        return cls(text.strip(), address, int(port))

    @property
    def loopback(self) -> bool:
        return ipaddress.ip_address(self.address.partition("%")[0]).is_loopback


def normal(domain: str) -> str:
    """A domain in lower case ASCII without the last dot; raises WrongUsage when it can't be one."""
    try:
        name = dns.name.from_unicode(domain.strip().rstrip(".").lower()) if domain.strip() else None
    except (dns.exception.DNSException, UnicodeError) as e:
        raise errors.WrongUsage(str(e), what=N_("“{text}” is not a domain").format(text=domain)) from e
    if name is None or len(name) < 3:
        raise errors.WrongUsage(what=N_("“{text}” is not a domain").format(text=domain))
    return name.to_text(omit_final_dot=True)


def is_address(text: str) -> bool:
    """True for an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def inside(name: str, domain: str) -> bool:
    """Whether ``name`` is ``domain`` or below it; both in lower case without the last dot."""
    return name == domain or name.endswith(f".{domain}")
