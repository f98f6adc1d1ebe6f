"""The card for going back: exact, and readable as a zone."""

from __future__ import annotations

import dns.name
import dns.zone
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard.cutover.card import as_zone, kept, quoted
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"


def test_what_the_own_servers_say_is_kept_and_resolvers_are_passed_over() -> None:
    own = View("ns1", True, (Answer(DOMAIN, "MX", ("10 b.example", "5 a.example"), 14400), Answer(f"m.{DOMAIN}", "A")))
    other = View(
        "1.1.1.1", False, (Answer(DOMAIN, "MX", ("10 b.example",), 17), Answer(f"x.{DOMAIN}", "CNAME", ("y.example",), 60))
    )
    found = kept(Snapshot(DOMAIN, "", (other, own)))
    assert [(r.name, r.ttl, r.value) for r in found] == [
        (DOMAIN, 14400, "5 a.example"),
        (DOMAIN, 14400, "10 b.example"),
        (f"x.{DOMAIN}", 60, "y.example"),
    ]


def test_what_came_through_an_alias_is_the_aliases_own() -> None:
    view = View("ns1", True, (Answer(f"m.{DOMAIN}", "A", ("192.0.2.1",), 60, aliases=("h.example",)),))
    assert kept(Snapshot(DOMAIN, "", (view,))) == ()


@given(st.text(max_size=700))
def test_a_text_comes_back_from_the_zone_as_it_was(text: str) -> None:
    try:
        data = text.encode("utf-8")
    except UnicodeEncodeError:
        return
    view = View("ns1", True, (Answer(DOMAIN, "TXT", (text,), 300),))
    lines = as_zone(kept(Snapshot(DOMAIN, "", (view,))))
    zone = dns.zone.from_text(
        "@ 60 IN SOA n h 1 1 1 1 1\n@ 60 IN NS n\n" + lines, origin=dns.name.from_text(DOMAIN), relativize=False
    )
    record = next(iter(zone.find_rdataset(f"{DOMAIN}.", "TXT")))
    assert b"".join(record.strings) == data
    assert "\n" not in quoted(text)
