"""Servers that lie, flood, stall or trick: how a migration from or to them must end. `play_hostile` runs one and judges it."""

from __future__ import annotations

import functools
import ssl
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority, Certificate
from mailsafi_wizard.demo.imapd.server import ImapServer
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.model import Security
from tests.servers.cases import Ground, Verdict, count, looked_at, seed, usual_mail, why
from tests.servers.hostile import GREETING, PASSWORD, USER, HostileServer, Tricks
from tests.servers.oracle import Name, snapshot
from tests.servers.trial import Account, Ended, Trial

ANY = frozenset({0, 1, 3})
ALL, NAMED, STOPPED = frozenset({0}), frozenset({1}), frozenset({3})
KNOWN_SECONDS = 5.0


@dataclass(frozen=True)
class HostileCase:
    """``tricks`` of the source, or with ``destination`` of the destination. ``statuses``: how it may end while they are played;
    what status 0 and 1 claim is held against the accounts. ``lost``: messages that must be missing then; None: any number.
    ``mends``: without the tricks a rerun must bring everything. ``unseen``: no password may have reached the server."""

    name: str
    tricks: Tricks = field(default_factory=Tricks)
    destination: bool = False
    statuses: frozenset[int] = ANY
    lost: int | None = None
    security: Security = Security.TLS
    spoken: Security | None = None  # what the server speaks, when that is another thing
    mends: bool = True
    unseen: bool = False
    allowed: tuple[str, ...] = ()  # differences that the server itself makes: "doubled", "flags" ...
    folder_map: tuple[tuple[Name, Name], ...] = ()
    certificate: Callable[[Authority], Certificate] | None = None
    trusted: bool = True
    cautious: bool = False  # status 1 is right although nothing is missing: the server claims to have more
    prepare: Callable[[HostileServer], None] | None = None  # more folders or mail on it
    mail: Callable[[], list[Letter]] = lambda: [*usual_mail()[:34], *usual_mail()[-6:]]


def certificate_of(case: HostileCase, ground: Ground, folder: Path) -> Certificate:
    if case.certificate is None:
        return ground.certificate
    return case.certificate(Authority(folder.parent / f"{folder.name}-tls"))


def play_hostile(case: HostileCase, ground: Ground, user: str, folder: Path, child: bool = True) -> Verdict:
    """Seeds the source, runs once with the tricks, then without them, and judges both."""
    verdict = Verdict(case.name)
    folder.mkdir(parents=True, exist_ok=True)
    server = HostileServer(certificate_of(case, ground, folder), case.tricks, case.spoken or case.security)
    twin = ImapServer(server.accounts, _context(ground.certificate))
    try:
        trial = _trial(case, ground, user, folder, server, twin)
        trial.child, trial.known = child, KNOWN_SECONDS
        if case.prepare:
            case.prepare(server)
        _seed(case, ground, user, server)
        _judge(case, trial, verdict, server)
        if case.mends:
            server.tricks = Tricks()
            server.refusals.clear()
            _judge_mended(case, trial, verdict)
    finally:
        server.stop()
        twin.stop()
    return verdict


def _context(certificate: Certificate) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    return context


def _trial(case: HostileCase, ground: Ground, user: str, folder: Path, server: HostileServer, twin: ImapServer) -> Trial:
    url = f"{case.security.value}://localhost:{server.port}"
    ca_file = ground.certificate.ca_file
    bad = Account(url, USER, PASSWORD, lambda: snapshot("localhost", twin.port, USER, PASSWORD, ca_file))
    other = ground.source if case.destination else ground.destination
    good = looked_at(other, user, f"imaps://localhost:{other.tls_port}")
    source, destination = (good, bad) if case.destination else (bad, good)
    trusted = certificate_of(case, ground, folder).ca_file if case.trusted and case.certificate else ca_file
    return Trial(folder, source, destination, _both(trusted, ca_file, folder), dict(case.folder_map))


def _both(one: Path, other: Path, folder: Path) -> Path:
    if one == other:
        return one
    joined = folder.parent / f"{folder.name}-ca.pem"
    joined.write_bytes(one.read_bytes() + other.read_bytes())
    return joined


