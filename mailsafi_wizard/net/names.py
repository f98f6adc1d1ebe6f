"""Names of servers: which can be one at all, and where they lie, asked of several name servers so that one bad one does not matter.

What comes from a record or a file of a stranger passes `sane_host` and `sane_port` before it is used or shown. The system's own look-up
is not used for these questions: it can hang for a minute and can't be stopped.
"""

from __future__ import annotations

import ipaddress
import queue
import re
import socket
import threading
from collections.abc import Sequence
from dataclasses import field

from mailsafi_wizard import errors
from mailsafi_wizard.net import dns as records
from mailsafi_wizard.net.effort import Effort
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

HEDGE = 0.5  # seconds after which the next name server is asked too
SURVEY = 1.2  # seconds for finding out which name servers know the domain
PREFERRED = 0.25  # seconds more for one that stands before the first that answered
PUBLIC_AT_ONCE = 4  # name servers at most
_LABEL = re.compile(r"(?!-)[a-z0-9-]{1,63}(?<!-)")
_USUAL_PORTS = (143, 993)


def sane_host(text: str, loopback: bool = False) -> str:
    """A host name in lower case ASCII when ``text`` can be one, else "": no address, no single word, no control character.

    ``loopback``: "localhost" is one too.
    """
    name = text.strip().rstrip(".").lower()
    if name == "localhost":
        return name if loopback else ""
    try:
        name = name if name.isascii() else name.encode("idna").decode("ascii")
    except UnicodeError:
        return ""
    labels = name.split(".")
    if len(labels) < 2 or len(name) > 253 or not all(_LABEL.fullmatch(label) for label in labels):
        return ""
    if labels[-1].isdigit() or labels[-1] == "localhost":
        return ""
    return name


def sane_port(text: str) -> int:
    """A port on which an IMAP server may listen, else 0: the usual two, or one that any program may open."""
    if not text.isascii() or not text.isdigit() or len(text) > 5:
        return 0
    port = int(text)
    return port if port in _USUAL_PORTS or 1024 <= port <= 65535 else 0


def owner_domain(host: str) -> str:
    """The domain under which somebody runs ``host``, by the usual depth: example.com, example.co.ke. "" for what has no such."""
    labels = host.split(".")
    short = len(labels) >= 3 and len(labels[-1]) == 2 and len(labels[-2]) <= 3
    kept = labels[-3:] if short else labels[-2:]
    return ".".join(kept) if len(kept) >= 2 else ""


@dataclass
class _Slot:
    """One question that several ask and one carries out."""

    done: threading.Event = field(default_factory=threading.Event)
    values: tuple[str, ...] = ()


