"""The rehearsal's name server: a real one, on this computer only, that answers for the sample company's domain as its present provider would.

Built of dnspython's zone and messages; UDP with truncation, TCP (RFC 1035, RFC 7766), and updates (RFC 2136) by which the rehearsal's admin
"changes" records. A resolver that remembers stands beside it.
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable
from typing import Self

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.zone
from dns.message import Message, QueryMessage
from dns.update import UpdateMessage

LONGEST_UDP = 1232  # bytes, what DNS Flag Day 2020 recommends
ZONE = """$TTL 14400
@ SOA ns1 hostmaster 2026010101 7200 900 1209600 3600
@ NS ns1
@ MX 10 mail
@ TXT "v=spf1 mx include:spf.oldhost.example -all"
@ TXT "oldhost-verification=4f2a9c"
ns1 A 127.0.0.1
mail A 127.0.0.1
_dmarc TXT "v=DMARC1; p=none"
autodiscover CNAME mail
_imaps._tcp SRV 0 1 993 mail
"""


ELSEWHERE = (  # zones that the company's records point at
    (
        "mailsafi.example",
        '$TTL 3600\n@ SOA ns h 1 1 1 1 60\n@ NS ns\nmx1 A 127.0.0.1\nmx2 A 127.0.0.1\nspf TXT "v=spf1 ip4:127.0.0.1 -all"\n',
    ),
    ("oldhost.example", '$TTL 3600\n@ SOA ns h 1 1 1 1 60\n@ NS ns\nspf TXT "v=spf1 ip4:127.0.0.2 -all"\n'),
)


class Zone:
    """One zone's records and what its servers answer (RFC 1034 section 4.3.2)."""

    def __init__(self, domain: str, text: str = ZONE) -> None:
        self.records = dns.zone.from_text(text, origin=dns.name.from_text(domain), relativize=False, check_origin=False)

    @property
    def origin(self) -> dns.name.Name:
        return self.records.origin or dns.name.root

    def answer(self, query: Message) -> Message:
        """The reply to one question, or to an update (RFC 2136)."""
        reply = dns.message.make_response(query)
        if isinstance(query, UpdateMessage):
            reply.set_rcode(self._update(query))
            return reply
        if not query.question:
            reply.set_rcode(dns.rcode.FORMERR)
            return reply
        question = query.question[0]
        if not question.name.is_subdomain(self.origin):
            reply.set_rcode(dns.rcode.REFUSED)
            return reply
        reply.flags |= dns.flags.AA
        if not self._add(reply, question.name, question.rdtype):
            soa = self.records.get_rrset(self.origin, dns.rdatatype.SOA)
            reply.authority += [soa] if soa else []
            if question.name not in self.records.nodes:
                reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def _add(self, reply: Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> bool:
        for _ in range(8):
            if (records := self.records.get_rrset(name, kind)) is not None:
                reply.answer.append(records)
                return True
            alias = self.records.get_rrset(name, dns.rdatatype.CNAME)
            if alias is None:
                return bool(reply.answer)
            reply.answer.append(alias)
            name = alias[0].target
        return True

    def _update(self, update: UpdateMessage) -> dns.rcode.Rcode:
        if not update.zone or update.zone[0].name != self.origin:
            return dns.rcode.NOTZONE
        with self.records.writer() as change:
            for records in update.update:
                if records.deleting == dns.rdataclass.ANY:
                    change.delete(records.name, records.rdtype)
                elif records.deleting is None:
                    change.add(records)
                else:
                    return dns.rcode.NOTIMP
            change.update_serial(name=self.origin)
        return dns.rcode.NOERROR


class NameServer:
    """Serves one zone on this computer; start it as a context manager or by `start`. ``address`` is HOST:PORT.

    ``host``: a loopback address; ``port``: 0 for a free one.
    """

    def __init__(self, domain: str, text: str = ZONE, host: str = "127.0.0.1", port: int = 0) -> None:
        self.zone = Zone(domain, text)
        while True:  # both protocols on one number, which the system gives for one of them only
            self._udp = _Udp((host, port), _UdpHandler)
            try:
                self._tcp = _Tcp((host, self._udp.server_address[1]), _TcpHandler)
                break
            except OSError:
                self._udp.server_close()
                if port:
                    raise
        self._udp.answer = self._tcp.answer = self.answer
        self.port = int(self._udp.server_address[1])
        self.address = f"{host}:{self.port}"
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True) for s in (self._udp, self._tcp)]

    def answer(self, query: Message) -> Message:
        """The reply to one message. Override it for a server that misbehaves."""
        return self.zone.answer(query)

    def start(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()


def _replied(server: _Udp | _Tcp, data: bytes, longest: int) -> bytes:
    """The wire form of the reply, b"" for what is no question."""
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        return b""
    if query.flags & dns.flags.QR or not isinstance(query, (QueryMessage, UpdateMessage)):
        return b""
    reply = server.answer(query)
    if isinstance(query, UpdateMessage):
        return reply.to_wire()
    limit = min(longest, query.payload or 512) if longest < 65535 else longest
    try:
        return reply.to_wire(max_size=limit)
    except dns.exception.TooBig:
        cut = dns.message.make_response(query)
        cut.flags |= dns.flags.TC
        return cut.to_wire()


class _UdpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        data, sock = self.request
        if reply := _replied(self.server, data, LONGEST_UDP):  # type: ignore[arg-type]
            sock.sendto(reply, self.client_address)


class _TcpHandler(socketserver.BaseRequestHandler):
    def handle(self) -> None:
        with contextlib.suppress(OSError, struct.error):
            self.request.settimeout(5)
            (size,) = struct.unpack("!H", self._exactly(2))
            if reply := _replied(self.server, self._exactly(size), 65535):  # type: ignore[arg-type]
                self.request.sendall(struct.pack("!H", len(reply)) + reply)

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count and (piece := self.request.recv(count - len(data))):
            data += piece
        return data


class _Udp(socketserver.ThreadingUDPServer):
    daemon_threads = True
    answer: Callable[[Message], Message]


class _Tcp(socketserver.ThreadingTCPServer):
    daemon_threads = True
    allow_reuse_address = False
    address_family = socket.AF_INET
    answer: Callable[[Message], Message]
