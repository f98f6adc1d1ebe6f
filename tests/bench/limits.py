"""Measures that are no race against a peer: the CPU floor, the listing, the memory, the journal on a disk, the window's event loop."""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections import deque
from collections.abc import Sequence
from pathlib import Path

from mailsafi_wizard.model import Endpoint, Secret, SignIn
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.auth import sign_in
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.net.wire import Patience, Trust
from tests.bench.goals import Outcome
from tests.bench.lab import ROOT, Lab

PLAN = b"UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]"


def cpu_floor(lab: Lab, user: str) -> float:
    """Seconds of two cores that a raw FETCH and a raw MULTIAPPEND of the same mail cost, servers and client together."""
    told = [json.loads(lab.script("limits.py", *words, "--user", user)) for words in (("fetch",), ("append", "--mode", "multi"))]
    return sum(float(t["client_cpu"]) + float(t["srv_cpu"]) for t in told) / 2


def listing(lab: Lab, runs: int) -> Outcome:
    """100,000 messages listed with Message-ID, against the server's raw time."""
    ours, raw = [], []
    session = Session.open(Endpoint("localhost", lab.port + 1), Trust(lab.certificate), Patience())
    sign_in(session, SignIn("huge0", Secret("secret")))
    for _ in range(runs):
        told = json.loads(lab.script("limits.py", "list", "--user", "huge0"))
        raw.append(float(told["seconds_bytes"][PLAN.decode()][0]))
        begun = time.perf_counter()
        deque(session.replies(fetch.examine(session, b"INBOX")), maxlen=0)
        tag = fetch.ask_listing(session, b"1:*", key=True, flags=True, date=True)
        count = sum(1 for _entry in fetch.listing(session, tag))
        ours.append(time.perf_counter() - begun)
        if count != 100_000:
            return Outcome("listing 100,000 messages", "raw", 1.5, problem=f"{count} were listed")
    session.logout()
    ratios = sorted(mine / theirs for mine, theirs in zip(ours, raw, strict=True))
    return Outcome("listing 100,000 messages", "raw", 1.5, sorted(ours)[runs // 2], sorted(raw)[runs // 2], tuple(ratios))


def memory(lab: Lab) -> list[Outcome]:
    """Peak memory in MB of copying 100,000 small messages, and what one of 100 MB adds to a copy of next to nothing."""
    huge, big, idle = (peak(lab, user) for user in ("huge0", "big0", "nobody0"))
    return [
        Outcome("100,000 small messages, peak MB", "80 MB", 1.0, huge, 80.0, (huge / 80,)),
        Outcome("one message of 100 MB, MB over idle", "32 MB", 1.0, big - idle, 32.0, ((big - idle) / 32,)),
    ]


def peak(lab: Lab, user: str) -> float:
    """MB; the pass with its read-back, as it is in life."""
    lab.script("dovecot_pair.py", "reset-dest")
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        environment = {
            **lab.environment, "U": user, "SH": "localhost", "SP": str(lab.port + 1), "DH": "localhost", "DP": str(lab.port + 3),
            "PW": "secret", "ST": folder, "CA": str(lab.certificate),
        }  # fmt: skip
        command = [sys.executable, "-m", "tests.bench.limits", "--child"]
        done = subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
        return float(done.stdout.split()[-1])


def journal(lab: Lab, runs: int) -> Outcome:
    """What the journal adds to the time of a copy at 0 ms, the project file on a real disk."""
    times: dict[str, list[float]] = {"with": [], "without": []}
    for _ in range(runs):
        for name, options in (("with", ["--no-read-back"]), ("without", ["--no-read-back", "--no-journal"])):
            lab.script("dovecot_pair.py", "reset-dest")
            with tempfile.TemporaryDirectory(prefix="bench-", dir=ROOT) as folder:
                times[name].append(_timed(lab, folder, options))
    ratios = tuple(sorted(a / b for a, b in zip(times["with"], times["without"], strict=True)))
    middle = {name: sorted(values)[runs // 2] for name, values in times.items()}
    return Outcome("S, 0 ms, copy, project on a disk", "no journal", 1.1, middle["with"], middle["without"], ratios)


def _timed(lab: Lab, folder: str, options: Sequence[str]) -> float:
    environment = {
        **lab.environment, "U": "s0", "SH": "localhost", "SP": str(lab.port + 1), "DH": "localhost", "DP": str(lab.port + 3),
        "PW": "secret", "ST": folder, "CA": str(lab.certificate),
    }  # fmt: skip
    begun = time.perf_counter()
    subprocess.run(
        [sys.executable, "-m", "tests.bench.run_once", *options], env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=False
    )
    return time.perf_counter() - begun


def window_lag(runs: int) -> Outcome:
    """Lateness of the window's event loop in ms, 99th percentile, while eight mailboxes are copied; the real window, without a screen."""
    found = []
    for _ in range(runs):
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            file = Path(folder) / "lag.json"
            command = [sys.executable, "-m", "tests.bench.loop_lag", "--json", str(file)]
            subprocess.run(
                command, cwd=ROOT, stdout=subprocess.DEVNULL, check=True, env={**os.environ, "QT_QPA_PLATFORM": "offscreen"}
            )
            found.append(float(json.loads(file.read_text("utf-8"))["p99"]))
    found.sort()
    return Outcome("window's event loop, p99 ms", "25 ms", 1.0, found[runs // 2], 25.0, tuple(value / 25 for value in found))


if __name__ == "__main__":
    from tests.bench import run_once

    status = run_once.main([])
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000)
    sys.exit(0 if status in (0, 1) else status)
