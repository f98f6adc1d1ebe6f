"""The days of a migration: from the day of the cutover to dated tasks for the admin and notices for the users, and a calendar file. Pure.

The days are the field's usual ones for a month of preparation; with less time before the cutover they are drawn together, in order.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from mailsafi_wizard.model import Company
from mailsafi_wizard.words import N_

USUAL_DAYS = 30
SOONEST_DAYS = 5
FRIDAY = 4  # dt.date.weekday()


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
    """One usual task. ``offset`` in days from the cutover; ``step`` is the key of the wizard's step where it is done, ``notice`` of its notice."""

    key: str
    offset: int
    audience: Audience
    title: str
    step: str
    notice: str = ""


@dataclass(frozen=True)
class PlanEntry:
    """A task with its day and state."""

    task: Task
    day: dt.date
    state: PlanState


_A, _U = Audience.ADMIN, Audience.USERS
TASKS = (
    Task("inventory", -30, _A, N_("List the mailboxes, weigh them, note MailSafi's values"), "start"),
    Task("announcement", -30, _U, N_("Announcement"), "communicate", "announcement"),
    Task("prepare", -28, _A, N_("Create the users at MailSafi and prepare the old server"), "prepare"),
    Task("credentials", -24, _A, N_("Collect the passwords and test every sign-in"), "credentials"),
    Task("copy", -21, _A, N_("Copy all mailboxes, then what is new every day"), "migrate"),
    Task("what-moves", -14, _U, N_("What moves and what does not"), "communicate", "what-moves"),
    Task("verify", -7, _A, N_("Mend what failed and let users check"), "verify"),
    Task("please-check", -7, _U, N_("Please check your mailbox"), "communicate", "please-check"),
    Task("dns-ttl", -3, _A, N_("Lower the TTL; SPF holds old and new; DKIM is published"), "cutover"),
    Task("sign-offs", -2, _A, N_("Sign-offs, and the decision to go"), "verify"),
    Task("get-ready", -2, _U, N_("How to get ready"), "communicate", "prepare"),
    Task("last-reminder", -1, _U, N_("Last reminder"), "communicate", "last-reminder"),
    Task("cutover", 0, _A, N_("Copy what is new, change the MX record, test both ways"), "cutover"),
    Task("sign-in", 0, _U, N_("How to sign in"), "communicate", "sign-in"),
    Task("help", 1, _U, N_("Help and known effects"), "communicate", "help"),
    Task("stragglers", 3, _A, N_("Copy what still reached the old server"), "migrate"),
    Task("finish", 7, _A, N_("Raise the TTL, take the old SPF out, revoke passwords, save the report"), "finish"),
    Task("closing", 7, _U, N_("Closing note"), "communicate", "closing"),
)


def proposed_cutover(today: dt.date) -> dt.date:
    """The Friday nearest to 30 days from ``today``, never sooner than 27 days: the evening before a quiet weekend."""
    middle = today + dt.timedelta(days=USUAL_DAYS)
    after = (FRIDAY - middle.weekday()) % 7
    return middle + dt.timedelta(days=after if after <= 3 else after - 7)


def plan(begin: dt.date, cutover: dt.date, today: dt.date, done: Collection[str] = ()) -> tuple[PlanEntry, ...]:
    """All tasks with their days, in order. ``begin``: the day the project was started; ``done``: keys of what is done."""
    available = max(1, (cutover - begin).days)
    entries = []
    for task in TASKS:
        offset = task.offset
        if offset < 0 and available < USUAL_DAYS:
            offset = -round(-offset * available / USUAL_DAYS)
        day = cutover + dt.timedelta(days=offset)
        entries.append(PlanEntry(task, day, _state(task, day, today, done)))
    return tuple(sorted(entries, key=lambda entry: entry.day))


def _state(task: Task, day: dt.date, today: dt.date, done: Collection[str]) -> PlanState:
    if task.key in done:
        return PlanState.DONE
    if day == today:
        return PlanState.DUE
    return PlanState.LATE if day < today else PlanState.AHEAD


def next_entry(entries: Iterable[PlanEntry]) -> PlanEntry | None:
    """What comes next: the oldest that is late, else due, else ahead; None when all is done."""
    open_ = [entry for entry in entries if entry.state is not PlanState.DONE]
    return min(open_, key=lambda entry: entry.day, default=None)


# --- the calendar file (RFC 5545)


def calendar(entries: Iterable[PlanEntry], company: Company, stamp: dt.datetime, titles: dict[str, str]) -> bytes:
    """The plan as an .ics file of whole-day events, the cutover itself with its hour. ``titles``: task key -> title in the wanted language."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//MailSafi//Wizard//EN", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    for entry in entries:
        lines += _event(entry, company, stamp, titles.get(entry.task.key, entry.task.title))
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(entry: PlanEntry, company: Company, stamp: dt.datetime, title: str) -> list[str]:
    who = ", ".join(filter(None, (company.name, *company.domains)))
    lines = ["BEGIN:VEVENT", f"UID:{entry.task.key}.{company.domains[0] if company.domains else 'project'}@mailsafi-wizard"]
    lines.append(f"DTSTAMP:{stamp.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}")
    at = company.cutover_at
    if entry.task.key == "cutover" and at is not None:
        start = at.astimezone(dt.UTC)
        lines += [f"DTSTART:{start:%Y%m%dT%H%M%SZ}", f"DTEND:{start + dt.timedelta(hours=2):%Y%m%dT%H%M%SZ}"]
    else:
        lines += [
            f"DTSTART;VALUE=DATE:{entry.day:%Y%m%d}",
            f"DTEND;VALUE=DATE:{entry.day + dt.timedelta(days=1):%Y%m%d}",
            "TRANSP:TRANSPARENT",
        ]
    return [*lines, f"SUMMARY:{_text(title)}", f"DESCRIPTION:{_text(who)}", "END:VEVENT"]


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11): nothing of it can end the line or the property."""
    value = "".join(c if c.isprintable() else " " for c in value)
    return value.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,")


def _folded(line: str) -> bytes:
    """A content line of at most 75 octets a piece (RFC 5545 section 3.1), never cut inside a character."""
    pieces: list[bytes] = []
    now = b""
    for character in line:
        raw = character.encode()
        if len(now) + len(raw) > (75 if not pieces else 74):
            pieces.append(now)
            now = b""
        now += raw
    return b"\r\n ".join([*pieces, now]) + b"\r\n"
