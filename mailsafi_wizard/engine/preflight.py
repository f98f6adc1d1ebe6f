"""What a look at the mailboxes (see `census`) is good for: its form in the project file, and the forecast."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any

from mailsafi_wizard.model import BigMessage, FolderCensus, Forecast, MailboxCensus, Role, RunRecord
from mailsafi_wizard.words import N_

FORM = 2  # of the text in the project file
SLOW, FAST = 100_000.0, 4_000_000.0  # bytes a second assumed before anything was measured
MESSAGES_A_SECOND = 400.0


def forecast(census: Sequence[MailboxCensus], runs: Sequence[RunRecord]) -> Forecast | None:
    """How long copying will take, from the speed of earlier runs where there is one; None before a census."""
    if not census:
        return None
    messages, size = sum(c.messages for c in census), sum(c.bytes for c in census)
    measured = [
        r.bytes / (r.ended - r.started).total_seconds() for r in runs if r.ended and r.bytes > 1_000_000 and r.ended > r.started
    ]
    if measured:
        low, high = size / (max(measured) * 1.2), size / (min(measured) * 0.7)
        return Forecast(low, high, messages, size, N_("the speed of earlier runs"))
    floor = messages / MESSAGES_A_SECOND
    return Forecast(
        max(floor, size / FAST),
        floor + size / SLOW,
        messages,
        size,
        N_("a usual office connection; it becomes exact with the first run"),
    )


def census_to_text(census: MailboxCensus) -> str:
    """For the project file; the form has a number, and what older ones lack gets its default when read."""
    facts = {
        "form": FORM,
        "error": census.error,
        "taken": census.taken.isoformat() if census.taken else "",
        "quota": [census.quota_used, census.quota_limit, census.messages_used, census.messages_limit],
        "largest_taken": census.largest_taken,
        "too_big": [[m.folder, m.uid, m.size, m.date] for m in census.too_big],
        "too_big_count": census.too_big_count,
        "addresses": [list(pair) for pair in census.addresses],
        "folders": [_folder_row(f) for f in census.folders],
    }
    return json.dumps(facts, ensure_ascii=False)


def _folder_row(f: FolderCensus) -> list[object]:
    days = [day.isoformat() if day else "" for day in (f.oldest, f.newest)]
    role = f.role.value if f.role else ""
    row = [f.name, role, f.messages, f.bytes, f.destination_name, f.excluded_reason, f.renamed]  # the whole of form 1
    return [*row, *days, f.largest, f.raw_name, f.problem, f.elsewhere, f.elsewhere_bytes, f.chosen]


def census_from_text(mailbox_id: int, text: str) -> MailboxCensus:
    """The reverse of `census_to_text`, also of what older versions wrote."""
    facts = json.loads(text)
    used, limit, messages_used, messages_limit = facts.get("quota", (0, None, 0, None))
    return MailboxCensus(
        mailbox_id,
        tuple(_folder(row) for row in facts["folders"]),
        facts["error"],
        dt.datetime.fromisoformat(facts["taken"]) if facts.get("taken") else None,
        used,
        limit,
        messages_used,
        messages_limit,
        facts.get("largest_taken"),
        tuple(BigMessage(*row) for row in facts.get("too_big", ())),
        facts.get("too_big_count", 0),
        tuple((address, count) for address, count in facts.get("addresses", ())),
    )


def _folder(row: list[Any]) -> FolderCensus:
    name, role, *numbers = row[:7]
    days = [dt.date.fromisoformat(day) if day else None for day in row[7:9]]
    return FolderCensus(name, Role(role) if role else None, *numbers, *days, *row[9:])
