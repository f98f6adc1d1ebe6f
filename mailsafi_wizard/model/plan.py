"""The plan of the days: what is to be done, by whom, when, and how it stands."""

from __future__ import annotations

import datetime as dt
import enum

from mailsafi_wizard.records import dataclass


class Audience(enum.Enum):
    """Who has something to do or to read."""

    ADMIN = "admin"
    USERS = "users"


class PlanState(enum.Enum):
    """How an entry of the plan stands."""

    DONE = "done"
    DUE = "due"  # its day is today
    LATE = "late"
    AHEAD = "ahead"


@dataclass(frozen=True)
class Task:
    """One usual task. ``offset`` in days from the cutover; ``step`` is the key of the wizard's step where it is done, ``notice`` of its notice.

    ``word``: the key of the admin's tick, for what the program can't know. ``deadline``: it may be early, never later than its offset.
    """

    key: str
    offset: int
    audience: Audience
    title: str
    step: str
    notice: str = ""
    word: str = ""
    deadline: bool = False


@dataclass(frozen=True)
class Done:
    """That a task is done, and how that is known. ``how`` is a sentence; ``when`` None where the project holds no moment of it.

    ``word``: the admin says so, and nothing in the project shows it.
    """

    how: str
    when: dt.datetime | None = None
    word: bool = False


@dataclass(frozen=True)
class PlanEntry:
    """A task with its day and state."""

    task: Task
    day: dt.date
    state: PlanState
    done: Done | None = None


@dataclass(frozen=True)
class CopyOutlook:
    """On which days the copy is expected to end: ``first`` to ``last``, as it looked on the day ``made``. ``messages`` are those left."""

    made: dt.date
    first: dt.date
    last: dt.date
    messages: int
    bytes: int
    basis: str = ""
