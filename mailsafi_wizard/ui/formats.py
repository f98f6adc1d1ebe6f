"""Figures in words: sizes, durations, dates, counts; the same everywhere. Pure but for Qt's locale."""

from __future__ import annotations

import datetime as dt
import zoneinfo

from PySide6.QtCore import QLocale

from mailsafi_wizard.words import _, language, ngettext

UNITS = ("KB", "MB", "GB", "TB")


def locale() -> QLocale:
    return QLocale(QLocale.Language.Swahili, QLocale.Country.Kenya) if language() == "sw" else QLocale(QLocale.Language.English)


def count(number: int) -> str:
    """12,345"""
    return f"{number:,}"


def size(number: float) -> str:
    """Bytes as people say them: 812 bytes, 14 KB, 3.2 MB (1 MB = 1,000,000 bytes, as servers' quotas are sold)."""
    if number < 1000:
        return ngettext("{n} byte", "{n} bytes", int(number)).format(n=int(number))
    value, unit = number / 1000, UNITS[0]
    for bigger in UNITS[1:]:
        if value < 999.5:
            break
        value, unit = value / 1000, bigger
    return f"{value:.1f} {unit}" if value < 10 and unit != "KB" else f"{value:,.0f} {unit}"


def speed(bytes_per_second: float) -> str:
    return _("{size}/s").format(size=size(bytes_per_second))


def duration(seconds: float) -> str:
    """A rough, honest length of time: never more precise than it deserves."""
    if seconds < 60:
        return _("less than a minute")
    minutes = round(seconds / 60)
    if minutes < 100:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    hours = round(seconds / 3600)
    if hours < 48:
        return ngettext("{n} hour", "{n} hours", hours).format(n=hours)
    days = round(seconds / 86400)
    return ngettext("{n} day", "{n} days", days).format(n=days)


def span(low: float, high: float) -> str:
    """A range of durations, said once when both ends sound the same."""
    if duration(low) == duration(high):
        return duration(high)
    if low < 60:
        return _("up to {high}").format(high=duration(high))
    return _("{low} to {high}").format(low=duration(low), high=duration(high))


def day(date: dt.date) -> str:
    """Friday, 4 December 2026"""
    names = locale()
    return f"{names.dayName(date.isoweekday())}, {date.day} {names.standaloneMonthName(date.month)} {date.year}"


def short_day(date: dt.date) -> str:
    """4 Dec"""
    return f"{date.day} {locale().standaloneMonthName(date.month, QLocale.FormatType.ShortFormat)}"


def week_day(date: dt.date) -> str:
    """Fri 4 Dec"""
    return f"{locale().dayName(date.isoweekday(), QLocale.FormatType.ShortFormat)} {short_day(date)}"


def moment(when: dt.datetime, timezone: str = "") -> str:
    """4 Dec 2026, 18:30 in ``timezone`` (an IANA name; the computer's own when empty or unknown)."""
    try:
        local = when.astimezone(zoneinfo.ZoneInfo(timezone) if timezone else None)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        local = when.astimezone()
    return f"{short_day(local.date())} {local.year}, {local:%H:%M}"


def messages(number: int) -> str:
    return ngettext("{n} message", "{n} messages", number).format(n=count(number))


def mailboxes(number: int) -> str:
    return ngettext("{n} mailbox", "{n} mailboxes", number).format(n=count(number))


def folders(number: int) -> str:
    return ngettext("{n} folder", "{n} folders", number).format(n=count(number))
