#!/usr/bin/env python3
"""One door for whoever works on this program: makes what it needs (Debian packages, .venv), then runs the verb that was asked for.

Uses the standard library only and must not import the program itself: nothing may be installed yet when it starts.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from xml.etree import ElementTree

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "installed-by-dev.txt"
EXTRAS = {"runtime": "", "dev": "[dev]", "package": "[dev,package]"}  # each holds the one before it
KINDS = list(EXTRAS)
WINDOWS = os.name == "nt"
PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")

QT = ["libglib2.0-0", "libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1"]
FONTS = ["fontconfig", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji"]
SCREEN = [
    "libxcb-cursor0",
    "libxcb-icccm4",
    "libxcb-image0",
    "libxcb-keysyms1",
    "libxcb-randr0",
    "libxcb-render-util0",
    "libxcb-shape0",
    "libxcb-xkb1",
    "libxkbcommon-x11-0",
]
WAYLAND = ["libwayland-client0", "libwayland-cursor0", "libwayland-egl1"]
PEERS = [
    "isync",
    "interimap",
    # imapsync itself is no Debian package, these are what it needs
    "libmail-imapclient-perl",
    "libio-socket-ssl-perl",
    "libio-socket-inet6-perl",
    "libunicode-string-perl",
    "libdata-uniqid-perl",
    "libfile-tail-perl",
    "libencode-imaputf7-perl",
    "libfile-copy-recursive-perl",
    "libio-tee-perl",
    "libreadonly-perl",
    "libregexp-common-perl",
    "libsys-meminfo-perl",
    "libterm-readkey-perl",
    "libdist-checkconflicts-perl",
    "libcrypt-openssl-rsa-perl",
    "libjson-webtoken-perl",
    "libproc-processtable-perl",
    "libdigest-hmac-perl",
    "libauthen-ntlm-perl",
    "libcgi-pm-perl",
    "libwww-perl",
]
# What is not here would be missing in the package.
PACKING = [*SCREEN, *WAYLAND, "binutils", "patchelf", "desktop-file-utils"]
BESIDE = ("tests/ui", "tests/screen", "tests/property")  # take as long as all others
TESTS = ["dovecot-imapd", "libsasl2-2", "libsasl2-modules", "openssl", "poppler-utils"]
X_SERVER = ["xvfb", "x11-xkb-utils", "xdotool", *SCREEN]  # tests/screen plays a person on a screen of its own

# $1 is "yes" when dovecot must stay asleep, the rest are packages. A mail server is needed as a program for the tests, not as a
# service of this computer: policy-rc.d keeps it from being started now, update-rc.d from being started at the next boot.
INSTALL = r"""
set -u
export DEBIAN_FRONTEND=noninteractive
asleep=$1; shift
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap 'rm -f "$policy"' EXIT
    trap 'exit 130' INT TERM
    printf '#!/bin/sh\nexit 101\n' > "$policy" && chmod 755 "$policy"
