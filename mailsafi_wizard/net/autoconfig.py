"""The settings that a domain publishes for mail programs: the XML of Thunderbird and of the IETF draft on mail autoconfig.

It is fetched over HTTPS only, with the certificate verified. What comes is a stranger's: its size, its depth and its names are bounded,
entities and document types are refused, and nothing of it is used that `names.sane_host` does not pass.
"""

from __future__ import annotations

import http.client
import socket
from collections.abc import Sequence
from contextlib import ExitStack
from typing import Any
from urllib.parse import quote, urljoin, urlsplit
from xml.etree.ElementTree import Element, ParseError, TreeBuilder

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import DefusedXMLParser

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net.effort import Effort
from mailsafi_wizard.net.names import Names, sane_host, sane_port
from mailsafi_wizard.net.wire import Trust
from mailsafi_wizard.records import dataclass

MOST_BYTES = 64 * 1024
DEEPEST = 12
MOST_REDIRECTS = 3
MOST_SERVERS = 6
_SECURITY = {"ssl": Security.TLS, "starttls": Security.STARTTLS, "plain": Security.STARTTLS}  # never without TLS, whatever it says
_USER_NAMES = {"%EMAILADDRESS%": "address", "%EMAILLOCALPART%": "local"}


class Unusable(Exception):
    """There is no such file there, or none that can be used; the text says why."""


@dataclass(frozen=True)
class Offer:
    """One IMAP server that the file names. ``user_name``: "address", "local", or "" where it says something else."""

    endpoint: Endpoint
    user_name: str = ""


def places(domain: str, address: str = "") -> tuple[str, ...]:
    """Where a domain's file may lie, https addresses. The server may want an address; without one it is told a role that all have."""
    who = quote(address or f"postmaster@{domain}", safe="@")
    return (
        f"https://autoconfig.{domain}/mail/config-v1.1.xml?emailaddress={who}",
        f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml",
    )


# --- fetching


def fetch(effort: Effort, names: Names, trust: Trust, url: str, port: int = 443) -> bytes:
    """What lies at ``url``, at most MOST_BYTES; raises Unusable. ``port`` stands for https's own."""
    for _ in range(MOST_REDIRECTS + 1):
        host, path = _target(url, port, names.loopback)
        data, elsewhere = _get(effort, names, trust, host, port, path)
        if not elsewhere:
            return data
        url = urljoin(f"https://{host}{path}", elsewhere)
    raise Unusable("it sends from one address to the next without end")


def _target(url: str, port: int, loopback: bool) -> tuple[str, str]:
    try:
        parts = urlsplit(url)
        wanted = parts.port or port
    except ValueError as e:
        raise Unusable(f"it sends to an address that makes no sense: {e}") from e
    if parts.scheme != "https":
        raise Unusable("it sends to an address that is not encrypted")
    host = sane_host(parts.hostname or "", loopback)
    if not host or parts.username is not None or wanted not in (443, port):
        raise Unusable("it sends to an address that makes no sense")
    return host, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")


def _get(effort: Effort, names: Names, trust: Trust, host: str, port: int, path: str) -> tuple[bytes, str]:
    """The body, or where it is said to be instead."""
    addresses = names.addresses(host)
    if not addresses:
        raise Unusable("there is no such server")
    headers = {"User-Agent": "MailSafi-Wizard", "Accept": "text/xml, application/xml", "Accept-Encoding": "identity"}
    try:
        with ExitStack() as stack:
            sock = stack.enter_context(effort.connection(addresses, port))
            secure = trust.context(Endpoint(host, port)).wrap_socket(sock, server_hostname=host)
            client = stack.enter_context(_Client(host, port, secure))
            client.request("GET", path, headers={**headers, "Connection": "close"})
            return _read(client.getresponse())
    except (OSError, http.client.HTTPException, ValueError) as e:
        raise Unusable(str(e)[:200] or type(e).__name__) from e


class _Client(http.client.HTTPConnection):
    """http.client over a connection that is already secure; http.client's own way there can't be stopped. Closes it at the end."""

    def __init__(self, host: str, port: int, secure: socket.socket) -> None:
        super().__init__(host, 443 if port == 443 else port)
        self.default_port = 443
        self.sock = secure

    def connect(self) -> None:
        raise http.client.NotConnected("the server closed the connection")

    def __enter__(self) -> _Client:
        return self

    def __exit__(self, *_exc: object) -> None:
        self.close()


def _read(response: http.client.HTTPResponse) -> tuple[bytes, str]:
    with response:
        if response.status in (301, 302, 303, 307, 308):
            return b"", response.getheader("Location") or "http:"
        if response.status != 200:
            raise Unusable(f"the server says {response.status}")
        if response.getheader("Content-Encoding", "identity").lower() != "identity":
            raise Unusable("the server packs what was to come plain")
        data = response.read(MOST_BYTES + 1)
    if len(data) > MOST_BYTES:
        raise Unusable(f"it is longer than {MOST_BYTES} bytes")
    return data, ""


# --- reading


class _Shallow(TreeBuilder):
    """Builds a tree that is not deep, so that nothing that walks it can be made to fall."""

    def __init__(self) -> None:
        super().__init__()
        self._depth = 0

    def start(self, tag: Any, attrs: Any) -> Element:
        self._depth += 1
        if self._depth > DEEPEST:
            raise Unusable(f"it is nested deeper than {DEEPEST}")
        return super().start(tag, attrs)

    def end(self, tag: Any) -> Element:
        self._depth -= 1
        return super().end(tag)


def parse(data: bytes, domain: str, loopback: bool = False) -> tuple[Offer, ...]:
    """The IMAP servers that a file names, best first; raises Unusable when it is none of this kind."""
    parser = DefusedXMLParser(target=_Shallow(), forbid_dtd=True)
    try:
        parser.feed(data)
        root = parser.close()
    except (ParseError, DefusedXmlException, ValueError, LookupError) as e:
        raise Unusable(f"it is no file of settings: {type(e).__name__}") from e
    if root.tag != "clientConfig":
        raise Unusable("it is no file of settings")
    servers = [server for server in root.iterfind("emailProvider/incomingServer") if server.get("type") == "imap"]
    offers = (_offer(server, domain, loopback) for server in servers[:MOST_SERVERS])
    return tuple(dict.fromkeys(offer for offer in offers if offer is not None))


def _offer(server: Element, domain: str, loopback: bool) -> Offer | None:
    host = sane_host(_text(server, "hostname").replace("%EMAILDOMAIN%", domain), loopback)
    port, security = sane_port(_text(server, "port")), _SECURITY.get(_text(server, "socketType").lower())
    if not host or not port or security is None:
        return None
    return Offer(Endpoint(host, port, security), _USER_NAMES.get(_text(server, "username"), ""))


def _text(server: Element, name: str) -> str:
    return (server.findtext(name) or "").strip()


def offers(effort: Effort, names: Names, trust: Trust, url: str, domain: str, port: int = 443) -> Sequence[Offer]:
    """`fetch` and `parse` in one; empty when there is nothing that can be used."""
    try:
        return parse(fetch(effort, names, trust, url, port), domain, names.loopback)
    except Unusable:
        return ()
