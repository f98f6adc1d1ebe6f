"""The gate: green only when every number says so, or knowingly overridden."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict, replace
from typing import Any

import pytest

from mailsafi_wizard.cutover import Facts, Override, Probe, Standing, judge

NOW = dt.datetime(2026, 12, 4, 15, tzinfo=dt.UTC)
PROBE = Probe("mx1.new.example", asked=5, accepted=5, tls="yes", taken="2026-12-04T14:00:00+00:00")
GOOD = Facts(
    mailboxes=5,
    complete=True,
    signed=5,
    last_delta=NOW - dt.timedelta(hours=2),
    ttl=300,
    ttl_ready=True,
    spf_right=True,
    dkim_right=True,
    dkim_given=True,
    strangers=0,
    probes=(PROBE,),
    card_saved=True,
    mx_entered=True,
    grave=0,
    records_seen=NOW,
)


def test_all_good_is_green() -> None:
    gate = judge(GOOD, NOW)
    assert gate.green
    assert gate.may_switch


def test_nothing_known_is_not_green_at_all() -> None:
    assert not any(check.standing is Standing.GREEN for check in judge(Facts(), NOW).checks)


@pytest.mark.parametrize(
    ("key", "worse"),
    [
        ("ledger", {"complete": False}),
        ("ledger", {"complete": False, "failed": 3}),
        ("ledger", {"mailboxes": 0, "signed": 0}),
        ("signed", {"signed": None}),
        ("signed", {"signed": 4}),
        ("delta", {"last_delta": None}),
        ("delta", {"last_delta": NOW - dt.timedelta(hours=25)}),
        ("delta", {"last_delta": NOW + dt.timedelta(hours=1)}),
        ("ttl", {"ttl": None, "ttl_ready": False}),
        ("ttl", {"ttl": 14400, "ttl_ready": False}),
        ("ttl", {"ttl_ready": False, "ttl_ready_at": NOW}),
        ("spf", {"spf_right": None}),
        ("spf", {"spf_right": False}),
        ("dkim", {"dkim_given": False}),
        ("dkim", {"dkim_right": None}),
        ("dkim", {"dkim_right": False}),
        ("addresses", {"strangers": None}),
        ("addresses", {"strangers": 2}),
        ("receiving", {"probes": ()}),
        ("receiving", {"mx_entered": False}),
        ("receiving", {"probes": (PROBE, replace(PROBE, problem="it does not answer"))}),
        ("receiving", {"probes": (replace(PROBE, accepted=4, refused=(("a@b", "550"),)),)}),
        ("receiving", {"probes": (replace(PROBE, accepted=0, later=5),)}),
        ("receiving", {"probes": (replace(PROBE, taken="2026-12-03T14:00:00+00:00"),)}),
        ("receiving", {"probes": (replace(PROBE, taken="nonsense"),)}),
        ("records", {"records_seen": NOW - dt.timedelta(days=2)}),
        ("records", {"grave": None}),
        ("records", {"grave": 1}),
        ("card", {"card_saved": False}),
    ],
)
def test_each_number_closes_its_own_check(key: str, worse: dict[str, Any]) -> None:
    gate = judge(replace(GOOD, **worse), NOW)
    assert key in {check.key for check in gate.open_checks}
    assert not gate.may_switch
    assert all(check.english for check in gate.checks)
    assert all(check.step for check in gate.open_checks)


def test_greylisting_is_a_yes() -> None:
    assert judge(replace(GOOD, probes=(replace(PROBE, accepted=4, later=1),)), NOW).green


def test_an_override_covers_what_it_was_made_for_and_no_more() -> None:
    override = Override("Njeri", "two are on leave", NOW, ("signed",))
    gate = judge(replace(GOOD, signed=3), NOW, override)
    assert not gate.green
    assert gate.overridden
    assert gate.may_switch
    assert not judge(replace(GOOD, signed=3, grave=1), NOW, override).may_switch
    assert judge(GOOD, NOW, override).green


def test_what_is_kept_comes_back() -> None:
    override = Override("Njeri {x}", "“why”", NOW, ("signed", "ttl"))
    assert Override.from_facts(json.loads(json.dumps(override.facts()))) == override
    probe = replace(PROBE, refused=(("a@b", "550 no"),))
    assert Probe.from_facts(json.loads(json.dumps(asdict(probe)))) == probe
