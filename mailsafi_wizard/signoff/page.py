"""A user's check sheet in words of his language: what paper, mail and screen show alike."""

from __future__ import annotations

import datetime as dt
import functools
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from mailsafi_wizard import resources
from mailsafi_wizard.model import CheckSheet, Company, Mailbox
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import one_line

LANGUAGES = ("en", "sw")
CHECK_BEFORE = dt.timedelta(days=2)  # users have looked at their mail this long before the cutover


@dataclass(frozen=True)
class FolderRow:
    name: str
    messages: str
    oldest: str
    newest: str


@dataclass(frozen=True)
class SpotRow:
    folder: str
    sender: str
    date: str
    size: str
    subject: str


@dataclass(frozen=True)
class CheckPage:
    """A sheet in words. ``reminder`` is "" but for those who have not answered. Every text is one line that can be shown."""

    mailbox_id: int
    address: str
    language: str
    company: str
    title: str
    lead: str
    by: str
    facts: tuple[tuple[str, str], ...]
    folders: tuple[FolderRow, ...]
    messages: str
    spots: tuple[SpotRow, ...]
    help: str
    reminder: str = ""


@functools.cache
def labels(language: str) -> Mapping[str, Any]:
    """The words of ``language``; English for one that is not known."""
    known = language if language in LANGUAGES else "en"
    return tomllib.loads(resources.path(f"templates/{known}/check/labels.toml").read_text("utf-8"))


def page(
    sheet: CheckSheet, company: Company, mailbox: Mailbox, language: str, size_text: Callable[[int], str], reminder: bool = False
) -> CheckPage:
    """``sheet`` for one user; ``size_text`` says bytes in words."""
    words = labels(language)
    at = company.cutover_at
    values = ((words["sign_in"], company.mailsafi.webmail), (words["user_name"], mailbox.destination_user))
    made = CheckPage(
        mailbox.id,
        mailbox.address,
        language if language in LANGUAGES else "en",
        one_line(company.name),
        words["title"],
        words["lead"],
        words["by"].format(day=_day((at - CHECK_BEFORE).date(), words)) if at else "",
        tuple((name, one_line(value)) for name, value in values if value),
        tuple(FolderRow(one_line(f.name), f"{f.messages:,}", _iso(f.oldest, words), _iso(f.newest, words)) for f in sheet.folders),
        f"{sheet.messages:,}",
        tuple(
            SpotRow(one_line(s.folder), one_line(s.sender) or "?", _iso(s.date, words), size_text(s.size), one_line(s.subject))
            for s in sheet.spots
        ),
        words["help"].format(help_contact=one_line(company.help_contact)) if company.help_contact else "",
    )
    return replace(made, title=words["reminder_subject"], reminder=words["reminder"]) if reminder else made


def _iso(text: str, words: Mapping[str, Any]) -> str:
    """An ISO day, or moment with the hour and minute, in words; "" stays so."""
    if not text:
        return ""
    when = dt.datetime.fromisoformat(text)
    return _day(when.date(), words) + (f", {when:%H:%M}" if "T" in text else "")


def _day(day: dt.date, words: Mapping[str, Any]) -> str:
    return f"{day.day} {words['months'][day.month - 1]} {day.year}"
