"""dev.py: what can be checked without installing anything."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

import dev

JUNIT = '<testsuites><testsuite tests="{}" failures="{}" errors="{}" skipped="{}"/></testsuites>'


@pytest.mark.parametrize(
    ("numbers", "counts"),
    [
        ((12, 0, 0, 0), {"passed": 12}),
        ((12, 2, 1, 3), {"failed": 2, "errors": 1, "passed": 6, "skipped": 3}),
        ((0, 0, 0, 0), {}),
    ],
)
def test_the_tally_is_read_from_junit(tmp_path: Path, numbers: tuple[int, ...], counts: dict[str, int]) -> None:
    file = tmp_path / "results.xml"
    file.write_text(JUNIT.format(*numbers), "utf-8")
    assert dev.tally(file) == counts


def test_no_tally_when_pytest_died(tmp_path: Path) -> None:
    assert dev.tally(tmp_path / "results.xml") == {}
    (tmp_path / "cut.xml").write_text("<testsuites><testsu", "utf-8")
    assert dev.tally(tmp_path / "cut.xml") == {}


@pytest.mark.parametrize(
    ("parts", "seconds", "line"),
    [
        (["7 passed"], 1.5, " 7 passed in 1.50s "),
        (["types failed", "7 passed"], 75.04, " types failed, 7 passed in 75.04s (0:01:15) "),
        ([], 3700, " no tests ran in 3700.00s (1:01:40) "),
    ],
)
def test_the_closing_line_looks_like_pytests(parts: list[str], seconds: float, line: str) -> None:
    answer = dev.closing_line(parts, seconds)
    assert answer.strip("=") == line
    assert len(answer) == 80


class Stages:
    """Stands in for the programs that `test` runs: their exit statuses, and the JUnit file that pytest leaves."""

    def __init__(self, statuses: dict[str, int], junit: str) -> None:
        self.statuses, self.junit, self.ran = statuses, junit, list[str]()

    def __call__(self, *command: str, offscreen: bool = False) -> int:
        self.ran.append(" ".join(command[:2]) if command[0] == "ruff" else command[0])
        if command[0] == "pytest" and self.junit:
            option = next(one for one in command if one.startswith("--junit-xml="))
            Path(option.partition("=")[2]).write_text(self.junit, "utf-8")
        return self.statuses.get(self.ran[-1], 0)


@pytest.mark.parametrize(
    ("statuses", "junit", "status", "line"),
    [
        ({}, JUNIT.format(5, 0, 0, 0), 0, " 5 passed in "),
        ({"pytest": 1}, JUNIT.format(5, 1, 0, 0), 1, " 1 failed, 4 passed in "),
        ({"pytest": 134}, JUNIT.format(5, 0, 0, 0), 1, " pytest ended with exit status 134, 5 passed in "),
        ({"pytest": 139}, JUNIT.format(5, 1, 0, 0), 1, " pytest ended with exit status 139, 1 failed, 4 passed in "),
        ({"pytest": 139}, "", 1, " pytest ended with exit status 139 in "),
        ({"pytest": 5}, JUNIT.format(0, 0, 0, 0), 1, " pytest ended with exit status 5 in "),
        ({"mypy": 1}, JUNIT.format(5, 0, 0, 0), 1, " types failed, 5 passed in "),
        ({"ruff format": 1, "ruff check": 1}, JUNIT.format(5, 0, 0, 0), 1, " format failed, lint failed, 5 passed in "),
    ],
)
def test_every_stage_runs_and_any_can_fail_the_whole(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    statuses: dict[str, int],
    junit: str,
    status: int,
    line: str,
) -> None:
    stages = Stages(statuses, junit)
    monkeypatch.setattr(dev, "program", stages)
    monkeypatch.setattr(sys, "argv", ["dev.py", "test", "-k", "word"])
    assert dev.test(dev.read_arguments()) == status
    assert stages.ran == ["ruff format", "ruff check", "mypy", "pytest"]
    assert line in capsys.readouterr().out.splitlines()[-1]


class Second(dev.Beside):
    """The run beside, without a child: it leaves a JUnit file and an exit status."""

    status = 0

    def __init__(self, out: Path, *arguments: str) -> None:
        option = next(one for one in arguments if one.startswith("--junit-xml="))
        Path(option.partition("=")[2]).write_text(JUNIT.format(3, int(self.status == 1), 0, 0), "utf-8")

    def end(self) -> int:
        return self.status

    def stop(self) -> None:
        pass


@pytest.mark.parametrize(
    ("statuses", "beside", "status", "line"),
    [
        ({}, 0, 0, " 8 passed in "),
        ({}, 1, 1, " 1 failed, 7 passed in "),
        ({"pytest": 134}, 0, 1, " pytest ended with exit status 134, 8 passed in "),
        ({}, 134, 1, " pytest ended with exit status 134, 8 passed in "),
    ],
)
def test_everything_is_two_runs_and_each_can_fail_the_whole(
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    statuses: dict[str, int],
    beside: int,
    status: int,
    line: str,
) -> None:
    monkeypatch.setattr(dev, "program", Stages(statuses, JUNIT.format(5, 0, 0, 0)))
    monkeypatch.setattr(dev, "Beside", Second)
    monkeypatch.setattr(Second, "status", beside)
    monkeypatch.setattr(sys, "argv", ["dev.py", "test"])
    assert dev.test(dev.read_arguments()) == status
    assert line in capsys.readouterr().out.splitlines()[-1]


def test_a_program_beside_is_shown_when_it_has_ended(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    monkeypatch.setattr(dev, "PYTHON", Path(sys.executable))
    run = dev.Beside(tmp_path / "out.txt", "this_is_no_module")
    assert run.end() == 1
    assert "this_is_no_module" in capsys.readouterr().out
    waiting = dev.Beside(tmp_path / "out.txt", "http.server", "--bind", "127.0.0.1", "0")
    waiting.stop()
    assert waiting.end()


def test_unknown_arguments_go_to_pytest_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["dev.py", "test", "tests/unit", "-k", "a and b", "-x"])
    assert dev.read_arguments().rest == ["tests/unit", "-k", "a and b", "-x"]


def test_the_rehearsal_takes_no_unknown_argument(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "argv", ["dev.py", "demo", "--fast"])
    with pytest.raises(SystemExit, match="2"):
        dev.read_arguments()


def test_the_fingerprint_knows_python_requirements_and_place(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    prints = set()
    for folder, text in (("a", "x"), ("b", "x"), ("b", "y")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "pyproject.toml").write_text(text, "utf-8")
        monkeypatch.setattr(dev, "ROOT", tmp_path / folder)
        prints |= {dev.fingerprint("3.11.2"), dev.fingerprint("3.12.1")}
    assert len(prints) == 6


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("code", "status"), [("raise SystemExit(7)", 7), ("import os; os.abort()", 134), ("", 0)])
def test_exit_statuses_are_passed_on(code: str, status: int) -> None:
    assert dev.run([sys.executable, "-c", code]) == status


INTERRUPTED = """
import os, signal, sys
def settle(*_):
    os.write(1, b"settled" + bytes([10]))  # print may not be called again while it is still at work
    sys.exit(4)
