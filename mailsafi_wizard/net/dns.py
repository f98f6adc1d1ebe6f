"""What a domain's mail records say now: at its own name servers, found from the parent zone, and at resolvers. Asks only, side by side.

A name that is not published is asked at the domain's own name servers only: a resolver would remember for hours that it isn't there
(RFC 2308).
"""

from __future__ import annotations

import ipaddress
import socket
import time
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from concurrent.futures import TimeoutError as FutureTimeout
from dataclasses import asdict, dataclass
from typing import TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
import dns.resolver
from dns.message import Message

from mailsafi_wizard import errors

T = TypeVar("T")
PATIENCE = 2.0  # seconds for one question to one server
LONGEST = 5.0  # seconds for everything
AT_ONCE = 32
PUBLIC = ("1.1.1.1", "8.8.8.8", "9.9.9.9")


class DnsUnreachable(errors.MigrationError):
    title = "No name server answered for {domain}"
    hint = "Check the spelling of the domain and that this computer is online."


@dataclass(frozen=True)
class Answer:
    """One name and type at one server. ``values`` in presentation form, sorted; ``ttl`` in seconds, None without values.

    ``problem``: why there is no answer, in words; "" when the server answered, also that there is nothing.
    """

    name: str
    kind: str  # "MX", "TXT", ...
    values: tuple[str, ...] = ()
    ttl: int | None = None
    problem: str = ""


@dataclass(frozen=True)
class View:
    """What one server says."""

    server: str  # host name or address, with the port where it is not 53
    authoritative: bool
    answers: tuple[Answer, ...] = ()

    def get(self, name: str, kind: str) -> Answer | None:
        return next((a for a in self.answers if a.name == name and a.kind == kind), None)


@dataclass(frozen=True)
class Snapshot:
    """All answers about one domain. ``selector``: the DKIM selector that was asked for, "" for none."""

    domain: str
    selector: str
    views: tuple[View, ...]

    def facts(self) -> dict[str, object]:
        """As plain data for JSON."""
        return asdict(self)

    @classmethod
    def from_facts(cls, facts: dict[str, object]) -> Snapshot:
        """The reverse of `facts`; raises ValueError, KeyError or TypeError when it is not one."""
        views = []
        for view in facts["views"]:  # type: ignore[attr-defined]
            answers = tuple(Answer(**{**a, "values": tuple(a["values"])}) for a in view["answers"])
            views.append(View(str(view["server"]), bool(view["authoritative"]), answers))
        return cls(str(facts["domain"]), str(facts["selector"]), tuple(views))

    def answers(self, name: str, kind: str) -> Iterator[tuple[View, Answer]]:
        for view in self.views:
            if (answer := view.get(name, kind)) is not None:
                yield view, answer


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
        if not host or not port.isdigit() or not 0 < int(port) < 65536:
            raise errors.WrongUsage(what=f"{text!r} is not HOST or HOST:PORT of a name server")
        try:
            address = str(socket.getaddrinfo(host, int(port), type=socket.SOCK_DGRAM)[0][4][0])
        except OSError as e:
            raise errors.WrongUsage(str(e), what=f"There is no name server {host}") from e
        return cls(text.strip(), address, int(port))


def normal(domain: str) -> str:
    """A domain in lower case ASCII without the last dot; raises WrongUsage when it can't be one."""
    try:
        name = dns.name.from_unicode(domain.strip().rstrip(".").lower()) if domain.strip() else None
    except (dns.exception.DNSException, UnicodeError) as e:
        raise errors.WrongUsage(str(e), what=f"{domain!r} is not a domain") from e
    if name is None or len(name) < 3:
        raise errors.WrongUsage(what=f"{domain!r} is not a domain")
    return name.to_text(omit_final_dot=True)


def look_up(domain: str, selector: str = "", resolvers: Sequence[str] = (), authoritative: bool = True) -> Snapshot:
    """Everything about the mail of ``domain``. ``resolvers``: ``HOST[:PORT]``, none for the computer's own and public ones.

    ``authoritative=False`` asks the resolvers alone, for all names. Raises WrongUsage, and DnsUnreachable when nobody answered.
    """
    domain = normal(domain)
    deadline = time.monotonic() + LONGEST
    asked = [Server.parse(text) for text in resolvers] or usual_resolvers()
    pool = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="dns")
    try:
        own = pool.submit(name_servers, domain, asked) if authoritative else None
        sure = _ask_all(pool, asked, questions(domain, selector)[:4] if authoritative else questions(domain, selector))
        masters = _result(own, deadline, []) if own else []
        views = [*_views(_ask_all(pool, masters, questions(domain, selector)), deadline), *_views(sure, deadline)]
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if all(answer.problem for view in views for answer in view.answers):
        raise DnsUnreachable(domain=domain)
    return Snapshot(domain, selector, tuple(views))


def questions(domain: str, selector: str) -> list[tuple[str, str]]:
    """(name, type) in the order of importance; the first four exist wherever the domain does."""
    found = [(domain, "MX"), (domain, "TXT"), (domain, "NS"), (domain, "SOA")]
    if selector:
        found.append((f"{selector}._domainkey.{domain}", "TXT"))
    found.append((f"_dmarc.{domain}", "TXT"))
    found += [(f"{name}.{domain}", kind) for name in ("autodiscover", "autoconfig", "mail") for kind in ("CNAME", "A")]
    return [
        *found,
        (f"_imaps._tcp.{domain}", "SRV"),
        (f"_submission._tcp.{domain}", "SRV"),
        (f"_autodiscover._tcp.{domain}", "SRV"),
    ]


