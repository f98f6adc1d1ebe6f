"""The command as people run it, with its own deadlines: exit status, output, what it leaves behind, what it lets nobody see."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from mailsafi_wizard.demo.certificates import Authority
from tests.servers.cases import big_mail
from tests.servers.hostile_cases import HostileCase, all_hostile, play_hostile
from tests.servers.scenes import Scene, letter
from tests.servers.stand import Stand
from tests.servers.trial import COMMAND, Running

HOSTILE = {case.name: case for case in all_hostile()}


@pytest.fixture
def scene(stand: Stand, user: str, tmp_path: Path) -> Scene:
    s = Scene("copy", stand, user, tmp_path / "run")
    s.trial.program = COMMAND
    return s


def test_a_mailbox_arrives_and_stays(scene: Scene) -> None:
    mail = scene.fill(big_mail())
    ended = scene.run()
    scene.run()
    assert scene.verdict.faults == []
    assert ended.copied == len(mail)
    assert ended.events[0]["event"] == "run-started"
    assert ended.events[-1]["event"] == "summary"
    assert ended.events[-1]["ledger"]["complete"] is True
    assert 0 < ended.peak < 100 * 1024


def test_the_project_file_is_private(scene: Scene) -> None:
    scene.fill([letter(1)])
    scene.run()
    assert stat.S_IMODE(os.stat(scene.trial.project).st_mode) == 0o600
    assert {p.name for p in scene.folder.glob("acme*")} <= {"acme.mailsafi", "acme.mailsafi.lock"}


def test_no_command_line_holds_a_password(scene: Scene) -> None:
    scene.fill([letter(i, text="x" * 2000) for i in range(300)], subscribe=False)
    running = scene.trial.start()
    line = Path(f"/proc/{running.process.pid}/cmdline").read_bytes()
    environment = Path(f"/proc/{running.process.pid}/environ").read_bytes()
    assert running.wait().status == 0
    password = scene.trial.source.password.encode()
    assert password not in line
    assert password not in environment


def test_a_wrong_password_is_told_and_changes_nothing(scene: Scene) -> None:
    scene.fill([letter(1)])
    scene.trial.source.password = "not-the-password"
    ended = scene.run(status=3, differences=None)
    assert scene.there().messages == 0
    finished = next(e for e in ended.events if e["event"] == "mailbox-finished")
    assert scene.user in finished["problem"]
    assert scene.verdict.faults == []


def test_a_certificate_nobody_vouches_for_is_told(scene: Scene, tmp_path: Path) -> None:
    scene.fill([letter(1)])
    scene.trial.ca_file = Authority(tmp_path / "other").ca_file
    ended = scene.run(status=3, differences=None)
    assert "certificate" in ended.out
    assert scene.verdict.faults == []


def test_wrong_usage_is_told(tmp_path: Path) -> None:
    ended = Running(["migrate", str(tmp_path / "x.mailsafi"), "--source", "imaps://localhost"], tmp_path, COMMAND).wait()
    assert ended.status == 2
    assert "Traceback" not in ended.err
    assert not (tmp_path / "x.mailsafi").exists()


def test_one_mailbox_without_a_list(scene: Scene, tmp_path: Path) -> None:
    scene.fill([letter(i) for i in range(3)])
    secret = tmp_path / "secret"
    secret.write_text(scene.trial.source.password + "\n", encoding="utf-8")
    arguments = ["migrate", str(scene.trial.project), "--source", scene.trial.source.url]
    arguments += ["--destination", scene.trial.destination.url, "--ca-file", str(scene.trial.ca_file), "--json"]
    for side in ("source", "destination"):
        arguments += [f"--{side}-user", scene.user, f"--{side}-password-file", str(secret)]
    ended = Running(arguments, scene.folder, COMMAND).wait()
    assert ended.status == 0
    assert scene.trial.differences() == []
    assert scene.trial.leaks(ended) == []


def test_a_deep_verification_sees_what_was_changed(scene: Scene, stand: Stand) -> None:
    scene.fill([letter(i) for i in range(4)])
    scene.run()
    arguments = scene.trial.arguments()
    verify = ["verify", str(scene.trial.project), *arguments[arguments.index("--list") :], "--deep"]
    assert Running(verify, scene.folder, COMMAND).wait().status == 0
    scene.delete(stand.destination, "2")
    again = Running(verify, scene.folder, COMMAND).wait()
    folder = next(f for f in again.summary["ledger"]["folders"] if f["source_folder"] == "INBOX")
    assert folder["removed"] == 1
    assert scene.verdict.faults == []


def test_two_mailboxes_of_which_one_fails(scene: Scene) -> None:
    scene.fill([letter(1)])
    arguments = scene.trial.arguments()
    listed = Path(arguments[arguments.index("--list") + 1])
    with listed.open("a", encoding="utf-8") as file:
        file.write(f"zero-{scene.user},zero-{scene.user},wrong-password,,\n")
    ended = Running(arguments, scene.folder, COMMAND).wait()
    assert ended.status == 3
    assert scene.trial.differences() == []
    states = {e["address"]: e["state"] for e in ended.events if e["event"] == "mailbox-finished"}
    assert states[scene.user] == "done"
    assert json.loads(ended.out.splitlines()[-1])["exit_status"] == 3


@pytest.mark.parametrize("case", [HOSTILE[name] for name in ("stores-nothing", "source-echoes-the-password")])
def test_a_liar_is_caught(case: HostileCase, stand: Stand, user: str, tmp_path: Path) -> None:
    assert play_hostile(case, stand, user, tmp_path / "run").faults == []
