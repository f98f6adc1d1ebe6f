"""The days of a migration: from the day of the cutover to dated tasks for the admin and notices for the users. Pure; knows no project file.

The days are the field's usual ones for a month of preparation. With less time before the cutover the early ones are drawn together, with more
they are spread out; the last three days stay as they are, for what they hold needs its time. Weekends and holidays are passed over where the
order allows.
"""

from __future__ import annotations

import datetime as dt
import functools
import itertools
import math
from collections.abc import Iterable, Mapping

from mailsafi_wizard.model.plan import Audience, CopyOutlook, Done, PlanEntry, PlanState, Task
from mailsafi_wizard.schedule.placing import Wish, placed
from mailsafi_wizard.schedule.tasks import BY_KEY, TASKS
from mailsafi_wizard.schedule.workdays import Workdays

__all__ = [
    "BY_KEY",
    "LONGEST_DAYS",
    "SOONEST_DAYS",
    "TASKS",
    "USUAL_DAYS",
    "Audience",
    "CopyOutlook",
    "Done",
    "PlanEntry",
    "PlanState",
    "Task",
    "days",
    "next_entry",
    "plan",
]

USUAL_DAYS = 30
SOONEST_DAYS = 5
LONGEST_DAYS = 60  # nothing is planned longer ahead: people forget
CLOSE_DAYS = 3  # before the cutover, that no plan draws together
CHECK_DAYS = 7  # users check their mail so long before the cutover, and no longer when there is more time
AFTER_DAYS = 40  # after the cutover: room for the last tasks behind any row of holidays
REMEMBERED = dt.timedelta(hours=24)  # a lowered TTL is given this long beyond the old one
EVERY_DAY = Workdays()


def plan(
    begin: dt.date,
    cutover: dt.date,
    today: dt.date,
    done: Mapping[str, Done] | None = None,
    workdays: Workdays = EVERY_DAY,
    old_ttl: int = 0,
) -> tuple[PlanEntry, ...]:
    """All tasks with their days, in order.

    ``begin``: the day the plan starts; ``done``: by the tasks' keys; ``old_ttl``: seconds for which the MX record was remembered at first.
    """
    known = done or {}
    entries = [
        PlanEntry(BY_KEY[key], day, _state(key in known, day, today), known.get(key))
        for key, day in days(begin, cutover, workdays, old_ttl).items()
    ]
    return tuple(sorted(entries, key=lambda entry: entry.day))


def _state(done: bool, day: dt.date, today: dt.date) -> PlanState:
    if done:
        return PlanState.DONE
    if day == today:
        return PlanState.DUE
    return PlanState.LATE if day < today else PlanState.AHEAD


def next_entry(entries: Iterable[PlanEntry]) -> PlanEntry | None:
    """What comes next: the oldest that is late, else due, else ahead; None when all is done."""
    open_ = [entry for entry in entries if entry.state is not PlanState.DONE]
    return min(open_, key=lambda entry: entry.day, default=None)


@functools.lru_cache(maxsize=64)
def days(begin: dt.date, cutover: dt.date, workdays: Workdays = EVERY_DAY, old_ttl: int = 0) -> Mapping[str, dt.date]:
    """The day of each task, in the order of the plan; none is before ``begin`` unless the cutover itself is."""
    first = min(cutover, max(begin, cutover - dt.timedelta(days=LONGEST_DAYS)))
    wishes = [(task, _wish(task, cutover, (cutover - first).days, old_ttl)) for task in TASKS]
    wishes.sort(key=lambda pair: pair[1].day)  # a stable sort: tasks of one day stay in their order
    before = [pair for pair in wishes if pair[0].offset < 0]
    after = [pair for pair in wishes if pair[0].offset > 0]
    eve = max(first, cutover - dt.timedelta(days=1))
    found = _placed(before, first, eve, workdays)
    found |= {task.key: cutover for task in TASKS if task.offset == 0}
    return found | _placed(after, cutover + dt.timedelta(days=1), cutover + dt.timedelta(days=AFTER_DAYS), workdays)


def _placed(pairs: list[tuple[Task, Wish]], first: dt.date, last: dt.date, workdays: Workdays) -> dict[str, dt.date]:
    found = placed([wish for _task, wish in pairs], first, last, workdays.is_working)
    return {task.key: day for (task, _wish), day in zip(pairs, found, strict=True)}


def _wish(task: Task, cutover: dt.date, available: int, old_ttl: int) -> Wish:
    offset = _scaled(task.offset, available)
    if task.key == "dns-ttl" and old_ttl:
        offset = max(-available, min(offset, -math.ceil((old_ttl + REMEMBERED.total_seconds()) / 86_400)))
    day = cutover + dt.timedelta(days=offset)
    return Wish(
        day,
        notice=bool(task.notice),
        earliest=day if offset > 0 else dt.date.min,
        latest=day if task.deadline else dt.date.max,
    )


def _scaled(offset: int, available: int) -> int:
    """A usual offset for ``available`` days before the cutover: straight lines between a few fixed points."""
    if offset >= 0:
        return offset
    close = min(CLOSE_DAYS, available * CLOSE_DAYS // SOONEST_DAYS)
    bend = (CHECK_DAYS, CHECK_DAYS) if available >= USUAL_DAYS else (CLOSE_DAYS, close)
    points = [(USUAL_DAYS, available), bend, (0, 0)]
    for (far, far_days), (near, near_days) in itertools.pairwise(points):
        if -offset >= near:
            share = (-offset - near) / (far - near)
            return -round(near_days + share * (far_days - near_days))
    return 0