def _seed(case: HostileCase, ground: Ground, user: str, server: HostileServer) -> None:
    if case.destination:
        seed(ground.source, user, case.mail())
    else:
        server.account.deliver(case.mail())


def _judge(case: HostileCase, trial: Trial, verdict: Verdict, server: HostileServer) -> None:
    ended = trial.run()
    found = trial.differences()
    verdict.take(ended, found)
    verdict.ending = f"exit {ended.status}"
    mine = [line for line in found if not any(word in line for word in case.allowed)]
    verdict.faults += [f for f in trial.faults_of(ended, mine) if not (case.cautious and "everything is there" in f)]
    verdict.faults += _ending(case, ended, mine)
    if case.unseen and server.passwords:
        verdict.faults.append("the server has seen the password")
    if verdict.faults:
        verdict.faults += [*found[:4], ended.err[-400:], *why(ended)]


def _ending(case: HostileCase, ended: Ended, differences: list[str]) -> list[str]:
    lost = count(differences, "lost")
    found = []
    if ended.status not in case.statuses:
        found.append(f"exit status {ended.status}, not {sorted(case.statuses)}")
    if ended.status == 1 and lost > len(ended.named) and not ended.summary["ledger"]["unaccounted"]:
        found.append(f"{lost} lost, {len(ended.named)} named")
    if case.lost is not None and lost != case.lost:
        found.append(f"{lost} lost, not {case.lost}")
    return found


def _rerun(case: HostileCase, trial: Trial, verdict: Verdict) -> tuple[Ended, list[str]]:
    ended = trial.run()
    found = [line for line in trial.differences(order=False) if not any(word in line for word in case.allowed)]
    verdict.take(ended, found)
    return ended, found


def _judge_mended(case: HostileCase, trial: Trial, verdict: Verdict) -> None:
    ended, found = _rerun(case, trial, verdict)
    if ended.status or found:
        ended, found = _rerun(case, trial, verdict)
    if not ended.status and not found:
        return
    verdict.faults += [f"without the tricks: exit status {ended.status}", *found[:4], *trial.faults_of(ended, found), *why(ended)]


# --- at the door


def doors() -> Iterator[HostileCase]:
    greetings = {
        "http": b"HTTP/1.1 400 Bad Request\r\n\r\n",
        "smtp": b"220 mail.example.org ESMTP\r\n",
        "preauth": b"* PREAUTH [CAPABILITY IMAP4rev1] welcome, whoever you are\r\n",
        "bye": b"* BYE go away\r\n",
        "nothing": b"\r\n",
        "nul": b"\x00\x00\x00\r\n",
    }
    for side in ("source", "destination"):
        one = functools.partial(HostileCase, destination=side == "destination")
        for word, greeting in greetings.items():
            yield one(f"{side}-greets-with-{word}", Tricks(greeting=greeting), statuses=STOPPED, unseen=True)
        for at in (GREETING, "CAPABILITY", "AUTHENTICATE", "LOGIN"):
            yield one(f"{side}-silent-at-{at.lower()}", Tricks(silent_at=at, capabilities="IMAP4rev1"), statuses=ANY)
        yield one(f"{side}-vanishes-at-greeting", Tricks(vanish_at=GREETING), statuses=STOPPED, unseen=True)
        yield one(f"{side}-endless-greeting", Tricks(endless_line_at=GREETING), statuses=STOPPED, unseen=True)
        yield one(f"{side}-flood-at-greeting", Tricks(flood_at=GREETING), statuses=STOPPED, unseen=True)
        yield one(f"{side}-flood-at-sign-in", Tricks(flood_at="LOGIN"), statuses=STOPPED)
        yield one(f"{side}-endless-sign-in", Tricks(endless_line_at="LOGIN"), statuses=STOPPED)
        yield one(f"{side}-echoes-the-password", Tricks(echo_password=True), statuses=STOPPED)
    yield HostileCase("wants-login-only", Tricks(capabilities="IMAP4rev1"), statuses=ALL)
    yield HostileCase("login-disabled", Tricks(capabilities="IMAP4rev1 LOGINDISABLED"), statuses=STOPPED, unseen=True)


