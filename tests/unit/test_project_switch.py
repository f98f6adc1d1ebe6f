"""The change-over through the project: the card before any advice, the gate, the change itself, and passes that outlive the program."""

from __future__ import annotations

import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mailsafi_wizard import errors
from mailsafi_wizard.cutover import Change, Standing, State
from mailsafi_wizard.cutover.spread import Sees
from mailsafi_wizard.demo.dns import NameServer
from mailsafi_wizard.demo.letters import Letter
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.events import Event
from mailsafi_wizard.net.dns_records import Answer
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.project.gatekeeping import PROBE_AT
from mailsafi_wizard.project.switch import BEFORE
from mailsafi_wizard.report import as_json

NOW = dt.datetime(2026, 12, 4, 15, tzinfo=dt.UTC)
LONG_ENOUGH = 30.0


@pytest.fixture
def rehearsal(tmp_path: Path) -> Iterator[Rehearsal]:
    with Rehearsal(tmp_path) as made:
        yield made


@pytest.fixture
def project(rehearsal: Rehearsal) -> MigrationProject:
    return rehearsal.project


def change(project: MigrationProject, kind: str) -> Change:
    return next(c for c in project.record_changes() if c.kind == kind)


def enter(project: MigrationProject, *kinds: str) -> None:
    for kind in kinds:
        project.enter_in_rehearsal(change(project, kind))
    project.look_up()


def silent(_event: Event) -> None:
    """Nobody listens."""


def copied(project: MigrationProject) -> None:
    project.start(silent)
    assert project.wait(LONG_ENOUGH)


def test_nothing_is_advised_before_the_card_is_kept(project: MigrationProject) -> None:
    assert project.record_changes() == ()
    assert project.card() == ()
    project.look_up()
    assert ("example.co.ke", "MX", 14400, "10 mail.example.co.ke") in [(r.name, r.kind, r.ttl, r.value) for r in project.card()]
    assert change(project, "MX").state is State.CHANGE
    project.set_note(BEFORE, "not a card at all")
    assert project.record_changes() == ()


def test_the_card_is_never_written_over(project: MigrationProject) -> None:
    project.look_up()
    before = project.card()
    enter(project, "TTL", "SPF", "DKIM", "MX")
    assert project.card() == before
    assert [line.now for line in project.who_sees_what()] == [Sees.NEW, Sees.OLD]


def test_the_change_spreads_and_is_seen_where_it_has_come(project: MigrationProject, rehearsal: Rehearsal) -> None:
    project.look_up()
    assert project.changed_at() is None
    enter(project, "TTL", "SPF", "DKIM")
    assert {c.kind for c in project.record_changes() if c.state is State.CHANGE} == {"MX"}
    enter(project, "MX")
    assert project.changed_at() is not None
    assert not project.switched  # the resolver still remembers
    rehearsal.resolver._now = lambda: 1e9  # all TTLs have run out
    project.look_up()
    assert project.switched
    assert {c.kind for c in project.record_changes() if c.state is State.CHANGE} == {"TTL later", "SPF later"}
    later = change(project, "SPF later")
    assert later.wanted == ("v=spf1 mx include:spf.oldhost.example include:spf.mailsafi.example -all",)
    assert later.unsure == ("include:spf.oldhost.example",)  # nobody can know whose it is: the admin decides
    assert "oldhost-verification=4f2a9c" in change(project, "SPF later").beside


def test_looks_that_bring_no_news_do_not_fill_the_file(project: MigrationProject) -> None:
    for _ in range(5):
        project.look_up()
    assert len(project.dns_snapshots()) == 1
    enter(project, "TTL")
    assert len(project.dns_snapshots()) == 2
    last = project.last_snapshot()
    assert last is not None
    assert last[0] >= project.snapshots()[-1][0]


