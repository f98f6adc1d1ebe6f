"""The plan of the days: what is done, due and late by what the project knows, the forecast of the copy day by day, and the calendar file."""

from __future__ import annotations

import datetime as dt
import functools
import json
import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard.model import Endpoint, MailSafiValues, Security, Side
from mailsafi_wizard.model.plan import CopyOutlook, Done, PlanEntry
from mailsafi_wizard.project.mailing_sheets import MailingSheets
from mailsafi_wizard.project.switch import Switch
from mailsafi_wizard.saving import write_whole

if TYPE_CHECKING:
    from mailsafi_wizard.report import Section
    from mailsafi_wizard.schedule.outlook import Danger, History
    from mailsafi_wizard.schedule.standing import Facts, RecordsSeen
    from mailsafi_wizard.schedule.workdays import Workdays


class Plan(MailingSheets, Switch):
    """Days, tasks and forecasts of a project."""

    def now(self) -> dt.datetime:
        """This moment in the company's time zone."""
        return dt.datetime.now(self.company.zone)

    def workdays(self, language: str = "en") -> Workdays:
        """The working days of the company's country, the holidays' names in ``language`` where they are known."""
        from mailsafi_wizard.schedule import workdays

        return workdays.of(self.company.country, language)

    @property
    def plan_begin(self) -> dt.date:
        """The first day that may hold a task: when the day of the cutover was first chosen."""
        text = self.note("plan.begin")
        return dt.date.fromisoformat(text) if text else self.begun

    def plan_days(self) -> Mapping[str, dt.date]:
        """The day of every task by its key; empty without a day of the cutover."""
        from mailsafi_wizard import schedule
        from mailsafi_wizard.schedule import standing

        day = self.company.cutover
        if day is None:
            return {}
        return schedule.days(self.plan_begin, day, self.workdays(), standing.old_ttl(self._records_seen()))

    def plan(self) -> tuple[PlanEntry, ...]:
        """All tasks with their days and how they stand; empty without a day of the cutover."""
        from mailsafi_wizard import schedule
        from mailsafi_wizard.schedule import standing

        day = self.company.cutover
        if day is None:
            return ()
        found = self._with_moments(standing.done(self._facts(), self.plan_days()))
        ttl = standing.old_ttl(self._records_seen())
        return schedule.plan(self.plan_begin, day, self.now().date(), found, self.workdays(), ttl)

    def tick_task(self, word: str, on: bool) -> None:
        """The admin's own word that a task (`Task.word`) is done, with the moment at which it was given; or that it isn't."""
        self.set_note(f"tick.{word}", self.now().astimezone(dt.UTC).isoformat(timespec="seconds") if on else "")

    def note_day(self) -> CopyOutlook | None:
        """Keeps what is known today and would be forgotten: what is seen to be done for the first time, and today's forecast.

        Returns the forecast, as `copy_outlook` does.
        """
        if self.company.cutover is None:
            return None
        from mailsafi_wizard.schedule import standing

        today = self.now().date()
        if not self.note("plan.begin"):
            self.set_note("plan.begin", min(today, self.company.cutover).isoformat())
        found = standing.done(self._facts(), self.plan_days())
        known = self._seen()
        now = self.now().astimezone(dt.UTC).isoformat(timespec="seconds")
        seen = {key: known.get(key, now) for key, made in found.items() if made.when is None}
        if seen != known:
            self.set_note("plan.seen", json.dumps(seen))
        made = self.copy_outlook()
        if made is not None and (history := self.outlooks()).with_today(made) != history:
            self.set_note("plan.forecasts", history.with_today(made).to_text())
        return made

    # --- the forecast

    def copy_outlook(self) -> CopyOutlook | None:
        """Between which days the copy will end; None before the look at the mailboxes, and when all is copied."""
        from mailsafi_wizard.schedule import outlook

        begins = self.plan_days().get("copy")
        if begins is None:
            return None
        return outlook.expected(self.now(), begins, self.forecast(), self.census(), self.ledgers(), self.runs(), self.pace)

    def outlooks(self) -> History:
        """The forecasts of today and of earlier days."""
        from mailsafi_wizard.schedule.outlook import History

        return History.from_text(self.note("plan.forecasts"))

    def copy_danger(self, made: CopyOutlook | None) -> Danger:
        """How a forecast lies to the days of the plan."""
        from mailsafi_wizard.schedule import outlook
        from mailsafi_wizard.schedule.outlook import Danger

        days = self.plan_days()
        return outlook.danger(made, days["please-check"], days["cutover"]) if days else Danger.NONE

    # --- the calendar

    def save_calendar(self, path: Path, words: Mapping[str, str], name: str) -> None:
        """Writes the plan as a calendar file; see `schedule.calendar`. Raises OSError; what was exported is noted only when it is written."""
        from mailsafi_wizard.schedule import calendar

        shown = calendar.events(self.plan(), self.company, words)
        numbers = calendar.Exported.from_text(self.note("plan.calendar")).following(shown)
        write_whole(path, calendar.calendar(shown, self._plan_name(), numbers, self.now(), name))
        self.set_note("plan.calendar", numbers.to_text())

    def _plan_name(self) -> str:
        """A name for this project in calendars that stays when company and domain change."""
        if not self.note("plan.name"):
            self.set_note("plan.name", os.urandom(8).hex())
        return self.note("plan.name")

    # --- the report

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.report import plan_section

        made = plan_section(self.plan(), self.outlooks().outlooks, self.company.timezone, self.company.cutover)
        return (*super()._report_sections(), *((made,) if made else ()))

    # --- what is known

    def _facts(self) -> Facts:
        from mailsafi_wizard.schedule.standing import Facts

        results = self.sign_in_results()
        boxes = frozenset(mailbox.id for mailbox in self.mailboxes())
        there = frozenset(box for box in boxes if (r := results.get((box, Side.DESTINATION))) and r.ok)
        destination = self.endpoint(Side.DESTINATION)
        return Facts(
            company=self.company,
            destination_host=destination.host if destination else "",
            mailboxes=boxes,
            weighed=frozenset(number for number, text in self._journal.census() if _weighed(text)),
            signed_in=frozenset(box for box in there if (r := results.get((box, Side.SOURCE))) and r.ok),
            signed_in_there=there,
            servers_passed=all(self._passed(side) for side in Side),
            ledgers=self.ledgers(),
            running=self.running,
            runs=self.runs(),
            records=self._records_seen(),
            notices_sent=self.notices_sent(),
            notices_saved=self._moments("done.notice.", "notice"),
            ticks=self._moments("tick.", "word"),
            report_saved=_moment(self.note("done.report")),
        )

    def _moments(self, prefix: str, field: str) -> dict[str, dt.datetime]:
        """The notes that tell when, by the tasks' own keys for them."""
        from mailsafi_wizard import schedule

        keys = {str(getattr(task, field)) for task in schedule.TASKS} - {""}
        return {key: when for key in keys if (when := _moment(self.note(prefix + key)))}

    def _seen(self) -> dict[str, str]:
        try:
            return {str(key): str(when) for key, when in json.loads(self.note("plan.seen") or "{}").items()}
        except (ValueError, AttributeError):
            return {}

    def _with_moments(self, found: Mapping[str, Done]) -> dict[str, Done]:
        """With the moment of the first sight where the project holds no better one; all in the company's time zone."""
        seen, zone = self._seen(), self.company.zone
        moments = {key: made.when or _moment(seen.get(key, "")) for key, made in found.items()}
        return {key: replace(made, when=at.astimezone(zone) if (at := moments[key]) else None) for key, made in found.items()}

    def _passed(self, side: Side) -> bool:
        """Whether the last test of the server that is entered now went well."""
        endpoint = self.endpoint(side)
        return endpoint is not None and _passed(self.note(f"ladder.{side.value}"), endpoint)

    def _records_seen(self) -> tuple[RecordsSeen, ...]:
        company = self.company
        if not company.domains:
            return ()
        seen = (_records(taken, text, company.domains[0], company.mailsafi) for taken, text in self.dns_snapshots())
        return tuple(one for one in seen if one is not None)


