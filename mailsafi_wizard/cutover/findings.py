"""What is wrong with the records of now, whatever is wanted, and where names still point at the old server. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from mailsafi_wizard.cutover.records import Finding, by_preference, now_at
from mailsafi_wizard.cutover.spf import MOST_LOOKUPS, MOST_VOID, bad_terms, lookups_of, spf_records
from mailsafi_wizard.net.dns_records import Snapshot, inside, is_address
from mailsafi_wizard.words import N_

LONGEST_UDP = 450  # bytes of all TXT records of the name that old receivers still get in one packet (RFC 7208 section 3.4)


def findings(snapshot: Snapshot, wanted: Collection[str] = ()) -> tuple[Finding, ...]:
    """What is wrong, the gravest first. ``wanted``: MailSafi's mail servers, to tell leftovers from them."""
    found = [
        *_servers(snapshot),
        *_mx(snapshot, {host.lower().rstrip(".") for host in wanted}),
        *_spf(snapshot),
        *_dmarc(snapshot),
        *_disagreements(snapshot),
    ]
    return tuple(sorted(dict.fromkeys(found), key=lambda f: not f.grave))


def _servers(snapshot: Snapshot) -> Iterator[Finding]:
    said = [answer.rcode for view in snapshot.views for answer in view.answers if answer.name == snapshot.domain and answer.rcode]
    if said and set(said) == {"NXDOMAIN"}:
        text = N_("There is no domain {domain}. Check its spelling, and that its registration has not run out.")
        yield Finding(text, (("domain", snapshot.domain),), grave=True)
    if snapshot.dnssec == "broken":
        text = N_(
            "The domain's signatures (DNSSEC) are wrong: careful resolvers answer nothing at all. Your DNS provider must mend it."
        )
        yield Finding(text, grave=True)
    for view in snapshot.views:
        if view.lame:
            text = N_("The name server {server} was asked as one of the domain's own, but does not speak for it.")
            yield Finding(text, (("server", view.server),))
        elif view.authoritative and view.silent:
            yield Finding(N_("The domain's name server {server} does not answer."), (("server", view.server),))
    if snapshot.views and not any(view.authoritative for view in snapshot.views):
        text = N_("None of the domain's own name servers answered: all that is shown is what other servers remember.")
        yield Finding(text, grave=True)
    own = set(now_at(snapshot, snapshot.domain, "NS") or ())
    for name in sorted(set(snapshot.delegated) - own) if own else ():
        text = N_("The registry names the name server {server}, which the domain itself does not list.")
        yield Finding(text, (("server", name),))
    for name in sorted(own - set(snapshot.delegated)) if snapshot.delegated else ():
        text = N_("The domain lists the name server {server}, which the registry does not know.")
        yield Finding(text, (("server", name),))


def _mx(snapshot: Snapshot, wanted: set[str]) -> Iterator[Finding]:
    lines = by_preference(now_at(snapshot, snapshot.domain, "MX") or ())
    hosts = [line.split()[-1] for line in lines]
    for host in hosts:
        yield from _mx_host(snapshot, host, wanted)
    if len(hosts) > 1 and "." in hosts:
        yield Finding(N_("One MX record says that the domain takes no mail, next to others."), grave=True)
    left = [host for host in hosts if host not in wanted] if wanted & set(hosts) else []
    for host in left:
        text = N_("The MX record of {host} is left over next to MailSafi's: part of the mail still goes there.")
        yield Finding(text, (("host", host),), grave=True)


def _mx_host(snapshot: Snapshot, host: str, wanted: Collection[str]) -> Iterator[Finding]:
    fields = (("host", host),)
    if is_address(host):
        yield Finding(N_("The MX record names the address {host}; it must name a server."), fields, grave=True)
        return
    if host.endswith(f".{snapshot.domain}.{snapshot.domain}") or host in {f"{name}.{snapshot.domain}" for name in wanted}:
        text = N_("The MX record names {host}: the domain was put behind a whole name. A last dot was forgotten.")
        yield Finding(text, fields, grave=True)
    answers = [a for kind in ("A", "AAAA") if (a := snapshot.other(host, kind)) is not None and not a.problem]
    if any(a.aliases for a in answers):
        yield Finding(N_("The MX record names {host}, which is an alias (CNAME); some senders refuse that."), fields)
    if len(answers) == 2 and not any(a.values for a in answers):
        yield Finding(N_("The MX record names {host}, which has no address: mail to it comes back."), fields, grave=True)


