"""From a domain to its server: what names it, what is met, how sure it is. Against real servers on this computer's own addresses."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.net.discovery import discover
from mailsafi_wizard.net.found import Discovery, Note, Origin, Sureness
from mailsafi_wizard.net.probe import Outcome
from tests.unit.net.small_internet import DOMAIN, SmallInternet, has_many_addresses, imap, reply

pytestmark = pytest.mark.skipif(not has_many_addresses(), reason="this system has one loopback address only")

ZONE = """$TTL 300
@ SOA ns1 hostmaster 1 7200 900 1209600 3600
@ NS ns1
@ MX 10 mx
ns1 A 127.0.0.1
mx A 127.0.0.4
@ A 127.0.0.9
"""
XML = """<?xml version="1.0"?><clientConfig version="1.1"><emailProvider id="x"><incomingServer type="imap">
<hostname>{host}</hostname><port>{port}</port><socketType>SSL</socketType><username>%EMAILLOCALPART%</username>
</incomingServer></emailProvider></clientConfig>"""


@pytest.fixture
def net(tmp_path: Path) -> Iterator[SmallInternet]:
    with SmallInternet(tmp_path) as made:
        yield made


def found(net: SmallInternet, zone: str, asked: str = DOMAIN) -> Discovery:
    return discover(asked, net.where(net.names(zone)))


def origins(discovery: Discovery, place: int = 0) -> list[Origin]:
    return [source.origin for source in discovery.candidates[place].sources]


def test_the_domains_own_settings_and_a_good_certificate_are_sure(net: SmallInternet) -> None:
    net.tls("127.0.0.2", f"box.{DOMAIN}")
    asked: list[str] = []

    def answer(path: str) -> bytes:
        asked.append(path)
        return reply(XML.format(host=f"box.{DOMAIN}", port=net.imaps).encode())

    net.settings("127.0.0.5", f"autoconfig.{DOMAIN}", answer)
    discovery = found(net, ZONE + "autoconfig A 127.0.0.5\nbox A 127.0.0.2\n", f" Jane+x@{DOMAIN.upper()} ")
    best = discovery.best
    assert best is not None
    assert best.endpoint == Endpoint(f"box.{DOMAIN}", net.imaps)
    assert (best.sureness, best.probe.outcome, best.user_name) == (Sureness.SURE, Outcome.VERIFIED, "local")
    assert origins(discovery) == [Origin.AUTOCONFIG]
    assert asked == [f"/mail/config-v1.1.xml?emailaddress=jane%2Bx@{DOMAIN}"]
    assert discovery.provider == "dovecot"
    assert discovery.notes == ()
    assert Discovery.from_facts(json.loads(json.dumps(discovery.facts()))).candidates == discovery.candidates


def test_a_record_within_the_domain_is_sure_and_one_that_leads_out_is_not(net: SmallInternet) -> None:
    net.tls("127.0.0.2", f"box.{DOMAIN}")
    inside = found(net, ZONE + f"box A 127.0.0.2\n_imaps._tcp SRV 5 1 {net.imaps} box\n_imaps._tcp SRV 1 1 {net.imaps} gone\n")
    assert [c.endpoint.host for c in inside.candidates] == [f"box.{DOMAIN}", f"gone.{DOMAIN}"]
    assert [c.sureness for c in inside.candidates] == [Sureness.SURE, Sureness.UNSEEN]
    assert inside.candidates[1].probe.outcome is Outcome.NO_NAME
    net.tls("127.0.0.3", "box.other.co.ke")
    zone = "$TTL 60\n@ SOA ns1 h 1 1 1 1 1\n@ NS ns1\nns1 A 127.0.0.1\nbox.other A 127.0.0.3\n"
    zone += f"example MX 10 box.other\n_imaps._tcp.example SRV 5 1 {net.imaps} box.other\n"
    outside = discover(DOMAIN, net.where(net.names(zone, domain="co.ke")))
    assert [(c.endpoint.host, c.sureness) for c in outside.candidates] == [("box.other.co.ke", Sureness.LIKELY)]
    assert origins(outside) == [Origin.RECORD, Origin.MX]


def test_usual_names_are_tried_and_the_others_are_runners_up(net: SmallInternet) -> None:
    net.tls("127.0.0.2", f"imap.{DOMAIN}")
    net.tls("127.0.0.4", f"mx.{DOMAIN}", greeting=b"* OK Cyrus IMAP 3.6 server ready\r\n")
    net.host("127.0.0.3", net.imap, imap(starttls=net.context(f"mail.{DOMAIN}")))
    discovery = found(net, ZONE + "imap A 127.0.0.2\nmail A 127.0.0.3\n")
    assert [(c.endpoint.host, c.endpoint.security, c.provider) for c in discovery.candidates] == [
        (f"imap.{DOMAIN}", Security.TLS, "dovecot"),
        (f"mail.{DOMAIN}", Security.STARTTLS, "dovecot"),
        (f"mx.{DOMAIN}", Security.TLS, "dovecot"),
    ]
    assert {c.sureness for c in discovery.candidates} == {Sureness.LIKELY}
    assert [origins(discovery, n) for n in range(3)] == [[Origin.GUESS], [Origin.GUESS], [Origin.MX]]


def test_a_certificate_for_another_name_leads_to_that_name_when_it_is_the_same_machine(net: SmallInternet) -> None:
    other, elsewhere = f"server7.{DOMAIN}", f"far.{DOMAIN}"
    net.tls("127.0.0.2", other, elsewhere)
    discovery = found(net, ZONE + "mail A 127.0.0.2\nserver7 A 127.0.0.2\nfar A 127.0.0.8\n")
    assert [(c.endpoint.host, c.sureness) for c in discovery.candidates] == [
        (other, Sureness.LIKELY),
        (f"mail.{DOMAIN}", Sureness.DOUBTFUL),
    ]
    assert discovery.candidates[0].sources[0].who == f"mail.{DOMAIN}"
    doubtful = discovery.candidates[1].probe
    assert doubtful.problem == errors.CertificateWrongHost.title
    assert doubtful.names == (other, elsewhere)
    assert "Dovecot" in doubtful.greeting


def test_an_untrusted_certificate_is_told_and_never_sure(net: SmallInternet) -> None:
    net.host("127.0.0.2", net.imaps, imap(context=net.stranger(f"imap.{DOMAIN}")))
    discovery = found(net, ZONE + f"imap A 127.0.0.2\n_imaps._tcp SRV 0 1 {net.imaps} imap\n")
    best = discovery.best
    assert best is not None
    assert (best.sureness, best.probe.outcome) == (Sureness.DOUBTFUL, Outcome.UNTRUSTED)
    assert best.probe.problem == errors.CertificateUnknown.title
    assert "Nobody's CA" in best.probe.certificate


def test_what_is_no_mail_server_is_no_candidate_unless_it_was_named(net: SmallInternet) -> None:
    net.host("127.0.0.2", net.imaps, imap(b"HTTP/1.1 400 Bad Request\r\n", net.context(f"imap.{DOMAIN}", f"web.{DOMAIN}")))
    discovery = found(net, ZONE + f"imap A 127.0.0.2\nweb A 127.0.0.2\n_imaps._tcp SRV 0 1 {net.imaps} web\n")
    assert [(c.endpoint.host, c.sureness, c.probe.outcome) for c in discovery.candidates] == [
        (f"web.{DOMAIN}", Sureness.UNSEEN, Outcome.NOT_IMAP)
    ]


@pytest.mark.parametrize(
    ("mx", "provider", "host"),
    [
        ("aspmx.l.google.com.", "google", "imap.gmail.com"),
        ("example-co-ke.mail.protection.outlook.com.", "microsoft-365", "outlook.office365.com"),
        ("mx2.zoho.eu.", "zoho", "imappro.zoho.eu"),
        ("MX1.EMAILSRVR.COM.", "rackspace", "secure.emailsrvr.com"),
    ],
)
def test_a_provider_is_known_by_who_takes_in_the_mail(net: SmallInternet, mx: str, provider: str, host: str) -> None:
    discovery = found(net, ZONE.replace("@ MX 10 mx", f"@ MX 10 {mx}"))
    assert discovery.provider == provider
    best = discovery.best
    assert best is not None
    assert (best.endpoint.host, origins(discovery)[0], best.sureness) == (host, Origin.PROVIDER, Sureness.UNSEEN)


def test_a_filter_before_the_server_is_told_and_not_taken_for_it(net: SmallInternet) -> None:
    net.tls("127.0.0.2", f"mail.{DOMAIN}")
    discovery = found(net, ZONE.replace("@ MX 10 mx", "@ MX 10 mx1.pphosted.com.") + "mail A 127.0.0.2\n")
    assert Note.FILTER in discovery.notes
    assert [c.endpoint.host for c in discovery.candidates] == [f"mail.{DOMAIN}"]
    assert discovery.provider == "dovecot"


def test_an_address_of_a_known_provider_needs_no_name_server(net: SmallInternet) -> None:
    discovery = discover("jane@gmail.com", net.where(net.names(ZONE)))
    assert (discovery.domain, discovery.address, discovery.provider) == ("gmail.com", "jane@gmail.com", "google")
    assert [c.endpoint.host for c in discovery.candidates] == ["imap.gmail.com"]


def test_nothing_is_nothing(net: SmallInternet) -> None:
    discovery = found(net, "$TTL 60\n@ SOA ns1 h 1 1 1 1 1\n@ NS ns1\nns1 A 127.0.0.1\n")
    assert discovery.candidates == ()
    assert discovery.best is None
    assert discovery.provider == "generic"
    assert discovery.notes == (Note.NO_MAIL,)


def test_names_that_lead_to_this_computer_are_not_followed_outside_a_rehearsal(net: SmallInternet) -> None:
    met = [net.tls("127.0.0.2", f"imap.{DOMAIN}"), net.settings("127.0.0.5", f"autoconfig.{DOMAIN}", lambda _path: reply(b""))]
    names = net.names(ZONE + "imap A 127.0.0.2\nautoconfig A 127.0.0.5\n")
    assert discover(DOMAIN, net.where(names, loopback=False)).candidates == ()
    assert [host.met for host in met] == [0, 0]


@pytest.mark.parametrize(
    "asked", ["", "  ", "jane@", "@example.co.ke", "a b@example.co.ke", "no", "exa mple.com", "1.2.3.4", "x\n@e.com"]
)
def test_what_is_no_domain_is_refused(asked: str) -> None:
    with pytest.raises(errors.WrongUsage):
        discover(asked)