def usual_resolvers() -> list[Server]:
    """The computer's own ones, then public ones."""
    own = [str(address) for address in _system().nameservers if isinstance(address, str)]
    return [Server(address, address) for address in dict.fromkeys([*own[:2], *PUBLIC])]


def _system() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return dns.resolver.Resolver(configure=False)


# --- one question


def ask(server: Server, name: str, kind: str, patience: float = 0.0) -> Answer:
    """One question; problems are in the answer. UDP, then TCP when the answer was cut (RFC 7766), ``patience`` seconds for each."""
    query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
    if server.authoritative:
        query.flags &= ~dns.flags.RD
    try:
        reply, _tcp = dns.query.udp_with_fallback(
            query, server.address, timeout=patience or PATIENCE, port=server.port, ignore_unexpected=True
        )
    except dns.exception.Timeout:
        return Answer(name, kind, problem="no answer")
    except (dns.exception.DNSException, OSError, EOFError, ValueError) as e:
        return Answer(name, kind, problem=f"no answer that can be read: {str(e)[:100] or type(e).__name__}")
    return _read(reply, name, kind)


def _read(reply: Message, name: str, kind: str) -> Answer:
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(name, kind, problem=f"the server says {dns.rcode.to_text(reply.rcode())}")
    wanted = dns.rdatatype.from_text(kind)
    here = dns.name.from_text(name)
    for _ in range(8):
        records = next((r for r in reply.answer if r.name == here and r.rdtype == wanted), None)
        if records is not None:
            return Answer(name, kind, tuple(sorted(_text(record, kind) for record in records)), records.ttl)
        alias = next((r for r in reply.answer if r.name == here and r.rdtype == dns.rdatatype.CNAME), None)
        if alias is None:
            break
        here = alias[0].target
    return Answer(name, kind)


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "backslashreplace")  # type: ignore[attr-defined]
    if kind == "MX":
        return f"{record.preference} {_host(record.exchange)}"  # type: ignore[attr-defined]
    return str(record).lower().rstrip(".")


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()


# --- many questions


Asked = list[tuple[Server, list[tuple[str, str, Future[Answer]]]]]


def _ask_all(pool: ThreadPoolExecutor, servers: Iterable[Server], wanted: Sequence[tuple[str, str]]) -> Asked:
    return [(server, [(name, kind, pool.submit(ask, server, name, kind)) for name, kind in wanted]) for server in servers]


def _views(asked: Asked, deadline: float) -> list[View]:
    return [
        View(
            server.label,
            server.authoritative,
            tuple(_result(future, deadline, Answer(name, kind, problem="no answer in time")) for name, kind, future in futures),
        )
        for server, futures in asked
    ]


def _result(future: Future[T], deadline: float, otherwise: T) -> T:
    try:
        return future.result(max(0.0, deadline - time.monotonic()))
    except FutureTimeout:
        return otherwise


# --- the domain's own name servers


def name_servers(domain: str, resolvers: Sequence[Server]) -> list[Server]:
    """The servers to which the parent zone delegates, with one address each; from the resolvers' NS where the parent does not tell."""
    names = _delegated(domain, resolvers) or _first_values(resolvers, domain, "NS")
    found = []
    for name in names[:8]:
        address = next(iter(_first_values(resolvers, name, "A") or _first_values(resolvers, name, "AAAA")), "")
        if address:
            found.append(Server(name, address, authoritative=True))
    return found


def _delegated(domain: str, resolvers: Sequence[Server]) -> list[str]:
    parent = domain.partition(".")[2]
    while parent:
        masters = _first_values(resolvers, parent, "NS")
        for master in masters[:3]:
            for address in _first_values(resolvers, master, "A")[:1]:
                if names := _referral(domain, address):
                    return names
        if masters:
            return []
        parent = parent.partition(".")[2]
    return []


def _referral(domain: str, address: str) -> list[str]:
    query = dns.message.make_query(domain, "NS")
    query.flags &= ~dns.flags.RD
    try:
        reply, _tcp = dns.query.udp_with_fallback(query, address, timeout=PATIENCE)
    except (dns.exception.DNSException, OSError, EOFError):
        return []
    here = dns.name.from_text(domain)
    sets = [r for r in (*reply.answer, *reply.authority) if r.name == here and r.rdtype == dns.rdatatype.NS]
    return sorted({_host(record.target) for records in sets for record in records})


def _first_values(resolvers: Sequence[Server], name: str, kind: str) -> list[str]:
    for server in resolvers[:3]:
        answer = ask(server, name, kind)
        if answer.values:
            return list(answer.values)
    return []


def is_loopback(resolver: str) -> bool:
    """Whether a ``HOST[:PORT]`` is this computer; raises WrongUsage as `Server.parse` does."""
    return ipaddress.ip_address(Server.parse(resolver).address).is_loopback


def is_address(text: str) -> bool:
    """True for an IP address."""
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True