def _moment(text: str) -> dt.datetime | None:
    try:
        made = dt.datetime.fromisoformat(text)
    except ValueError:
        return None
    return made if made.tzinfo else made.replace(tzinfo=dt.UTC)


@functools.lru_cache(maxsize=1024)
def _weighed(text: str) -> bool:
    from mailsafi_wizard.engine import preflight

    return not preflight.census_from_text(0, text).error


def _passed(text: str, endpoint: Endpoint) -> bool:
    try:
        data = json.loads(text)
        tested = Endpoint(**{**data["endpoint"], "security": Security(data["endpoint"]["security"])})
        results = {rung["rung"]: rung["ok"] for rung in data["rungs"]}
    except (ValueError, KeyError, TypeError):
        return False
    return tested == endpoint and bool(results) and all(ok or (ok is None and rung == "sign-in") for rung, ok in results.items())


@functools.lru_cache(maxsize=512)
def _records(taken: dt.datetime, text: str, domain: str, values: MailSafiValues) -> RecordsSeen | None:
    """What a kept look says; None when it is of another domain, or nobody answered."""
    from mailsafi_wizard import cutover
    from mailsafi_wizard.net import dns
    from mailsafi_wizard.schedule.standing import RecordsSeen

    try:
        snapshot = dns.Snapshot.from_facts(json.loads(text))
    except (ValueError, KeyError, TypeError):
        return None
    if snapshot.domain != dns.normal(domain):
        return None
    changes = cutover.changes(snapshot, values)
    ttl = next((int(change.now[0]) for change in changes if change.kind == "TTL" and change.now), None)
    right = frozenset(change.kind for change in changes if change.state is cutover.State.RIGHT)
    return RecordsSeen(taken, right, cutover.switched(snapshot, values), ttl)