def unsafe() -> Iterator[HostileCase]:
    """TLS and STARTTLS: nothing secret may leave."""
    start, told = Security.STARTTLS, functools.partial(HostileCase, statuses=STOPPED, unseen=True, mends=False)
    yield HostileCase("starttls-works", security=start, statuses=ALL)
    yield told("starttls-stripped", Tricks(strip_starttls=True), security=start)
    yield told("starttls-refused", Tricks(refuse_starttls=True), security=start)
    injected = Tricks(inject_after_starttls=b"* OK [CAPABILITY IMAP4rev1 AUTH=PLAIN] hello\r\n")
    yield told("starttls-injected", injected, security=start)
    preauth = Tricks(greeting=b"* PREAUTH welcome\r\n")
    yield told("starttls-preauth", preauth, security=start)
    yield told("tls-expired", certificate=lambda a: a.issue(days=-2, since_days=-9))
    yield told("tls-not-yet-valid", certificate=lambda a: a.issue(days=9, since_days=5))
    yield told("tls-wrong-host", certificate=lambda a: a.issue(hosts=("other.example",)))
    yield told("tls-unknown-authority", certificate=lambda a: a.issue(), trusted=False)
    yield told("tls-spoken-in-clear", spoken=Security.CLEARTEXT)
    yield told("clear-spoken-in-tls", security=Security.CLEARTEXT, spoken=Security.TLS)
    yield HostileCase("cleartext-named-as-such", security=Security.CLEARTEXT, statuses=ALL)


# --- in place of answers

PLACES = {"source": ("LIST", "EXAMINE", "UID FETCH"), "destination": ("LIST", "CREATE", "SELECT", "APPEND", "EXAMINE", "UID FETCH")}


def floods() -> Iterator[HostileCase]:
    for side, places in PLACES.items():
        one = functools.partial(HostileCase, destination=side == "destination")
        for at in places:
            word = f"{side}-{{}}-at-{at.lower().replace(' ', '-')}"
            yield one(word.format("endless-line"), Tricks(endless_line_at=at), statuses=frozenset({1, 3}))
            yield one(word.format("flood"), Tricks(flood_at=at), statuses=frozenset({1, 3}))
            yield one(word.format("4-gb-literal"), Tricks(huge_literal_at=at), statuses=frozenset({1, 3}))
            yield one(word.format("deep-parentheses"), Tricks(deep_parentheses_at=at))
            yield one(word.format("garbage"), Tricks(garbage_at=at))
            yield one(word.format("wrong-tag"), Tricks(wrong_tag_at=at))
            yield one(word.format("no-tag"), Tricks(no_tag_at=at))
            yield one(word.format("silence"), Tricks(silent_at=at), statuses=frozenset({1, 3}))
            yield one(word.format("bye"), Tricks(bye_at=at), statuses=frozenset({1, 3}))
            yield one(word.format("end"), Tricks(vanish_at=at), statuses=frozenset({1, 3}))
    big = Tricks(flood_at="UID FETCH", flood_line=b"* 1 FETCH (UID 1 FLAGS () RFC822.SIZE 9)\r\n")
    yield HostileCase("source-floods-with-one-line-of-a-listing", big, statuses=frozenset({1, 3}))
    long = Tricks(flood_at="LIST", flood_line=b'* LIST () "/" "one more"\r\n')
    yield HostileCase("source-floods-with-folders", long, statuses=frozenset({1, 3}))


# --- lists


