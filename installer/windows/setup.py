"""The set-up program for Windows, made by NSIS from the frozen folder. `facts` is pure; the rest calls makensis and what signs."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from installer import versions
from installer.facts import Facts

HERE = Path(__file__).resolve().parent
SIGN = "MAILSAFI_SIGN_COMMAND"  # such as: signtool sign /fd sha256 /tr https://... /a {file}


class NoTool(RuntimeError):
    """NSIS is not installed."""


def quoted(text: str) -> str:
    """A text between quotation marks as NSIS reads it: nothing in it is a variable, an escape or the end of the text."""
    if "\0" in text:
        raise ValueError("a text with a NUL cannot stand in a script")
    for plain, written in (("$", "$$"), ('"', '$\\"'), ("\r", "$\\r"), ("\n", "$\\n"), ("\t", "$\\t")):
        text = text.replace(plain, written)
    return f'"{text}"'


def compiled(text: str) -> str:
    """A file's name as NSIS reads it while it compiles, where `$` has no meaning but its defines have."""
    if any(sign in text for sign in '"\r\n\0') or "${" in text:
        raise ValueError(f"{text!r} cannot be the name of a file in a script")
    return f'"{text}"'


def facts_file(version: str, app: str, out: str, icon: str, kilobytes: int, sign: str = "", target: str = "") -> str:
    """What mailsafi.nsi includes; raises BadVersion and ValueError."""
    lines = [
        f"!define VERSION {quoted(version)}",
        f"!define VERSION_NUMBERS {quoted('.'.join(map(str, versions.of_windows(version))))}",
        f"!define APP {compiled(app)}",
        f"!define OUT_FILE {compiled(out)}",
        f"!define ICON {compiled(icon)}",
        f"!define KILOBYTES {kilobytes}",
    ]
    if sign:
        lines.append(f"!define SIGN {hook(sign)}")
    if target:
        lines.append(f"!define TARGET {compiled(target)}")
    return "\n".join(lines) + "\n"


def hook(command: str) -> str:
    """The command that signs, for NSIS's !finalize, which puts the file's name at %1. It stands between single quotation marks."""
    if "{file}" not in command or any(sign in command for sign in "'`\r\n\0"):
        raise ValueError(f"{SIGN} must hold {{file}}, and none of ' and `")
    return "`" + command.replace("$", "$$").replace("{file}", '"%1"') + "`"


def build(app: Path, out: Path, work: Path, facts: Facts, environment: Mapping[str, str] = os.environ) -> Path:
    """Writes mailsafi-wizard-VERSION-setup.exe into ``out``; raises NoTool and CalledProcessError."""
    sign = environment.get(SIGN, "")
    if sign:
        for program in sorted(app.glob("*.exe")):
            sign_file(sign, program)
    file = out / f"mailsafi-wizard-{facts.version}-setup.exe"
    kilobytes = sum(path.stat().st_size for path in app.rglob("*") if path.is_file()) // 1024
    target = environment.get("NSIS_TARGET", "")
    text = facts_file(facts.version, str(app), str(file), str(work / "mailsafi-wizard.ico"), kilobytes, sign, target)
    (work / "facts.nsh").write_text(text, "utf-8-sig")
    shutil.copyfile(HERE / "mailsafi.nsi", work / "mailsafi.nsi")
    subprocess.run([makensis(environment), "-V2", "-WX", "-INPUTCHARSET", "UTF8", str(work / "mailsafi.nsi")], cwd=work, check=True)
    return file


def sign_file(command: str, file: Path) -> None:
    """Runs the command with the file's name in place of {file}; raises CalledProcessError."""
    parts = [part.replace("{file}", str(file)) for part in shlex.split(command, posix=os.name != "nt")]
    subprocess.run([part.strip('"') for part in parts], check=True)


def makensis(environment: Mapping[str, str]) -> str:
    found = shutil.which("makensis")
    folders = [environment[name] for name in ("ProgramFiles(x86)", "ProgramFiles") if name in environment]
    places = [Path(folder) / "NSIS" / "makensis.exe" for folder in folders]
    usual = next((str(place) for place in places if place.is_file()), None)
    if not (found or usual):
        raise NoTool("NSIS is needed to make the set-up program: https://nsis.sourceforge.io")
    return str(found or usual)