def test_a_server_that_is_silent_now_and_then_does_not_fill_the_file(project: MigrationProject) -> None:
    project.look_up()
    first = project.last_snapshot()
    assert first is not None
    silent_view = replace(
        first[1].views[1], answers=tuple(Answer(a.name, a.kind, problem="no answer") for a in first[1].views[1].answers)
    )
    flapping = replace(first[1], views=(first[1].views[0], silent_view))
    for snapshot in (flapping, first[1], flapping, first[1]):
        project._keep_records(snapshot)
    assert len(project.dns_snapshots()) == 1
    other = replace(first[1].views[1], answers=tuple(replace(a, values=("10 x.example",)) for a in first[1].views[1].answers))
    project._keep_records(replace(first[1], views=(first[1].views[0], other)))
    assert len(project.dns_snapshots()) == 2


def test_the_records_of_another_domain_are_not_this_ones(project: MigrationProject) -> None:
    project.look_up()
    project.set_company(replace(project.company, domains=("other.example",)))
    assert project.last_snapshot() is None
    assert project.records_before() is None
    assert project.card() == ()


def test_only_a_rehearsal_enters_records_and_only_here(project: MigrationProject) -> None:
    project.look_up()
    mx = change(project, "MX")
    project.set_resolvers(["192.0.2.1"])
    with pytest.raises(errors.WrongUsage, match="not on this computer"):
        project.enter_in_rehearsal(mx)
    project.set_note("rehearsal", "")
    with pytest.raises(errors.WrongUsage, match="DNS provider"):
        project.enter_in_rehearsal(mx)


def test_a_rehearsal_probes_no_server_but_its_own(project: MigrationProject) -> None:
    project.set_note(PROBE_AT, "192.0.2.1:25")
    with pytest.raises(errors.WrongUsage):
        project.probe()
    project.set_note(PROBE_AT, "")
    with pytest.raises(errors.WrongUsage):
        project.probe()


def test_the_gate_turns_green_line_by_line_and_the_rest_is_overridden(project: MigrationProject) -> None:
    assert not any(check.standing is Standing.GREEN for check in project.gate(NOW).checks)
    copied(project)
    project.take_census(silent)
    project.look_up()
    enter(project, "TTL", "SPF", "DKIM")
    assert all(probe.good for probe in project.probe())
    now = dt.datetime.now(dt.UTC)
    assert {check.key for check in project.gate(now).open_checks} <= {"signed", "ttl", "addresses"}
    with pytest.raises(errors.WrongUsage, match="name and a reason"):
        project.override_gate("  ", "because", now)
    project.override_gate("Njeri <b>", "two are\non leave", now)
    gate = project.gate(now)
    assert gate.may_switch
    assert gate.override is not None
    assert gate.override.reason == "two are on leave"
    told = as_json(project.report_facts(now))
    assert "two are on leave" in told
    assert "10 mail.example.co.ke" in told
    project.take_back_override()
    assert not project.gate(now).may_switch


def test_sign_offs_are_counted_where_somebody_keeps_them(project: MigrationProject, monkeypatch: pytest.MonkeyPatch) -> None:
    assert project.gate_facts(NOW).signed is None
    monkeypatch.setattr(MigrationProject, "sign_offs", lambda _self: {1: "x", 2: "y"}, raising=False)
    assert project.gate_facts(NOW).signed == 2


def test_probes_of_other_servers_do_not_count(project: MigrationProject) -> None:
    project.probe()
    values = project.company.mailsafi
    project.set_company(replace(project.company, mailsafi=replace(values, mx=("mx9.mailsafi.example",))))
    assert project.probes() == ()


# --- after the change


def late(sender: str, number: int, when: dt.datetime) -> Letter:
    body = f"From: {sender}\r\nMessage-ID: <late{number}@x>\r\nSubject: s\r\n\r\nlate {number}\r\n".encode()
    return Letter(("INBOX",), (), when, body)


def test_passes_wait_for_the_change(project: MigrationProject) -> None:
    copied(project)
    project.look_up()
    assert project.watch(NOW) is None
    with pytest.raises(errors.WrongUsage, match="not been seen"):
        project.begin_passes(silent)
    with pytest.raises(errors.WrongUsage, match="not been seen"):
        project.find_late_mail()


