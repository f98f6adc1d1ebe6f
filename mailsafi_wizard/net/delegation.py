"""The domain's own name servers, asked for at the servers of the zone above it, past every cache (RFC 1034 section 4.2).

Resolvers are asked for nothing here but the names and addresses of name servers, which are published in any case.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.message import Message

from mailsafi_wizard.net import dns_question
from mailsafi_wizard.net.dns_question import Asked
from mailsafi_wizard.net.dns_records import Server
from mailsafi_wizard.records import dataclass

PORT = 53
MOST_SERVERS = 8
MOST_PARENTS = 3


@dataclass(frozen=True)
class Delegation:
    """``names`` as the parent zone gives them, sorted; () when it does not know the domain or could not be asked."""

    names: tuple[str, ...] = ()
    servers: tuple[Server, ...] = ()


async def find(domain: str, resolvers: Sequence[Asked]) -> Delegation:
    """Who speaks for ``domain`` (lower case ASCII), with one address each; () when nobody could be found."""
    names, glue = await _above(domain, resolvers)
    told = names or tuple(await first(resolvers, domain, "NS"))[:MOST_SERVERS]
    addresses = await asyncio.gather(*(_address(name, glue, resolvers) for name in told[:MOST_SERVERS]))
    servers = tuple(Server(n, a, PORT, authoritative=True) for n, a in zip(told, addresses, strict=False) if a)
    return Delegation(names, servers)


async def first(resolvers: Sequence[Asked], name: str, kind: str) -> tuple[str, ...]:
    """The values that the first resolver with any gives; asked side by side."""
    answers = await asyncio.gather(*(resolver.ask(name, kind) for resolver in resolvers[:3]))
    return next((a.values for a in answers if a.values), ())


async def _address(name: str, glue: dict[str, str], resolvers: Sequence[Asked]) -> str:
    if name in glue:
        return glue[name]
    for kind in ("A", "AAAA"):
        if found := await first(resolvers, name, kind):
            return found[0]
    return ""


async def _above(domain: str, resolvers: Sequence[Asked]) -> tuple[tuple[str, ...], dict[str, str]]:
    """What the nearest zone above says: names of the domain's servers, and addresses where it gives them."""
    parent = domain.partition(".")[2]
    while parent:
        masters = (await first(resolvers, parent, "NS"))[:MOST_PARENTS]
        if masters:
            told = await asyncio.gather(*(_referral_of(domain, master, resolvers) for master in masters))
            names, glue = next(((n, g) for n, g in told if n), ((), {}))
            return (masters, {}) if names == ("",) else (names, glue)
        parent = parent.partition(".")[2]
    return (), {}


async def _referral_of(domain: str, master: str, resolvers: Sequence[Asked]) -> tuple[tuple[str, ...], dict[str, str]]:
    addresses = await first(resolvers, master, "A") or await first(resolvers, master, "AAAA")
    for address in addresses[:1]:
        query = dns.message.make_query(domain, "NS", use_edns=0, payload=1232)
        query.flags &= ~dns.flags.RD
        try:
            reply, _tcp = await dns.asyncquery.udp_with_fallback(
                query, address, timeout=dns_question.PATIENCE, port=PORT, ignore_unexpected=True, ignore_errors=True
            )
        except (dns.exception.DNSException, OSError, EOFError, ValueError):
            return (), {}
        return referral(reply, domain)
    return (), {}


def referral(reply: Message, domain: str) -> tuple[tuple[str, ...], dict[str, str]]:
    """Names and addresses that a parent's reply gives for ``domain``; ``("",)`` when it holds the domain itself, in its own zone."""
    here = dns.name.from_text(domain)
    sets = [r for r in (*reply.answer, *reply.authority) if r.name == here and r.rdtype == dns.rdatatype.NS]
    names = sorted({_host(record.target) for records in sets for record in records})
    if not names:
        held = reply.rcode() == dns.rcode.NOERROR and reply.flags & dns.flags.AA
        return (("",), {}) if held else ((), {})
    glue = {
        _host(r.name): r[0].address for kind in (dns.rdatatype.AAAA, dns.rdatatype.A) for r in reply.additional if r.rdtype == kind
    }
    return tuple(names), glue


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
