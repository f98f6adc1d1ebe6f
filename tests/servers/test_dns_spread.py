"""A domain on two NSDs, and unbound as the resolver of the world: the wizard sees the change spread, and spoils nothing by asking."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import cutover
from mailsafi_wizard.cutover.spread import Sees
from mailsafi_wizard.model import Company, MailSafiValues
from mailsafi_wizard.net import dns as records
from mailsafi_wizard.project import MigrationProject
from tests.servers.name_servers import DOMAIN, Nsd, Unbound, until

OLD, NEW = "10 mail.old.example.", "10 mx1.new.example."
TTL = 8  # seconds: long enough to be seen falling, short enough to wait for
DKIM = f"mailsafi._domainkey.{DOMAIN}"


def zone(serial: int, mx: str = OLD, more: str = "", ttl: int = TTL) -> str:
    return f"""$ORIGIN {DOMAIN}.
$TTL 3600
@ IN SOA ns1 hostmaster {serial} 7200 900 1209600 3600
@ IN NS ns1
@ {ttl} IN MX {mx}
@ IN TXT "v=spf1 mx -all"
ns1 IN A 127.0.0.1
_dmarc IN TXT "v=DMARC1; p=none"
{more}
"""


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[Nsd, Nsd]]:
    with Nsd(tmp_path / "one", zone(1)) as one, Nsd(tmp_path / "two", zone(1)) as two:
        yield one, two


@pytest.fixture
def resolver(tmp_path: Path, own: tuple[Nsd, Nsd]) -> Iterator[Unbound]:
    with Unbound(tmp_path / "resolver", own[0]) as made:
        yield made


@pytest.fixture
def project(tmp_path: Path, own: tuple[Nsd, Nsd], resolver: Unbound) -> Iterator[MigrationProject]:
    made = MigrationProject.create(tmp_path / "a.mailsafi")
    values = MailSafiValues(("mx1.new.example",), "ip4:192.0.2.9", "mailsafi", "v=DKIM1; p=AAA")
    made.set_company(Company(domains=(DOMAIN,), cutover=dt.date(2030, 1, 4), mailsafi=values))
    made.set_resolvers([own[0].address, own[1].address, resolver.address])
    yield made
    made.close()


def seen(project: MigrationProject) -> list[Sees]:
    project.look_up()
    return [line.now for line in project.who_sees_what()]


def test_the_change_is_seen_to_spread_from_server_to_server(project: MigrationProject, own: tuple[Nsd, Nsd]) -> None:
    assert seen(project) == [Sees.OLD, Sees.OLD, Sees.OLD]
    own[0].serve(zone(2, NEW), 2)
    assert seen(project)[:2] == [Sees.NEW, Sees.OLD]
    last = project.last_snapshot()
    assert last is not None
    said = [finding.english for finding in cutover.findings(last[1])]
    assert any("don't agree" in text for text in said)
    assert any("(1, 2)" in text for text in said)
    assert not project.switched
    own[1].serve(zone(2, NEW), 2)
    until(lambda: seen(project) == [Sees.NEW, Sees.NEW, Sees.NEW])
    assert project.switched
    clock = project.dns_clock(dt.datetime.now(dt.UTC))
    assert clock.changed is not None
    assert clock.old_until is not None
    turned = next(line for line in project.who_sees_what() if not line.own).points[-1][0]
    assert turned <= clock.old_until + dt.timedelta(seconds=1)  # when unbound had forgotten, no honest cache held it any more


def test_the_ttl_left_at_the_resolver_falls(project: MigrationProject) -> None:
    def left() -> int:
        project.look_up()
        return next(line.left or 0 for line in project.who_sees_what() if not line.own)

    first = left()
    assert 0 < first <= TTL
    until(lambda: 0 < left() < first)
    last = project.last_snapshot()
    assert last is not None
    assert cutover.clock([last], None, last[0]).ttl == TTL  # the own servers', not the one that falls


def test_a_name_that_is_published_later_is_seen_at_once_because_nobody_asked_before(
    project: MigrationProject, own: tuple[Nsd, Nsd], resolver: Unbound
) -> None:
    seen(project)
    assert not resolver.asked("_domainkey")
    assert not resolver.asked("autoconfig")
    assert resolver.asked("_dmarc")
    for server in own:
        server.serve(zone(2, more='mailsafi._domainkey IN TXT "v=DKIM1; p=AAA"'), 2)
    found = project.look_up()
    answers = {view.server: answer.values for view, answer in found.answers(DKIM, "TXT")}
    assert answers[resolver.address] == ("v=DKIM1; p=AAA",)  # a negative answer would be remembered for an hour


def test_a_long_answer_comes_whole_from_nsd(own: tuple[Nsd, Nsd]) -> None:
    texts = "\n".join(f'@ IN TXT "{"x" * 240}{number}"' for number in range(40))
    own[0].serve(zone(2, more=texts), 2)
    found = records.look_up(DOMAIN, "", [own[0].address])
    assert len(cutover.now_at(found, DOMAIN, "TXT") or ()) == 41


def test_an_own_server_that_is_gone_hides_neither_the_other_nor_the_resolver(
    tmp_path: Path, own: tuple[Nsd, Nsd], resolver: Unbound
) -> None:
    with Nsd(tmp_path / "three", zone(1)) as gone:
        address = gone.address
    found = records.look_up(DOMAIN, "", [own[0].address, address, resolver.address])
    values = {view.server: answer.values for view, answer in found.answers(DOMAIN, "MX")}
    assert values[own[0].address] == values[resolver.address] == ("10 mail.old.example",)
