"""From a domain or a mail address to its IMAP server: records, published settings, known providers and knocking, all side by side.

RFC 6186 and 8314 for SRV records, `autoconfig` for settings, `providers` for what is known. The whole ends in time whatever name servers
and servers do, and sends nothing secret anywhere. What is only named is told apart from what was met with a good certificate.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from dataclasses import field, replace

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net import autoconfig, providers
from mailsafi_wizard.net.effort import Effort
from mailsafi_wizard.net.found import NAMED, Candidate, Discovery, Note, Origin, Source, Sureness
from mailsafi_wizard.net.names import Names, domain_of, owner_domain
from mailsafi_wizard.net.probe import Outcome, Probe, probe
from mailsafi_wizard.net.providers import Provider
from mailsafi_wizard.net.wire import Trust
from mailsafi_wizard.records import dataclass

LONGEST = 4.5  # seconds for everything
ENOUGH = 1.0  # seconds more for the runners-up once a sure one is there
MOST_SERVERS = 24
UNTRIED = Probe(Outcome.NOT_TRIED)


@dataclass(frozen=True)
class Where:
    """What a search may use. ``resolvers``: ``HOST[:PORT]``, none for the computer's own and public ones. ``loopback``: this computer only.

    The ports are those of the protocols; a rehearsal and tests have others.
    """

    resolvers: tuple[str, ...] = ()
    trust: Trust = field(default_factory=Trust)
    loopback: bool = False
    imaps: int = 993
    imap: int = 143
    https: int = 443
    seconds: float = LONGEST


def discover(asked: str, where: Where | None = None, cancel: threading.Event | None = None) -> Discovery:
    """Everything that can be found within ``where.seconds``; an ``asked`` that is no domain or address raises WrongUsage.

    ``cancel`` ends it at once with what was found so far.
    """
    where = where or Where()
    domain, address = domain_of(asked)
    cancel = cancel or threading.Event()
    effort = Effort(where.seconds, cancel)
    search = _Search(domain, address, where, effort)
    effort.start(search.begin)
    whole = effort.wait(search.enough)
    return search.outcome(whole, cancel.is_set())


@dataclass
class _Server:
    """One server under examination."""

    sources: list[Source] = field(default_factory=list)
    user_name: str = ""
    probe: Probe = UNTRIED
    order: int = 0


class _Search:
    """One search. Every method that starts with "_by" is a line of enquiry on a thread of its own."""

    def __init__(self, domain: str, address: str, where: Where, effort: Effort) -> None:
        self._domain, self._address, self._where, self._effort = domain, address, where, effort
        self._names = Names(effort, where.resolvers, where.loopback)
        self._lock = threading.Lock()
        self._servers: dict[Endpoint, _Server] = {}
        self._mx: tuple[str, ...] = ()
        self._taker: Provider | None = None  # who takes in the mail
        self._sure_at: float | None = None

    def begin(self) -> None:
        """Find out whom to ask, then ask about everything at once."""
        if (known := providers.of_mail_domain(self._domain)) is not None:
            self._taker = known
            self._by_provider(known)
        self._mx = self._names.survey(self._domain)
        for line in (self._by_mx, self._by_records, self._by_guess):
            self._effort.start(line)
        for url in autoconfig.places(self._domain, self._address):
            self._effort.start(lambda u=url: self._by_file(u, self._domain, Origin.AUTOCONFIG))  # type: ignore[misc]

    # --- lines of enquiry

    def _by_mx(self) -> None:
        found = self._taker or providers.of_mx(self._mx)
        hidden = providers.is_filter(found)
        if found is not None and not hidden:
            if self._taker is None:
                self._taker = found
                self._by_provider(found)
            return
        if hidden:
            return
        for host in self._mx[:2]:
            self._try_both(host, Source(Origin.MX, host))
        for domain in dict.fromkeys(owner_domain(host) for host in self._mx[:2]):
            if domain and domain != self._domain:
                url = autoconfig.places(domain, self._address or f"postmaster@{self._domain}")[0]
                self._effort.start(lambda u=url, d=domain: self._by_file(u, d, Origin.PROVIDER_FILE))  # type: ignore[misc]

    def _by_provider(self, provider: Provider) -> None:
        form = provider.user_name.form if provider.user_name else ""
        for known in provider.endpoints:
            endpoint = Endpoint(known.host.replace("{domain}", self._domain), known.port, known.security)
            self._name(endpoint, Source(Origin.PROVIDER, provider.name), form)

    def _by_records(self) -> None:
        for service, security in (("imaps", Security.TLS), ("imap", Security.STARTTLS)):
            self._effort.start(lambda s=service, how=security: self._by_record(s, how))  # type: ignore[misc]

    def _by_record(self, service: str, security: Security) -> None:
        for host, port in self._names.services(service, self._domain):
            self._name(Endpoint(host, port, security), Source(Origin.RECORD, self._domain))

    def _by_file(self, url: str, domain: str, origin: Origin) -> None:
        where = self._where
        for offer in autoconfig.offers(self._effort, self._names, where.trust, url, self._domain, where.https):
            self._name(offer.endpoint, Source(origin, domain), offer.user_name)

    def _by_guess(self) -> None:
        for host in (f"imap.{self._domain}", f"mail.{self._domain}", self._domain):
            self._try_both(host, Source(Origin.GUESS, host))

    def _try_both(self, host: str, source: Source) -> None:
        self._name(Endpoint(host, self._where.imaps, Security.TLS), source)
        self._name(Endpoint(host, self._where.imap, Security.STARTTLS), source)

    # --- servers

    def _name(self, endpoint: Endpoint, source: Source, user_name: str = "") -> None:
        """Somebody names a server; it is knocked at once, however often it is named."""
        with self._lock:
            new = endpoint not in self._servers
            if new and len(self._servers) >= MOST_SERVERS:
                return
            server = self._servers.setdefault(endpoint, _Server(order=len(self._servers)))
            if source not in server.sources:
                server.sources.append(source)
            server.user_name = server.user_name or user_name
            self._look()
        if new:
            self._effort.start(lambda: self._knock(endpoint))

    def _knock(self, endpoint: Endpoint) -> None:
        seen = probe(self._effort, self._names, self._where.trust, endpoint)
        with self._lock:
            self._servers[endpoint].probe = seen
            self._look()
        for host in seen.names:
            if set(self._names.addresses(host)) & set(seen.addresses):  # the same machine under the name it is known by
                self._name(replace(endpoint, host=host), Source(Origin.CERTIFICATE, endpoint.host))

    def _look(self) -> None:
        if self._sure_at is None and any(self._sureness(*item) is Sureness.SURE for item in self._servers.items()):
            self._sure_at = self._effort.spent

    def enough(self, spent: float) -> bool:
        return self._sure_at is not None and spent > self._sure_at + ENOUGH

    def _sureness(self, endpoint: Endpoint, server: _Server) -> Sureness:
        if server.probe.outcome is Outcome.VERIFIED:
            named = any(source.origin in NAMED and self._may_name(source, endpoint) for source in server.sources)
            return Sureness.SURE if named else Sureness.LIKELY
        return Sureness.DOUBTFUL if server.probe.outcome is Outcome.UNTRUSTED else Sureness.UNSEEN

    def _may_name(self, source: Source, endpoint: Endpoint) -> bool:
        """A record that leads out of the domain proves nothing by itself (RFC 6186 section 6), unless to a provider that is known."""
        if source.origin is not Origin.RECORD:
            return True
        return providers.ends_with(endpoint.host, self._domain) or providers.of_host(endpoint.host) is not None

    # --- the outcome

    def outcome(self, whole: bool, cancelled: bool) -> Discovery:
        with self._lock:
            servers = {endpoint: replace(server, sources=list(server.sources)) for endpoint, server in self._servers.items()}
        made = [self._candidate(endpoint, server) for endpoint, server in servers.items()]
        order = {endpoint: server.order for endpoint, server in servers.items()}
        takers = {owner_domain(host) for host in self._mx}
        kept = sorted((one for one in made if _worth_telling(one)), key=lambda one: _rank(one, takers, order[one.endpoint]))
        provider, source = self._provider(kept)
        return Discovery(
            self._domain,
            self._address,
            tuple(kept),
            provider,
            source,
            self._mx,
            tuple(self._notes(whole, cancelled)),
            self._effort.spent,
        )

    def _candidate(self, endpoint: Endpoint, server: _Server) -> Candidate:
        seen = server.probe
        known = providers.of_host(endpoint.host) or providers.of_server(seen.greeting, seen.identity, seen.capabilities)
        sources = sorted(server.sources, key=lambda source: list(Origin).index(source.origin))
        return Candidate(
            endpoint, tuple(sources), seen, self._sureness(endpoint, server), server.user_name, known.id if known else ""
        )

    def _provider(self, candidates: Iterable[Candidate]) -> tuple[str, Source | None]:
        """Whose card to show: who takes in the mail, else what the best server is recognised as."""
        if self._taker is not None:
            who = self._domain if self._domain in self._taker.match.mail_domains else next(iter(self._mx), self._domain)
            return self._taker.id, Source(Origin.PROVIDER, who)
        for candidate in candidates:
            if candidate.provider:
                return candidate.provider, Source(candidate.sources[0].origin, candidate.endpoint.host)
        return providers.GENERIC, None

    def _notes(self, whole: bool, cancelled: bool) -> Iterable[Note]:
        if not self._names.answered:
            yield Note.NO_DNS
        elif not self._mx:
            yield Note.NO_MAIL
        if self._names.disagree:
            yield Note.DISAGREE
        if providers.is_filter(providers.of_mx(self._mx)):
            yield Note.FILTER
        if cancelled:
            yield Note.CANCELLED
        elif not whole and self._sure_at is None:
            yield Note.TIME_UP


def _worth_telling(candidate: Candidate) -> bool:
    """What was only guessed and not met is no candidate."""
    named = any(source.origin not in (Origin.GUESS, Origin.MX, Origin.CERTIFICATE) for source in candidate.sources)
    return named or candidate.sureness is not Sureness.UNSEEN


def _rank(candidate: Candidate, takers: set[str], order: int) -> tuple[int, int, bool, bool, int]:
    """Of a provider's several servers, that in the region which takes in the mail comes first."""
    best = min(list(Origin).index(source.origin) for source in candidate.sources)
    endpoint = candidate.endpoint
    return candidate.sureness, best, owner_domain(endpoint.host) not in takers, endpoint.security is not Security.TLS, order
