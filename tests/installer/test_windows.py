"""The script for NSIS: what goes into it stays text, and the script is one that NSIS accepts."""

from __future__ import annotations

import re
import shutil
import sys
from pathlib import Path, PureWindowsPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from installer.facts import Facts
from installer.linux.deb import PACKAGE
from installer.windows import setup
from mailsafi_wizard.support import logbook
from tests.installer.test_linux import WHEN

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = (ROOT / "installer/windows/mailsafi.nsi").read_text("utf-8")


def read(written: str) -> str:
    """As NSIS reads a text between quotation marks (its manual, section 4.1)."""
    assert written[0] == written[-1] == '"'
    signs = {"$$": "$", '$\\"': '"', "$\\r": "\r", "$\\n": "\n", "$\\t": "\t"}
    inner = written[1:-1]
    assert not re.sub(r"\$\$|\$\\[\"rnt]", "", inner).count('"')
    return re.sub(r"\$\$|\$\\[\"rnt]", lambda found: signs[found[0]], inner)


@given(st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"])))
def test_whatever_is_quoted_is_read_as_it_was(text: str) -> None:
    written = setup.quoted(text)
    assert read(written) == text
    assert "\n" not in written
    assert "\r" not in written


def test_a_nul_is_refused() -> None:
    with pytest.raises(ValueError, match="NUL"):
        setup.quoted("a\0b")


@pytest.mark.parametrize("name", ['a"b', "a\nb", "${INSTDIR}", "a\0"])
def test_a_file_name_that_would_end_its_place_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="name of a file"):
        setup.compiled(name)


def test_facts_hold_every_define_that_the_script_uses() -> None:
    text = setup.facts_file("1.2.3-rc.1", "C:\\app", "C:\\out.exe", "C:\\x.ico", 99, "sign {file}", "amd64-unicode")
    given_ = set(re.findall(r"^!define (\w+)", text, re.MULTILINE))
    used = set(re.findall(r"(?<!\$)\$\{([A-Z_]+)\}", SCRIPT)) | set(re.findall(r"^!ifdef (\w+)", SCRIPT, re.MULTILINE))
    own = set(re.findall(r"^!define (\w+)", SCRIPT, re.MULTILINE))
    assert used - own - {"UN"} == given_
    assert '!define VERSION_NUMBERS "1.2.3.1"' in text
    assert '`sign "%1"`' in text


@pytest.mark.parametrize("command", ["sign it", "sign {file} `x`", "sign '{file}'", "sign {file}\n"])
def test_a_signing_command_that_could_not_work_is_refused(command: str) -> None:
    with pytest.raises(ValueError, match="MAILSAFI_SIGN_COMMAND"):
        setup.hook(command)


def test_what_signs_gets_the_name_of_the_file(tmp_path: Path) -> None:
    setup.sign_file(
        f"\"{sys.executable}\" -c \"import sys; open(sys.argv[1], 'a').write('signed')\" {{file}}", tmp_path / "a b.exe"
    )
    assert (tmp_path / "a b.exe").read_text() == "signed"


def test_nothing_is_written_for_the_whole_computer_and_only_its_own_files_go() -> None:
    code = "\n".join(line.partition(";")[0] if line.lstrip().startswith(";") else line for line in SCRIPT.splitlines())
    assert "HKLM" not in code
    assert "RequestExecutionLevel user" in code
    recursive = re.findall(r'RMDir /r "([^"]+)"', code)
    assert set(recursive) == {"$INSTDIR\\_internal", "${LOGS}\\Logs"}
    projects = code.index('Delete "$INSTDIR\\*.mailsafi"')
    asked = code.rindex("MessageBox MB_YESNO", 0, projects)
    assert "/SD IDYES IDYES keep" in code[asked:projects]  # silent: kept


def test_the_logs_that_it_may_forget_are_where_the_program_writes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setenv("LOCALAPPDATA", "/Local")
    logs = re.search(r'^!define LOGS "\$LOCALAPPDATA\\(.+)"$', SCRIPT, re.MULTILINE)
    assert logs
    assert logbook.folder() == Path("/Local", *PureWindowsPath(logs[1]).parts, "Logs")


@pytest.mark.skipif(not shutil.which("makensis"), reason="NSIS is not installed")
def test_nsis_accepts_it(tmp_path: Path) -> None:
    app, work = tmp_path / "app", tmp_path / "work"
    (app / "_internal").mkdir(parents=True)
    work.mkdir()
    for name in ("MailSafi Wizard.exe", f"{PACKAGE}-cli.exe", "_internal/some $ file.txt"):
        (app / name).write_bytes(b"MZ")
    shutil.copy(shutil.which("true") or sys.executable, tmp_path / "sign")
    from installer import pictures

    drawn = pictures.drawn(ROOT / "resources/icons/app.svg", (16, 32))
    (work / f"{PACKAGE}.ico").write_bytes(pictures.ico(drawn))
    environment = {setup.SIGN: f"{tmp_path / 'sign'} {{file}}"} if sys.platform == "linux" else {}
    made = setup.build(app, tmp_path, work, Facts("1.2.3", "", WHEN, "- Notes\n"), environment)
    assert made.read_bytes()[:2] == b"MZ"
    assert made.name == "mailsafi-wizard-1.2.3-setup.exe"


def test_without_nsis_it_is_said_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shutil, "which", lambda _name: None)
    with pytest.raises(setup.NoTool, match="NSIS"):
        setup.makensis({})
