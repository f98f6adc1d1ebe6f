"""One SPF record: merged without a loss, counted as receivers count, freed of the old part again."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import cutover
from mailsafi_wizard.cutover import spf
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"
NEW = "include:spf.new.example"
NAMES = st.sampled_from(["a.example", "b.example", "_spf.old.example", "c.co.ke"])
MECHANISMS = st.one_of(
    st.just("mx"),
    st.just("a"),
    NAMES.map(lambda n: f"include:{n}"),
    NAMES.map(lambda n: f"a:{n}/24"),
    NAMES.map(lambda n: f"exists:%{{i}}.{n}"),
    st.integers(0, 255).map(lambda n: f"ip4:192.0.2.{n}"),
    st.sampled_from(["ip6:2001:db8::/32", "ptr", "exp=why.example", "x-unknown=1"]),
)
QUALIFIED = st.tuples(st.sampled_from(["", "+", "-", "~", "?"]), MECHANISMS).map(
    lambda t: t[1] if "=" in t[1] and ":" not in t[1].split("=")[0] else "".join(t)
)
RECORD = st.tuples(
    st.lists(QUALIFIED, max_size=8), st.sampled_from(["", "-all", "~all", "?all", "redirect=_spf.r.example", "redirect=o.example"])
).map(lambda t: " ".join(filter(None, ["v=spf1", *t[0], t[1]])))


@given(st.lists(RECORD, max_size=4), st.sampled_from([NEW, f"v=spf1 {NEW} ~all", "ip4:198.51.100.1 include:x.example"]))
def test_the_merged_record_is_one_and_keeps_every_mechanism_of_others(records: list[str], wanted: str) -> None:
    merged = cutover.merged_spf(records, wanted)
    assert cutover.spf_records([merged]) == [merged]
    assert not spf.bad_terms(merged)
    terms = [t.lower().lstrip("+") for t in merged.split()[1:]]
    assert len(set(terms)) == len(terms)
    before = {t.lower().lstrip("+") for r in records for t in r.split()[1:]}
    lost = {t for t in before if not t.lstrip("-~?").startswith(("all", "redirect=", "exp="))} - set(terms)
    assert not lost
    assert {t for t in wanted.lower().split() if t not in ("v=spf1", "~all")} <= set(terms)
    assert sum(t.startswith("exp=") for t in terms) <= 1
    assert sum(t.lstrip("-~?") == "all" or t.startswith("redirect=") for t in terms) <= 1
    assert cutover.merged_spf([merged], wanted) == merged
    effective = [r for r in records if not any(t.lstrip("-~?+") == "all" for t in r.lower().split())]
    for target in {t.partition("=")[2] for r in effective for t in r.split() if t.startswith("redirect=")}:
        assert f"redirect={target}" in terms or f"include:{target}" in terms


@given(st.lists(RECORD, max_size=3), st.dictionaries(NAMES, RECORD, max_size=4))
def test_a_wanted_record_has_ten_lookups_at_most_or_a_finding_says_so(records: list[str], others: dict[str, str]) -> None:
    merged = cutover.merged_spf(records, NEW)
    known = tuple(Answer(name, "TXT", (text,), 300) for name, text in others.items())
    snapshot = Snapshot(DOMAIN, "", (), others=known)
    counted = spf.lookups_of(snapshot, merged)
    said = any("look-ups" in finding.text for finding in cutover.spf_findings(snapshot, merged))
    assert said == (counted.count > cutover.MOST_LOOKUPS)


def table(**records: tuple[str, ...]) -> dict[tuple[str, str], Answer]:
    found = {}
    for key, values in records.items():
        name, _sep, kind = key.rpartition("__")
        found[name.replace("_", "."), kind] = Answer(name.replace("_", "."), kind, values)
    return found


def count(record: str, known: dict[tuple[str, str], Answer]) -> spf.Lookups:
    return spf.count_lookups(record, DOMAIN, lambda name, kind: known.get((name, kind)))


def test_lookups_are_counted_with_all_that_is_included() -> None:
    known = table(
        one_example__TXT=("v=spf1 include:two.example a -all",),
        two_example__TXT=(
            "other",
            "v=spf1 mx ip4:192.0.2.1 redirect=three.example",
        ),
        three_example__TXT=("v=spf1 exists:%{i}.x.example ~all",),
        one_example__A=("192.0.2.1",),
        two_example__MX=("10 m.example",),
    )
    assert count("v=spf1 include:one.example -all", known).count == 6
    assert count("v=spf1 ip4:192.0.2.0/24 ip6:2001:db8::1 exp=x.example -all", {}).count == 0
    assert count("v=spf1 -all redirect=one.example", known).count == 0  # says nothing next to "all"
    assert count("v=spf1 ptr A MX/24 +a:h.example/24 -all", {}).count == 4


def test_names_that_lead_nowhere_are_void_and_the_unknown_are_told_apart() -> None:
    known = table(gone_example__TXT=(), dead_example__A=(), two_example__TXT=("v=spf1 -all", "v=spf1 mx -all"))
    counted = count("v=spf1 include:gone.example a:dead.example include:two.example include:never.asked -all", known)
    assert (counted.count, counted.void) == (4, 2)
    assert counted.missing == ["gone.example", "two.example"]
    assert counted.unknown == ["never.asked"]


def test_a_circle_ends() -> None:
    known = table(one_example__TXT=("v=spf1 include:two.example -all",), two_example__TXT=("v=spf1 include:one.example -all",))
    assert count("v=spf1 include:one.example -all", known).circle == "one.example"
    wide = {
        (f"n{i}.example", "TXT"): Answer(
            f"n{i}.example", "TXT", ("v=spf1 " + " ".join(f"include:n{j}.example" for j in range(40)),)
        )
        for i in range(40)
    }
    assert count("v=spf1 include:n0.example", wide).count > 10


@pytest.mark.parametrize("term", ["incldue:x.example", "ip4:not", "all-", "mx:", "include:", "ip4"])
def test_what_no_receiver_understands_is_named(term: str) -> None:
    assert spf.bad_terms(f"v=spf1 {term} -all") == [term]


def test_a_week_later_only_what_is_known_to_be_the_old_providers_goes() -> None:
    record = (
        "v=spf1 mx include:_spf.oldhost.co.ke a:mail.example.co.ke include:crm.example ip4:192.0.2.9 include:spf.new.example ~all"
    )
    parts = spf.old_parts(record, NEW, ["mx1.oldhost.co.ke", "mail.example.co.ke"], DOMAIN)
    assert parts == ("include:_spf.oldhost.co.ke", "a:mail.example.co.ke")
    assert cutover.without_old(record, NEW, parts) == "v=spf1 mx include:crm.example ip4:192.0.2.9 include:spf.new.example ~all"
    assert cutover.without_old(record, NEW, [NEW]) == record


@given(RECORD, st.lists(st.sampled_from(["mx.old.example", "mail.example.co.ke", "h.co.ke"]), max_size=3))
def test_nothing_unknown_is_ever_taken_out(record: str, hosts: list[str]) -> None:
    parts = spf.old_parts(record, NEW, hosts, DOMAIN)
    left = cutover.without_old(record, NEW, parts).split()
    assert [t for t in record.split() if t not in parts] == left
    assert not any(t.startswith(("ip4:", "ip6:", "all", "-all")) for t in parts)


def test_the_old_servers_stay_allowed_when_mx_no_longer_means_them() -> None:
    answers = (Answer(DOMAIN, "MX", ("10 mail.old.example",), 300), Answer(DOMAIN, "TXT", ("v=spf1 mx -all",), 300))
    snapshot = Snapshot(DOMAIN, "", (View("ns", True, answers),))
    from mailsafi_wizard.model import MailSafiValues

    values = MailSafiValues(("mx1.new.example",), NEW)
    wanted = next(c for c in cutover.changes(snapshot, values) if c.kind == "SPF").wanted[0]
    assert wanted == f"v=spf1 mx {NEW} a:mail.old.example -all"
