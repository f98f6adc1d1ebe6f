"""Name servers that lie, dawdle, are dead, cut short, disagree or lead in circles; and what resolvers must never be asked."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from typing import Any

import dns.flags
import dns.message
import dns.name
import dns.rcode
import dns.rdatatype
import dns.rrset
import pytest
from dns.message import Message
from hypothesis import given
from hypothesis import strategies as st

from mailsafi_wizard import cli, cutover
from mailsafi_wizard.demo.dns import ZONE, NameServer, Zone
from mailsafi_wizard.demo.resolver import Resolver
from mailsafi_wizard.net import delegation, dns_question
from mailsafi_wizard.net import dns as records
from mailsafi_wizard.net.dns_question import read
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"
ELSE = "$TTL 60\n@ SOA ns h 1 1 1 1 60\n@ NS ns\n"


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_question, "PATIENCE", 0.3)


class Odd(NameServer):
    """Answers as the test says."""

    def __init__(self, reply: Callable[[Message, Message], Message], text: str = ZONE, **more: Any) -> None:
        super().__init__(DOMAIN, text, **more)
        self._reply = reply

    def answer(self, query: Message) -> Message:
        return self._reply(query, super().answer(query))


@pytest.fixture
def dead() -> Iterator[str]:
    """A port that swallows every question."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{silent.getsockname()[1]}"


def look(*servers: str, find_own: bool = False) -> Snapshot:
    return records.look_up(DOMAIN, "mailsafi", servers, find_own, "include:spf.new.example")


# --- what resolvers are asked


def test_a_resolver_is_never_asked_for_a_name_that_is_not_published() -> None:
    elsewhere = Zone("oldhost.example", ELSE + 'spf TXT "v=spf1 -all"\n')
    with NameServer(DOMAIN) as own, Resolver([(DOMAIN, own.answer), ("oldhost.example", elsewhere.answer)]) as resolver:
        found = look(own.address, resolver.address)
        inside = {q for q in resolver.asked if q[0].endswith(DOMAIN)}
    absent = {f"mailsafi._domainkey.{DOMAIN}", f"autoconfig.{DOMAIN}", f"_submission._tcp.{DOMAIN}", f"_autodiscover._tcp.{DOMAIN}"}
    view = next(v for v in found.views if v.authoritative)
    assert {a.name for a in view.answers if not a.exists} >= absent
    assert not {name for name, _kind in inside} & absent
    assert inside == {(a.name, a.kind) for a in view.answers if a.exists}
    assert (f"mail.{DOMAIN}", "CNAME") not in inside  # the name is there, this type of it is not
    assert next(v for v in found.views if not v.authoritative).get(DOMAIN, "MX") is not None


def test_once_it_is_published_resolvers_are_asked_too() -> None:
    text = ZONE + 'mailsafi._domainkey TXT "v=DKIM1; p=AAA"\n'
    with NameServer(DOMAIN, text) as own, Resolver([(DOMAIN, own.answer)]) as resolver:
        look(own.address, resolver.address)
        assert (f"mailsafi._domainkey.{DOMAIN}", "TXT") in resolver.asked


def test_a_target_inside_the_domain_that_is_not_there_is_no_question_for_resolvers() -> None:
    text = ZONE.replace("MX 10 mail", "MX 10 gone").replace("include:spf.oldhost.example", "include:soon.example.co.ke")
    with NameServer(DOMAIN, text) as own, Resolver([(DOMAIN, own.answer)]) as resolver:
        found = look(own.address, resolver.address)
        assert not {name for name, _kind in resolver.asked} & {f"gone.{DOMAIN}", f"soon.{DOMAIN}"}
    assert any("gone.example.co.ke, which has no address" in f.english for f in cutover.findings(found))
    assert any("includes soon.example.co.ke" in f.english for f in cutover.findings(found))


