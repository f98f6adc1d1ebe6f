"""What a domain's mail records say now: at its own name servers, found from the parent zone, and at resolvers. Asks only, side by side.

A name that is not published is asked at the domain's own name servers only: a resolver would remember for hours that it isn't there
(RFC 2308). So resolvers are given nothing but what `published` has seen at the domain's own servers.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

import dns.exception
import dns.resolver

from mailsafi_wizard import errors
from mailsafi_wizard.net import delegation, spf_tree
from mailsafi_wizard.net.delegation import Delegation
from mailsafi_wizard.net.dns_question import PATIENCE, Asked, ask
from mailsafi_wizard.net.dns_records import Answer, Server, Snapshot, View, inside, is_address, normal
from mailsafi_wizard.records import dataclass

__all__ = [
    "PATIENCE",
    "Answer",
    "DnsUnreachable",
    "Server",
    "Snapshot",
    "View",
    "ask",
    "is_address",
    "look_up",
    "normal",
    "published",
    "questions",
    "usual_resolvers",
]

LONGEST = 4.8  # seconds for everything
FINDING = 2.4  # seconds of them for the domain's own servers
PUBLIC = ("1.1.1.1", "8.8.8.8", "9.9.9.9")
NOBODY = "there was nobody to ask"
Question = tuple[str, str]  # name, type


class DnsUnreachable(errors.MigrationError):
    title = "No name server answered for {domain}"
    hint = "Check the spelling of the domain and that this computer is online."


def look_up(domain: str, selector: str = "", resolvers: Sequence[str] = (), authoritative: bool = True, spf: str = "") -> Snapshot:
    """Everything about the mail of ``domain``, within 5 s. Blocks; call it beside an event loop.

    ``resolvers``: ``HOST[:PORT]``, none for the computer's own and public ones. One among them that speaks for the domain itself is taken as
    one of its own servers. ``authoritative=False`` looks for no others. ``spf``: terms that are to be published, followed as well.
    Raises WrongUsage, and DnsUnreachable when nobody answered.
    """
    domain = normal(domain)
    asked = [Server.parse(text) for text in resolvers] or usual_resolvers()
    snapshot = asyncio.run(_Survey(domain, selector, asked, spf).take(authoritative))
    if not any(answer.rcode for view in snapshot.views for answer in view.answers):
        raise DnsUnreachable(domain=domain)
    return snapshot


def questions(domain: str, selector: str) -> list[Question]:
    """What is asked, in the order of importance."""
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


def published(domain: str, views: Iterable[View]) -> frozenset[Question]:
    """What resolvers may be asked: that of which every own server that speaks for the domain shows something.

    Where none of them could be asked, only the domain's own name, which exists wherever the domain does.
    """
    own = [view for view in views if view.authoritative and any(a.own for a in view.answers)]
    if not own:
        return frozenset(questions(domain, "")[:4])
    everything = {(a.name, a.kind) for view in own for a in view.answers}
    return frozenset(q for q in everything if all(a.exists or a.problem for a in _told(own, q)) and _any(own, q))


def _told(views: Iterable[View], question: Question) -> list[Answer]:
    return [answer for view in views if (answer := view.get(*question)) is not None]


def _any(views: Iterable[View], question: Question) -> bool:
    return any(answer.exists for answer in _told(views, question))


def usual_resolvers() -> list[Server]:
    """The computer's own ones, then public ones."""
    own = [str(address) for address in _system().nameservers if isinstance(address, str)]
    return [Server(address, address) for address in dict.fromkeys([*own[:2], *PUBLIC])]


def _system() -> dns.resolver.Resolver:
    try:
        return dns.resolver.Resolver()
    except (dns.exception.DNSException, OSError):
        return dns.resolver.Resolver(configure=False)


@dataclass(frozen=True)
class _Roles:
    """Who is who: the domain's own servers, the resolvers, and what the parent zone says."""

    own: tuple[Asked, ...]
    resolvers: tuple[Asked, ...]
    delegated: tuple[str, ...]


