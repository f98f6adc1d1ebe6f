"""The lists beside the copy: messages that failed, and what was noticed. Columns only; the page has the rows."""

from __future__ import annotations

import datetime as dt
from functools import lru_cache

from mailsafi_wizard.model import FailedMessage
from mailsafi_wizard.net.attributes import parsed, readable_date
from mailsafi_wizard.ui import formats
from mailsafi_wizard.ui.rows import Column
from mailsafi_wizard.words import _, translated

LONG_AGO = dt.datetime(1, 1, 2, tzinfo=dt.UTC)  # where a message has no date


@lru_cache(maxsize=10_000)
def _arrived(internaldate: str) -> dt.datetime | None:
    """A server's own date (RFC 9051 section 9, date-time); None where it is none."""
    return parsed(readable_date(internaldate.strip().encode("ascii", "replace")))


def _when(internaldate: str, timezone: str) -> str:
    """A server's own date as one that is read at home; as it is where it is none."""
    arrived = _arrived(internaldate)
    return formats.moment(arrived, timezone) if arrived else internaldate


def failure_columns(timezone: str) -> list[Column[tuple[str, FailedMessage]]]:
    return [
        Column(_("Mailbox"), lambda f: f[0]),
        Column(_("Folder"), lambda f: f[1].folder, stretch=True, tip=lambda f: f[1].folder),
        Column(
            _("Date"),
            lambda f: _when(f[1].date, timezone),
            sort=lambda f: _arrived(f[1].date) or LONG_AGO,
            tip=lambda f: f[1].date,
            yields=1,
        ),
        Column(_("Size"), lambda f: formats.size(f[1].size), sort=lambda f: f[1].size, numeric=True, yields=2),
        Column(_("Why it was not copied"), lambda f: translated(f[1].reason), stretch=True, tip=lambda f: translated(f[1].reason)),
    ]


def remark_columns() -> list[Column[tuple[str, str, str]]]:
    return [
        Column(_("Mailbox"), lambda r: r[0]),
        Column(_("Folder"), lambda r: r[1]),
        Column(_("What was noticed"), lambda r: r[2], stretch=True, tip=lambda r: r[2]),
    ]