def test_stragglers_are_brought_along_and_their_senders_named(project: MigrationProject, rehearsal: Rehearsal) -> None:
    copied(project)
    project.look_up()
    enter(project, "TTL", "MX")
    begun = project.changed_at()
    assert begun is not None
    address = project.mailboxes()[0].address
    account = rehearsal.servers.old.account(address)
    later = begun + dt.timedelta(minutes=3)
    account.deliver(
        [
            late('"The Shop" <Orders@Shop.example>', 1, later),
            late("=?bad?= <orders@shop.example>", 2, later),
            late("nobody", 3, later),
        ]
    )
    account.deliver([late("old@news.example", 4, begun - dt.timedelta(days=1))])
    before = project.ledger().copied
    project.set_note("switch.passes", "on")
    assert project.pass_if_due(silent, begun)
    assert project.wait(LONG_ENOUGH)
    assert project.ledger().copied == before + 4
    watch = project.watch(dt.datetime.now(dt.UTC))
    assert watch is not None
    assert (watch.passes, watch.arrived) == (1, 4)
    assert project.find_late_mail() == (("orders@shop.example", 2),)
    assert project.late_mail()[1] == later.replace(microsecond=0)
    assert not any(
        "\\Seen" in m.flags
        for m in account.folders[b"INBOX"].messages.values()
        if b"late" in m.body and b"Message-ID: <late" in m.body
    )


def test_the_loop_begins_by_itself_pauses_and_goes_on_after_a_restart(project: MigrationProject, rehearsal: Rehearsal) -> None:
    copied(project)
    project.look_up()
    enter(project, "MX")
    told = threading.Event()
    project.begin_passes(lambda _event: told.set())
    assert told.wait(LONG_ENOUGH)
    project.wait(LONG_ENOUGH)
    project.pause_passes()
    assert project.passes == "paused"
    assert not project.pass_if_due(silent, NOW)
    project.go_on_with_passes(silent)
    assert project._passes_thread is None or not project._passes_thread.is_alive()
    path, runs = project.path, len(project.runs())
    project.set_note("switch.passes", "on")
    project.close()
    again = rehearsal.project = MigrationProject.open(path)
    assert again.changed_at() is not None
    again.go_on_with_passes(silent)
    assert again._passes_thread is not None
    assert again._passes_thread.is_alive()
    watch = again.watch(dt.datetime.now(dt.UTC))
    assert watch is not None
    assert watch.passes == runs - 1


def test_a_pass_that_cannot_begin_says_why_and_is_tried_again(project: MigrationProject) -> None:
    copied(project)
    project.look_up()
    enter(project, "MX")
    project.erase_secrets()
    project.set_note("switch.passes", "on")
    assert project.pass_if_due(silent, dt.datetime.now(dt.UTC))
    assert project.passes_problem is not None
    assert "No password" in str(project.passes_problem)


def test_after_72_quiet_hours_it_is_over(project: MigrationProject) -> None:
    copied(project)
    project.look_up()
    enter(project, "MX")
    project.set_note("switch.passes", "on")
    begun = project.changed_at()
    assert begun is not None
    run = project._journal.begin_run(begun + dt.timedelta(hours=73))
    project._journal.end_run(run, begun + dt.timedelta(hours=73, minutes=1), 0, 0, "done")
    assert not project.pass_if_due(silent, begun + dt.timedelta(hours=74))
    assert project.passes == "over"


def test_what_an_older_project_kept_is_read(project: MigrationProject) -> None:
    view = {
        "server": "ns",
        "authoritative": True,
        "answers": [{"name": "example.co.ke", "kind": "MX", "values": ["10 a.example"], "ttl": 60, "problem": ""}],
    }
    project.add_dns_snapshot(json.dumps({"domain": "example.co.ke", "selector": "", "views": [view]}))
    project.add_dns_snapshot("[]")
    project.add_dns_snapshot("nonsense")
    assert len(project.snapshots()) == 1


def test_the_name_server_of_the_rehearsal_is_the_domains_own(project: MigrationProject, rehearsal: Rehearsal) -> None:
    assert isinstance(rehearsal.name_server, NameServer)
    assert [(view.server, view.authoritative) for view in project.look_up().views] == [
        (rehearsal.name_server.address, True),
        (rehearsal.resolver.address, False),
    ]
