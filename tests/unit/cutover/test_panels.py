"""What to type where: exact, for every panel, and nothing of others is named for removal."""

from __future__ import annotations

import dns.name
import dns.zone
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import cutover
from mailsafi_wizard.cutover.panels import entries, panel, panels
from mailsafi_wizard.model import MailSafiValues
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"
VALUES = MailSafiValues(("mx1.new.example", "mx2.new.example"), "include:spf.new.example", "sel", "v=DKIM1; p=" + "A" * 400)
MX = ("10 mail.old.example",)
TXT = ("v=spf1 mx -all", "google-site-verification=xyz", "MS=ms123")


def snapshot(mx: tuple[str, ...] = MX, txt: tuple[str, ...] = TXT, ttl: int = 14400) -> Snapshot:
    answers = (
        Answer(DOMAIN, "MX", mx, ttl if mx else None),
        Answer(DOMAIN, "TXT", txt, 300 if txt else None),
        Answer(f"sel._domainkey.{DOMAIN}", "TXT"),
    )
    return Snapshot(DOMAIN, "sel", (View("ns1", True, answers),))


def change(kind: str, found: Snapshot) -> cutover.Change:
    return next(c for c in cutover.changes(found, VALUES) if c.kind == kind)


def shown(kind: str, where: str) -> list[tuple[str, dict[str, str]]]:
    return [(e.act, dict(e.fields)) for e in entries(change(kind, snapshot()), panel(where), DOMAIN)]


def test_the_five_panels_are_there_and_an_unknown_one_is_the_first() -> None:
    assert [one.name for one in panels()] == ["cPanel", "Cloudflare", "GoDaddy", "Amazon Route 53", "Zone file"]
    assert panel("nonsense") == panels()[0]


def test_cpanel() -> None:
    first, second, last = shown("MX", "cpanel")
    assert first == (
        "add",
        {"Name": "example.co.ke.", "Type": "MX", "Destination": "mx1.new.example", "Priority": "10", "TTL": "300"},
    )
    assert second[1]["Priority"] == "20"
    assert last == ("remove", {"Name": "example.co.ke.", "Type": "MX", "Destination": "mail.old.example", "Priority": "10"})


def test_cloudflare_wants_short_names() -> None:
    assert shown("MX", "cloudflare")[0][1]["Name"] == "@"
    assert shown("DKIM", "cloudflare")[0][1]["Name"] == "sel._domainkey"


def test_godaddy_takes_600_seconds_at_least() -> None:
    assert shown("TTL", "godaddy")[0][1]["TTL"] == "600"


def test_route_53_keeps_the_neighbours_in_the_same_field() -> None:
    ((act, fields),) = shown("SPF", "route53")
    assert act == "edit"
    lines = fields["Value"].split("\n")
    assert '"google-site-verification=xyz"' in lines
    assert '"MS=ms123"' in lines
    assert sum("v=spf1" in line for line in lines) == 1
    assert len(shown("DKIM", "route53")[0][1]["Value"].split('" "')) == 2  # a long text in pieces of 255


def test_the_zone_file_is_one() -> None:
    found = snapshot()
    lines = [
        e.fields[0][1]
        for kind in ("SPF", "DKIM", "MX")
        for e in entries(change(kind, found), panel("zone-file"), DOMAIN)
        if e.act != "remove"
    ]
    text = "@ 60 IN SOA ns h 1 1 1 1 1\n@ 60 IN NS ns\nns 60 IN A 127.0.0.1\n" + "\n".join(lines) + "\n"
    zone = dns.zone.from_text(text, origin=dns.name.from_text(DOMAIN), relativize=False)
    assert {str(r) for r in zone.find_rdataset(f"{DOMAIN}.", "MX")} == {"10 mx1.new.example.", "20 mx2.new.example."}
    dkim = next(iter(zone.find_rdataset(f"sel._domainkey.{DOMAIN}.", "TXT")))
    assert b"".join(dkim.strings).decode() == VALUES.dkim_value


VERBATIM = st.lists(
    st.sampled_from(
        ["v=spf1 mx -all", "v=spf1 include:a.example ~all", "site=1", "v=verify", "v=spf10 x", 'odd "quoted" \\ text', "ünï"]
    ),
    unique=True,
).map(tuple)
HOSTS = st.lists(st.sampled_from(["10 mail.old.example", "20 b.old.example", "10 mx1.new.example", "0 ."]), unique=True).map(tuple)


@given(HOSTS, VERBATIM, st.sampled_from([one.id for one in panels()]))
def test_nothing_unknown_is_removed_and_all_that_is_wanted_is_entered(
    mx: tuple[str, ...], txt: tuple[str, ...], where: str
) -> None:
    found = snapshot(mx, txt)
    for one in cutover.changes(found, VALUES):
        if one.kind == "SPF":
            assert all(value in cutover.spf_records(txt) for value in one.remove)
            assert set(one.beside) == set(txt) - set(cutover.spf_records(txt))
        made = entries(one, panel(where), DOMAIN)
        assert bool(made) == (one.state is cutover.State.CHANGE)
        removed = " ".join(value for e in made if e.act == "remove" for _name, value in e.fields)
        assert not any(text in removed for text in txt if text not in one.remove)


@pytest.mark.parametrize("where", [one.id for one in panels()])
def test_a_record_that_is_right_asks_for_nothing(where: str) -> None:
    right = snapshot(("10 mx1.new.example", "20 mx2.new.example"))
    assert entries(change("MX", right), panel(where), DOMAIN) == ()
