"""What was found, in words and as lines; and the rehearsal, whose server its own name server tells."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mailsafi_wizard import cli, discovered
from mailsafi_wizard.demo.rehearsal import Rehearsal
from mailsafi_wizard.model import Side
from mailsafi_wizard.net.found import Note, Origin, Sureness
from mailsafi_wizard.store.needed_list import State


def test_everything_has_words() -> None:
    assert set(discovered.ORIGINS) == set(Origin)
    assert set(discovered.SURE) == set(Sureness)
    assert set(discovered.NOTES) == set(Note)


def test_the_rehearsals_server_is_found_by_its_own_name_server_and_kept(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as rehearsal:
        project = rehearsal.project
        found = project.discover("amina@example.co.ke")
        best = found.best
        assert best is not None
        assert best.endpoint == project.endpoint(Side.SOURCE)
        assert best.sureness is Sureness.LIKELY
        assert {address for c in found.candidates for address in c.probe.addresses} <= {"127.0.0.1", "::1"}
        kept = project.last_discovery()
        assert kept is not None
        assert kept.candidates == found.candidates
        words = list(discovered.lines(found, as_json=False))
        lines = [json.loads(line) for line in discovered.lines(found, as_json=True)]
        assert words[0] == f"Likely: {best.endpoint.url}"
        assert [line["event"] for line in lines][-1] == "summary"
        assert lines[-1]["best"] == best.endpoint.url
        project.set_provider("zoho")
        assert project.provider.id == "zoho"


def test_what_must_exist_is_proposed_and_seen_when_it_was_signed_in_to(tmp_path: Path) -> None:
    with Rehearsal(tmp_path) as rehearsal:
        project = rehearsal.project
        project.propose_needed()
        assert len(project.needed()) == 6
        assert project.import_needed(b"alias,help@example.co.ke,info@example.co.ke\n").problems == ()
        assert project.import_needed(b"alias,x@example.co.ke\nnonsense\n").problems != ()
        assert len(project.needed()) == 7
        assert project.check_needed() == 0
        project.test_sign_ins(lambda _result: None)
        assert project.check_needed() == 6
        assert [row.state for row in project.needed()] == [State.SEEN] * 6 + [State.OPEN]


def test_the_command_refuses_what_is_no_domain(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["discover", "not a domain"]) == 2
    assert "is not a domain" in capsys.readouterr().err