def _spf(snapshot: Snapshot) -> Iterator[Finding]:
    texts = spf_records(now_at(snapshot, snapshot.domain, "TXT") or ())
    if len(texts) > 1:
        yield Finding(
            N_("There are {n} SPF records; with more than one, receivers heed none."), (("n", str(len(texts))),), grave=True
        )
    for text in texts:
        yield from spf_findings(snapshot, text)


def spf_findings(snapshot: Snapshot, record: str) -> Iterator[Finding]:
    """What is wrong with one record, be it there or only wanted."""
    counted = lookups_of(snapshot, record)
    if counted.count > MOST_LOOKUPS:
        text = N_("The SPF record needs {n} look-ups; receivers stop at 10.")
        yield Finding(text, (("n", str(counted.count)),), grave=True)
    if counted.void > MOST_VOID:
        text = N_("The SPF record looks up {n} names that do not exist; receivers stop at the third.")
        yield Finding(text, (("n", str(counted.void)),), grave=True)
    for name in dict.fromkeys(counted.missing):
        text = N_("The SPF record includes {name}, which has no SPF record of its own: receivers take that for an error.")
        yield Finding(text, (("name", name),), grave=True)
    if counted.circle:
        yield Finding(N_("The SPF record leads in a circle through {name}."), (("name", counted.circle),), grave=True)
    if counted.many_mx:
        text = N_("The SPF record uses the MX records of {name}, which are more than 10.")
        yield Finding(text, (("name", counted.many_mx),), grave=True)
    for term in bad_terms(record):
        text = N_("The SPF record holds “{term}”, which receivers do not understand.")
        yield Finding(text, (("term", term),), grave=True)
    if len(record.encode()) > LONGEST_UDP:
        text = N_("The SPF record is {n} bytes long; some receivers fail above 450.")
        yield Finding(text, (("n", str(len(record.encode()))),))


def _dmarc(snapshot: Snapshot) -> Iterator[Finding]:
    texts = [t for t in now_at(snapshot, f"_dmarc.{snapshot.domain}", "TXT") or () if t.lower().startswith("v=dmarc1")]
    if len(texts) > 1:
        yield Finding(N_("There are {n} DMARC records; with more than one, receivers heed none."), (("n", str(len(texts))),))
    for text in texts:
        policy = dict(p.strip().partition("=")[::2] for p in text.split(";")).get("p", "").strip().lower()
        if policy in ("reject", "quarantine"):
            what = N_(
                "DMARC asks receivers to {policy} what SPF and DKIM don't pass: publish MailSafi's SPF and DKIM before anything else."
            )
            yield Finding(what, (("policy", policy),))


def _disagreements(snapshot: Snapshot) -> Iterator[Finding]:
    own = [view for view in snapshot.views if view.authoritative]
    mx = {a.values for v, a in snapshot.answers(snapshot.domain, "MX") if v.authoritative and not a.problem}
    if len(mx) > 1:
        yield Finding(
            N_("The domain's own name servers don't agree on the MX record. Wait until the change has reached all of them."),
            grave=True,
        )
    serials = {view.serial for view in own if view.serial is not None}
    if len(serials) > 1:
        text = N_("The domain's own name servers have different versions of the zone ({serials}).")
        yield Finding(text, (("serials", ", ".join(str(s) for s in sorted(serials))),))


def still_old(snapshot: Snapshot, old_hosts: Collection[str]) -> tuple[tuple[str, str, str], ...]:
    """(name, type, value) of records for mail programs that still point at an old mail server."""
    hosts = {host.lower().rstrip(".") for host in old_hosts}
    found = []
    for view in snapshot.views:
        for answer in view.answers:
            if answer.kind in ("CNAME", "SRV") and inside(answer.name, snapshot.domain):
                found += [(answer.name, answer.kind, v) for v in answer.values if v.split()[-1].rstrip(".") in hosts]
    return tuple(dict.fromkeys(found))


def left_behind(snapshot: Snapshot, old_hosts: Collection[str]) -> Iterator[Finding]:
    """After the change: names by which mail programs still find an old server."""
    for name, kind, value in still_old(snapshot, old_hosts):
        text = N_(
            "{name} ({kind}) still points at {value}: mail programs find the old server by it. Change it when everybody has moved."
        )
        yield Finding(text, (("name", name), ("kind", kind), ("value", value)))
