"""Flags and INTERNALDATE on their way from one server to another: pure checks, so that only sound bytes reach a command line.

A BAD on a line with a pushed literal (RFC 7888) makes a server read the message as commands; hence nothing doubtful may stand there.
"""

from __future__ import annotations

import datetime as dt
import functools
import re

SYSTEM_FLAGS = {
    b"\\seen": b"\\Seen",
    b"\\answered": b"\\Answered",
    b"\\flagged": b"\\Flagged",
    b"\\deleted": b"\\Deleted",
    b"\\draft": b"\\Draft",
}
_KEYWORD = re.compile(rb"[!#$&'+,\-./0-9:;<=>?@A-Z\[^_`a-z|}~]{1,100}\Z")  # flag-keyword = atom (RFC 9051 section 9)
_MONTHS = (b"Jan", b"Feb", b"Mar", b"Apr", b"May", b"Jun", b"Jul", b"Aug", b"Sep", b"Oct", b"Nov", b"Dec")
_DATE = re.compile(rb" ?(\d{1,2})-([A-Za-z]{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)\Z")
_USUAL_DATE = re.compile(
    rb"(?: [1-9]|1\d|2[0-8])-(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)-(?:19|20)\d\d (?:[01]\d|2[0-3])(?::[0-5]\d){2} [+-](?:[01]\d|2[0-3])[0-5]\d\Z"
)  # a day of every month of a year with nothing special, written as it should be
_RECEIVED = re.compile(rb"^received[ \t]*:[^;]*;([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)
_DATE_HEADER = re.compile(rb"^date[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)", re.I | re.M)


@functools.lru_cache(maxsize=4096)
def storable_flags(raw: bytes, permanent: frozenset[bytes] | None = None) -> tuple[bytes, tuple[bytes, ...]]:
    """Flags as they may go into APPEND, in canonical order, and those that had to be dropped.

    ``raw`` is the inside of a FLAGS list. ``permanent`` is the destination's PERMANENTFLAGS in lower case (with b"\\\\*" when it takes new
    keywords), None when unknown. \\Recent is nobody's to set and not counted as dropped.
    """
    kept: dict[bytes, bytes] = {}
    dropped: list[bytes] = []
    for flag in raw.split():
        low = flag.lower()
        if low == b"\\recent":
            continue
        if low in SYSTEM_FLAGS:
            kept[low] = SYSTEM_FLAGS[low]
        elif _KEYWORD.match(flag) and (permanent is None or b"\\*" in permanent or low in permanent) and len(kept) < 60:
            kept[low] = flag
        else:
            dropped.append(flag)
    return b" ".join(kept[k] for k in sorted(kept)), tuple(dropped)


def readable_date(raw: bytes) -> bytes:
    """An INTERNALDATE in the exact form of RFC 9051 (date-time), or b"" when ``raw`` is not one.

    Servers that keep seconds in 32 bits show a date before 1970 as one after 2100: it is turned back.
    """
    if _USUAL_DATE.match(raw):
        return raw
    found = _DATE.match(raw)
    if not found:
        return b""
    day, month, year, hour, minute, second, _sign, zone_h, zone_m = found.groups()
    try:
        dt.datetime(
            max(1, int(year)),
            _MONTHS.index(month.title()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(59, int(second)),
            tzinfo=dt.UTC,
        )
    except ValueError:
        return b""
    if int(second) > 60 or int(zone_h) > 23 or int(zone_m) > 59:
        return b""
    if int(year) >= 2100 and (when := parsed(raw)) and 0 <= (1 << 32) - when.timestamp() < 1 << 31:
        return formatted(when - dt.timedelta(seconds=1 << 32))
    return b"%2d-%s-%s %s" % (int(day), month.title(), year, raw[-14:])


def is_doubtful(date: bytes) -> bool:
    """Dates that some servers refuse: before 1970 and after 2037."""
    return bool(date) and not 1970 <= int(date[7:11]) <= 2037


def formatted(when: dt.datetime) -> bytes:
    """``when`` (aware) as INTERNALDATE."""
    zone = when.strftime("%z").encode() or b"+0000"
    return b"%2d-%s-%04d %02d:%02d:%02d %s" % (
        when.day, _MONTHS[when.month - 1], when.year, when.hour, when.minute, when.second, zone[:5]
    )  # fmt: skip


def parsed(date: bytes) -> dt.datetime | None:
    """An INTERNALDATE as an aware datetime; None when it is none."""
    found = _DATE.match(date)
    if not found:
        return None
    day, month, year, hour, minute, second, sign, zone_h, zone_m = found.groups()
    offset = dt.timedelta(hours=int(zone_h), minutes=int(zone_m)) * (-1 if sign == b"-" else 1)
    try:
        return dt.datetime(
            int(year),
            _MONTHS.index(month.title()) + 1,
            int(day),
            int(hour),
            int(minute),
            min(59, int(second)),
            tzinfo=dt.timezone(offset),
        )
    except ValueError:
        return None


def guessed_date(header: bytes) -> bytes:
    """INTERNALDATE from the topmost Received header, else from Date, else b"" (RFC 5322 section 3.3)."""
    import email.utils  # slow to load, and seldom needed

    for pattern in (_RECEIVED, _DATE_HEADER):
        found = pattern.search(header)
        if not found:
            continue
        try:
            when = email.utils.parsedate_to_datetime(b" ".join(found[1].split()).decode("ascii", "replace"))
        except (ValueError, TypeError, IndexError, OverflowError):
            continue
        return formatted(when if when.tzinfo else when.replace(tzinfo=dt.UTC))
    return b""
