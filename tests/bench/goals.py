"""What is to be reached, as ratios in one interleaved run, and what was: pure."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Goal:
    """``figure`` of ours divided by that of ``peer`` is to be at most ``most``. ``ours`` is a tool's name; ``bare``: a destination without extensions."""

    profile: str
    rtt: int  # milliseconds
    part: str  # "full" copy, "delta0" nothing new, "delta1" 1 % new
    ours: str
    peer: str
    most: float
    figure: str = "wall"
    bare: bool = False

    @property
    def work(self) -> str:
        parts = {"full": "copy", "delta0": "nothing new", "delta1": "1 % new"}
        extra = ", destination without extensions" if self.bare else ""
        return f"{self.profile}, {self.rtt} ms, {parts[self.part]}{extra}"


COPY, WHOLE = "ours", "ours-and-read-back"
FLOOR = "CPU floor"
GOALS: tuple[Goal, ...] = (
    Goal("S", 0, "full", COPY, "imapsync", 0.14),
    Goal("S", 0, "full", COPY, "interimap", 0.8),
    Goal("S", 0, "full", COPY, "mbsync", 0.2),
    Goal("S", 0, "full", COPY, FLOOR, 1.3),
    Goal("S", 50, "full", COPY, "interimap", 0.15),
    Goal("S", 50, "full", COPY, "mbsync", 0.08),
    Goal("S", 150, "full", COPY, "interimap", 0.12),
    Goal("XS", 50, "full", COPY, "imapsync", 1 / 70),
    Goal("tiny", 0, "full", COPY, "interimap", 0.7),
    Goal("tiny", 50, "full", COPY, "interimap", 0.2),
    Goal("M", 0, "full", COPY, "interimap", 0.9),
    Goal("M", 0, "full", COPY, "imapsync", 1 / 6),
    Goal("M", 0, "full", COPY, "imapsync", 1 / 15, "cpu"),
    Goal("M", 0, "full", COPY, "imapsync", 1 / 12, "rss_mb"),
    Goal("S", 50, "delta0", WHOLE, "interimap", 0.65),
    Goal("S", 150, "delta0", WHOLE, "interimap", 0.55),
    Goal("S", 50, "delta1", COPY, "interimap", 0.3),
    Goal("S", 150, "delta1", COPY, "interimap", 0.25),
    Goal("XS", 50, "full", COPY, "imapsync", 0.05, bare=True),
    Goal("S", 0, "full", WHOLE, COPY, 1.5),
    Goal("S", 150, "full", WHOLE, COPY, 1.5),
)


@dataclass(frozen=True)
class Outcome:
    """One line of the table. ``ratios`` (one for each run) are sorted; ``problem`` says why there are none."""

    work: str
    against: str
    goal: float
    ours: float = 0.0  # median, in the unit of the figure
    peer: float = 0.0
    ratios: tuple[float, ...] = ()
    problem: str = ""

    @property
    def ratio(self) -> float:
        """The median of the runs' ratios; infinite where there is none."""
        return statistics.median(self.ratios) if self.ratios else float("inf")

    @property
    def met(self) -> bool:
        return self.ratio <= self.goal

    def facts(self) -> dict[str, object]:
        return {**asdict(self), "ratio": self.ratio if self.ratios else None, "met": self.met if self.ratios else None}


def judge(goal: Goal, figures: Sequence[Mapping[str, object]], floor: Sequence[float] = ()) -> Outcome:
    """``figures``: what the laboratory measured, a mapping for each tool, pass and run; ``floor``: seconds that no tool can beat, for each run."""
    against = goal.peer if goal.figure == "wall" else f"{goal.peer} ({goal.figure.removesuffix('_mb')})"
    mine, theirs = by_run(figures, goal.ours, goal), by_run(figures, goal.peer, goal)
    if goal.peer == FLOOR:
        theirs = dict(zip(mine, floor, strict=False))
    both = sorted(mine.keys() & theirs.keys())
    if not both:
        return Outcome(goal.work, against, goal.most, problem="not run")
    wrong = [row for row in figures if row["tool"] == goal.ours and not row["ok"]]
    if wrong:
        return Outcome(goal.work, against, goal.most, problem=f"what arrived is not what was sent: {wrong[0]}")
    ratios = tuple(sorted(mine[run] / theirs[run] for run in both))
    return Outcome(
        goal.work, against, goal.most, statistics.median(mine[r] for r in both), statistics.median(theirs[r] for r in both), ratios
    )


def by_run(figures: Sequence[Mapping[str, object]], tool: str, goal: Goal) -> dict[int, float]:
    """Run number -> figure of one tool."""
    found = {}
    for row in figures:
        if row["tool"] == tool and row["pass"] == goal.part:
            found[int(str(row["run"]))] = float(str(row[goal.figure]))
    return found


def table(outcomes: Sequence[Outcome]) -> str:
    """For people."""
    lines = [f"{'work':52}{'against':24}{'goal':>8}{'ratio':>8}{'min':>8}{'max':>8}{'ours':>9}{'peer':>9}  "]
    for o in outcomes:
        head = f"{o.work:52}{o.against:24}{o.goal:8.3f}"
        if o.problem:
            lines.append(f"{head}   {o.problem}")
            continue
        figures = "".join(f"{value:8.3f}" for value in (o.ratio, o.ratios[0], o.ratios[-1]))
        lines.append(f"{head}{figures}{o.ours:9.2f}{o.peer:9.2f}  {'met' if o.met else 'MISSED'}")
    return "\n".join(lines)
