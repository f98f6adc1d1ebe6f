"""How long the installed program takes from its start to its first drawn window: ``python3 -m installer.startup PROGRAM [--runs N]``.

The clock runs outside, from before the process is made to the line in which the self-test says that the window was drawn.
"""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

GOAL = 2.0  # seconds


def seconds(program: Sequence[str]) -> float:
    """One start; raises RuntimeError when there was no window."""
    began = time.monotonic()
    with subprocess.Popen([*program, "--selftest", "window"], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        for line in process.stdout:
            if line.startswith("ok "):
                took = time.monotonic() - began
                process.stdout.read()
                return took
    raise RuntimeError(f"{program[0]} drew no window")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("program", nargs="+", help="the installed program, or python3 -m mailsafi_wizard")
    parser.add_argument("--runs", type=int, default=7)
    options = parser.parse_args()
    times = [seconds([*map(str, options.program)]) for _ in range(options.runs)]
    middle = statistics.median(times)
    print(
        f"{Path(options.program[0]).name}: first window after {middle:.2f} s (median of {len(times)}; {min(times):.2f} to {max(times):.2f})"
    )
    return 0 if middle <= GOAL else 1


if __name__ == "__main__":
    sys.exit(main())
