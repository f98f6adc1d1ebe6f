"""The plan as a calendar file (RFC 5545) for Outlook, Google and Apple: whole-day events, the cutover with its hour. Pure.

An event keeps its UID over all exports, and its SEQUENCE grows when its day or its words change; so a later file mends the calendar instead
of filling it twice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterable, Mapping

from mailsafi_wizard.model import Company
from mailsafi_wizard.model.plan import Audience, PlanEntry, PlanState
from mailsafi_wizard.records import dataclass

LASTS = dt.timedelta(hours=2)  # of the cutover
MORNING = "PT8H"  # an alarm at eight on a whole day, which begins at midnight wherever the calendar is read
BEFORE_CUTOVER = ("-P1D", "-PT2H")
PRODUCT = "-//MailSafi//Wizard//EN"


@dataclass(frozen=True)
class Event:
    """One entry in words. ``uid`` and ``day`` with ``at`` None: a whole day; else the moment it begins."""

    key: str
    day: dt.date
    at: dt.datetime | None
    summary: str
    description: str
    category: str
    done: bool = False

    @property
    def fingerprint(self) -> str:
        """Differs when anything differs that a calendar shows."""
        shown = [self.day.isoformat(), self.at.isoformat() if self.at else "", self.summary, self.description, self.done]
        return hashlib.sha256(json.dumps(shown).encode()).hexdigest()[:16]


@dataclass(frozen=True)
class Exported:
    """What was in the last file, by the events' keys: how often each was changed, and its fingerprint."""

    events: Mapping[str, tuple[int, str]]

    def following(self, events: Iterable[Event]) -> Exported:
        """The numbers for a file with ``events``."""
        made = dict(self.events)
        for event in events:
            number, known = made.get(event.key, (0, event.fingerprint))
            made[event.key] = (number + (known != event.fingerprint), event.fingerprint)
        return Exported(made)

    def to_text(self) -> str:
        return json.dumps({key: list(value) for key, value in self.events.items()})

    @classmethod
    def from_text(cls, text: str) -> Exported:
        """The reverse of `to_text`; nothing when it is none."""
        try:
            return cls({str(key): (int(number), str(known)) for key, (number, known) in json.loads(text or "{}").items()})
        except (ValueError, TypeError, AttributeError):
            return cls({})


def events(entries: Iterable[PlanEntry], company: Company, words: Mapping[str, str]) -> tuple[Event, ...]:
    """The plan's entries as events. ``words``: a text in the wanted language by key: each task's title, and "admin", "users", "notice"."""
    who = ", ".join(filter(None, (company.name, *company.domains)))
    made = []
    for entry in entries:
        task = entry.task
        title = words.get(task.key, task.title)
        if task.notice:
            title = words.get("notice", "{title}").format(title=title)
        category = words.get("users" if task.audience is Audience.USERS else "admin", task.audience.value)
        at = company.cutover_at if task.key == "cutover" else None
        made.append(Event(task.key, entry.day, at, title, f"{who}\n{category}", category, entry.state is PlanState.DONE))
    return tuple(made)


def calendar(shown: Iterable[Event], project: str, numbers: Exported, stamp: dt.datetime, name: str) -> bytes:
    """The file. ``project``: a name for the project that never changes; ``numbers``: what `Exported.following` gave for these events."""
    head = ["BEGIN:VCALENDAR", "VERSION:2.0", f"PRODID:{PRODUCT}", "CALSCALE:GREGORIAN", "METHOD:PUBLISH"]
    lines = [*head, f"NAME:{_text(name)}", f"X-WR-CALNAME:{_text(name)}"]
    for event in shown:
        lines += _event(event, project, numbers.events.get(event.key, (0, ""))[0], stamp)
    lines.append("END:VCALENDAR")
    return b"".join(_folded(line) for line in lines)


def _event(event: Event, project: str, number: int, stamp: dt.datetime) -> list[str]:
    lines = [
        "BEGIN:VEVENT",
        f"UID:{event.key}.{project}@mailsafi-wizard",
        f"DTSTAMP:{_utc(stamp)}",
        f"SEQUENCE:{number}",
        *_when(event),
        f"SUMMARY:{_text(event.summary)}",
        f"DESCRIPTION:{_text(event.description)}",
        f"CATEGORIES:{_text(event.category)}",
    ]
    alarms = () if event.done else BEFORE_CUTOVER if event.at else (MORNING,)
    for trigger in alarms:
        lines += ["BEGIN:VALARM", "ACTION:DISPLAY", f"TRIGGER:{trigger}", f"DESCRIPTION:{_text(event.summary)}", "END:VALARM"]
    return [*lines, "END:VEVENT"]


def _when(event: Event) -> list[str]:
    if event.at is not None:
        return [f"DTSTART:{_utc(event.at)}", f"DTEND:{_utc(event.at + LASTS)}", "TRANSP:OPAQUE"]
    after = event.day + dt.timedelta(days=1)
    return [f"DTSTART;VALUE=DATE:{event.day:%Y%m%d}", f"DTEND;VALUE=DATE:{after:%Y%m%d}", "TRANSP:TRANSPARENT"]


def _utc(moment: dt.datetime) -> str:
    return f"{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"


def _text(value: str) -> str:
    """A TEXT value (RFC 5545 section 3.3.11): nothing of it can end the line or the property."""
    kept = "".join(c if c.isprintable() or c == "\n" else " " for c in value)
    return kept.replace("\\", "\\\\").replace(";", "\\;").replace(",", "\\,").replace("\n", "\\n")


def _folded(line: str) -> bytes:
    """A content line of at most 75 octets a piece (RFC 5545 section 3.1), never cut inside a character."""
    pieces: list[bytes] = []
    now = b""
    for character in line:
        raw = character.encode("utf-8", "replace")
        if len(now) + len(raw) > (75 if not pieces else 74):
            pieces.append(now)
            now = b""
        now += raw
    return b"\r\n ".join([*pieces, now]) + b"\r\n"
