"""Small answers the screen keeps in the project by `note`: ticks, the last ladder of each server, what was saved when. Pure."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import asdict

from mailsafi_wizard.model import Endpoint, Ladder, Rung, RungResult, Security, Side
from mailsafi_wizard.project import MigrationProject


def keep_ladder(project: MigrationProject, side: Side, ladder: Ladder) -> None:
    """Remember how the last test of a server went, so that a later day need not ask again."""
    data = asdict(ladder)
    data["endpoint"]["security"] = ladder.endpoint.security.value
    for rung in data["rungs"]:
        rung["rung"] = rung["rung"].value
    project.set_note(f"ladder.{side.value}", json.dumps(data))


def last_ladder(project: MigrationProject, side: Side) -> Ladder | None:
    """The last test of the server that is entered now; None when it was never tested or has been changed since."""
    endpoint = project.endpoint(side)
    try:
        data = json.loads(project.note(f"ladder.{side.value}"))
        tested = Endpoint(**{**data["endpoint"], "security": Security(data["endpoint"]["security"])})
        rungs = tuple(RungResult(**{**rung, "rung": Rung(rung["rung"])}) for rung in data["rungs"])
    except (ValueError, KeyError, TypeError):
        return None
    if endpoint is None or tested != endpoint:
        return None
    return Ladder(tested, rungs, data.get("fingerprint", ""), data.get("certificate", ""))


def is_ticked(project: MigrationProject, item: str) -> bool:
    return project.note(f"tick.{item}") != ""


def tick(project: MigrationProject, item: str, on: bool) -> None:
    project.set_note(f"tick.{item}", _now() if on else "")


def mark(project: MigrationProject, what: str) -> None:
    """Note that something was done now, such as a notice saved."""
    project.set_note(f"done.{what}", _now())


def marked(project: MigrationProject, what: str) -> dt.datetime | None:
    """When `mark` noted it last; None when never."""
    try:
        return dt.datetime.fromisoformat(project.note(f"done.{what}"))
    except ValueError:
        return None


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
