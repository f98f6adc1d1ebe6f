"""Whether COMPRESS=DEFLATE pays on a slow line: ``python -m tests.bench.slow_link [--rates 100000,1000000] [--runs 3] [--lab DIR]``.

The laboratory's XS profile goes through two forwarders that let so many bytes a second pass in each direction, with and without compression by
turns. Prints seconds, and the ratio.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import selectors
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time

from tests.bench.lab import ROOT, Lab, find, open_lab

PIECE = 4096


class SlowLine:
    """Forwards connections to a port of this computer, ``rate`` bytes a second in each direction for all of them together."""

    def __init__(self, target: int, rate: int) -> None:
        self._target, self._rate = target, rate
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self._free = {True: 0.0, False: 0.0}  # direction -> when the line is free again
        self._guard = threading.Lock()
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                near, _ = self._listener.accept()
                far = socket.create_connection(("127.0.0.1", self._target))
                for one, other, up in ((near, far, True), (far, near, False)):
                    one.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 16)
                    threading.Thread(target=self._pass_on, args=(one, other, up), daemon=True).start()

    def _pass_on(self, one: socket.socket, other: socket.socket, up: bool) -> None:
        with contextlib.suppress(OSError), selectors.DefaultSelector():
            while data := one.recv(PIECE):
                with self._guard:
                    begin = max(time.monotonic(), self._free[up])
                    self._free[up] = begin + len(data) / self._rate
                    wait = self._free[up] - time.monotonic()
                time.sleep(max(0.0, wait))
                other.sendall(data)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self._listener.close()


def seconds(lab: Lab, rate: int, packed: bool) -> float:
    lab.script("dovecot_pair.py", "reset-dest")
    lines = [SlowLine(port, rate) for port in (lab.port + 1, lab.port + 3)]
    try:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            environment = {
                **lab.environment, "U": "xs0", "SH": "localhost", "SP": str(lines[0].port), "DH": "localhost", "DP": str(lines[1].port),
                "PW": "secret", "ST": folder, "CA": str(lab.certificate),
            }  # fmt: skip
            command = [sys.executable, "-m", "tests.bench.run_once", "--packed" if packed else "--plain"]
            begun = time.perf_counter()
            subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=True)
            return time.perf_counter() - begun
    finally:
        for line in lines:
            line.close()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", default="250000,1000000,4000000,20000000", help="bytes a second")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--lab", default=os.environ.get("LAB", ""))
    options = parser.parse_args()
    place = find(options.lab)
    if place is None:
        print("The laboratory is missing: name its folder with --lab or LAB.", file=sys.stderr)
        return 2
    with open_lab(place, port=21183) as lab:
        lab.fill(["XS"])
        for rate in (int(r) for r in options.rates.split(",")):
            times: dict[bool, list[float]] = {True: [], False: []}
            for _ in range(options.runs):
                for packed in (False, True):
                    times[packed].append(seconds(lab, rate, packed))
            plain, short = statistics.median(times[False]), statistics.median(times[True])
            print(f"{rate / 1e6:6.2f} MB/s: plain {plain:6.1f} s, packed {short:6.1f} s, ratio {short / plain:.2f}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
