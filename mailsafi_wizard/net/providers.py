"""What is known of mail providers and mail servers: reads ``resources/providers/*.toml`` and tells whose server it is.

The form of a file is told in docs/PROVIDERS.md and checked key by key here. Every datum has a source and a confidence; what has no
source is not there. Must not know networks or disks beyond these files: who asks brings host names and greetings.
"""

from __future__ import annotations

import datetime as dt
import enum
import functools
import itertools
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from mailsafi_wizard import errors, resources
from mailsafi_wizard.model import Role, Security
from mailsafi_wizard.net.provider_schema import Fault, Table
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import _

FORMAT = 1
GENERIC = "generic"
# The values of `model.SignInStyle`, and the ways that need a provider of tokens; see docs/PROVIDERS.md.
STYLES = (
    "password",
    "plain-authzid",
    "user*master",
    "domain/admin/mailbox",
    "x-masterauth",
    "proxyauth",
    "xoauth2-microsoft-app",
    "xoauth2-microsoft-device",
    "xoauth2-google-service",
    "xoauth2-google-consent",
)


class BadProvider(errors.MigrationError):
    title = "The provider file {file} cannot be used: {what}"
    hint = "Mend the file or install the program again. No other file is affected."
    exit_status = 2


class Confidence(enum.Enum):
    """How well a datum is known."""

    HIGH = "H"  # an official document or source code was read
    MIDDLE = "M"  # a secondary page, or several users
    LOW = "L"  # one user


class Kind(enum.Enum):
    """What a file describes."""

    SERVICE = "service"  # a company that runs the servers
    PANEL = "panel"  # a hosting panel, as many hosts run it
    SOFTWARE = "software"  # a mail server program
    FILTER = "filter"  # takes in the mail and hands it on: the MX records tell nothing of the mail server
    GENERIC = "generic"


class Reach(enum.Enum):
    """What one sign-in opens."""

    ALL = "all"  # every mailbox
    ONE = "one"  # the user's own


class LimitKind(enum.Enum):
    """What is limited; the unit is in the name."""

    BYTES_DOWN_DAY = "bytes-down-day"  # per account
    BYTES_UP_DAY = "bytes-up-day"
    CONNECTIONS_USER = "connections-user"
    CONNECTIONS_ADDRESS = "connections-address"  # from one computer
    CONNECTIONS_SERVER = "connections-server"
    MESSAGES_FOLDER = "messages-folder"  # shown of one folder


@dataclass(frozen=True)
class Source:
    """Where a datum comes from. ``url`` is "" for what is not on the web; ``read``: the day on which it was looked at."""

    title: str
    read: dt.date
    url: str = ""


@dataclass(frozen=True)
class Datum:
    """What every statement of a file has."""

    source: Source
    confidence: Confidence


@dataclass(frozen=True)
class KnownEndpoint(Datum):
    """``host`` may hold ``{domain}``. ``whom``: for whom it is where there are several, "" otherwise."""

    host: str
    port: int
    security: Security
    whom: str = ""


@dataclass(frozen=True)
class UserName(Datum):
    """``form``: "address", "local" (the part before the "@") or "either"; ``text`` says it in words where that is not enough."""

    form: str
    text: str = ""


@dataclass(frozen=True)
class WayToSignIn(Datum):
    style: str  # of STYLES
    reach: Reach
    text: str = ""


@dataclass(frozen=True)
class Step(Datum):
    """One thing to prepare. ``key`` is remembered when it is ticked, and so never changes its meaning. ``style``: only for this sign-in."""

    key: str
    text: str
    link: str = ""
    link_text: str = ""
    style: str = ""


@dataclass(frozen=True)
class Limit(Datum):
    kind: LimitKind
    value: int
    text: str = ""


@dataclass(frozen=True)
class LeftOut(Datum):
    """A folder that holds no mail of its own: by ``name``, or by ``role`` (RFC 6154)."""

    reason: str
    name: str = ""
    role: Role | None = None


@dataclass(frozen=True)
class Quirk(Datum):
    text: str


@dataclass(frozen=True)
class Match:
    """By what it is recognised. ``mx`` and ``hosts`` are suffixes of host names; the others are parts of what a server says of itself.

    ``greeting`` is looked for in the greeting, ``identity`` in its answer to ID (RFC 2971), ``capabilities`` are whole words.
    """

    mail_domains: tuple[str, ...] = ()
    mx: tuple[str, ...] = ()
    hosts: tuple[str, ...] = ()
    greeting: tuple[str, ...] = ()
    identity: tuple[str, ...] = ()
    capabilities: tuple[str, ...] = ()
    source: Source | None = None  # None where there is no rule
    confidence: Confidence | None = None


