"""Plays all fault cases through the command and prints what became of each: ``python -m tests.servers.fault_table [WORD...]``.

Only cases whose name holds one of the words are played. Exit status 1 when any went wrong. ``--faults FILE`` collects what did.
"""

from __future__ import annotations

import argparse
import functools
import logging
import re
import shutil
import sys
import tempfile
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from mailsafi_wizard.demo.certificates import Authority
from tests.servers.break_cases import all_breaks
from tests.servers.cases import Verdict, play
from tests.servers.change_cases import all_changes
from tests.servers.dovecot import Dovecot, Options
from tests.servers.hostile_cases import all_hostile, play_hostile
from tests.servers.killed_cases import all_killed
from tests.servers.odd_cases import all_odd
from tests.servers.refusal_cases import all_refusals
from tests.servers.scenes import Play
from tests.servers.stand import Stand

HEAD = f"{'case':48} {'ending':10} {'lost':>4} {'dbl':>3} {'alt':>3} {'runs':>4} {'s':>6} {'MB':>4}  exit"


def catalogue() -> dict[str, Play]:
    """Every case by its name."""
    found: dict[str, Play] = {}
    for case in [*all_breaks(), *all_refusals()]:
        if case.name in found:
            raise ValueError(f"two cases are named {case.name}")
        found[case.name] = functools.partial(play, case)
    for trick in all_hostile():
        found[f"hostile-{trick.name}"] = functools.partial(play_hostile, trick)
    return found | all_changes() | all_killed() | all_odd()


def row(verdict: Verdict) -> str:
    ending = verdict.ending if verdict.good else "WRONG"
    statuses = " ".join(map(str, verdict.statuses))
    return (
        f"{verdict.name:48} {ending:10} {verdict.lost:4} {verdict.doubled:3} {verdict.altered:3} {verdict.runs:4} "
        f"{verdict.seconds:6.1f} {verdict.peak // 1024:4}  {statuses}"
    )


def played(name: str, act: Play, stand: Stand, folder: Path) -> Verdict:
    """One verdict; a case that broke the stand itself is a wrong one."""
    user = re.sub(r"[^a-z0-9]+", "-", name) + "@example.co.ke"
    try:
        return act(stand, user, folder / name, True)
    except Exception as error:  # noqa: BLE001 (the top of the table: the other cases must still be played)
        return Verdict(name, "BROKEN", [f"{type(error).__name__}: {error}"])


def verdicts(chosen: dict[str, Play], at_once: int) -> Iterator[Verdict]:
    """In the order of the cases, each as soon as it is known."""
    folder = Path(tempfile.mkdtemp(prefix="fault-table-"))
    certificate = Authority(folder / "tls").issue()
    try:
        with (
            Dovecot(Options(), certificate) as source,
            Dovecot(Options(separator="/", storage="sdbox"), certificate) as destination,
            ThreadPoolExecutor(at_once) as pool,
        ):
            stand = Stand(source, destination, certificate)
            yield from pool.map(lambda item: played(item[0], item[1], stand, folder / "runs"), chosen.items())
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def main() -> int:
    logging.getLogger("asyncio").setLevel(logging.ERROR)  # a proxy whose client hangs up complains of it
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("words", nargs="*")
    options.add_argument("--at-once", type=int, default=1)
    options.add_argument("--faults", type=Path)
    chosen = options.parse_args()
    wanted = {n: p for n, p in catalogue().items() if not chosen.words or any(w in n for w in chosen.words)}
    print(HEAD, flush=True)
    all_verdicts = []
    for verdict in verdicts(wanted, chosen.at_once):
        all_verdicts.append(verdict)
        print(row(verdict), flush=True)
        text = "".join(f"    {line}\n" for line in verdict.faults if line)
        print(text, end="", file=sys.stderr, flush=True)
        if text and chosen.faults:
            with chosen.faults.open("a", encoding="utf-8") as file:
                file.write(f"{row(verdict)}\n{text}")
    good, once = sum(v.good for v in all_verdicts), sum(v.good and v.ending == "all in 1" for v in all_verdicts)
    print(f"{len(all_verdicts)} cases: {good} as they must, {once} complete in one run, {len(all_verdicts) - good} wrong")
    return 0 if good == len(all_verdicts) else 1


if __name__ == "__main__":
    sys.exit(main())