signal.signal(signal.{name}, settle)
os.write(1, b"ready" + bytes([10]))
signal.pause()
"""


@pytest.mark.skipif(os.name == "nt", reason="signals")
@pytest.mark.parametrize(("name", "to_group", "status"), [("SIGINT", True, 130), ("SIGTERM", False, 143)])
def test_what_runs_may_settle_when_it_is_stopped(name: str, to_group: bool, status: int) -> None:
    code = (
        "import dev, sys\ntry:\n    dev.run([sys.executable, '-c', sys.argv[1]])\nexcept dev.Failed as e:\n    sys.exit(e.status)"
    )
    command = [sys.executable, "-c", code, INTERRUPTED.format(name=name)]
    with subprocess.Popen(command, cwd=dev.ROOT, stdout=subprocess.PIPE, text=True, start_new_session=True) as outer:
        assert outer.stdout is not None
        assert outer.stdout.readline() == "ready\n"
        (os.killpg if to_group else os.kill)(outer.pid, getattr(signal, name))  # a terminal's Ctrl-C reaches the whole group
        assert outer.stdout.read() == "settled\n"
        assert outer.wait() == status


# --- Debian -----------------------------------------------------------------------------------------------------------------


def fake_tool(folder: Path, name: str, script: str) -> None:
    (folder / name).write_text(f"#!/bin/sh\n{script}\n", "utf-8")
    (folder / name).chmod(0o755)


@pytest.fixture
def debian(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of made-up Debian tools, alone on PATH: dpkg-query knows three packages, one of which is only half there."""
    listing = (
        r"printf 'installed\tca-certificates, \ninstalled\tlibglib2.0-0t64, libglib2.0-0 (= 2.84), x\nconfig-files\tlibgl1, \n'"
    )
    fake_tool(tmp_path, "dpkg-query", listing)
    fake_tool(tmp_path, "apt-get", "exit 1")
    monkeypatch.setenv("PATH", str(tmp_path))
    return tmp_path


