"""The command line: a contract others script against. Usage, secrets, lines, and the exit status of each ending."""

from __future__ import annotations

import argparse
import datetime as dt
import io
import json
import logging
import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from mailsafi_wizard import cli, errors
from mailsafi_wizard.demo.certificates import Authority
from mailsafi_wizard.demo.imapd.accounts import Stored
from mailsafi_wizard.events import Remark
from mailsafi_wizard.options import COMMANDS, parser
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.support import logbook
from mailsafi_wizard.telling import Teller
from tests.servers import hostile
from tests.servers.hostile import HostileServer, Tricks
from tests.unit.command import Command, signals_kept
from tests.unit.small_company import PASSWORDS, PEOPLE, SmallCompany, bodies

AMINA = PEOPLE[0].person.address
WHEN = dt.datetime(2026, 1, 2, 3, 4, 5, tzinfo=dt.UTC)


# --- usage


@pytest.mark.parametrize(
    "arguments",
    [
        [], ["nonsense"], ["migrate"], ["migrate", "{p}"], ["migrate", "{p}", "--nonsense"], ["migrate", "{p}", "--source", "imaps://localhost"],
        ["migrate", "{p}", "--source", "http://localhost", "--destination", "imaps://localhost"],
        ["migrate", "{p}", "--source", "imaps://u:pw-secret@localhost", "--destination", "imaps://localhost"],
        ["migrate", "{p}", "--source", "imaps://localhost", "--destination", "imaps://localhost"],
        ["migrate", "{p}", "--source", "imaps://localhost", "--destination", "imaps://localhost", "--list", "{d}/none.txt"],
        ["migrate", "{p}", "--source", "imaps://localhost", "--destination", "imaps://localhost", "--ca-file", "{d}/none.pem"],
        ["migrate", "{p}", "--source", "imaps://localhost", "--destination", "imaps://localhost", "--source-user", "u"],
        ["migrate", "{p}", "--source", "imaps://localhost", "--destination", "imaps://localhost", "--admin-user", "u"],
        ["migrate", "{p}", "--admin-style", "telepathy"],
        ["verify", "{p}"], ["report", "{p}"], ["report", "{p}", "--html", "{d}/r.html"], ["check-list"], ["check-list", "{d}/none.txt"], ["dns"],
        ["migrate", "{d}"],
    ],
)  # fmt: skip
def test_wrong_usage_is_told_on_standard_error_with_status_2(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: list[str]
) -> None:
    found = Command(capsys, *(a.format(p=tmp_path / "a.mailsafi", d=tmp_path) for a in arguments))
    assert found.status == 2
    assert found.out == ""
    assert found.err.startswith("mailsafi-wizard: ")
    assert "Traceback" not in found.err
    assert "pw-secret" not in found.err


def test_help_and_version_are_no_mistakes(capsys: pytest.CaptureFixture[str]) -> None:
    for option in ("--help", "--version"):
        with pytest.raises(SystemExit) as caught:
            cli.main([option])
        assert caught.value.code == 0
    assert "MailSafi Wizard" in capsys.readouterr().out


def test_no_password_can_be_given_as_an_argument() -> None:
    options: set[str] = set()
    for add, _about in COMMANDS.values():
        command = argparse.ArgumentParser()
        add(command)
        options |= set(command._option_string_actions)
    assert "--source-password-file" in options
    assert all(option.endswith("-file") for option in options if "pass" in option)


def test_only_an_administrators_ways_of_signing_in_can_be_chosen() -> None:
    asked = parser().parse_args(["migrate", "p", "--admin-style", "user*master"])
    assert asked.admin_style == "user*master"
    for style in ("password", "xoauth2", "oauthbearer"):
        with pytest.raises(errors.WrongUsage):
            parser().parse_args(["migrate", "p", "--admin-style", style])


