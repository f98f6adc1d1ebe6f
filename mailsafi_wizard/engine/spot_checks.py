"""A few messages chosen by chance that a user is to look for: who sent them and when, read from the source by BODY.PEEK.

What is read is handed on and kept nowhere.
"""

from __future__ import annotations

import datetime as dt
import email.errors
import email.header
import random
import re
from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.task_round import Crowded
from mailsafi_wizard.model import Role, SpotCheck
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.attributes import parsed, readable_date
from mailsafi_wizard.net.headers import ask_headers, headers
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.checks import Checks
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import one_line

SPOTS = 3
_NOT_ASKED = (Role.JUNK.value, Role.TRASH.value, Role.DRAFTS.value)
_FIELD = re.compile(rb"(?im)^(from|subject)[ \t]*:([^\r\n]*(?:\r?\n[ \t][^\r\n]*)*)")
LONGEST = 160  # characters of a field


def choose(checks: Checks, records: Sequence[FolderRecord], dice: random.Random) -> list[tuple[str, int]]:
    """(source folder, UID) of messages that the destination has shown; junk, deleted mail and drafts are left out where there is other mail."""
    counted = [(record, checks.placed_count(record.id)) for record in records if not record.excluded_reason]
    better = [(record, count) for record, count in counted if record.role not in _NOT_ASKED]
    pool = better if sum(count for _record, count in better) >= SPOTS else counted
    total = sum(count for _record, count in pool)
    found, first = [], 0
    places = sorted(dice.sample(range(total), min(SPOTS, total)))
    for record, count in pool:
        found += [
            (record.source_name, checks.placed_uid(record.id, place - first)) for place in places if first <= place < first + count
        ]
        first += count
    return found


def read(
    job: Job, records: Sequence[FolderRecord], spots: Sequence[tuple[str, int]], subjects: bool, zone: dt.tzinfo
) -> list[SpotCheck]:
    """What a user needs to find them, times in ``zone``; those that are gone from the source are left out. Raises Crowded, ServerError and its kinds."""
    by_name = {record.source_name: record for record in records}
    try:
        source = connect(job.source, job.source_sign_in, job.trust, job.patience)
    except errors.TooManyConnections as e:
        raise Crowded(e, e.anyone) from e
    found = []
    try:
        for folder, uid in spots:
            if record := by_name.get(folder):
                found += _spot(source, record, uid, subjects, zone)
    finally:
        source.drop() if source.in_flight else source.logout()
    return found


def _spot(source: Session, record: FolderRecord, uid: int, subjects: bool, zone: dt.tzinfo) -> list[SpotCheck]:
    opened(source, fetch.examine(source, record.source))
    listing = list(fetch.listing(source, fetch.ask_listing(source, b"%d" % uid, date=True)))
    fields = (b"FROM", b"SUBJECT") if subjects else (b"FROM",)
    blocks = list(headers(source, ask_headers(source, [uid], fields), 1))
    entry = next((e for e in listing if e.uid == uid), None)
    if entry is None:
        return []
    words = {name.lower(): text_of(value) for name, value in _FIELD.findall(blocks[0] if blocks else b"")}
    when = parsed(readable_date(entry.date))
    date = when.astimezone(zone).isoformat(timespec="minutes") if when else ""
    return [
        SpotCheck(record.destination_name, words.get(b"from", ""), date, entry.size, words.get(b"subject", "") if subjects else "")
    ]


def text_of(value: bytes) -> str:
    """A header field for people, encoded words (RFC 2047) read; never raises."""
    raw = " ".join(value.decode("utf-8", "replace").split())
    try:
        text = str(email.header.make_header(email.header.decode_header(raw)))
    except (ValueError, LookupError, email.errors.MessageError):
        text = raw
    shown = one_line(text)
    return shown if len(shown) <= LONGEST else shown[: LONGEST - 1] + "…"