def test_without_an_own_server_only_the_domains_own_name_is_asked() -> None:
    with NameServer(DOMAIN) as own, Resolver([(DOMAIN, own.answer)]) as resolver:
        found = look(resolver.address)
        assert {name for name, _kind in resolver.asked} <= {DOMAIN, "spf.oldhost.example", "spf.new.example"}
    assert [v.authoritative for v in found.views] == [False]
    assert cutover.now_at(found, DOMAIN, "MX") == ("10 mail.example.co.ke",)


NAMES = st.sampled_from([DOMAIN, f"mail.{DOMAIN}", f"_dmarc.{DOMAIN}"])
ANSWERS = st.tuples(NAMES, st.sampled_from(["A", "TXT"]), st.booleans(), st.sampled_from(["", "no answer"])).map(
    lambda t: Answer(t[0], t[1], ("x",) if t[2] and not t[3] else (), problem=t[3], rcode="" if t[3] else "NOERROR", own=not t[3])
)


@given(st.lists(st.lists(ANSWERS, max_size=5, unique_by=lambda a: (a.name, a.kind)).map(tuple), min_size=1, max_size=3))
def test_published_is_what_no_own_server_denies(told: list[tuple[Answer, ...]]) -> None:
    views = [View(f"ns{i}", True, answers) for i, answers in enumerate(told)]
    allowed = records.published(DOMAIN, views)
    if any(a.own for v in views for a in v.answers):
        speaking = [v for v in views if any(a.own for a in v.answers)]
        denied = {(a.name, a.kind) for v in speaking for a in v.answers if not a.exists and not a.problem}
        assert not allowed & denied
    else:
        assert {name for name, _kind in allowed} == {DOMAIN}


# --- servers that misbehave


def test_a_dead_server_costs_no_more_than_its_patience_and_hides_nobody(dead: str) -> None:
    with NameServer(DOMAIN) as own:
        began = time.monotonic()
        found = look(dead, own.address)
        assert time.monotonic() - began < records.LONGEST
    assert next(v for v in found.views if v.server == dead).silent
    assert next(v for v in found.views if v.server == own.address).get(DOMAIN, "MX") is not None


def test_a_slow_server_is_cut_off_in_time() -> None:
    """It answers the first question at once and lets all others wait."""
    seen: list[Message] = []

    def slow(query: Message, reply: Message) -> Message:
        seen.append(query)
        if query.question[0].rdtype != dns.rdatatype.SOA:
            reply.id ^= 1  # no answer to this question: passed over
        return reply

    with Odd(slow) as server:
        began = time.monotonic()
        found = look(server.address)
        assert time.monotonic() - began < records.LONGEST + 0.5
    mx = found.views[0].get(DOMAIN, "MX")
    assert mx is not None
    assert mx.problem == dns_question.SILENT
    assert sum(q.question[0].rdtype == dns.rdatatype.MX for q in seen) == 2  # once more, as a packet may get lost


def test_a_liar_answers_another_question_and_is_not_believed() -> None:
    def lie(query: Message, reply: Message) -> Message:
        if query.question[0].rdtype == dns.rdatatype.MX:
            other = dns.message.make_query("evil.example", "MX")
            other.id = query.id
            return dns.message.make_response(other)
        return reply

    with Odd(lie) as server:
        mx = look(server.address).views[0].get(DOMAIN, "MX")
    assert mx is not None
    assert (mx.values, mx.problem) == ((), dns_question.SILENT)


def test_records_of_other_names_in_an_answer_are_passed_over() -> None:
    def stuff(query: Message, reply: Message) -> Message:
        reply.answer[:0] = [dns.rrset.from_text("evil.example.", 5, "IN", "MX", "0 evil.example.")]
        return reply

    with Odd(stuff) as server:
        assert cutover.now_at(look(server.address), DOMAIN, "MX") == ("10 mail.example.co.ke",)


