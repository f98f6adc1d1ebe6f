"""What is wrong with records, from snapshots made by hand."""

from __future__ import annotations

import pytest

from mailsafi_wizard.cutover import Finding, findings, still_old
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"


def view(name: str = "ns1", *answers: Answer, own: bool = True) -> View:
    return View(name, own, answers)


def mx(*values: str) -> Answer:
    return Answer(DOMAIN, "MX", values, 300, rcode="NOERROR", own=True)


def soa(serial: int) -> Answer:
    return Answer(DOMAIN, "SOA", (f"ns1. h. {serial} 1 1 1 60",), 300, rcode="NOERROR", own=True)


def of(*views: View, delegated: tuple[str, ...] = (), others: tuple[Answer, ...] = (), dnssec: str = "") -> str:
    snapshot = Snapshot(DOMAIN, "", views, delegated, others, dnssec)
    return "\n".join(finding.english for finding in findings(snapshot, ["mx1.new.example"]))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (("10 192.0.2.1",), "names the address 192.0.2.1"),
        (("10 mail.example.co.ke.example.co.ke",), "put behind a whole name"),
        (("10 mx1.new.example.example.co.ke",), "put behind a whole name"),
        (("0 .", "10 mail.example.co.ke"), "takes no mail"),
        (("10 mx1.new.example", "20 mail.old.example"), "mail.old.example is left over"),
    ],
)
def test_wrong_mx_records(values: tuple[str, ...], words: str) -> None:
    assert words in of(view("ns1", mx(*values)))


def test_an_ordinary_mx_is_no_finding() -> None:
    sound = (Answer("mail.example.co.ke", "A", ("192.0.2.1",), 300), Answer("mail.example.co.ke", "AAAA"))
    assert of(view("ns1", mx("10 mail.example.co.ke")), others=sound) == ""


def test_targets_without_address_or_behind_an_alias() -> None:
    dangling = (Answer("gone.example", "A"), Answer("gone.example", "AAAA"))
    assert "gone.example, which has no address" in of(view("ns1", mx("10 gone.example")), others=dangling)
    unknown = (Answer("gone.example", "A", problem="no answer"), Answer("gone.example", "AAAA"))
    assert of(view("ns1", mx("10 gone.example")), others=unknown) == ""
    alias = (
        Answer("a.example", "A", ("192.0.2.1",), 300, aliases=("b.example",)),
        Answer("a.example", "AAAA", aliases=("b.example",)),
    )
    assert "is an alias" in of(view("ns1", mx("10 a.example")), others=alias)


def test_name_servers_that_disagree_are_silent_or_lame() -> None:
    assert "different versions of the zone (1, 2)" in of(
        view("ns1", mx("10 a.example"), soa(1)), view("ns2", mx("10 a.example"), soa(2))
    )
    assert "don't agree on the MX" in of(view("ns1", mx("10 a.example")), view("ns2", mx("10 b.example")))
    refused = Answer(DOMAIN, "MX", problem="the server says REFUSED", rcode="REFUSED")
    assert "does not speak for it" in of(view("ns1", mx("10 a.example")), view("ns2", refused))
    assert "ns2 does not answer" in of(view("ns1", mx("10 a.example")), view("ns2", Answer(DOMAIN, "MX", problem="no answer")))


def test_registry_and_zone_compared() -> None:
    ns = Answer(DOMAIN, "NS", ("ns1.example", "ns2.example"), 300, rcode="NOERROR", own=True)
    said = of(view("ns1.example", mx("10 a.example"), ns), delegated=("ns1.example", "ns3.example"))
    assert "registry names the name server ns3.example" in said
    assert "lists the name server ns2.example" in said


def test_a_domain_that_is_not_there() -> None:
    gone = Answer(DOMAIN, "MX", rcode="NXDOMAIN")
    assert "There is no domain example.co.ke" in of(view("1.1.1.1", gone, own=False))
    assert "no domain" not in of(view("1.1.1.1", gone, own=False), view("ns1", mx("10 a.example")))


def test_broken_signatures_come_first() -> None:
    snapshot = Snapshot(
        DOMAIN, "", (view("ns1", mx("10 a.example"), soa(1)), view("ns2", mx("10 a.example"), soa(2))), dnssec="broken"
    )
    found = findings(snapshot)
    assert "DNSSEC" in found[0].text
    assert [f.grave for f in found] == [True, False]


def test_a_strict_dmarc_warns_and_two_are_wrong() -> None:
    strict = Answer(f"_dmarc.{DOMAIN}", "TXT", ("v=DMARC1; p=reject; rua=mailto:x@y.example",), 300)
    assert "DMARC asks receivers to reject" in of(view("ns1", strict))
    two = Answer(f"_dmarc.{DOMAIN}", "TXT", ("v=DMARC1; p=none", "v=DMARC1; p=none; pct=1"), 300)
    assert "2 DMARC records" in of(view("ns1", two))


def test_hostile_values_stay_values() -> None:
    odd = Answer(DOMAIN, "TXT", ("v=spf1 {n} {0.__class__} include:%% -all",), 300)
    assert "“{n}”" in of(view("ns1", odd))


def test_names_for_mail_programs_that_still_point_at_the_old_server() -> None:
    answers = (
        Answer(f"autodiscover.{DOMAIN}", "CNAME", ("mail.old.example",), 300),
        Answer(f"_imaps._tcp.{DOMAIN}", "SRV", ("0 1 993 mail.old.example",), 300),
        Answer(f"mail.{DOMAIN}", "CNAME", ("mail.new.example",), 300),
    )
    found = still_old(Snapshot(DOMAIN, "", (view("ns1", *answers),)), ["mail.old.example."])
    assert [name for name, _kind, _value in found] == [f"autodiscover.{DOMAIN}", f"_imaps._tcp.{DOMAIN}"]


def test_a_finding_fills_its_own_words() -> None:
    assert Finding("{n} of {m}", (("n", "1"), ("m", "2"))).english == "1 of 2"


def test_only_what_others_remember_is_said_to_be_that() -> None:
    assert "None of the domain's own name servers answered" in of(view("9.9.9.9", mx("10 mail.example.co.ke"), own=False))
    assert "None of the domain's own" not in of(view("ns1", mx("10 mail.example.co.ke")), view("9.9.9.9", own=False))
