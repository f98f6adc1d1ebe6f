"""Asking for records, against a real name server on this computer, well behaved and otherwise."""

from __future__ import annotations

import json
import socket
from collections.abc import Callable

import dns.message
import dns.rcode
import pytest
from dns.message import Message

from mailsafi_wizard import cli, errors
from mailsafi_wizard.demo.dns import ZONE, NameServer
from mailsafi_wizard.net import dns as records
from mailsafi_wizard.net import dns_question
from mailsafi_wizard.net.dns import DnsUnreachable, Server, Snapshot

DOMAIN = "example.co.ke"


class Odd(NameServer):
    """Answers as the test says."""

    def __init__(self, reply: Callable[[Message, Message], Message], text: str = ZONE) -> None:
        super().__init__(DOMAIN, text)
        self._reply = reply

    def answer(self, query: Message) -> Message:
        return self._reply(query, super().answer(query))


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dns_question, "PATIENCE", 0.3)


def looked(server: NameServer) -> Snapshot:
    return records.look_up(DOMAIN, "mailsafi", [server.address], authoritative=False)


def test_everything_a_zone_holds_is_read() -> None:
    with NameServer(DOMAIN) as server:
        found = looked(server)
    view = found.views[0]
    mx, txt = view.get(DOMAIN, "MX"), view.get(DOMAIN, "TXT")
    assert mx is not None
    assert mx.values == ("10 mail.example.co.ke",)
    assert mx.ttl == 14400
    assert txt is not None
    assert "v=spf1 mx include:spf.oldhost.example -all" in txt.values
    autodiscover, absent = view.get(f"autodiscover.{DOMAIN}", "A"), view.get(f"autoconfig.{DOMAIN}", "A")
    assert autodiscover is not None
    assert autodiscover.values == ("127.0.0.1",)  # through its CNAME
    assert absent is not None
    assert (absent.values, absent.problem) == ((), "")
    assert Snapshot.from_facts(json.loads(json.dumps(found.facts()))) == found


def test_an_answer_too_long_for_udp_comes_by_tcp() -> None:
    long = ZONE + "".join(f'@ TXT "{"x" * 200}{number}"\n' for number in range(20))
    with NameServer(DOMAIN, long) as server:
        answer = records.ask(Server("s", "127.0.0.1", server.port), DOMAIN, "TXT")
    assert len(answer.values) == 22


def test_a_txt_in_pieces_is_one_text() -> None:
    with NameServer(DOMAIN, ZONE + 'long TXT "v=DKIM1; p=AAA" "BBB"\n') as server:
        answer = records.ask(Server("s", "127.0.0.1", server.port), f"long.{DOMAIN}", "TXT")
    assert answer.values == ("v=DKIM1; p=AAABBB",)


def test_silence_refusal_and_nonsense_are_told_apart_from_nothing() -> None:
    def refused(_query: Message, reply: Message) -> Message:
        reply.answer.clear()
        reply.set_rcode(dns.rcode.SERVFAIL)
        return reply

    def foreign(_query: Message, _reply: Message) -> Message:
        return dns.message.make_response(dns.message.make_query("other.example", "A"))

    silent = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    silent.bind(("127.0.0.1", 0))
    with Odd(refused) as one, Odd(foreign) as other, silent:
        problems = [
            records.ask(Server("s", "127.0.0.1", port), DOMAIN, "MX").problem
            for port in (one.port, other.port, silent.getsockname()[1])
        ]
    assert "SERVFAIL" in problems[0]
    assert all(problems)


def test_one_server_that_is_silent_does_not_hide_the_other() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent, NameServer(DOMAIN) as server:
        silent.bind(("127.0.0.1", 0))
        dead = f"127.0.0.1:{silent.getsockname()[1]}"
        found = records.look_up(DOMAIN, "", [dead, server.address], authoritative=False)
    answers = {view.server: answer for view, answer in found.answers(DOMAIN, "MX")}
    assert answers[dead].problem
    assert answers[server.address].values


def test_nobody_at_all_is_an_error() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        with pytest.raises(DnsUnreachable):
            records.look_up(DOMAIN, "", [f"127.0.0.1:{silent.getsockname()[1]}"], authoritative=False)


@pytest.mark.parametrize("text", ["", "127.0.0.1:x", "127.0.0.1:0", "127.0.0.1:99999", "nowhere.invalid"])
def test_what_is_no_resolver_is_refused(text: str) -> None:
    with pytest.raises(errors.WrongUsage):
        Server.parse(text)


def test_resolvers_in_all_their_forms() -> None:
    assert Server.parse("127.0.0.1").port == 53
    assert (Server.parse("127.0.0.1:5353").address, Server.parse("127.0.0.1:5353").port) == ("127.0.0.1", 5353)
    assert (Server.parse("[::1]:5353").address, Server.parse("[::1]:5353").port) == ("::1", 5353)


@pytest.mark.parametrize("domain", ["", "com", "a..b", "x" * 64 + ".example", "."])
def test_what_is_no_domain_is_refused(domain: str) -> None:
    with pytest.raises(errors.WrongUsage):
        records.normal(domain)


def test_a_domain_in_any_script_is_asked_in_ascii() -> None:
    assert records.normal("Münze.Example.") == "xn--mnze-0ra.example"


def test_the_command_tells_in_words_and_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    with NameServer(DOMAIN) as server:
        assert cli.main(["dns", DOMAIN, "--resolver", server.address]) == 0
        words = capsys.readouterr().out
        assert cli.main(["dns", DOMAIN, "--resolver", server.address, "--json"]) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert "10 mail.example.co.ke" in words
    assert [line["event"] for line in lines] == ["records", "summary"]
    assert lines[0]["authoritative"] is True
    summary = lines[-1]
    assert (summary["mx_ttl"], summary["serials"], summary["spf_lookups"], summary["dnssec"]) == (14400, [2026010101], [2], "")
    assert summary["if_changed_now_old_until"].endswith("+00:00")
    assert "no honest cache would hold the old one after" in words


def test_the_command_fails_when_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert cli.main(["dns", DOMAIN, "--resolver", f"127.0.0.1:{silent.getsockname()[1]}"]) == 3
    assert "No name server answered" in capsys.readouterr().err
