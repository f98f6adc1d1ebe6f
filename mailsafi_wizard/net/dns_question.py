"""One question to one name server, and a server that is asked many. Knows nothing of what the questions are for.

UDP first, TCP when the answer was cut (RFC 7766). What is no answer to the question is passed over (RFC 5452).
"""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdatatype
from dns.message import Message, QueryMessage

from mailsafi_wizard.net.dns_records import Answer, Server
from mailsafi_wizard.words import N_

PATIENCE = 1.5  # seconds for one question to one server
AT_ONCE = 12  # questions under way at one server
LONGEST_CHAIN = 8  # aliases that are followed
SILENT = N_("no answer")
NOT_IN_CHARGE = N_("it does not speak for the domain")
_FAILURES = (dns.exception.DNSException, OSError, EOFError, ValueError)


def ask(server: Server, name: str, kind: str, patience: float = 0.0) -> Answer:
    """One question, on this thread; problems are in the answer. ``patience`` seconds for UDP and for TCP."""
    try:
        query = _query(server, name, kind)
        reply, _tcp = dns.query.udp_with_fallback(
            query, server.address, timeout=patience or PATIENCE, port=server.port, ignore_unexpected=True
        )
    except dns.exception.Timeout:
        return Answer(name, kind, problem=SILENT)
    except _FAILURES as e:
        return _unreadable(name, kind, e)
    return read(reply, name, kind)


class Asked:
    """One server, asked many things side by side until ``deadline`` (of time.monotonic)."""

    def __init__(self, server: Server, deadline: float) -> None:
        self.server = server
        self._deadline = deadline
        self._room = asyncio.Semaphore(AT_ONCE)
        self._answered = False
        self._silent = False

    async def ask(self, name: str, kind: str, checking_off: bool = False) -> Answer:
        """Never raises. A server that has let questions run out and never answered is not asked any more.

        ``checking_off``: the resolver shall not check signatures (CD, RFC 4035 section 3.2.2).
        """
        async with self._room:
            answer = await self._try(name, kind, checking_off)
            if answer.problem == SILENT and self._answered and not self._silent:
                answer = await self._try(name, kind, checking_off)  # one packet may get lost
        if self.server.authoritative and answer.rcode and not answer.own and not answer.problem:
            return replace(answer, values=(), ttl=None, problem=NOT_IN_CHARGE)
        return answer

    async def _try(self, name: str, kind: str, checking_off: bool) -> Answer:
        left = self._deadline - time.monotonic()
        if self._silent or left <= 0:
            return Answer(name, kind, problem=SILENT)
        try:
            query = _query(self.server, name, kind, checking_off)
            reply, _tcp = await dns.asyncquery.udp_with_fallback(
                query,
                self.server.address,
                timeout=min(PATIENCE, left),
                port=self.server.port,
                ignore_unexpected=True,
                ignore_errors=True,
            )
        except dns.exception.Timeout:
            self._silent = not self._answered
            return Answer(name, kind, problem=SILENT)
        except _FAILURES as e:
            return _unreadable(name, kind, e)
        self._answered = True
        return read(reply, name, kind)


def _query(server: Server, name: str, kind: str, checking_off: bool = False) -> QueryMessage:
    query = dns.message.make_query(name, kind, use_edns=0, payload=1232)
    if server.authoritative:
        query.flags &= ~dns.flags.RD
    if checking_off:
        query.flags |= dns.flags.CD
    return query


def _unreadable(name: str, kind: str, error: Exception) -> Answer:
    return Answer(name, kind, problem=N_("no answer that can be read: {why}").format(why=str(error)[:100] or type(error).__name__))


def read(reply: Message, name: str, kind: str) -> Answer:
    """A reply as an answer; aliases are followed as far as the reply itself goes."""
    rcode = dns.rcode.to_text(reply.rcode())
    own = bool(reply.flags & dns.flags.AA)
    if reply.rcode() not in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN):
        return Answer(name, kind, problem=N_("the server says {code}").format(code=rcode), rcode=rcode, own=own)
    wanted = dns.rdatatype.from_text(kind)
    here = dns.name.from_text(name)
    seen: list[dns.name.Name] = []
    while True:
        records = next((r for r in reply.answer if r.name == here and r.rdtype == wanted), None)
        aliases = tuple(_host(alias) for alias in seen)
        if records is not None:
            values = tuple(sorted(_text(record, kind) for record in records))
            return Answer(name, kind, values, records.ttl, rcode=rcode, own=own, aliases=aliases)
        alias = next((r for r in reply.answer if r.name == here and r.rdtype == dns.rdatatype.CNAME), None)
        if alias is None:
            return Answer(name, kind, rcode=rcode, own=own, aliases=aliases)
        here = alias[0].target
        if here in seen or here == dns.name.from_text(name) or len(seen) >= LONGEST_CHAIN:
            return Answer(name, kind, problem=N_("its aliases go round in a circle"), rcode=rcode, own=own, aliases=aliases)
        seen.append(here)


def _text(record: object, kind: str) -> str:
    if kind == "TXT":
        return b"".join(record.strings).decode("utf-8", "backslashreplace")  # type: ignore[attr-defined]
    if kind == "MX":
        return f"{record.preference} {_host(record.exchange)}"  # type: ignore[attr-defined]
    return str(record).lower().rstrip(".")


def _host(name: dns.name.Name) -> str:
    return name.to_text(omit_final_dot=True).lower()
