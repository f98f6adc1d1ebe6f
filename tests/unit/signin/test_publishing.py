"""Where Thunderbird's file goes and which records help, by what was entered."""

from __future__ import annotations

import dns.zone
import pytest

from mailsafi_wizard.model import Endpoint, Security
from mailsafi_wizard.signin import publishing
from mailsafi_wizard.signin.publishing import srv_records
from tests.unit.signin.some_values import entered, values


def test_both_places_are_named_for_every_domain() -> None:
    text = publishing(values(), ["Example.co.ke", "example.com"])
    for domain in ("example.co.ke", "example.com"):
        assert f"https://autoconfig.{domain}/mail/config-v1.1.xml" in text
        assert f"https://{domain}/.well-known/autoconfig/mail/config-v1.1.xml" in text


@pytest.mark.parametrize(
    ("port", "security", "smtp", "names"),
    [
        (993, Security.TLS, 587, {"_imaps._tcp", "_submission._tcp"}),
        (143, Security.STARTTLS, 465, {"_imap._tcp", "_submissions._tcp"}),
        (143, Security.CLEARTEXT, 0, set()),
    ],
)
def test_the_records_are_those_of_the_servers(port: int, security: Security, smtp: int, names: set[str]) -> None:
    made = values(company=entered(smtp_port=smtp), server=Endpoint("imap.mailsafi.example", port, security))
    records = srv_records(made, "example.co.ke")
    zone = dns.zone.from_text(
        "\n".join(["@ 60 IN SOA a. b. 1 1 1 1 1", "@ 60 IN NS ns.example.net.", *records]), "example.co.ke.", check_origin=False
    )
    found = {name.to_text(): rdata for name, _ttl, rdata in zone.iterate_rdatas("SRV")}
    assert set(found) == names
    assert all(rdata.to_text().split()[-1] in ("imap.mailsafi.example.", "smtp.mailsafi.example.") for rdata in found.values())
    assert ("for programs that look there" in publishing(made, ["example.co.ke"])) is bool(names)
