"""``python3 dev.py bench``: how fast the program copies, beside its peers, as a table of goals and ratios.

All tools of a row run by turns over the same work, so that what else the computer does strikes all alike. What can't be run is named. imapsync
is no Debian package: it takes part when ``IMAPSYNC`` holds its command. The laboratory (see `tests.bench.lab`) is named by ``--lab`` or ``LAB``.
"""

from __future__ import annotations

import argparse
import compileall
import json
import os
import platform
import shutil
import sys
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.bench import goals, limits
from tests.bench.goals import COPY, FLOOR, GOALS, WHOLE, Goal, Outcome
from tests.bench.lab import ROOT, Lab, find, open_lab, ours

BARE = "MULTIAPPEND LITERAL+ UIDPLUS"
PEERS = ("interimap", "mbsync", "imapsync")
OTHERS = ("listing", "memory", "journal", "lag")


def options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="dev.py bench", description=__doc__)
    parser.add_argument("--profile", default="S,XS,tiny,M", help="of S, XS, tiny, M; none with ''")
    parser.add_argument("--rtt", default="0,50,150", help="milliseconds, of 0, 50, 150")
    parser.add_argument("--peers", default=",".join(PEERS))
    parser.add_argument("--others", default=",".join(OTHERS), help="measures without a peer")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--timeout", type=int, default=600, help="seconds for one pass of one tool")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--lab", default=os.environ.get("LAB", ""), metavar="DIR")
    return parser.parse_args()


def takes_part(peer: str) -> bool:
    """Whether a peer can be run here; says so when it can't."""
    here = bool(os.environ.get("IMAPSYNC") if peer == "imapsync" else shutil.which(peer))
    if not here:
        say(f"{peer} takes no part: " + ("IMAPSYNC does not name its command" if peer == "imapsync" else "it is not installed"))
    return here


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def race(lab: Lab, wanted: Sequence[Goal], peers: Sequence[str], runs: int, timeout: int) -> list[Outcome]:
    """The goals of one profile and delay, all tools by turns."""
    profile, rtt = wanted[0].profile, wanted[0].rtt
    tools = list(
        dict.fromkeys(name for goal in wanted for name in (goal.ours, goal.peer) if name in (COPY, WHOLE) or name in peers)
    )
    passes = sorted({goal.part for goal in wanted} | {"full"}, key=("full", "delta0", "delta1").index)
    say(f"{profile}, {rtt} ms: {', '.join(tools)}; {runs} times {', '.join(passes)}")
    lab.fill([profile])
    figures = lab.measure(tools, profile, rtt, runs, passes, timeout)
    floor = [limits.cpu_floor(lab, f"{profile.lower()}0") for _ in range(runs)] if any(g.peer == FLOOR for g in wanted) else []
    return [goals.judge(goal, figures, floor) for goal in wanted]


def others(lab: Lab, names: Sequence[str], runs: int) -> list[Outcome]:
    found: list[Outcome] = []
    if "listing" in names:
        lab.fill(["huge"])
        found.append(limits.listing(lab, runs))
    if "memory" in names:
        lab.fill(["huge", "big"])
        found += limits.memory(lab)
    if "journal" in names:
        lab.fill(["S"])
        found.append(limits.journal(lab, runs))
    return found


def main() -> int:
    chosen = options()
    place = find(chosen.lab)
    if place is None:
        say("The laboratory is missing: name its folder with --lab or LAB (see tests/bench/lab.py). Nothing was measured.")
        return 2
    peers = [peer for peer in chosen.peers.split(",") if peer and takes_part(peer)]
    profiles, rtts = chosen.profile.split(","), [int(r) for r in chosen.rtt.split(",") if r]
    groups: dict[tuple[bool, str, int], list[Goal]] = defaultdict(list)
    for goal in GOALS:
        if goal.profile in profiles and goal.rtt in rtts:
            groups[goal.bare, goal.profile, goal.rtt].append(goal)
    compileall.compile_dir(ROOT / "mailsafi_wizard", quiet=1)  # as an installation does; compiling anew each time doubles the start
    outcomes: list[Outcome] = []
    for bare in (False, True):
        wanted = [group for (without, *_), group in groups.items() if without is bare]
        names = [] if bare else chosen.others.split(",")
        if not wanted and not set(names) & {"listing", "memory", "journal"}:
            continue
        with open_lab(place, BARE if bare else "", port=21143 + 10 * bare) as lab:
            lab.tools = {COPY: ours("--no-read-back"), WHOLE: ours()}
            for group in wanted:
                found = race(lab, group, peers, chosen.runs, chosen.timeout)
                say(goals.table(found))  # at once: the whole takes an hour
                outcomes += found
            outcomes += others(lab, names, chosen.runs)
    if "lag" in chosen.others.split(","):
        say("the window's event loop")
        outcomes.append(limits.window_lag(chosen.runs))
    print(f"{chosen.runs} runs, Python {platform.python_version()}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(goals.table(outcomes))
    if chosen.json:
        chosen.json.write_text(json.dumps([outcome.facts() for outcome in outcomes], indent=1), "utf-8")
    return 0 if all(outcome.met for outcome in outcomes if not outcome.problem) else 1


if __name__ == "__main__":
    sys.exit(main())
