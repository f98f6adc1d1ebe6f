"""The report's section about the plan: what was planned for which day, what became of it, and how the forecasts went. Pure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from mailsafi_wizard.model.plan import Audience, CopyOutlook, PlanEntry, PlanState
from mailsafi_wizard.report.facts import Column, Kind, Section, Step, Table, TimeLine, Tone, Value, time_text
from mailsafi_wizard.words import N_, _

_STATES = {
    PlanState.DONE: N_("done"),
    PlanState.DUE: N_("due today"),
    PlanState.LATE: N_("late"),
    PlanState.AHEAD: N_("ahead"),
}
_AUDIENCES = {Audience.ADMIN: N_("admin"), Audience.USERS: N_("users")}


_TONES = {PlanState.DONE: Tone.GOOD, PlanState.DUE: Tone.OPEN, PlanState.LATE: Tone.BAD, PlanState.AHEAD: Tone.QUIET}


def plan_section(
    entries: Sequence[PlanEntry], outlooks: Sequence[CopyOutlook], timezone: str, cutover: dt.date | None = None
) -> Section | None:
    """None when there is no plan. ``outlooks``: one a day, oldest first."""
    if not entries:
        return None
    words = _("What the wizard cannot see stands here on the administrator's word, with the moment at which it was given.")
    tables = [_tasks(entries, timezone)]
    if outlooks:
        tables.append(_forecasts(outlooks))
    steps = tuple(_step(entry) for entry in entries)
    drawing = TimeLine(_("Planned and actual, drawn"), steps, cutover, (_("planned"), _("done"), _("cutover")))
    done = _("{n} of {all} tasks are done").format(n=sum(e.state is PlanState.DONE for e in entries), all=len(entries))
    glance = ((_("The plan"), done), *(((_("Cutover"), cutover.isoformat()),) if cutover else ()))
    return Section("plan", _("The plan, and what became of it"), (words,), tuple(tables), (drawing,), glance)


def _step(entry: PlanEntry) -> Step:
    actual = entry.done.when.date() if entry.done and entry.done.when else None
    tone = Tone.OPEN if actual and actual > entry.day else _TONES[entry.state]
    return Step(_(entry.task.title), entry.day, actual, _(_STATES[entry.state]), tone)


def _tasks(entries: Sequence[PlanEntry], timezone: str) -> Table:
    columns = (
        Column(_("Planned"), weight=1.3),
        Column(_("Task"), weight=4),
        Column(_("For"), weight=1.1),
        Column(_("State"), weight=1.2),
        Column(_("When"), weight=2.7),
        Column(_("How that is known"), weight=3.2),
    )
    rows = tuple(
        (
            entry.day.isoformat(),
            _(entry.task.title),
            _(_AUDIENCES[entry.task.audience]),
            _(_STATES[entry.state]),
            time_text(entry.done.when, timezone) if entry.done and entry.done.when else "–",
            _known(entry),
        )
        for entry in entries
    )
    return Table("plan", _("Planned and actual"), columns, rows)


def _known(entry: PlanEntry) -> str:
    if entry.done is None:
        return "–"
    return _("the administrator's word") if entry.done.word else _(entry.done.how)


def _forecasts(outlooks: Sequence[CopyOutlook]) -> Table:
    columns = (
        Column(_("Looked at on"), weight=1.5),
        Column(_("End of the copy, at the earliest"), weight=2),
        Column(_("At the latest"), weight=2),
        Column(_("Messages left"), Kind.COUNT),
        Column(_("Size left"), Kind.BYTES),
    )
    rows: tuple[tuple[Value, ...], ...] = tuple(
        (o.made.isoformat(), *(_day(day) for day in (o.first, o.last)), o.messages, o.bytes) for o in outlooks
    )
    return Table("forecasts", _("Forecasts, one a day"), columns, rows)


def _day(day: dt.date) -> str:
    return day.isoformat()
