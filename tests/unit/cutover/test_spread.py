"""Who sees what through time."""

from __future__ import annotations

import datetime as dt

import pytest

from mailsafi_wizard.cutover.spread import Sees, lines, sees
from mailsafi_wizard.net.dns_records import Answer, Snapshot, View

DOMAIN = "example.co.ke"
MX = ("MX1.new.example.", "mx2.new.example")
NOON = dt.datetime(2026, 12, 4, 12, tzinfo=dt.UTC)


def snapshot(**said: str) -> Snapshot:
    views = [
        View(name, name.startswith("ns"), (Answer(DOMAIN, "MX", tuple(f"10 {h}" for h in hosts.split()), 300 if hosts else None),))
        for name, hosts in said.items()
    ]
    return Snapshot(DOMAIN, "", tuple(views))


@pytest.mark.parametrize(
    ("hosts", "what"),
    [
        ("mx1.new.example", Sees.NEW),
        ("mx1.new.example mx2.new.example", Sees.NEW),
        ("mx1.new.example mail.old.example", Sees.BOTH),
        ("mail.old.example", Sees.OLD),
        ("", Sees.NOTHING),
    ],
)
def test_what_one_server_tells(hosts: str, what: Sees) -> None:
    answer = next(a for _v, a in snapshot(ns1=hosts).answers(DOMAIN, "MX"))
    assert sees(answer, {"mx1.new.example", "mx2.new.example"}) is what


def test_no_answer_is_not_nothing() -> None:
    assert sees(Answer(DOMAIN, "MX", problem="no answer"), set()) is Sees.NO_ANSWER


def test_a_line_holds_only_what_changed_and_own_servers_come_first() -> None:
    minute = dt.timedelta(minutes=1)
    old, new = "mail.old.example", "mx1.new.example"
    history = [
        (NOON, snapshot(resolver=old, ns1=old)),
        (NOON + minute, snapshot(resolver=old, ns1=new)),
        (NOON + 2 * minute, snapshot(resolver=new, ns1=new, late=old)),
    ]
    made = lines(history, MX)
    assert [one.server for one in made] == ["ns1", "resolver", "late"]
    assert made[0].points == ((NOON, Sees.OLD), (NOON + minute, Sees.NEW))
    assert made[1].points == ((NOON, Sees.OLD), (NOON + 2 * minute, Sees.NEW))
    assert made[2].now is Sees.OLD
    assert lines([], MX) == ()