def test_a_mistake_of_the_program_is_told_without_the_values_in_it(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Also where no log can be kept, and Python would print what goes to it."""

    def broken(_options: argparse.Namespace) -> int:
        raise RuntimeError("pw-secret")

    monkeypatch.setitem(vars(cli), "_report", broken)
    (tmp_path / "file").write_text("no folder", "utf-8")
    monkeypatch.setattr(logbook, "folder", lambda: tmp_path / "file" / "logs")
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    status = cli.main(["report", str(tmp_path / "a.mailsafi"), "--html", str(tmp_path / "r.html")])
    told = "".join(capfd.readouterr())
    assert status == 1
    assert "The program made a mistake" in told
    assert "test_cli.py" in told
    assert "pw-secret" not in told


# --- password files


@pytest.mark.parametrize(
    ("data", "password"),
    [
        (b"simple\n", "simple"),
        (b"no end", "no end"),
        (b"windows\r\nrest\r\n", "windows"),
        (b"\xef\xbb\xbfwith mark\n", "with mark"),
        (b"  spaces stay \t\nx", "  spaces stay \t"),
        ("§ é \u2028 ü\n".encode(), "§ é \u2028 ü"),
        (b"a\rb\n", "a\rb"),
        (b"two\r\r\n", "two\r"),
        (b"; , \" ' \\ % *\n", "; , \" ' \\ % *"),
    ],
)
def test_the_first_line_of_a_password_file_is_the_password_exactly(tmp_path: Path, data: bytes, password: str) -> None:
    file = tmp_path / "pw"
    file.write_bytes(data)
    assert cli._password(file, "--x").reveal() == password


@pytest.mark.parametrize("data", [b"", b"\n", b"\r\nsecond line\n", b"\xef\xbb\xbf\n", b"M\xfcll\n", "zu-geheim".encode("utf-16")])
def test_a_password_file_without_a_password_is_told_without_its_content(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, company: SmallCompany, data: bytes
) -> None:
    file = tmp_path / "pw"
    file.write_bytes(data)
    users = ["--source-user", "u", "--source-password-file", file, "--destination-password-file", file]
    found = Command(capsys, "migrate", tmp_path / "a.mailsafi", *company.options, *users)
    assert found.status == 2
    assert str(file) in found.err
    assert "second" not in found.err
    assert "geheim" not in found.err


# --- migrate and verify


def test_a_list_is_migrated_and_again_and_verified(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path
) -> None:
    project = tmp_path / "a.mailsafi"
    first = Command(capsys, "migrate", project, *company.options, "--list", company.list_file, "--json")
    assert first.status == 0, first.err
    lines = first.lines
    assert lines[0]["event"] == "run-started"
    assert lines[-1]["event"] == "summary"
    assert lines[-1]["ledger"]["complete"]
    assert lines[-1]["ledger"]["copied"] == sum(p.messages for p in PEOPLE)
    assert {line["address"] for line in lines if line["event"] == "mailbox-finished"} == {p.person.address for p in PEOPLE}
    for person in range(2):
        assert bodies(company.new(person)) == bodies(company.old(person))

    again = Command(capsys, "migrate", project, "--list", company.list_file, "--json")
    assert (again.status, again.lines[-1]["ledger"]["copied"]) == (0, sum(p.messages for p in PEOPLE))
    assert bodies(company.new()) == bodies(company.old())

    deep = Command(capsys, "verify", project, "--list", company.list_file, "--deep", "--json")
    assert (deep.status, deep.lines[-1]["event"], deep.lines[-1]["ledger"]["balanced"]) == (0, "summary", True)

    plain = Command(capsys, "verify", project, "--list", company.list_file)
    assert plain.status == 0
    assert "everything arrived, the ledger balances" in plain.out
    assert "\x1b" not in plain.out


def test_one_mailbox_by_password_files(capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path) -> None:
    files = []
    for number in range(2):
        files.append(tmp_path / f"pw{number}")
        files[-1].write_text(PASSWORDS[number] + "\n", "utf-8")
    users = [
        "--source-user",
        AMINA,
        "--source-password-file",
        files[0],
        "--destination-user",
        AMINA,
        "--destination-password-file",
        files[1],
    ]
    found = Command(capsys, "migrate", tmp_path / "a.mailsafi", *company.options, *users)
    assert found.status == 0, found.err
    assert bodies(company.new()) == bodies(company.old())
    assert bodies(company.new(1)) == []


def test_mail_that_is_missing_afterwards_is_no_success(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path
) -> None:
    project = tmp_path / "a.mailsafi"
    assert Command(capsys, "migrate", project, *company.options, "--list", company.list_file).status == 0
    folder = company.new().folders[b"INBOX"]
    uid = min(folder.messages)
    folder.messages[uid] = Stored(uid, frozenset(), folder.messages[uid].date, b"another text\r\n")
    assert Command(capsys, "verify", project, "--list", company.list_file, "--deep").status == 1


@pytest.fixture
def refusing(tmp_path: Path) -> Iterator[HostileServer]:
    server = HostileServer(
        Authority(tmp_path / "hostile").issue(), Tricks(refuse_mail=((b"<1@refused>", "message contains a virus", 0),))
    )
    yield server
    server.stop()


def test_a_refused_message_is_named_and_the_status_is_1(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, refusing: HostileServer, tmp_path: Path
) -> None:
    (tmp_path / "source").write_text(PASSWORDS[0], "utf-8")
    (tmp_path / "destination").write_text(hostile.PASSWORD, "utf-8")
    both = tmp_path / "both.pem"
    both.write_bytes(company.servers.ca_file.read_bytes() + refusing.ca_file.read_bytes())
    inbox = company.old().folders[b"INBOX"]
    date = next(iter(company.old().folders[b"INBOX"].messages.values())).date
    uid = inbox.add((), date, b"Message-ID: <1@refused>\r\n\r\nx\r\n")
    found = Command(
        capsys, "migrate", tmp_path / "a.mailsafi", "--source", company.servers.source.url, "--destination", refusing.url(), "--ca-file", both,
        "--source-user", AMINA, "--source-password-file", tmp_path / "source", "--destination-user", hostile.USER,
        "--destination-password-file", tmp_path / "destination", "--json",
    )  # fmt: skip
    assert found.status == 1, found.err
    (failed,) = [line["message"] for line in found.lines if line["event"] == "message-failed"]
    assert (failed["folder"], failed["uid"], failed["size"]) == ("INBOX", uid, 30)
    assert "virus" in failed["reason"]
    assert failed["date"]
    assert hostile.PASSWORD not in found.out + found.err
    assert found.lines[-1]["ledger"]["failed"] == 1
    assert len(bodies(refusing.account)) == PEOPLE[0].messages


def test_a_wrong_password_is_status_3(capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path) -> None:
    (tmp_path / "pw").write_text("Wrong-1234\n")
    users = ["--source-user", AMINA, "--source-password-file", tmp_path / "pw", "--destination-password-file", tmp_path / "pw"]
    for how in ([], ["--json"]):
        found = Command(capsys, "migrate", tmp_path / "a.mailsafi", *company.options, *users, *how)
        assert found.status == 3
        assert "refused the sign-in" in found.out
        assert "Wrong-1234" not in found.out + found.err
    found = Command(capsys, "verify", tmp_path / "a.mailsafi", *users)
    assert found.status == 3


def test_a_certificate_nobody_trusts_is_status_3(capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path) -> None:
    options = [o for o in company.options if o not in ("--ca-file", str(company.servers.ca_file))]
    found = Command(capsys, "migrate", tmp_path / "a.mailsafi", *options, "--list", company.list_file)
    assert found.status == 3
    assert "No password was sent" in found.out


def test_a_list_with_mistakes_names_their_lines_and_stops(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path
) -> None:
    bad = tmp_path / "bad.txt"
    bad.write_text("EmailAddress,UserName,Password\na@example.net,a,Top-Secret-1\nb@example.net,,\n")
    found = Command(capsys, "migrate", tmp_path / "a.mailsafi", *company.options, "--list", bad)
    assert found.status == 2
    assert f"{bad}:3: error:" in found.err
    assert "Top-Secret-1" not in found.err + found.out
    assert bodies(company.new()) == []


class Watching(io.StringIO):
    """Standard output that presses Ctrl-C once, when the copying begins, and takes no more until it was heard."""

    pressed = False

    def write(self, text: str) -> int:
        if not self.pressed and '"copying"' in text:
            self.pressed = True
            os.kill(os.getpid(), signal.SIGINT)
            while signal.getsignal(signal.SIGINT) is not signal.SIG_DFL:
                time.sleep(0.01)
        return super().write(text)


def test_an_interrupt_is_status_4_and_the_same_command_goes_on(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    command = ["migrate", str(tmp_path / "a.mailsafi"), *company.options, "--list", str(company.list_file), "--json"]
    inbox = company.old().folders[b"INBOX"]
    date = next(iter(inbox.messages.values())).date
    for number in range(20):
        inbox.add((), date, b"Message-ID: <%d@big>\r\n\r\n" % number + bytes(70) * 20_000)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", Watching())
        with signals_kept():
            assert cli.main(command) == 4
    assert Command(capsys, *command).status == 0
    assert bodies(company.new()) == bodies(company.old())


# --- the others


def test_a_list_is_checked_without_showing_a_password(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, company: SmallCompany
) -> None:
    good = Command(capsys, "check-list", company.list_file)
    assert good.status == 0
    assert "2 mailboxes, 0 errors" in good.out
    bad = tmp_path / "bad.txt"
    bad.write_text(
        "EmailAddress,UserName,Password\na@example.net,a,Top-Secret-1\nb@example.net,b,\nnonsense,c,Top-Secret-2 \n", "utf-8"
    )
    told = Command(capsys, "check-list", bad)
    assert told.status == 2
    assert "line 4: error" in told.out
    lines = Command(capsys, "check-list", bad, "--json").lines
    assert lines[-1]["event"] == "summary"
    assert {line["line"] for line in lines if line["event"] == "problem"} >= {4}
    assert "Top-Secret" not in told.out + told.err + json.dumps(lines)


def test_what_is_wrong_with_a_whole_list_stands_at_no_line(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    empty = tmp_path / "empty.txt"
    empty.write_text("EmailAddress,UserName,Password\n", "utf-8")
    assert "the whole list: error: There is no mailbox" in Command(capsys, "check-list", empty).out


def test_names_that_an_old_console_cannot_show_do_not_end_a_command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "list.txt").write_text("EmailAddress,UserName,Password\nعمر@example.net,عمر,x\nnobody,李伟,\n", "utf-8")
    for options in ([], ["--json"]):
        screen = io.BytesIO()
        with monkeypatch.context() as patch:
            patch.setattr(sys, "stdout", io.TextIOWrapper(screen, encoding="cp1252", write_through=True))
            assert cli.main(["check-list", str(tmp_path / "list.txt"), *options]) == 2
            Teller(bool(options), [])(Remark(1, "عمر@example.net", "مسودات", "is named x"))
            assert b"is named x" in screen.getvalue()


def test_a_report_never_overwrites(capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path) -> None:
    company.project("r.mailsafi").close()
    project, page, table = tmp_path / "r.mailsafi", tmp_path / "report.html", tmp_path / "tables"
    found = Command(capsys, "report", project, "--html", page, "--csv", table)
    assert found.status == 0, found.err
    assert AMINA in page.read_text("utf-8")
    assert list(table.glob("*.csv"))
    before = page.read_bytes()
    for options in (["--html", page], ["--pdf", page], ["--html", tmp_path / "other.html", "--pdf", page]):
        again = Command(capsys, "report", project, *options)
        assert again.status == 2
        assert "exists already" in again.err
    assert page.read_bytes() == before
    assert not (tmp_path / "other.html").exists()
    nowhere = Command(capsys, "report", project, "--html", tmp_path / "no" / "folder" / "r.html")
    assert nowhere.status == 2


def test_a_project_that_is_open_elsewhere_is_left_alone(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path
) -> None:
    held = company.project("held.mailsafi")
    try:
        found = Command(capsys, "migrate", tmp_path / "held.mailsafi", "--list", company.list_file)
    finally:
        held.close()
    assert found.status == 2
    assert "open elsewhere" in found.err


def test_a_project_is_made_only_with_both_servers(
    capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path
) -> None:
    found = Command(capsys, "migrate", tmp_path / "a.mailsafi", "--list", company.list_file)
    assert found.status == 2
    assert not (tmp_path / "a.mailsafi").exists()
    assert isinstance(company.project(), MigrationProject)


def test_a_sample_is_compared_by_content(capsys: pytest.CaptureFixture[str], company: SmallCompany, tmp_path: Path) -> None:
    project = tmp_path / "a.mailsafi"
    assert Command(capsys, "migrate", project, *company.options, "--list", company.list_file).status == 0
    found = Command(capsys, "verify", project, "--list", company.list_file, "--sample", "--json")
    assert found.status == 0
    checks = [line["check"] for line in found.lines if line["event"] == "check-finished"]
    assert sorted(check["compared"] for check in checks) == sorted(min(20, p.messages) for p in PEOPLE)
    assert Command(capsys, "verify", project, "--list", company.list_file, "--sample", "50", "--deep").status == 2
    assert Command(capsys, "verify", project, "--list", company.list_file, "--sample", "0").status == 2
