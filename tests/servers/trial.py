"""Runs one migration through the command and judges it from outside: by exit status, output, both accounts and what it left on disk."""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

from mailsafi_wizard import cli
from tests.servers.impatient import KNOWN, impatience
from tests.servers.oracle import Name, Snapshot, compare

COMMAND = (sys.executable, "-m", "mailsafi_wizard")
IMPATIENT = (sys.executable, "-m", "tests.servers.impatient")
ROOT = Path(__file__).resolve().parents[2]
MOST_SECONDS = 60.0
MOST_MEMORY = 500 * 1024  # KiB
KILLED = -9
Event = dict[str, Any]


class Ended(NamedTuple):
    """How one command ended. ``status`` is KILLED when it had to be ended; ``peak`` is KiB of memory, 0 when not measured."""

    status: int
    out: str
    err: str
    seconds: float
    peak: int

    @property
    def events(self) -> list[Event]:
        return [json.loads(line) for line in self.out.splitlines() if line]

    @property
    def summary(self) -> Event:
        return next((e for e in reversed(self.events) if e["event"] == "summary"), {})

    @property
    def named(self) -> set[tuple[str, int]]:
        """(folder, UID) of every message that was told to have failed."""
        return {(e["message"]["folder"], e["message"]["uid"]) for e in self.events if e["event"] == "message-failed"}

    @property
    def copied(self) -> int:
        """Messages copied according to the ledger, in all runs so far."""
        return int(self.summary["ledger"]["copied"])


class Running:
    """A command that runs as a child process; its output goes to files in ``folder``."""

    def __init__(self, arguments: Sequence[str], folder: Path, program: Sequence[str] = IMPATIENT, known: float = 20.0) -> None:
        self._out, self._err = folder / "stdout", folder / "stderr"
        self._started = time.monotonic()
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                [*program, *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=ROOT,
                env={**os.environ, KNOWN: str(known)},
            )
        self._peak = 0

    def end(self, how: signal.Signals) -> None:
        self.process.send_signal(how)

    def wait(self, most: float = MOST_SECONDS) -> Ended:
        """Until it ends; after ``most`` seconds it is killed."""
        status: int | None = None
        while status is None:
            self._measure()
            try:
                status = self.process.wait(0.03)
            except subprocess.TimeoutExpired:
                if time.monotonic() - self._started > most:
                    self.process.kill()
        out, err = (path.read_text(encoding="utf-8", errors="replace") for path in (self._out, self._err))
        return Ended(status, out, err, time.monotonic() - self._started, self._peak)

    def out(self) -> str:
        return self._out.read_text(encoding="utf-8", errors="replace")

    def _measure(self) -> None:
        with contextlib.suppress(OSError, StopIteration):
            lines = Path(f"/proc/{self.process.pid}/status").read_text().splitlines()
            self._peak = max(self._peak, int(next(line.split()[1] for line in lines if line.startswith("VmHWM"))))


def inside(arguments: Sequence[str], known: float = 20.0) -> Ended:
    """The same command within this process, without the half second that a process takes to start."""
    out, err, started = io.StringIO(), io.StringIO(), time.monotonic()
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        with impatience(known), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            status = cli.main(arguments)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return Ended(status, out.getvalue(), err.getvalue(), time.monotonic() - started, 0)


@dataclass
class Account:
    """One side: where it is, who signs in, and how the oracle looks at it (not through what is put before the server)."""

    url: str
    user: str
    password: str
    look: Callable[[], Snapshot]


@dataclass
class Trial:
    """A project file and its two accounts. ``folder`` holds what the command leaves behind."""

    folder: Path
    source: Account
    destination: Account
    ca_file: Path | None
    folder_map: Mapping[Name, Name] = field(default_factory=dict)
    options: tuple[str, ...] = ()
    child: bool = True
    program: Sequence[str] = IMPATIENT
    most_seconds: float = MOST_SECONDS
    known: float = 20.0  # seconds for which a server that worked before is waited for

    @property
    def project(self) -> Path:
        return self.folder / "acme.mailsafi"

    def arguments(self) -> list[str]:
        listed = self.folder.parent / f"{self.folder.name}.csv"
        with listed.open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(["EmailAddress", "UserName", "Password", "DestinationEmail", "DestinationPassword"])
            source, destination = self.source, self.destination
            writer.writerow([destination.user, source.user, source.password, destination.user, destination.password])
        trusted = ["--ca-file", str(self.ca_file)] if self.ca_file else []
        servers = ["--source", self.source.url, "--destination", self.destination.url]
        return ["migrate", str(self.project), *servers, "--list", str(listed), *trusted, "--json", *self.options]

    def start(self) -> Running:
        return Running(self.arguments(), self.folder, self.program, self.known)

    def run(self) -> Ended:
        return self.start().wait(self.most_seconds) if self.child else inside(self.arguments(), self.known)

    def differences(self, **how: bool) -> list[str]:
        """What the oracle finds: lost, doubled, altered and so on; empty when all is well."""
        return compare(self.source.look(), self.destination.look(), self.folder_map, **how)

    def faults_of(self, ended: Ended, differences: Sequence[str]) -> list[str]:
        """What was wrong with one run whatever happened in it: an untrue ending, doubles, leaks, a traceback, no bounds."""
        found = [line for line in differences if "doubled" in line or "altered" in line or "surplus" in line]
        found += [f"leak: {where}" for where in self.leaks(ended)]
        if "Traceback" in ended.err:
            found.append("traceback: " + ended.err.strip().splitlines()[-1])
        if ended.seconds > self.most_seconds or ended.status == KILLED:
            found.append(f"no bounds: {ended.seconds:.0f} s")
        if ended.peak > MOST_MEMORY:
            found.append(f"no bounds: {ended.peak // 1024} MB")
        return found + self._untruths(ended, differences)

    @staticmethod
    def _untruths(ended: Ended, differences: Sequence[str]) -> list[str]:
        if ended.status == KILLED:
            return []
        if ended.status not in (0, 1, 2, 3, 4):
            return [f"untrue: exit status {ended.status}"]
        told = ended.summary.get("exit_status", ended.status)
        found = [f"untrue: exit status {ended.status}, summary {told}"] if told != ended.status else []
        if ended.status == 0 and differences:
            found.append(f"untrue: exit status 0 with {len(differences)} differences")
        if ended.status == 1:
            lost = sum(": lost:" in line for line in differences)
            ledger = ended.summary.get("ledger", {})
            if lost > ledger.get("failed", 0) + ledger.get("unaccounted", 0):
                found.append(f"untrue: {lost} lost, ledger {ledger.get('failed')} failed")
            if not differences:
                found.append("untrue: exit status 1 although everything is there")
        return found

    def leaks(self, ended: Ended) -> list[str]:
        """Where a password can be read: output, project file and whatever else lies in the folder."""
        secrets = [s.encode() for s in {self.source.password, self.destination.password} if len(s) > 3]
        places = {"stdout": ended.out.encode(), "stderr": ended.err.encode()}
        places |= {str(p.relative_to(self.folder)): p.read_bytes() for p in self.folder.rglob("*") if p.is_file()}
        forms = [form for secret in secrets for form in (secret, json.dumps(secret.decode()).strip('"').encode())]
        return [where for where, data in places.items() if any(form in data for form in forms)]
