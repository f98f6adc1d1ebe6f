"""The rehearsal's name server: a real one, on this computer only, that answers for the sample company's domain as its present provider would.

Built of dnspython's zone and messages; UDP with truncation, and TCP (RFC 1035, RFC 7766).
"""

from __future__ import annotations

import contextlib
import socket
import socketserver
import struct
import threading
from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.zone
from dns.message import Message, QueryMessage

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


class NameServer:
    """Serves one zone on 127.0.0.1; start it as a context manager or by `start`. ``address`` is HOST:PORT."""

    def __init__(self, domain: str, text: str = ZONE) -> None:
        self.zone = dns.zone.from_text(text, origin=dns.name.from_text(domain), relativize=False, check_origin=False)
        while True:  # both protocols on one number, which the system gives for one of them only
            self._udp = _Udp(("127.0.0.1", 0), _UdpHandler)
            try:
                self._tcp = _Tcp(("127.0.0.1", self._udp.server_address[1]), _TcpHandler)
                break
            except OSError:
                self._udp.server_close()
        self._udp.answer = self._tcp.answer = self.answer
        self.port = int(self._udp.server_address[1])
        self.address = f"127.0.0.1:{self.port}"
        self._threads = [threading.Thread(target=s.serve_forever, args=(0.05,), daemon=True) for s in (self._udp, self._tcp)]

    def start(self) -> NameServer:
        for thread in self._threads:
            thread.start()
        return self

    def stop(self) -> None:
        for server in (self._udp, self._tcp):
            server.shutdown()
            server.server_close()
        for thread in self._threads:
            thread.join()

    def __enter__(self) -> NameServer:
        return self.start()

    def __exit__(self, *_exc: object) -> None:
        self.stop()

    def answer(self, query: Message) -> Message:
        """The reply to one question. Override it for a server that misbehaves."""
        reply = dns.message.make_response(query)
        if not query.question:
            reply.set_rcode(dns.rcode.FORMERR)
            return reply
        question = query.question[0]
        if not question.name.is_subdomain(self.zone.origin or dns.name.root):
            reply.set_rcode(dns.rcode.REFUSED)
            return reply
        reply.flags |= dns.flags.AA
        if not self._add(reply, question.name, question.rdtype):
            soa = self.zone.get_rrset(self.zone.origin or dns.name.root, dns.rdatatype.SOA)
            reply.authority += [soa] if soa else []
            if question.name not in self.zone.nodes:
                reply.set_rcode(dns.rcode.NXDOMAIN)
        return reply

    def _add(self, reply: Message, name: dns.name.Name, kind: dns.rdatatype.RdataType) -> bool:
        for _ in range(8):
            if (records := self.zone.get_rrset(name, kind)) is not None:
                reply.answer.append(records)
                return True
            alias = self.zone.get_rrset(name, dns.rdatatype.CNAME)
            if alias is None:
                return bool(reply.answer)
            reply.answer.append(alias)
            name = alias[0].target
        return True


def _replied(server: _Udp | _Tcp, data: bytes, longest: int) -> bytes:
    """The wire form of the reply, b"" for what is no question."""
    try:
        query = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        return b""
    if query.flags & dns.flags.QR or not isinstance(query, QueryMessage):
        return b""
    reply = server.answer(query)
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
