"""The laboratory: a pair of Dovecots with a known corpus, a proxy that delays, and a benchmark that runs any tool over them.

It is a folder of scripts of its own (``dovecot_pair.py``, ``make_corpus.py``, ``latency_proxy.py``, ``bench.py``, ``limits.py``, ``fidelity.py``) that
is not part of this project; it is named by ``--lab DIR`` or ``LAB``, or found as ``lab/perf`` in a folder beside this one.
"""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPTS = ("dovecot_pair.py", "make_corpus.py", "latency_proxy.py", "bench.py", "limits.py", "fidelity.py")
Facts = dict[str, object]


def find(named: str) -> Path | None:
    """The laboratory's folder, or None."""
    near = [Path(named)] if named else [place / "lab" / "perf" for place in sorted(ROOT.parent.glob("*"))]
    return next((place.resolve() for place in near if all((place / script).is_file() for script in SCRIPTS)), None)


@dataclass
class Lab:
    """Servers in ``home``, on ports of their own. Use `open_lab`."""

    place: Path
    home: Path
    drop: str = ""  # capabilities that the destination hides
    tools: dict[str, str] = field(default_factory=dict)
    port: int = 21143

    @property
    def environment(self) -> dict[str, str]:
        ports = dict(
            zip(
                ("DPF_SRC_PORT", "DPF_SRC_TLS_PORT", "DPF_DST_PORT", "DPF_DST_TLS_PORT"),
                range(self.port, self.port + 4),
                strict=True,
            )
        )
        return {
            **os.environ,
            "DPF_ROOT": str(self.home),
            "DPF_DST_DROP_CAPS": self.drop,
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(ROOT),
            **{name: str(port) for name, port in ports.items()},
        }

    def script(self, name: str, *arguments: str, timeout: float = 3600) -> str:
        """Runs one of the laboratory's scripts to its end; returns what it printed. Raises CalledProcessError."""
        command = [sys.executable, str(self.place / name), *arguments]
        done = subprocess.run(
            command, env=self.environment, stdout=subprocess.PIPE, text=True, check=True, timeout=timeout, stdin=subprocess.DEVNULL
        )
        return done.stdout

    def fill(self, profiles: Sequence[str]) -> None:
        """Makes the mail of the profiles that are not there yet."""
        mail = self.home / "src" / "mail"
        missing = [p for p in profiles if not (mail / f"{p.lower()}0").is_dir()]
        for profile in missing:
            self.script("make_corpus.py", "--profile", profile, "--out", str(mail))
        if missing:
            self.script("dovecot_pair.py", "index")

    def measure(self, tools: Sequence[str], profile: str, rtt: int, runs: int, passes: Sequence[str], timeout: int) -> list[Facts]:
        """One interleaved run of ``tools``; a dict of figures for each tool, pass and run."""
        (self.home / "tools.json").write_text(json.dumps(self.tools), "utf-8")
        results = self.home / "results.jsonl"
        results.unlink(missing_ok=True)
        self.script(
            "bench.py", "--tools", ",".join(tools), "--profile", profile, "--rtt", str(rtt), "--runs", str(runs),
            "--passes", ",".join(passes), "--timeout", str(timeout),
        )  # fmt: skip
        return [json.loads(line) for line in results.read_text("utf-8").splitlines()]

    @property
    def certificate(self) -> Path:
        return self.home / "cert.pem"


def ours(*options: str) -> str:
    """The shell command that lets this program do the work that `bench.py` describes in its environment."""
    python = shlex.join([sys.executable, "-m", "tests.bench.run_once", *options])
    return f"cd {shlex.quote(str(ROOT))} && {python} >$ST/out 2>$ST/err"


@contextmanager
def open_lab(place: Path, drop: str = "", port: int = 21143, on_disk: bool = False) -> Iterator[Lab]:
    """Both servers up; everything is gone afterwards. In memory, unless ``on_disk``."""
    memory = Path("/dev/shm")
    where = None if on_disk or not memory.is_dir() else memory
    with tempfile.TemporaryDirectory(prefix="bench-", dir=where) as name:
        lab = Lab(place, Path(name), drop, port=port)
        Path(name).chmod(0o755)
        lab.script("dovecot_pair.py", "start")
        try:
            yield lab
        finally:
            lab.script("dovecot_pair.py", "stop")