def lists() -> Iterator[HostileCase]:
    odd = {
        "crlf-in-name": b'* LIST () "/" {24}\r\nevil\r\nW99 DELETE "INBOX"',
        "nul-in-name": b'* LIST () "/" {6}\r\nev\x00il!',
        "8-bit-name": b'* LIST () "/" "caf\xe9 \xff"',
        "invalid-utf-7": b'* LIST () "/" "&broken &AAA- &-&"',
        "no-separator": b'* LIST () NIL "flat"',
        "no-name": b'* LIST () "/"',
        "empty-name": b'* LIST () "/" ""',
        "noselect": b'* LIST (\\Noselect) "/" "only a name"',
        "odd-attributes": b'* LIST (\\Marked \\X-Odd "quoted" 17) "/" "odd"',
        "long-name": b'* LIST () "/" "' + b"n" * 5000 + b'"',
        "dots": b'* LIST () "/" "../../etc/passwd"',
        "formula": b'* LIST () "/" "=cmd|calc"',
        "unbalanced": b'* LIST (\\HasNoChildren "/" "a"',
        "second-inbox": b'* LIST () "/" "inbox"',
    }
    for word, line in odd.items():
        yield HostileCase(f"list-{word}", Tricks(list_lines=(line,)), statuses=frozenset({0, 1}))
    many = tuple(b'* LIST (\\Noselect) "/" "n%05d"' % i for i in range(15_000))
    yield HostileCase("list-of-15000", Tricks(list_lines=many), statuses=ALL)
    ghosts = tuple(b'* LIST () "/" "ghost%03d"' % i for i in range(150))
    yield HostileCase("list-of-ghosts", Tricks(list_lines=ghosts), statuses=frozenset({0, 1}))
    yield HostileCase("source-uidvalidity-always-new", Tricks(uidvalidity_changes=True), statuses=ANY)
    yield HostileCase("destination-uidvalidity-always-new", Tricks(uidvalidity_changes=True), destination=True, statuses=ANY)
    for side in ("source", "destination"):
        one = functools.partial(HostileCase, destination=side == "destination")
        yield one(f"{side}-uidnext-too-high", Tricks(uidnext_by=1000), statuses=ALL)
        yield one(f"{side}-no-uidnext", Tricks(no_uidnext=True), statuses=ALL)
    yield HostileCase("source-counts-more-than-it-has", Tricks(exists_by=3), statuses=NAMED, cautious=True)
    yield HostileCase("source-counts-fewer-than-it-has", Tricks(exists_by=-3), statuses=frozenset({0, 1}))
    yield HostileCase("destination-counts-more-than-it-has", Tricks(exists_by=3), destination=True, statuses=frozenset({0, 1}))


# --- reading


def reading() -> Iterator[HostileCase]:
    yield HostileCase("some-messages-not-listed", Tricks(skip_uids=frozenset({2, 3})), statuses=NAMED, allowed=("order",))
    yield HostileCase("every-reply-twice", Tricks(double_fetch=True), statuses=ALL)
    yield HostileCase("foreign-uids", Tricks(foreign_uid_by=1000), statuses=frozenset({1, 3}))
    yield HostileCase("unasked-fetch", Tricks(extra_fetch=b"* 1 FETCH (FLAGS (\\Seen))"), statuses=ALL)
    yield HostileCase("unasked-body", Tricks(extra_fetch=b"* 1 FETCH (UID 99 BODY[] {4}\r\nevil)"), statuses=ALL)
    yield HostileCase("unasked-vanished", Tricks(extra_fetch=b"* VANISHED (EARLIER) 41,43:116"), statuses=ALL)
    yield HostileCase("bodies-are-cut", Tricks(cut_body=30), statuses=frozenset({0, 1}))
    yield HostileCase(
        "bodies-change-at-each-read", Tricks(alter_body=True), mends=False, allowed=("lost", "altered", "surplus", "order")
    )
    yield HostileCase("bodies-are-nil", Tricks(nil_body=True), statuses=frozenset({1, 3}))
    yield HostileCase("sizes-too-large", Tricks(size_by=5), statuses=ALL)
    yield HostileCase("sizes-too-small", Tricks(size_by=-5), statuses=ALL)
    yield HostileCase("sizes-absurd", Tricks(size_by=4 << 30), statuses=frozenset({0, 1}))
    dates = {"nil": b"NIL", "empty": b'""', "absurd": b'"99-Foo-9999 99:99:99 +9999"', "crlf": b'"1-Jan-2020\r\n00:00:00 +0000"'}
    for word, date in dates.items():
        yield HostileCase(f"date-{word}", Tricks(internaldate=date), allowed=("dates",))
    flags = {
        "recent": b"(\\Recent)",
        "unknown": b"(\\Unknown \\Seen)",
        "broken": b"(\\Seen",
        "not-a-list": b"NIL",
        "odd": b'(a]b %x "q" {3} \\Seen)',
        "many": b"(" + b" ".join(b"k%d" % i for i in range(500)) + b")",
    }
    for word, text in flags.items():
        yield HostileCase(f"flags-{word}", Tricks(flags=text), allowed=("flags",), mends=False, statuses=ANY)
    yield HostileCase("one-folder-does-not-open", Tricks(refuse_open=(b"Sent",)), statuses=NAMED)


