"""The rehearsal's resolver remembers as real ones do, and its name server takes changes from this computer only."""

from __future__ import annotations

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.demo.dns import NameServer
from mailsafi_wizard.demo.resolver import Resolver
from mailsafi_wizard.net import dns_update
from mailsafi_wizard.net.dns_question import ask
from mailsafi_wizard.net.dns_records import Server

DOMAIN = "example.co.ke"


class Hands:
    """A clock set by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_what_was_learned_is_told_with_a_falling_ttl_until_it_has_run_out() -> None:
    hands = Hands()
    with NameServer(DOMAIN) as own, Resolver([(DOMAIN, own.answer)], 10, hands) as resolver:
        server = Server("r", "127.0.0.1", resolver.port)
        assert ask(server, DOMAIN, "MX").ttl == 14400
        dns_update.enter(own.address, DOMAIN, DOMAIN, "MX", ["10 mx1.new.example"])
        hands.now += 1000
        later = ask(server, DOMAIN, "MX")
        assert (later.values, later.ttl, later.own) == (("10 mail.example.co.ke",), 4400, False)
        hands.now += 440
        assert ask(server, DOMAIN, "MX").values == ("10 mx1.new.example",)


def test_what_is_not_there_is_remembered_too() -> None:
    hands = Hands()
    name = f"sel._domainkey.{DOMAIN}"
    with NameServer(DOMAIN) as own, Resolver([(DOMAIN, own.answer)], 1, hands) as resolver:
        server = Server("r", "127.0.0.1", resolver.port)
        assert ask(server, name, "TXT").rcode == "NXDOMAIN"
        dns_update.enter(own.address, DOMAIN, name, "TXT", ["v=DKIM1; p=" + "A" * 300])
        assert ask(Server("o", "127.0.0.1", own.port), name, "TXT").values == ("v=DKIM1; p=" + "A" * 300,)
        hands.now += 3599
        assert not ask(server, name, "TXT").exists
        hands.now += 2
        assert ask(server, name, "TXT").exists


def test_a_name_of_nobody_is_a_failure() -> None:
    with Resolver([]) as resolver:
        assert ask(Server("r", "127.0.0.1", resolver.port), "x.example", "A").rcode == "SERVFAIL"


def test_a_changed_ttl_keeps_the_records_and_the_serial_rises() -> None:
    with NameServer(DOMAIN) as own:
        server = Server("o", "127.0.0.1", own.port)
        before = ask(server, DOMAIN, "SOA").values[0].split()[2]
        dns_update.enter(own.address, DOMAIN, DOMAIN, "MX", (), 300)
        answer = ask(server, DOMAIN, "MX")
        assert (answer.values, answer.ttl) == (("10 mail.example.co.ke",), 300)
        assert int(ask(server, DOMAIN, "SOA").values[0].split()[2]) == int(before) + 1


def test_no_server_elsewhere_is_ever_changed() -> None:
    with pytest.raises(errors.WrongUsage, match="not on this computer"):
        dns_update.enter("192.0.2.1", DOMAIN, DOMAIN, "MX", ["10 mx1.new.example"])


@pytest.mark.parametrize(("zone", "values"), [("other.example", ["10 a.example"]), (DOMAIN, ["nonsense"])])
def test_what_the_server_does_not_take_is_told(zone: str, values: list[str]) -> None:
    with NameServer(DOMAIN) as own, pytest.raises(errors.WrongUsage, match="did not take"):
        dns_update.enter(own.address, zone, f"x.{zone}", "MX", values)
