"""The rehearsal's resolver: it stands for all those in the world that remember records until their TTL has run out (RFC 2181 section 5.2).

On this computer only. Its clock may run faster, so that one can watch the change spread.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
from dns.message import Message, QueryMessage
from dns.rrset import RRset

from mailsafi_wizard.demo.dns import NameServer

Answerer = Callable[[Message], Message]


class Resolver(NameServer):
    """Asks ``masters`` (origin, who answers) and remembers. ``speed``: how much faster its clock runs; ``asked``: every question it was given."""

    def __init__(
        self,
        masters: Sequence[tuple[str, Answerer]],
        speed: float = 1.0,
        now: Callable[[], float] = time.monotonic,
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        super().__init__("resolver.invalid", "@ 60 SOA ns hostmaster 1 1 1 1 1\n@ 60 NS ns\n", host, port)
        self._masters = [(dns.name.from_text(origin), answer) for origin, answer in masters]
        self._speed, self._now = speed, now
        self._guard = threading.Lock()
        self._cache: dict[tuple[dns.name.Name, dns.rdatatype.RdataType], tuple[float, float, Message]] = {}
        self.asked: list[tuple[str, str]] = []

    def answer(self, query: Message) -> Message:
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if not isinstance(query, QueryMessage) or not query.question:
            reply.set_rcode(dns.rcode.NOTIMP)
            return reply
        name, kind = query.question[0].name, query.question[0].rdtype
        with self._guard:
            self.asked.append((name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(kind)))
            known = self._known(name, kind)
        if known is None:
            reply.set_rcode(dns.rcode.SERVFAIL)
            return reply
        age, told = known
        reply.set_rcode(told.rcode())
        reply.answer = [_aged(records, age) for records in told.answer]
        return reply

    def _known(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> tuple[float, Message] | None:
        """Seconds since it was learned, by the fast clock, and what was learned."""
        now = self._now() * self._speed
        kept = self._cache.get((name, kind))
        if kept is None or now >= kept[1]:
            told = self._learned(name, kind)
            if told is None:
                return None
            kept = self._cache[name, kind] = (now, now + _life(told), told)
        return now - kept[0], kept[2]

    def _learned(self, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> Message | None:
        query = dns.message.make_query(name, kind)
        found = [(origin, answer) for origin, answer in self._masters if name.is_subdomain(origin)]
        return max(found, key=lambda one: len(one[0]))[1](query) if found else None


def _life(told: Message) -> float:
    """Seconds a reply may be remembered; what is not there as long as the SOA says (RFC 2308 section 5)."""
    if told.answer:
        return float(min(records.ttl for records in told.answer))
    soa = next((records for records in told.authority if records.rdtype == dns.rdatatype.SOA), None)
    return float(min(soa.ttl, soa[0].minimum)) if soa is not None else 0.0


def _aged(records: RRset, age: float) -> RRset:
    made = RRset(records.name, records.rdclass, records.rdtype)
    for record in records:
        made.add(record)
    made.ttl = max(0, int(records.ttl - age))
    return made