fi
get() { apt-get -y -q -o DPkg::Lock::Timeout=300 "$@"; }
fresh=no
if ! ls /var/lib/apt/lists/*Packages* >/dev/null 2>&1; then get update || exit; fresh=yes; fi
if ! get install --no-install-recommends "$@"; then
    [ "$fresh" = no ] || exit 1
    get update && get install --no-install-recommends "$@" || exit
fi
if [ "$asleep" = yes ]; then update-rc.d dovecot disable >/dev/null 2>&1 || true; fi
"""


# Every installed system has this line; a bare root made by debootstrap has not, and the embedded servers are called localhost.
NAME = "127.0.0.1 localhost"


class Failed(Exception):
    """Nothing more can be done; `status` is what the process ends with."""

    def __init__(self, status: int, text: str = "") -> None:
        self.status = status
        super().__init__(text)


def say(text: str) -> None:
    print(f"dev.py: {text}", file=sys.stderr, flush=True)


def run(command: list[str], env: dict[str, str] | None = None) -> int:
    """Runs to the end and returns the exit status, 128 + N after signal N.

    A Ctrl-C reaches the child by itself, and it is given the time to close its files; a second one ends it.
    """
    child = subprocess.Popen(command, cwd=ROOT, env=env)
    asked: list[int] = []

    def pass_on(number: int, _frame: object) -> None:
        if number == signal.SIGTERM or number in asked:
            child.terminate()
        asked.append(number)

    before = {number: signal.signal(number, pass_on) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        status = child.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
    if asked:
        raise Failed(128 + asked[0], "stopped")
    return status if status >= 0 else 128 - status


# --- Debian packages --------------------------------------------------------------------------------------------------------


def has_screen() -> bool:
    return sys.platform != "linux" or bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def wanted_packages(verb: str) -> list[str]:
    names = ["ca-certificates", *QT, *FONTS]
    if not PYTHON.exists() and not can_make_venv():
        names.insert(0, "python3-venv")
    if has_screen():
        names += SCREEN
        names += WAYLAND if os.environ.get("WAYLAND_DISPLAY") else []
    names += PACKING if verb == "package" else []
    names += TESTS if verb in ("test", "bench") else []
    names += X_SERVER if verb == "test" else []
    names += PEERS if verb == "bench" else []
    return list(dict.fromkeys(names))


def can_make_venv() -> bool:
    # Debian leaves ensurepip out of python3; `import venv` alone proves nothing.
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True, check=False).returncode == 0


def installed_packages() -> set[str]:
    """The names of all installed Debian packages and of what they stand in for (libglib2.0-0 is libglib2.0-0t64 from 2024 on)."""
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status}\t${Package}, ${Provides}\n"]
    names: set[str] = set()
    for line in subprocess.run(query, capture_output=True, text=True, check=True).stdout.splitlines():
        status, _, provided = line.partition("\t")
        if status == "installed":
            names.update(name.split()[0] for name in provided.split(",") if name.strip())
    return names


def need_packages(verb: str) -> None:
    if not shutil.which("dpkg-query") or not shutil.which("apt-get"):
        if not STAMP.exists():
            say("this is not a Debian system: the Qt libraries and fonts must already be here")
        return
    installed = installed_packages()
    missing = [name for name in wanted_packages(verb) if name not in installed]
    if not missing:
        return
    asleep = "yes" if "dovecot-imapd" in missing and "dovecot-core" not in installed else "no"
    line = shlex.join(["apt-get", "install", "--no-install-recommends", *missing])
    command = [*become_root("Debian packages are missing.", line), "sh", "-c", INSTALL, "dev.py", asleep, *missing]
    say(f"installing Debian packages: {' '.join(missing)}")
    status = run(command)
    if status:
        raise Failed(status, "the Debian packages could not be installed, see above")


def need_localhost() -> None:
    """Makes sure that ``localhost`` is this computer."""
    try:
        socket.getaddrinfo("localhost", None, socket.AF_INET)
    except OSError:
        if sys.platform != "linux":
            raise Failed(2, "the name localhost is unknown here; add it to the hosts file") from None
        line = f"echo '{NAME}' >> /etc/hosts"
        command = [*become_root("The name localhost is unknown.", line), "sh", "-c", line]
        say(f"the name localhost is unknown here: {line}")
        if run(command):
            raise Failed(2, "/etc/hosts could not be written") from None


def become_root(why: str, line: str) -> list[str]:
    """What to put before a command so that root runs it; where that cannot be, says ``why`` and the ``line`` to run instead."""
    if os.geteuid() == 0:
        return []
    if shutil.which("sudo") and subprocess.run(["sudo", "-n", "true"], capture_output=True, check=False).returncode == 0:
        return ["sudo", "-n"]
    raise Failed(2, f"{why} As root, run this line, then try again:\n    {line}")


# --- .venv ------------------------------------------------------------------------------------------------------------------


def need_venv(kind: str) -> None:
    """Makes .venv ready for a ``kind`` of work: "runtime" just for the program itself, "dev" with the tools for tests, "package" with all."""
    version = venv_version()
    if not version:
        if VENV.exists() or VENV.is_symlink():
            say(".venv does not work; making it anew")
        make_venv()
        version = venv_version()
        if not version:
            raise Failed(1, "the new .venv does not work; see the messages above")
    digest = fingerprint(version)
    have = STAMP.read_text("utf-8").split() if STAMP.exists() else []
    if have[:1] == [digest] and KINDS.index((have[1:] or ["runtime"])[0]) >= KINDS.index(kind):
        return
    STAMP.unlink(missing_ok=True)
    say("installing the Python packages into .venv (once, a minute or two)")
    pip = [str(PYTHON), "-m", "pip", "install", "--quiet", "--editable", str(ROOT) + EXTRAS[kind]]
    status = run(pip)
    if status:
        raise Failed(status, "the Python packages could not be installed, see above")
    run([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "mailsafi_wizard")])  # the program starts in half the time
    STAMP.write_text(f"{digest} {kind}\n", "utf-8")


def need_servers() -> None:
    """Cyrus and Courier for the tests. Debian lets neither stand beside Dovecot, so they are unpacked into .venv."""
    run([sys.executable, str(ROOT / "tests" / "servers" / "unpacked.py")])


def venv_version() -> str:
    """The version of .venv's Python, "" when it is not there, too old or does not work."""
    if not PYTHON.exists() or not (VENV / "pyvenv.cfg").exists():
        return ""
    test = "import sys, pip; print(sys.version_info >= (3, 11) and sys.version)"
    answer = subprocess.run([str(PYTHON), "-c", test], capture_output=True, text=True, check=False)
    version = " ".join(answer.stdout.split())
    return "" if answer.returncode or version == "False" else version


def make_venv() -> None:
    if VENV.is_symlink() or VENV.is_file():
        VENV.unlink()
    elif VENV.exists():
        shutil.rmtree(VENV)
    status = run([sys.executable, "-m", "venv", str(VENV)])
    if status:
        raise Failed(status, f"{sys.executable} could not make .venv")


def fingerprint(version: str) -> str:
    """Changes whenever .venv must be looked at again: other requirements, another Python, or a checkout that was moved."""
    parts = [(ROOT / "pyproject.toml").read_bytes(), version.encode(), os.fsencode(ROOT)]
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


# --- verbs ------------------------------------------------------------------------------------------------------------------


def environment(*, offscreen: bool) -> dict[str, str]:
    env = dict(os.environ)
    if offscreen:
        env.setdefault("QT_QPA_PLATFORM", "offscreen")
    if sys.platform == "linux" and "utf-8" not in (env.get("LC_ALL") or env.get("LC_CTYPE") or env.get("LANG") or "").lower():
        env["LC_ALL"] = "C.UTF-8"  # Qt warns of any other, and a bare Debian has none set
    return env


def program(*arguments: str, offscreen: bool = False) -> int:
    return run([str(PYTHON), "-m", *arguments], environment(offscreen=offscreen))


def demo(arguments: argparse.Namespace) -> int:
    if not arguments.headless and has_screen():
        return program("mailsafi_wizard", "demo")
    if not arguments.headless:
        say(f"there is no display: the rehearsal runs without one and leaves its report and pictures in {arguments.out}")
    return program("mailsafi_wizard", "demo", "--headless", "--out", str(arguments.out), offscreen=True)


def screenshots(arguments: argparse.Namespace) -> int:
    return program("mailsafi_wizard.ui.screenshots", "--out", str(arguments.out), offscreen=True)


def bench(arguments: argparse.Namespace) -> int:
    return program("tests.bench", *arguments.rest, offscreen=True)


def package(arguments: argparse.Namespace) -> int:
    return program("installer.build", *arguments.rest, offscreen=True)


def test(arguments: argparse.Namespace) -> int:
    """Format, lint, types and tests, all of them even when one fails; one closing line says how it went."""
    began = time.monotonic()
    failed = []
    stages = {"format": ["ruff", "format", "--check", "."], "lint": ["ruff", "check", "."], "types": ["mypy"]}
    for name, command in stages.items():
        say(f"{name}: {' '.join(command)}")
        if program(*command):
            failed.append(f"{name} failed")
    with tempfile.TemporaryDirectory(prefix="mailsafi-test-") as folder:
        ends = run_tests(arguments.rest, Path(folder))
    counts: dict[str, int] = {}
    for status, found in ends:
        # Qt can say "passed" and abort while the process ends: what counts is the exit status.
        if status and not (status == 1 and not found.keys().isdisjoint(("failed", "errors"))):
            failed.append(f"pytest ended with exit status {status}")
        counts = {word: counts.get(word, 0) + found.get(word, 0) for word in (*counts, *found)}
    told = [f"{counts[word]} {word}" for word in ("failed", "errors", "passed", "skipped") if word in counts]
    print(closing_line([*failed, *told], time.monotonic() - began))
    return 1 if failed or any(status for status, _ in ends) else 0


def run_tests(chosen: list[str], folder: Path) -> list[tuple[int, dict[str, int]]]:
    """Exit status and tally of each run of pytest: of what was chosen, or of everything in two runs side by side.

    Much of the time servers and windows are waited for; the other run has the core meanwhile.
    """
    one, other = folder / "one.xml", folder / "other.xml"
    if chosen:
        say("tests: pytest")
        return [(program("pytest", f"--junit-xml={one}", *chosen, offscreen=True), tally(one))]
    say(f"tests: pytest, {', '.join(BESIDE)} beside the others (shown at the end)")
    beside = Beside(folder / "out.txt", "pytest", f"--junit-xml={other}", *BESIDE)
    try:
        status = program("pytest", f"--junit-xml={one}", *(f"--ignore={place}" for place in BESIDE), offscreen=True)
        return [(status, tally(one)), (beside.end(), tally(other))]
    finally:
        beside.stop()


class Beside:
    """A program that runs beside another one; what it prints goes to a file, and is shown when it has ended."""

    def __init__(self, out: Path, *arguments: str) -> None:
        self._out = out
        with out.open("wb") as file:
            command = [str(PYTHON), "-m", *arguments]
            self._child = subprocess.Popen(command, cwd=ROOT, env=environment(offscreen=True), stdout=file, stderr=file)

    def end(self) -> int:
        """Waits for it, shows what it printed and returns its exit status, 128 + N after signal N."""
        status = self._child.wait()
        print(self._out.read_text("utf-8", "replace"), flush=True)
        return status if status >= 0 else 128 - status

    def stop(self) -> None:
        """Ends it, if it still runs."""
        if self._child.poll() is None:
            self._child.terminate()
            self._child.wait()


def tally(results: Path) -> dict[str, int]:
    """How many tests failed, broke, passed and were skipped, from pytest's JUnit file; empty when it was not written."""
    try:
        suites = ElementTree.parse(results).getroot().iter("testsuite")
        sums = [{key: int(suite.get(key, "0")) for key in ("tests", "failures", "errors", "skipped")} for suite in suites]
    except (OSError, ElementTree.ParseError):
        return {}
    total, failures, errors, skipped = (sum(s[key] for s in sums) for key in ("tests", "failures", "errors", "skipped"))
    words = {"failed": failures, "errors": errors, "passed": total - failures - errors - skipped, "skipped": skipped}
    return {word: number for word, number in words.items() if number}


def closing_line(parts: list[str], seconds: float) -> str:
    minutes = f" ({int(seconds) // 3600}:{int(seconds) // 60 % 60:02}:{int(seconds) % 60:02})" if seconds >= 60 else ""
    return f" {', '.join(parts) or 'no tests ran'} in {seconds:.2f}s{minutes} ".center(80, "=")


def read_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py", description="Makes what it needs, then runs one of these.", allow_abbrev=False)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True)
    one = verbs.add_parser("demo", help="the rehearsal: two mail servers and a sample company inside the program")
    one.add_argument("--headless", action="store_true", help="without a screen, to the end")
    one.add_argument("--out", type=Path, default=ROOT / "out" / "demo", metavar="DIR", help="where report.pdf and the pictures go")
    one.set_defaults(call=demo)
    verbs.add_parser("test", help="format, lint, types and tests; further arguments go to pytest").set_defaults(call=test)
    if (ROOT / "tests/bench/__main__.py").exists():
        verbs.add_parser("bench", help="measure the speed").set_defaults(call=bench)
    if (ROOT / "mailsafi_wizard/ui/screenshots.py").exists():
        one = verbs.add_parser("screenshots", help="a picture of every step")
        one.add_argument("--out", type=Path, required=True, metavar="DIR")
        one.set_defaults(call=screenshots)
    if (ROOT / "installer/build.py").exists():
        verbs.add_parser("package", help="build the installer of this system").set_defaults(call=package)
    arguments, rest = parser.parse_known_args()
    if rest and arguments.verb in ("demo", "screenshots"):
        parser.error(f"unknown arguments: {' '.join(rest)}")
    arguments.rest = rest
    if "out" in arguments:
        arguments.out = arguments.out.absolute()  # the program runs in ROOT, the person may stand elsewhere
    return arguments


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036 (whoever starts it may have an older one)
        say(f"Python 3.11 or newer is needed; this is {sys.version.split()[0]}")
        return 2
    arguments = read_arguments()
    try:
        need_packages(arguments.verb)
        need_localhost()
        need_venv({"demo": "runtime", "package": "package"}.get(arguments.verb, "dev"))
        if arguments.verb == "test":
            need_servers()
        return int(arguments.call(arguments))
    except Failed as error:
        say(str(error))
        return error.status
    except KeyboardInterrupt:
        say("interrupted")
        return 130


if __name__ == "__main__":
    sys.exit(main())
