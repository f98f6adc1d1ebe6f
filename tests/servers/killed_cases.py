"""The program is ended in the middle: by force, by a request to stop, by a second one that wants the same project."""

from __future__ import annotations

import random
import signal
import time
from collections.abc import Callable

from mailsafi_wizard.project import MigrationProject
from tests.servers.scenes import Play, Scene, letter, scene
from tests.servers.trial import Ended

MOST_KILLS = 8


def many(s: Scene) -> None:
    """Enough mail to be caught in the middle of it."""
    s.fill([letter(i, ("INBOX",) if i % 3 else ("Sent",), text="x" * (i * 37 % 3000)) for i in range(500)])


def shot(s: Scene, how: signal.Signals, after: float) -> Ended:
    """One run that gets a signal ``after`` seconds."""
    running = s.trial.start()
    time.sleep(after)
    running.end(how)
    return running.wait(s.trial.most_seconds)


def at_moments(how: signal.Signals, seed: int) -> Callable[[Scene], None]:
    """Ended again and again, each time a little later; then a run in peace."""

    def act(s: Scene) -> None:
        many(s)
        rng, most = random.Random(seed), 0.3
        for _kill in range(MOST_KILLS):
            ended = shot(s, how, rng.uniform(0.2, most))
            found = s.trial.differences(order=False)
            s.verdict.take(ended, found)
            s.check(not [line for line in found if "doubled" in line or "altered" in line], f"after a kill: {found[:2]}")
            s.check(ended.status in ((-9,) if how is signal.SIGKILL else (4, -15)) or not found, f"exit status {ended.status}")
            s.check("Traceback" not in ended.err, ended.err[-300:])
            most += 0.1
            if ended.status == 0:
                break
        s.run(order=False)
        s.run(order=False)

    return act


def when_told(how: signal.Signals, word: str, count: int) -> Callable[[Scene], None]:
    """Ended as soon as the output holds ``word`` for the ``count``-th time."""

    def act(s: Scene) -> None:
        many(s)
        running = s.trial.start()
        deadline = time.monotonic() + 20
        while running.out().count(word) < count and running.process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.002)
        running.end(how)
        ended = running.wait(s.trial.most_seconds)
        found = s.trial.differences(order=False)
        s.verdict.take(ended, found)
        if how is signal.SIGTERM:
            s.check(ended.status in (0, 4), f"exit status {ended.status} after SIGTERM: {ended.err[-300:]}")
            s.check(ended.summary.get("exit_status") == ended.status, "no summary after SIGTERM")
        s.run(order=False)

    return act


def twice_at_once(s: Scene) -> None:
    """A command on a project that is open elsewhere leaves it alone."""
    s.fill([letter(i) for i in range(5)])
    other = MigrationProject.create(s.trial.project)
    ended = s.trial.run()
    s.check(ended.status == 2, f"exit status {ended.status} for a project in use")
    other.close()
    s.run()


def all_killed() -> dict[str, Play]:
    acts: dict[str, Callable[[Scene], None]] = {"killed-twice-at-once": twice_at_once}
    for seed in (1, 2, 3):
        acts[f"killed-by-force-{seed}"] = at_moments(signal.SIGKILL, seed)
        acts[f"killed-kindly-{seed}"] = at_moments(signal.SIGTERM, seed + 10)
    for word, count in (("connecting", 1), ("looking", 1), ("copying", 1), ('"progress"', 2), ("checking", 1)):
        name = word.strip('"')
        acts[f"killed-by-force-when-{name}"] = when_told(signal.SIGKILL, word, count)
        acts[f"killed-kindly-when-{name}"] = when_told(signal.SIGTERM, word, count)
    return {name: scene(name, act) for name, act in acts.items()}