class Names:
    """Look-ups within an `Effort`. ``loopback``: names lead to this computer or nowhere; else never to it."""

    def __init__(self, effort: Effort, resolvers: Sequence[str], loopback: bool) -> None:
        """``resolvers``: ``HOST[:PORT]``, none for the computer's own and public ones. Raises WrongUsage."""
        self._effort = effort
        self.loopback = loopback
        self._servers = [records.Server.parse(text) for text in resolvers] or records.usual_resolvers()[:PUBLIC_AT_ONCE]
        self._system_too = not resolvers
        self._lock = threading.Lock()
        self._asked: dict[tuple[str, str], _Slot] = {}
        self.answered = False  # anybody, anything
        self.disagree = False  # two name servers told different MX records

    # --- which name servers are worth asking

    def survey(self, domain: str) -> tuple[str, ...]:
        """The MX records of ``domain``, as (preference and) host names, best first; asked of all.

        Those who know the domain are asked first from now on: one that denies everything is not believed when another knows better.
        """
        answers = self._ask_all(domain, "MX")
        good = [answers[server] for server in self._servers if server in answers and answers[server].values]
        self.disagree = len({answer.values for answer in good}) > 1
        self._servers.sort(key=lambda server: _worth(answers.get(server)))
        with self._lock:
            slot = self._asked[domain, "MX"] = _Slot(values=good[0].values if good else ())
        slot.done.set()
        return self.mx(domain)

    def _ask_all(self, name: str, kind: str) -> dict[records.Server, records.Answer]:
        inbox: queue.SimpleQueue[tuple[records.Server, records.Answer]] = queue.SimpleQueue()
        for server in self._servers:
            self._effort.start(lambda s=server: inbox.put((s, self._ask(s, name, kind))))  # type: ignore[misc]
        answers: dict[records.Server, records.Answer] = {}
        until = self._effort.spent + SURVEY
        while len(answers) < len(self._servers) and self._effort.left and (wait := until - self._effort.spent) > 0:
            try:
                server, answer = inbox.get(timeout=min(wait, self._effort.left))
            except queue.Empty:
                break
            answers[server] = answer
            if answer.values:
                until = min(until, self._effort.spent + PREFERRED)
        return answers

    # --- questions

    def mx(self, domain: str) -> tuple[str, ...]:
        """Host names, best first."""
        found = []
        for value in self.values(domain, "MX"):
            preference, _, host = value.partition(" ")
            if (name := sane_host(host, self.loopback)) and preference.isdigit():
                found.append((int(preference), name))
        return tuple(dict.fromkeys(name for _, name in sorted(found)))[:4]

    def services(self, service: str, domain: str) -> tuple[tuple[str, int], ...]:
        """Host and port of each SRV record of ``_service._tcp`` (RFC 2782), best first. A target "." means that there is none."""
        found = []
        for value in self.values(f"_{service}._tcp.{domain}", "SRV"):
            parts = value.split()
            if len(parts) != 4 or not all(part.isdigit() for part in parts[:2]):
                continue
            host, port = sane_host(parts[3], self.loopback), sane_port(parts[2])
            if host and port:
                found.append((int(parts[0]), -int(parts[1]), host, port))
        return tuple((host, port) for _, _, host, port in sorted(found))[:4]

    def addresses(self, host: str) -> tuple[str, ...]:
        """Where a host lies; IPv4 first, since few offices have the other. Empty when nobody knows."""
        if host == "localhost":
            return ("127.0.0.1", "::1") if self.loopback else ()
        found = [text for kind in ("A", "AAAA") for text in self.values(host, kind) if self._may(text)][:3]
        if not found and self._system_too and not self.answered and self._effort.left:
            found = [text for text in self._from_system(host) if self._may(text)][:3]
        return tuple(found)

    def _may(self, text: str) -> bool:
        try:
            address = ipaddress.ip_address(text)
        except ValueError:
            return False
        if address.is_multicast or address.is_unspecified or address.is_link_local:
            return False
        if address.is_reserved and not address.is_loopback:
            return False
        return address.is_loopback is self.loopback

    def values(self, name: str, kind: str) -> tuple[str, ...]:
        """What stands there, as text; empty for nothing, for nobody who answers, and when the time is up. Asked once however often."""
        with self._lock:
            slot = self._asked.get((name, kind))
            mine = slot is None
            if slot is None:
                slot = self._asked[name, kind] = _Slot()
        if mine:
            slot.values = self._hedged(name, kind)
            slot.done.set()
        slot.done.wait(self._effort.left)
        return slot.values

    def _hedged(self, name: str, kind: str) -> tuple[str, ...]:
        """The first answer, also that there is nothing; a server that fails or is slow has the next one asked beside it."""
        inbox: queue.SimpleQueue[records.Answer] = queue.SimpleQueue()
        waiting, others = 0, list(self._servers)
        while (others or waiting) and self._effort.left:
            if others:
                server = others.pop(0)
                self._effort.start(lambda s=server: inbox.put(self._ask(s, name, kind)))  # type: ignore[misc]
                waiting += 1
            try:
                answer = inbox.get(timeout=min(HEDGE, self._effort.left) if others else self._effort.left)
            except (queue.Empty, ValueError):
                continue
            waiting -= 1
            if not answer.problem:
                return answer.values
        return ()

    def _ask(self, server: records.Server, name: str, kind: str) -> records.Answer:
        left = self._effort.left
        if not left:
            return records.Answer(name, kind, problem="no time")
        answer = records.ask(server, name, kind, min(records.PATIENCE, max(0.05, left / 2)))
        self.answered |= not answer.problem
        return answer

    def _from_system(self, host: str) -> list[str]:
        """The system's own look-up, for a computer that speaks to name servers in a way of its own; on a thread that may hang."""
        inbox: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

        def look() -> None:
            try:
                inbox.put([str(item[4][0]) for item in socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)])
            except (OSError, UnicodeError):
                inbox.put([])

        self._effort.start(look)
        try:
            return inbox.get(timeout=max(0.01, self._effort.left))
        except queue.Empty:
            return []


def _worth(answer: records.Answer | None) -> int:
    """Who knew the domain, then who said that there is nothing, then who was silent or failed."""
    if answer is None or answer.problem:
        return 2
    return 0 if answer.values else 1


def domain_of(asked: str) -> tuple[str, str]:
    """The domain of what an admin typed, and the address in lower case where it was one, else "". Raises WrongUsage.

    A web address is taken for its host; all else must be a domain or a mail address.
    """
    text = asked.strip().lower()
    text = re.sub(r"^https?://([^/:@\s]+).*$", r"\1", text)
    local, at, domain = text.rpartition("@")
    if at and (not local or re.search(r"[\s\x00-\x1f\x7f<>\"]", local) or len(local) > 64):
        raise errors.WrongUsage(what=N_("“{text}” is not a mail address").format(text=asked.strip()))
    domain = records.normal(domain)
    if not sane_host(domain):
        raise errors.WrongUsage(what=N_("“{text}” is not a domain or a mail address").format(text=asked.strip()))
    return domain, f"{local}@{domain}" if at else ""