def test_a_huge_txt_comes_by_tcp_whole_and_a_cut_one_without_tcp_is_a_problem() -> None:
    huge = ZONE + "".join(f'@ TXT "{"x" * 250}{number}"\n' for number in range(100))
    with NameServer(DOMAIN, huge) as server:
        assert len(cutover.now_at(look(server.address), DOMAIN, "TXT") or ()) == 102

    def cut(query: Message, reply: Message) -> Message:
        if query.question[0].rdtype == dns.rdatatype.TXT:
            reply.answer.clear()
            reply.flags |= dns.flags.TC
        return reply

    with Odd(cut) as server:
        server._tcp.shutdown()
        server._tcp.server_close()
        txt = look(server.address).views[0].get(DOMAIN, "TXT")
        server._tcp.shutdown = lambda: None  # type: ignore[method-assign]
    assert txt is not None
    assert txt.problem


def test_aliases_that_go_round_end() -> None:
    text = ZONE.replace("autodiscover CNAME mail", "autodiscover CNAME one\none CNAME two\ntwo CNAME autodiscover")
    with NameServer(DOMAIN, text) as server:
        answer = look(server.address).views[0].get(f"autodiscover.{DOMAIN}", "A")
    assert answer is not None
    assert "circle" in answer.problem


def test_an_mx_behind_an_alias_is_found() -> None:
    text = ZONE.replace("@ MX 10 mail", "@ MX 10 autodiscover")
    with NameServer(DOMAIN, text) as server:
        assert any("is an alias" in f.english for f in cutover.findings(look(server.address)))


def test_a_domain_whose_signatures_are_wrong() -> None:
    def validating(query: Message, reply: Message) -> Message:
        reply.flags &= ~dns.flags.AA
        if not query.flags & dns.flags.CD:
            reply.answer.clear()
            reply.set_rcode(dns.rcode.SERVFAIL)
        return reply

    with NameServer(DOMAIN) as own, Odd(validating) as resolver:
        found = look(own.address, resolver.address)
    assert found.dnssec == "broken"
    assert "DNSSEC" in cutover.findings(found)[0].text


def test_servers_that_disagree_are_seen_one_by_one() -> None:
    with (
        NameServer(DOMAIN) as one,
        NameServer(DOMAIN, ZONE.replace("2026010101", "2026010102").replace("MX 10 mail", "MX 5 mail")) as two,
    ):
        found = look(one.address, two.address)
    said = [f.english for f in cutover.findings(found)]
    assert any("don't agree" in text for text in said)
    assert any("2026010101, 2026010102" in text for text in said)


@given(st.binary(max_size=300))
def test_any_bytes_that_parse_as_a_reply_are_read_without_an_error(data: bytes) -> None:
    try:
        reply = dns.message.from_wire(data, ignore_trailing=True)
    except Exception:  # noqa: BLE001 what the library refuses never gets to us
        return
    read(reply, DOMAIN, "MX")


@pytest.mark.parametrize("domain", ["xn--\u00fc.example", "a" * 250 + ".example", "exa mple..ke", "\u2488com.example"])
def test_bad_names_end_with_a_sentence(domain: str, capsys: pytest.CaptureFixture[str]) -> None:
    status = cli.main(["dns", domain, "--resolver", "127.0.0.1:1"])
    assert status in (2, 3)
    assert "mailsafi-wizard:" in capsys.readouterr().err


def test_a_record_steers_no_terminal(capsys: pytest.CaptureFixture[str]) -> None:
    text = ZONE + '@ TXT "v=spf1 \\027[2J\\010mailsafi-wizard: all is well -all"\n'
    with NameServer(DOMAIN, text) as server:
        assert cli.main(["dns", DOMAIN, "--resolver", server.address]) == 0
    said = capsys.readouterr().out
    assert "[2J mailsafi-wizard: all is well" in said
    assert all(line.isprintable() for line in said.split("\n"))


def test_a_target_with_a_name_that_cannot_be_asked_ends_nothing() -> None:
    text = ZONE.replace(
        "include:spf.oldhost.example", f"include:{'l' * 64}.example include:a..b include:münze.example exists:%{{i}}.x"
    )
    with NameServer(DOMAIN, text.encode("ascii", "ignore").decode()) as server:
        assert cutover.now_at(look(server.address), DOMAIN, "MX")


# --- the parent zone


HOSTS = ("127.0.0.11", "127.0.0.12", "127.0.0.13", "127.0.0.14")


