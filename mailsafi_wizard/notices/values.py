"""The fields that a notice may use, from what the admin entered. Each is one line without control characters."""

from __future__ import annotations

import datetime as dt
import itertools

from mailsafi_wizard.model import Company, Endpoint, Mailbox, Security
from mailsafi_wizard.words import one_line

CHECK_BEFORE = dt.timedelta(days=2)  # users have looked at their mail this long before the cutover
LANGUAGES = ("en", "sw")
_DAYS = {
    "en": ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"],
    "sw": ["Jumatatu", "Jumanne", "Jumatano", "Alhamisi", "Ijumaa", "Jumamosi", "Jumapili"],
}
_MONTHS = {
    "en": [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ],
    "sw": ["Januari", "Februari", "Machi", "Aprili", "Mei", "Juni", "Julai", "Agosti", "Septemba", "Oktoba", "Novemba", "Desemba"],
}
_SECURITY = {
    "en": {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.CLEARTEXT: "no encryption"},
    "sw": {Security.TLS: "SSL/TLS", Security.STARTTLS: "STARTTLS", Security.CLEARTEXT: "bila usimbaji"},
}


def fields(company: Company, mailbox: Mailbox, destination: Endpoint | None, language: str) -> dict[str, str]:
    """All values a template may use; "" where the project does not know one yet."""
    values = company.mailsafi
    found = {
        "company": company.name,
        "address": mailbox.address,
        "user_name": mailbox.destination_user,
        "help_contact": company.help_contact,
        "webmail": values.webmail,
        "smtp_host": values.smtp_host,
        "smtp_port": str(values.smtp_port or ""),
        "imap_host": destination.host if destination else "",
        "imap_port": str(destination.port) if destination else "",
        "imap_security": _SECURITY[language][destination.security] if destination else "",
        **_days(company.cutover_at, language),
    }
    return {name: one_line(value) for name, value in found.items()}


def _days(at: dt.datetime | None, language: str) -> dict[str, str]:
    if at is None:
        return dict.fromkeys(("check_by", "cutover_date", "cutover_short", "cutover_time", "cutover_when"), "")
    time = f"{at:%H:%M} {_zone(at)}"
    return {
        "check_by": _date(at - CHECK_BEFORE, language),
        "cutover_date": _date(at, language),
        "cutover_short": f"{at.day} {_MONTHS[language][at.month - 1]}",
        "cutover_time": time,
        "cutover_when": f"{_date(at, language)}, {time}",
    }


def _date(at: dt.datetime, language: str) -> str:
    return f"{_DAYS[language][at.weekday()]} {at.day} {_MONTHS[language][at.month - 1]} {at.year}"


def _zone(at: dt.datetime) -> str:
    name = at.tzname() or ""
    return name if name[:1].isalpha() else f"UTC{at:%z}"


# A value must stand in a text as it is: what our marks are made of is set aside in it while a text is made, in characters that
# `one_line` lets nobody bring along, for they are not printable.
_MARKS = "*#-"
_ASIDE = {ord(mark): 0xE000 + place for place, mark in enumerate(_MARKS)}
_BACK = {place: chr(mark) for mark, place in _ASIDE.items()}


def set_aside(value: str) -> str:
    return value.translate(_ASIDE)


def put_back(text: str) -> str:
    return text.translate(_BACK)


def longest(rows: list[dict[str, str]]) -> dict[str, str]:
    """For each field its longest value among ``rows``: what a short message must have room for."""
    names = dict.fromkeys(itertools.chain.from_iterable(rows))
    return {name: max((row[name] for row in rows), key=len) for name in names}
