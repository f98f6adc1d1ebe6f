"""Derives from the project how each step stands. Plain functions; nothing is stored and no widget is needed."""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.records import dataclass

if TYPE_CHECKING:
    from mailsafi_wizard.ui.page import Page


class StepState(enum.Enum):
    """How a step stands."""

    NOT_YET = "not yet"
    NOW = "now"
    DONE = "done"
    NEEDS_YOU = "needs you"


def nothing_needed(project: MigrationProject) -> str:
    """The usual answer of ``needs``: no more than the step's own work."""
    return ""


@dataclass(frozen=True)
class Step:
    """One line of PAGES: a key, the page, and what the project says about it.

    ``applies``: it has what it needs to begin. ``done``: nothing is left to do. ``needs``: why it wants the admin though it is not its turn.
    """

    key: str
    page: type[Page]
    applies: Callable[[MigrationProject], bool]
    done: Callable[[MigrationProject], bool]
    needs: Callable[[MigrationProject], str] = nothing_needed


def states(steps: Sequence[Step], project: MigrationProject) -> tuple[StepState, ...]:
    """How each step stands; at most one is NOW: the first that applies and is not done."""
    result: list[StepState] = []
    now_given = False
    for step in steps:
        if step.done(project):
            result.append(StepState.DONE)
        elif not step.applies(project):
            result.append(StepState.NOT_YET)
        elif step.needs(project):
            result.append(StepState.NEEDS_YOU)
            now_given = True
        elif not now_given:
            result.append(StepState.NOW)
            now_given = True
        else:
            result.append(StepState.NOT_YET)
    return tuple(result)


def current(step_states: Sequence[StepState]) -> int:
    """The index of the step that a project opens at: the first that needs the admin or is now; the last when all is done."""
    waiting = (StepState.NEEDS_YOU, StepState.NOW)
    return next((i for i, state in enumerate(step_states) if state in waiting), len(step_states) - 1)