@dataclass(frozen=True)
class Provider:
    """One file. Texts are English and are translated where they are shown, by ``words._``."""

    id: str
    name: str
    kind: Kind
    match: Match
    endpoints: tuple[KnownEndpoint, ...] = ()
    user_name: UserName | None = None
    sign_in: tuple[WayToSignIn, ...] = ()
    checklist: tuple[Step, ...] = ()
    limits: tuple[Limit, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    quirks: tuple[Quirk, ...] = ()

    @property
    def one_for_all(self) -> tuple[WayToSignIn, ...]:
        """The ways in which one login reaches all mailboxes."""
        return tuple(way for way in self.sign_in if way.reach is Reach.ALL)

    def limit(self, kind: LimitKind) -> Limit | None:
        return next((limit for limit in self.limits if limit.kind is kind), None)

    @property
    def shown_name(self) -> str:
        """The name as the screen says it: many hold words, such as "A Dovecot server"."""
        return _(self.name)

    def texts(self) -> Iterator[str]:
        """Every text of the file that a person reads, for the catalogue of translations."""
        yield self.name
        parts: Iterable[object] = (
            self.user_name,
            *self.endpoints,
            *self.sign_in,
            *self.checklist,
            *self.limits,
            *self.left_out,
            *self.quirks,
        )
        for part in parts:
            yield from (text for name in ("text", "link_text", "reason", "whom") if (text := getattr(part, name, "")))
            if (source := getattr(part, "source", None)) is not None and not source.url:  # the others are names of pages
                yield source.title


# --- all of them


@functools.cache
def all_providers() -> Mapping[str, Provider]:
    """Every file by its id, in the order of names, the generic one last. Raises BadProvider."""
    found = [load(path) for path in sorted(resources.path("providers").glob("*.toml"))]
    found.sort(key=lambda p: (p.kind is Kind.GENERIC, p.id))
    return {provider.id: provider for provider in found}


def get(provider_id: str) -> Provider:
    """The provider of this id; the generic one for an id that is not known (any more)."""
    known = all_providers()
    return known.get(provider_id) or known[GENERIC]


def texts() -> list[str]:
    """All texts of all files, each once: what goes into the catalogue beside those marked in the code."""
    return sorted({text for provider in all_providers().values() for text in provider.texts()})


# --- whose server is it


def of_mail_domain(domain: str) -> Provider | None:
    """Who runs an address's domain, such as gmail.com."""
    return next((p for p in all_providers().values() if domain.lower() in p.match.mail_domains), None)


def of_mx(hosts: Iterable[str]) -> Provider | None:
    """Who takes in the mail, by the names in the MX records, best first."""
    return next((p for host in hosts if (p := _by_suffix(host, "mx")) is not None), None)


def of_host(host: str) -> Provider | None:
    """Whose IMAP server this is, by its name."""
    return _by_suffix(host, "hosts")


def is_filter(provider: Provider | None) -> bool:
    return provider is not None and provider.kind is Kind.FILTER


def of_server(greeting: str = "", identity: str = "", capabilities: Iterable[str] = ()) -> Provider | None:
    """What program runs there, by what it says of itself; whatever is said in the ID weighs most, capabilities least."""
    low, known, offered = greeting.lower(), identity.lower(), {c.upper() for c in capabilities}
    everyone = all_providers().values()
    by_identity = (p for p in everyone if any(part.lower() in known for part in p.match.identity))
    by_greeting = (p for p in everyone if any(part.lower() in low for part in p.match.greeting))
    by_capability = (p for p in everyone if any(word.upper() in offered for word in p.match.capabilities))
    return next(itertools.chain(by_identity, by_greeting, by_capability), None)


def ends_with(host: str, suffix: str) -> bool:
    """Whether a host name is ``suffix`` or below it."""
    return host == suffix or host.endswith("." + suffix)


def _by_suffix(host: str, field: str) -> Provider | None:
    """The longest suffix wins, so that a reseller's servers can be told from those of the company it buys from."""
    host = host.lower().rstrip(".")
    best = max(
        ((len(suffix), p.id) for p in all_providers().values() for suffix in getattr(p.match, field) if ends_with(host, suffix)),
        default=None,
    )
    return all_providers()[best[1]] if best else None


# --- one file


def load(path: Path) -> Provider:
    """Reads and checks one file; raises BadProvider that names file and key."""
    try:
        data = tomllib.loads(path.read_text("utf-8"))
        return _provider(Table(data), path.stem)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as e:
        raise BadProvider(str(e), file=path.name, what=str(e)) from e
    except Fault as e:
        raise BadProvider(file=path.name, what=str(e)) from e


def _provider(top: Table, stem: str) -> Provider:
    top.choice("format", (FORMAT,))
    if (identity := top.text("id")) != stem:
        raise Fault("id", f"is {identity!r}, and must be the file's name without its ending")
    sources = {name: _source(table) for name, table in top.named_tables("sources")}
    made = Provider(
        id=identity,
        name=top.text("name"),
        kind=Kind(top.choice("kind", [k.value for k in Kind])),
        match=_match(top.table("match"), sources),
        endpoints=tuple(_endpoint(t, sources) for t in top.tables("endpoint")),
        user_name=next((_user_name(t, sources) for t in top.tables("user_name", most=1)), None),
        sign_in=tuple(_way(t, sources) for t in top.tables("sign_in")),
        checklist=tuple(_step(t, sources) for t in top.tables("step")),
        limits=tuple(_limit(t, sources) for t in top.tables("limit")),
        left_out=tuple(_left_out(t, sources) for t in top.tables("left_out")),
        quirks=tuple(_quirk(t, sources) for t in top.tables("quirk")),
    )
    top.end()
    _check_whole(made)
    return made


def _check_whole(provider: Provider) -> None:
    keys = [step.key for step in provider.checklist]
    if twice := next((key for key in keys if keys.count(key) > 1), ""):
        raise Fault("step", f"the key {twice!r} stands there twice")
    offered = {way.style for way in provider.sign_in}
    if lost := next((step.key for step in provider.checklist if step.style and step.style not in offered), ""):
        raise Fault("step", f"{lost!r} is for a way to sign in that is not listed")


def _source(table: Table) -> Source:
    made = Source(table.text("title"), table.date("read"), table.link("url"))
    table.end()
    return made


def _match(table: Table, sources: Mapping[str, Source]) -> Match:
    made = Match(
        mail_domains=table.names("mail_domains"),
        mx=table.names("mx"),
        hosts=table.names("hosts"),
        greeting=table.names("greeting"),
        identity=table.names("identity"),
        capabilities=table.names("capabilities"),
    )
    if made == Match():
        table.end()
        return made
    source, confidence = _datum(table, sources)
    return replace(made, source=source, confidence=confidence)


def _datum(table: Table, sources: Mapping[str, Source]) -> tuple[Source, Confidence]:
    """What ends the reading of every table that states something."""
    name = table.text("source")
    if name not in sources:
        raise Fault(f"{table.path}.source", f"{name!r} is not among the [sources]")
    confidence = Confidence(table.choice("confidence", [c.value for c in Confidence]))
    table.end()
    return sources[name], confidence


def _endpoint(table: Table, sources: Mapping[str, Source]) -> KnownEndpoint:
    security = Security(table.choice("security", [Security.TLS.value, Security.STARTTLS.value], Security.TLS.value))
    host, port, whom = table.text("host"), table.number("port", security.default_port), table.text("whom", "")
    return KnownEndpoint(*_datum(table, sources), host=host, port=port, security=security, whom=whom)


def _user_name(table: Table, sources: Mapping[str, Source]) -> UserName:
    form, text = table.choice("form", ("address", "local", "either")), table.text("text", "")
    return UserName(*_datum(table, sources), form=form, text=text)


def _way(table: Table, sources: Mapping[str, Source]) -> WayToSignIn:
    style, reach = table.choice("style", STYLES), Reach(table.choice("reach", [r.value for r in Reach]))
    text = table.text("text", "")
    return WayToSignIn(*_datum(table, sources), style=style, reach=reach, text=text)


def _step(table: Table, sources: Mapping[str, Source]) -> Step:
    key, text, style = table.text("key"), table.text("text"), table.choice("style", STYLES, "")
    link, link_text = table.link("link"), table.text("link_text", "")
    if bool(link) != bool(link_text):
        raise Fault(table.path, "needs both link and link_text, or neither")
    return Step(*_datum(table, sources), key=key, text=text, link=link, link_text=link_text, style=style)


def _limit(table: Table, sources: Mapping[str, Source]) -> Limit:
    kind = LimitKind(table.choice("kind", [k.value for k in LimitKind]))
    value, text = table.number("value"), table.text("text", "")
    return Limit(*_datum(table, sources), kind=kind, value=value, text=text)


def _left_out(table: Table, sources: Mapping[str, Source]) -> LeftOut:
    reason, name, role = table.text("reason"), table.text("name", ""), table.choice("role", [r.value for r in Role], "")
    if bool(name) == bool(role):
        raise Fault(table.path, "needs either name or role")
    return LeftOut(*_datum(table, sources), reason=reason, name=name, role=Role(role) if role else None)


def _quirk(table: Table, sources: Mapping[str, Source]) -> Quirk:
    text = table.text("text")
    return Quirk(*_datum(table, sources), text=text)


def ticks(provider: Provider) -> Sequence[str]:
    """Under which keys the ticks of the checklist are remembered."""
    return [f"provider.{provider.id}.{step.key}" for step in provider.checklist]
