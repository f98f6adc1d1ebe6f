"""Records now against records wanted, pure."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import cutover
from mailsafi_wizard.cutover import State
from mailsafi_wizard.model import MailSafiValues
from mailsafi_wizard.net.dns import Answer, Snapshot, View

DOMAIN = "example.co.ke"
VALUES = MailSafiValues(("mx1.new.example", "mx2.new.example"), "include:spf.new.example", "sel", "v=DKIM1; p=ABC")


def snapshot(
    mx: tuple[str, ...] = ("10 mail.old.example",), txt: tuple[str, ...] = (), dkim: tuple[str, ...] = (), ttl: int = 14400
) -> Snapshot:
    answers = (
        Answer(DOMAIN, "MX", mx, ttl if mx else None),
        Answer(DOMAIN, "TXT", txt, 300),
        Answer(f"sel._domainkey.{DOMAIN}", "TXT", dkim, 300),
    )
    return Snapshot(DOMAIN, "sel", (View("ns1", True, answers),))


def of(kind: str, found: Snapshot) -> cutover.Change:
    return next(c for c in cutover.changes(found, VALUES) if c.kind == kind)


def test_an_old_mx_is_to_be_changed_and_the_new_one_is_right() -> None:
    assert of("MX", snapshot()).state is State.CHANGE
    assert of("MX", snapshot()).wanted == ("10 mx1.new.example", "20 mx2.new.example")
    assert of("MX", snapshot(("5 mx1.new.example", "6 mx2.new.example"))).state is State.RIGHT


@pytest.mark.parametrize(
    "mx", [("10 mx1.new.example", "20 mx2.new.example", "30 mail.old.example"), ("10 mx2.new.example", "20 mx1.new.example"), ()]
)
def test_leftovers_and_a_wrong_order_are_no_right_mx(mx: tuple[str, ...]) -> None:
    assert of("MX", snapshot(mx)).state is State.CHANGE


def test_nobody_answered_is_not_nothing() -> None:
    silent = Snapshot(DOMAIN, "sel", (View("ns1", True, (Answer(DOMAIN, "MX", problem="no answer"),)),))
    assert {c.state for c in cutover.changes(silent, VALUES)} == {State.UNKNOWN}
    assert not cutover.switched(silent, VALUES)


@pytest.mark.parametrize(
    ("records", "wanted"),
    [
        ([], "v=spf1 include:spf.new.example ~all"),
        (["v=spf1 mx -all"], "v=spf1 mx include:spf.new.example -all"),
        (["v=spf1 ip4:192.0.2.1 ?all", "v=spf1 a mx -all"], "v=spf1 ip4:192.0.2.1 a mx include:spf.new.example ?all"),
        (["v=spf1 redirect=_spf.old.example"], "v=spf1 include:spf.new.example redirect=_spf.old.example"),
        (["v=spf1 include:SPF.new.example -all"], "v=spf1 include:SPF.new.example -all"),
    ],
)
def test_spf_is_merged_into_one_record(records: list[str], wanted: str) -> None:
    assert cutover.merged_spf(records, "include:spf.new.example") == wanted


TERMS = st.lists(
    st.sampled_from(["a", "mx", "ip4:192.0.2.7", "include:x.example", "exists:%{i}.y.example", "-all", "~all"]), max_size=6
)


@given(st.lists(TERMS, max_size=3))
def test_merging_loses_no_term_and_is_stable(records: list[list[str]]) -> None:
    merged = cutover.merged_spf([" ".join(["v=spf1", *terms]) for terms in records], "include:spf.new.example")
    words = merged.split()
    assert {t for terms in records for t in terms if not t.endswith("all")} <= set(words)
    assert sum(w.endswith("all") for w in words) <= 1
    assert cutover.merged_spf([merged], "include:spf.new.example") == merged


def test_spf_that_holds_the_new_part_is_right_and_two_records_never_are() -> None:
    assert of("SPF", snapshot(txt=("v=spf1 include:spf.new.example -all", "other"))).state is State.RIGHT
    two = snapshot(txt=("v=spf1 include:spf.new.example -all", "v=spf1 mx -all"))
    assert of("SPF", two).state is State.CHANGE
    assert any("{n} SPF records" in f.text for f in cutover.findings(two))


def test_dkim_is_compared_without_its_spaces() -> None:
    assert of("DKIM", snapshot(dkim=("v=DKIM1;p=ABC;",))).state is State.RIGHT
    assert of("DKIM", snapshot(dkim=("v=DKIM1; p=XYZ",))).state is State.CHANGE


@pytest.mark.parametrize(("ttl", "state"), [(300, State.RIGHT), (3600, State.RIGHT), (14400, State.CHANGE)])
def test_a_long_ttl_is_to_be_lowered(ttl: int, state: State) -> None:
    assert of("TTL", snapshot(ttl=ttl)).state is state


@pytest.mark.parametrize("mx", ["10 192.0.2.7", "10 mail.example.co.ke.example.co.ke"])
def test_a_wrong_target_is_found(mx: str) -> None:
    assert cutover.findings(snapshot((mx,)))


def test_too_many_lookups_are_found() -> None:
    record = "v=spf1 " + " ".join(f"include:s{i}.example" for i in range(11)) + " -all"
    assert any("look-ups" in f.text for f in cutover.findings(snapshot(txt=(record,))))
    assert not cutover.findings(snapshot(txt=("v=spf1 mx ip4:192.0.2.1 -all",)))


def test_switched_only_when_everybody_says_so() -> None:
    new, old = (
        Answer(DOMAIN, "MX", ("10 mx1.new.example", "20 mx2.new.example"), 300),
        Answer(DOMAIN, "MX", ("10 mail.old.example",), 300),
    )
    assert cutover.switched(Snapshot(DOMAIN, "", (View("a", True, (new,)), View("b", False, (new,)))), VALUES)
    split = Snapshot(DOMAIN, "", (View("a", True, (new,)), View("c", True, (old,))))
    assert not cutover.switched(split, VALUES)
    assert any("don't agree" in f.text for f in cutover.findings(split))