@pytest.mark.skipif(os.name == "nt", reason="Debian")
class TestDebian:
    def test_installed_means_wholly_installed_or_provided(self, debian: Path) -> None:
        assert dev.installed_packages() == {"ca-certificates", "libglib2.0-0t64", "libglib2.0-0", "x"}

    def test_one_who_is_not_root_is_told_the_line_to_run(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(dev.Failed, match=r"\n    apt-get install --no-install-recommends .*libgl1 .*fonts-noto-core") as told:
            dev.need_packages("demo")
        assert told.value.status == 2
        assert "libglib2.0-0" not in str(told.value)
        assert "dovecot" not in str(told.value)

    def test_sudo_without_password_is_used(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        fake_tool(debian, "sudo", "exit 0")
        assert dev.become_root("why", "line") == ["sudo", "-n"]

    def test_sudo_that_asks_for_a_password_is_not(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        fake_tool(debian, "sudo", "exit 1")
        with pytest.raises(dev.Failed, match=r"^why As root, run this line, then try again:\n    line$"):
            dev.become_root("why", "line")

    def test_localhost_is_named_where_nobody_did(self, debian: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def unknown(*_: object) -> None:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

        commands: list[list[str]] = []

        def run(command: list[str]) -> int:
            commands.append(command)
            return 0

        monkeypatch.setattr(dev, "run", run)
        dev.need_localhost()
        assert commands == []
        monkeypatch.setattr(socket, "getaddrinfo", unknown)
        monkeypatch.setattr(os, "geteuid", lambda: 0)
        dev.need_localhost()
        assert commands == [["sh", "-c", "echo '127.0.0.1 localhost' >> /etc/hosts"]]
        monkeypatch.setattr(os, "geteuid", lambda: 1000)
        with pytest.raises(dev.Failed, match=r"    echo '127\.0\.0\.1 localhost' >> /etc/hosts"):
            dev.need_localhost()

    def test_only_the_tests_want_a_mail_server(self) -> None:
        assert "dovecot-imapd" in dev.wanted_packages("test")
        assert "dovecot-imapd" not in dev.wanted_packages("demo")

    def test_the_tests_bring_a_screen_of_their_own(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("DISPLAY", raising=False)
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        assert {"xvfb", "xdotool", "libxcb-cursor0"} <= set(dev.wanted_packages("test"))
        assert "xvfb" not in dev.wanted_packages("demo")
        assert len(dev.wanted_packages("test")) == len(set(dev.wanted_packages("test")))

    def test_libraries_for_a_screen_come_with_the_screen(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
        monkeypatch.setattr(sys, "platform", "linux")
        monkeypatch.setenv("DISPLAY", ":0")
        assert "libxcb-cursor0" in dev.wanted_packages("demo")
        monkeypatch.delenv("DISPLAY")
        assert "libxcb-cursor0" not in dev.wanted_packages("demo")


# --- .venv ------------------------------------------------------------------------------------------------------------------


@pytest.fixture
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A checkout without .venv, and the list of the commands that were run to make one (pip itself is not run)."""
    commands: list[list[str]] = []

    def run(command: list[str], env: dict[str, str] | None = None) -> int:
        commands.append(command)
        if "venv" in command:
            dev.PYTHON.parent.mkdir(parents=True)
            dev.PYTHON.symlink_to(sys.executable)
            (dev.VENV / "pyvenv.cfg").write_text(f"home = {Path(sys.executable).parent}\n", "utf-8")
        return 0

    (tmp_path / "pyproject.toml").touch()
    monkeypatch.setattr(dev, "ROOT", tmp_path)
    monkeypatch.setattr(dev, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(dev, "PYTHON", tmp_path / ".venv" / "bin" / "python")
    monkeypatch.setattr(dev, "STAMP", tmp_path / ".venv" / "stamp")
    monkeypatch.setattr(dev, "venv_version", lambda: "3.11.2" if dev.PYTHON.exists() else "")
    monkeypatch.setattr(dev, "run", run)
    return commands


def test_the_second_start_installs_nothing(bare: list[list[str]]) -> None:
    dev.need_venv("dev")
    assert [command[2] for command in bare] == ["venv", "pip", "compileall"]
    bare.clear()
    dev.need_venv("dev")
    dev.need_venv("runtime")
    assert bare == []


def test_the_tools_for_tests_come_when_they_are_wanted(bare: list[list[str]]) -> None:
    dev.need_venv("runtime")
    assert not bare[-2][-1].endswith("[dev]")
    dev.need_venv("dev")
    assert bare[-2][-1].endswith("[dev]")
    dev.need_venv("package")
    assert bare[-2][-1].endswith("[dev,package]")
    bare.clear()
    dev.need_venv("dev")
    assert bare == []


def test_changed_requirements_are_installed(bare: list[list[str]]) -> None:
    dev.need_venv("dev")
    (dev.ROOT / "pyproject.toml").write_text("# another\n", "utf-8")
    bare.clear()
    dev.need_venv("dev")
    assert [command[2] for command in bare] == ["pip", "compileall"]


def test_a_failed_install_is_tried_again(bare: list[list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    dev.need_venv("runtime")
    (dev.ROOT / "pyproject.toml").write_text("# another\n", "utf-8")
    monkeypatch.setattr(dev, "run", lambda command, env=None: 1)
    for _ in range(2):
        with pytest.raises(dev.Failed, match="could not be installed"):
            dev.need_venv("runtime")
    assert not dev.STAMP.exists()


def test_a_broken_venv_is_made_anew(bare: list[list[str]]) -> None:
    dev.VENV.mkdir()
    (dev.VENV / "left-over").touch()
    dev.need_venv("runtime")
    assert not (dev.VENV / "left-over").exists()
    assert dev.STAMP.exists()


def test_a_venv_whose_python_is_gone_is_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    python = tmp_path / "bin" / "python"
    python.parent.mkdir()
    monkeypatch.setattr(dev, "VENV", tmp_path)
    monkeypatch.setattr(dev, "PYTHON", python)
    (tmp_path / "pyvenv.cfg").write_text("home = /nowhere\n", "utf-8")
    assert dev.venv_version() == ""
    python.symlink_to("/nowhere/python3")
    assert dev.venv_version() == ""
    python.unlink()
    fake_tool(python.parent, "python", "exit 1")
    assert dev.venv_version() == ""
    fake_tool(python.parent, "python", "echo 3.11.2 of this test")
    assert dev.venv_version() == "3.11.2 of this test"
