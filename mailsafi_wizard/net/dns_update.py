"""Enters records at a name server on this computer (RFC 2136), for the rehearsal. Refuses any other address: no real zone is ever touched."""

from __future__ import annotations

from collections.abc import Sequence

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdataclass
import dns.rdataset
import dns.rdatatype
import dns.update
from dns.message import Message
from dns.rdtypes.ANY import TXT

from mailsafi_wizard import errors
from mailsafi_wizard.net.dns_records import Server
from mailsafi_wizard.words import N_

PATIENCE = 5.0  # seconds
TTL = 300


def enter(server: str, zone: str, name: str, kind: str, values: Sequence[str], ttl: int | None = None) -> None:
    """Puts ``values`` in the place of what stands under ``name`` and ``kind``; with ``ttl`` alone, what stands there gets it.

    Raises WrongUsage when the server is not on this computer or does not take it.
    """
    where = Server.parse(server)
    if not where.loopback:
        raise errors.WrongUsage(what=N_("{server} is not on this computer: nothing was entered there").format(server=server))
    try:
        _send(where, zone, name, dns.rdatatype.from_text(kind), values, ttl)
    except (dns.exception.DNSException, OSError, EOFError, ValueError) as e:
        raise errors.WrongUsage(str(e), what=N_("The name server {server} did not take the record").format(server=server)) from e


def _send(where: Server, zone: str, name: str, kind: dns.rdatatype.RdataType, values: Sequence[str], ttl: int | None) -> None:
    here = dns.name.from_text(name)
    present = _asked(where, dns.message.make_query(here, kind))
    there = present.get_rrset(present.answer, here, dns.rdataclass.IN, kind)
    records = [_record(kind, value) for value in values] or list(there or ())
    records_ttl = ttl if ttl is not None else there.ttl if there is not None else TTL
    update = dns.update.UpdateMessage(dns.name.from_text(zone))
    update.replace(here, dns.rdataset.from_rdata_list(records_ttl, records))
    reply = _asked(where, update)
    if reply.rcode() != dns.rcode.NOERROR:
        raise ValueError(dns.rcode.to_text(reply.rcode()))


def _asked(where: Server, message: Message) -> Message:
    return dns.query.tcp(message, where.address, timeout=PATIENCE, port=where.port)


def _record(kind: dns.rdatatype.RdataType, value: str) -> dns.rdata.Rdata:
    if kind == dns.rdatatype.TXT:
        data = value.encode("utf-8")
        pieces = tuple(data[i : i + 255] for i in range(0, len(data), 255)) or (b"",)
        return TXT.TXT(dns.rdataclass.IN, kind, pieces)
    return dns.rdata.from_text(dns.rdataclass.IN, kind, value, origin=dns.name.root, relativize=False)