@pytest.fixture
def port(monkeypatch: pytest.MonkeyPatch) -> int:
    """One number that is free at all addresses of this test."""
    with NameServer(DOMAIN, host=HOSTS[0]) as probe:
        number = probe.port
    monkeypatch.setattr(delegation, "PORT", number)
    return number


def parent(names: str) -> str:
    return f"$TTL 60\n@ SOA ns h 1 1 1 1 60\n@ NS ns\nns A {HOSTS[0]}\n{names}"


class Parent(NameServer):
    """The servers of "co.ke": for what is below a delegation they refer, with glue."""

    def answer(self, query: Message) -> Message:
        reply = super().answer(query)
        cut = dns.name.from_text(DOMAIN)
        if query.question[0].name.is_subdomain(cut) and (names := self.zone.records.get_rrset(cut, dns.rdatatype.NS)):
            reply = dns.message.make_response(query)
            reply.authority = [names]
            for record in names:
                if glue := self.zone.records.get_rrset(record.target, dns.rdatatype.A):
                    reply.additional.append(glue)
        return reply


def test_own_servers_are_found_at_the_parent_and_each_is_asked(port: int) -> None:
    delegated = f"example NS ns1.example\nexample NS ns2.example\nns1.example A {HOSTS[1]}\nns2.example A {HOSTS[2]}\n"
    own = ZONE.replace("@ NS ns1", "@ NS ns1\n@ NS ns3").replace("ns1 A 127.0.0.1", f"ns1 A {HOSTS[1]}\nns3 A {HOSTS[3]}")

    def lame(query: Message, reply: Message) -> Message:
        refused = dns.message.make_response(query)
        refused.set_rcode(dns.rcode.REFUSED)
        return refused

    with (
        Parent("co.ke", parent(delegated), HOSTS[0], port) as registry,
        NameServer(DOMAIN, own, HOSTS[1], port) as first,
        Odd(lame, host=HOSTS[2], port=port),
        Resolver([("co.ke", registry.zone.answer), (DOMAIN, first.answer)]) as resolver,
    ):
        found = look(resolver.address, find_own=True)
    assert found.delegated == ("ns1.example.co.ke", "ns2.example.co.ke")
    assert [(v.server, v.authoritative) for v in found.views] == [
        ("ns1.example.co.ke", True),
        ("ns2.example.co.ke", True),
        (resolver.address, False),
    ]
    said = "\n".join(f.english for f in cutover.findings(found))
    assert "ns2.example.co.ke was asked as one of the domain's own, but does not speak for it" in said
    assert "registry names the name server ns2.example.co.ke" in said
    assert "lists the name server ns3.example.co.ke" in said
    assert Snapshot.from_facts(json.loads(json.dumps(found.facts()))) == found


def test_a_domain_that_lives_in_its_parents_zone_has_its_parents_servers(port: int) -> None:
    text = parent("example MX 10 mail\nmail A 127.0.0.1\n")
    with NameServer("co.ke", text, HOSTS[0], port) as registry, Resolver([("co.ke", registry.answer)]) as resolver:
        found = look(resolver.address, find_own=True)
    assert [v.server for v in found.views if v.authoritative] == ["ns.co.ke"]


def test_an_own_server_that_forgot_the_domain_is_lame_though_it_answers(port: int) -> None:
    def no_longer(query: Message, reply: Message) -> Message:
        reply.flags &= ~dns.flags.AA
        return reply

    delegated = f"example NS ns1.example\nns1.example A {HOSTS[1]}\n"
    with (
        Parent("co.ke", parent(delegated), HOSTS[0], port) as registry,
        Odd(no_longer, host=HOSTS[1], port=port) as odd,
        Resolver([("co.ke", registry.zone.answer), (DOMAIN, odd.zone.answer)]) as resolver,
    ):
        found = look(resolver.address, find_own=True)
    assert found.views[0].lame
    assert cutover.now_at(found, DOMAIN, "MX") == ("10 mail.example.co.ke",)  # what the resolver says