class _Survey:
    """One look at one domain."""

    def __init__(self, domain: str, selector: str, servers: Sequence[Server], spf: str = "") -> None:
        self._domain, self._selector, self._spf = domain, selector, spf
        self._servers = servers
        self._deadline = time.monotonic() + LONGEST

    async def take(self, find_own: bool) -> Snapshot:
        asked = [Asked(server, self._deadline) for server in self._servers]
        roles, dnssec = await self._roles(asked, find_own)
        wanted = questions(self._domain, self._selector)
        own = await asyncio.gather(*(_view(server, wanted) for server in roles.own))
        allowed = published(self._domain, own)
        seen, others = await asyncio.gather(self._resolvers(roles, wanted, allowed), self._others(roles, own))
        return Snapshot(self._domain, self._selector, (*own, *seen), roles.delegated, others, dnssec)

    async def _roles(self, asked: Sequence[Asked], find_own: bool) -> tuple[_Roles, str]:
        """Tells own servers from resolvers by what they say of the domain's SOA; then the others of its own are looked for."""
        at_home = all(one.server.loopback for one in asked)
        ahead = asyncio.create_task(self._found(asked)) if find_own and not at_home else None
        answers = await asyncio.gather(*(one.ask(self._domain, "SOA") for one in asked))
        dnssec = await self._dnssec(asked, answers)
        given = [
            Asked(replace(one.server, authoritative=True), self._deadline) for one, a in zip(asked, answers, strict=True) if a.own
        ]
        rest = tuple(one for one, a in zip(asked, answers, strict=True) if not a.own)
        found = await ahead if ahead else Delegation()
        if find_own and at_home and not given and any(a.rcode for a in answers):
            found = await self._found(asked)
        known = {(one.server.address, one.server.port) for one in given}
        more = [Asked(s, self._deadline) for s in found.servers if (s.address, s.port) not in known]
        return _Roles((*given, *more), rest, found.names), dnssec

    async def _found(self, asked: Sequence[Asked]) -> Delegation:
        try:
            return await asyncio.wait_for(delegation.find(self._domain, asked), FINDING)
        except TimeoutError:
            return Delegation()

    async def _dnssec(self, asked: Sequence[Asked], answers: Sequence[Answer]) -> str:
        """A resolver that checks signatures answers SERVFAIL where they are wrong, and answers when told not to check."""
        failed = [one for one, answer in zip(asked, answers, strict=True) if answer.rcode == "SERVFAIL"]
        again = await asyncio.gather(*(one.ask(self._domain, "SOA", checking_off=True) for one in failed))
        return "broken" if any(a.rcode == "NOERROR" and a.values for a in again) else ""

    async def _resolvers(self, roles: _Roles, wanted: Sequence[Question], allowed: Collection[Question]) -> list[View]:
        return list(await asyncio.gather(*(_view(one, [q for q in wanted if q in allowed]) for one in roles.resolvers)))

    async def _others(self, roles: _Roles, own: Sequence[View]) -> tuple[Answer, ...]:
        """Names that records point at: targets of MX, and the parts of the SPF record."""
        known: dict[Question, Answer] = {}

        async def find(name: str, kind: str) -> Answer:
            if (name, kind) not in known:
                known[name, kind] = await self._one_of(self._may_ask(roles, name), name, kind)
            return known[name, kind]

        mx = next((a.values for view in own if (a := view.get(self._domain, "MX")) and a.values), ())
        txt = next((a.values for view in own if (a := view.get(self._domain, "TXT")) and a.values), ())
        hosts = {line.split()[-1] for line in mx} - {"."}
        targets = [find(host, kind) for host in hosts if not is_address(host) for kind in ("A", "AAAA")]
        await asyncio.gather(*targets, spf_tree.walk(self._domain, [*txt, f"v=spf1 {self._spf}"], find))
        return tuple(known[question] for question in sorted(known))

    def _may_ask(self, roles: _Roles, name: str) -> tuple[Asked, ...]:
        """Names inside the domain may not be published: their own servers only."""
        return roles.own if inside(name, self._domain) else roles.resolvers

    @staticmethod
    async def _one_of(servers: Sequence[Asked], name: str, kind: str) -> Answer:
        """The first that answers, side by side."""
        waiting = [asyncio.ensure_future(server.ask(name, kind)) for server in servers[:4]]
        last = Answer(name, kind, problem=NOBODY)
        try:
            for done in asyncio.as_completed(waiting):
                last = await done
                if not last.problem:
                    return last
        finally:
            for task in waiting:
                task.cancel()
        return last


async def _view(asked: Asked, wanted: Sequence[Question]) -> View:
    answers = await asyncio.gather(*(asked.ask(name, kind) for name, kind in wanted))
    return View(asked.server.label, asked.server.authoritative, tuple(answers))