# --- storing


def storing() -> Iterator[HostileCase]:
    def to(name: str, tricks: Tricks, statuses: frozenset[int], lost: int | None = None, **more: object) -> HostileCase:
        return HostileCase(name, tricks, True, statuses, lost, **more)  # type: ignore[arg-type]

    yield to("stores-nothing", Tricks(store_nothing=True), NAMED)
    yield to("stores-nothing-tells-no-uid", Tricks(store_nothing=True, no_appenduid=True), NAMED)
    yield to("stores-half", Tricks(store_cut=60), NAMED, mends=False, allowed=("altered", "surplus", "order"))
    yield to("stores-twice", Tricks(store_twice=True), frozenset({0, 1}), mends=False, allowed=("doubled", "order"), cautious=True)
    line = Tricks(store_altered=b"X-Scanned: yes\r\n")
    yield to("adds-a-header", line, NAMED, mends=False, allowed=("altered", "surplus", "order"))
    yield to("changes-a-letter", Tricks(store_changed=True), NAMED, mends=False, allowed=("altered", "surplus", "order"))
    yield to("tells-wrong-uids", Tricks(appenduid_by=7), ALL)
    yield to("tells-no-uids", Tricks(no_appenduid=True), ALL)
    yield to("forgets-flags", Tricks(forget_flags=True), ANY, mends=False, allowed=("flags",))
    yield to("refuses-one-for-good", Tricks(refuse_mail=((b"Subject: n3\r\n", "[CANNOT] looks bad", 0),)), NAMED, 1)
    yield to(
        "refuses-two-as-too-big",
        Tricks(refuse_mail=((b"Subject: n1", "[TOOBIG] no", 0), (b"Subject: n2", "[TOOBIG] no", 0))),
        NAMED,
        2,
    )
    yield to("refuses-one-in-words", Tricks(refuse_mail=((b"Subject: n3", "message contains invalid header", 0),)), NAMED, 1)
    yield to("refuses-one-once", Tricks(refuse_mail=((b"Subject: n3", "not this time", 1),)), ALL)
    yield to("refuses-one-twice", Tricks(refuse_mail=((b"Subject: n3", "temporary failure", 2),)), ALL)
    yield to("refuses-one-busy-for-good", Tricks(refuse_mail=((b"Subject: n3", "[UNAVAILABLE] later", 0),)), frozenset({1, 3}))
    yield to("room-for-ten", Tricks(room_for=10), NAMED)
    yield to("no-room-at-all", Tricks(room_for=0), NAMED)
    yield to("no-multiappend-nor-room", Tricks(room_for=10, capabilities="IMAP4rev1 AUTH=PLAIN SASL-IR UIDPLUS"), NAMED)
    safe: dict[Name, Name] = {("Ankara & Malipo",): ("Ankara =26 Malipo",), ("Réunions",): ("R=E9unions",)}
    safe[("Projects", "Tea & Coffee", "Phase 2")] = ("Projects", "Tea =26 Coffee", "Phase 2")
    yield to("refuses-folder-names", Tricks(refuse_create="&"), ALL, folder_map=tuple(safe.items()), allowed=("subscriptions",))


def all_hostile() -> list[HostileCase]:
    groups = (doors(), unsafe(), floods(), lists(), reading(), storing())
    return [case for group in groups for case in group]
