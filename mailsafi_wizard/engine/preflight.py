"""A look before the copy: signs in, lists, weighs. Writes nothing on either side."""

from __future__ import annotations

import json
from collections.abc import Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.folders import FolderMap
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.side_by_side import both
from mailsafi_wizard.model import FolderCensus, Forecast, MailboxCensus, Role, RunRecord, Side, SignInResult
from mailsafi_wizard.net import fetch, listing
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session

SLOW, FAST = 100_000.0, 4_000_000.0  # bytes a second assumed before anything was measured
MESSAGES_A_SECOND = 400.0


def take_census(job: Job) -> MailboxCensus:
    """Folders, counts and bytes of one mailbox, and where each folder will go. A problem is in the result, not raised."""
    try:
        source, destination = both(
            lambda: connect(job.source, job.source_sign_in, job.trust, job.patience),
            lambda: connect(job.destination, job.destination_sign_in, job.trust, job.patience),
        )
    except errors.MigrationError as e:
        return MailboxCensus(job.mailbox.id, error=str(e))
    try:
        here, there = both(lambda: listing.overview(source, sizes=True), lambda: listing.overview(destination))
        return MailboxCensus(job.mailbox.id, _folders(source, here, there))
    except errors.MigrationError as e:
        return MailboxCensus(job.mailbox.id, error=str(e))
    finally:
        source.logout()
        destination.logout()


def _folders(source: Session, here: Overview, there: Overview) -> tuple[FolderCensus, ...]:
    found = []
    for plan in FolderMap(here, there).plans():
        if not plan.selectable:
            continue
        status = here.status.get(plan.source, Status())
        size = status.size
        if size is None and not plan.excluded_reason and status.messages != 0:
            size = _weighed(source, plan.source)
        found.append(
            FolderCensus(
                plan.source_name,
                plan.role,
                status.messages or 0,
                size or 0,
                plan.destination_name,
                plan.excluded_reason,
                plan.renamed,
            )
        )
    return tuple(found)


def _weighed(source: Session, name: bytes) -> int:
    """Bytes of a folder where STATUS=SIZE is not offered: the sum of a listing."""
    try:
        opened(source, fetch.examine(source, name))
        return sum(e.size for e in fetch.listing(source, fetch.ask_listing(source, b"1:*")))
    except errors.CommandRefused:
        return 0


def try_sign_in(job: Job, side: Side) -> SignInResult:
    """Signs one mailbox in on one side."""
    endpoint, who = (job.source, job.source_sign_in) if side is Side.SOURCE else (job.destination, job.destination_sign_in)
    try:
        connect(endpoint, who, job.trust, job.patience).logout()
    except errors.MigrationError as e:
        return SignInResult(job.mailbox.id, side, False, e.title_text, e.hint_text, e.detail)
    return SignInResult(job.mailbox.id, side, True)


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
        return Forecast(low, high, messages, size, "the speed of earlier runs")
    floor = messages / MESSAGES_A_SECOND
    return Forecast(
        max(floor, size / FAST),
        floor + size / SLOW,
        messages,
        size,
        "a usual office connection; it becomes exact with the first run",
    )


def census_to_text(census: MailboxCensus) -> str:
    """For the project file."""
    rows = [
        [f.name, f.role.value if f.role else "", f.messages, f.bytes, f.destination_name, f.excluded_reason, f.renamed]
        for f in census.folders
    ]
    return json.dumps({"error": census.error, "folders": rows}, ensure_ascii=False)


def census_from_text(mailbox_id: int, text: str) -> MailboxCensus:
    """The reverse of `census_to_text`."""
    facts = json.loads(text)
    folders = tuple(FolderCensus(r[0], Role(r[1]) if r[1] else None, *r[2:]) for r in facts["folders"])
    return MailboxCensus(mailbox_id, folders, facts["error"])
