"""Which mail programs a person writes with: read from the newest messages in Sent, two header fields of each and nothing else.

Reads only (EXAMINE, BODY.PEEK). The fields are written by anybody's program: what is not known counts for nothing.
"""

from __future__ import annotations

import contextlib
import re
from collections import Counter
from collections.abc import Iterable, Iterator

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.folders import levels, role_is_stated, role_of
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.engine.task_round import Crowded
from mailsafi_wizard.model import Program, Role
from mailsafi_wizard.net import fetch, listing
from mailsafi_wizard.net.headers import ask_newest_headers, headers
from mailsafi_wizard.net.listing import Overview, Status
from mailsafi_wizard.net.session import Session

FIELDS = (b"USER-AGENT", b"X-MAILER")
NEWEST = 60  # messages of each Sent folder that are looked at
MOST_FOLDERS = 2  # Sent folders of one mailbox
_FIELD = re.compile(rb"(?im)^(?:user-agent|x-mailer)[ \t]*:[ \t]*((?:[^\r\n]|\r?\n[ \t])*)")
_LONGEST = 300  # bytes of a field that are looked at
_SIGNS: tuple[tuple[re.Pattern[str], Program], ...] = tuple(  # the first that fits counts
    (re.compile(pattern, re.I), program)
    for pattern, program in (
        (r"\bi(?:phone|pad|pod) mail\b", Program.IPHONE),
        (r"\bapple mail\b", Program.APPLE_MAIL),
        (r"\bmacoutlook\b", Program.OUTLOOK_NEW),
        (r"\boutlook express\b|\bwindows live mail\b", Program.OUTLOOK),  # gone: their users' next program is most likely Outlook
        (r"\bmicrosoft (?:office )?outlook\b", Program.OUTLOOK),
        (r"\bk-?9 ?mail\b|\bandroid\b|\bsamsung ?(?:e?mail)\b|\baquamail\b|\bfairemail\b", Program.ANDROID),
        (r"\bthunderbird\b|\bbetterbird\b", Program.THUNDERBIRD),
        (r"\bwebmail\b|\broundcube\b|\bsquirrelmail\b|\bhorde\b|\brainloop\b|\bsnappymail\b|\bsogo(?:mail)?\b|\bzimbra\b.*\bzimbrawebclient\b"
         r"|\bafterlogic\b|\bimp\b|\bopen-xchange mailer\b", Program.WEBMAIL),
    )
)  # fmt: skip


def program_of(header: bytes) -> Program | None:
    """The program that wrote a message, by its header block; None when it does not say, or names one that no sheet describes."""
    for value in _FIELD.findall(header)[:4]:
        text = value[:_LONGEST].decode("utf-8", "replace")
        for sign, program in _SIGNS:
            if sign.search(text):
                return program
    return None


def counted(blocks: Iterable[bytes]) -> dict[Program, int]:
    """Program -> messages, the most used first."""
    found = Counter(program for block in blocks if (program := program_of(block)) is not None)
    return dict(found.most_common())


def look(job: Job, control: Control) -> dict[Program, int]:
    """The programs of one mailbox at the source. Raises the MigrationError that hindered it, Crowded where no connection was free."""
    try:
        source = connect(job.source, job.source_sign_in, job.trust, job.patience)
    except (errors.TooManyConnections, errors.ServerBusy) as e:
        raise Crowded(e, isinstance(e, errors.TooManyConnections) and e.anyone) from e
    try:
        overview = listing.overview(source)
        return counted(block for name in sent_folders(overview) for block in _newest(source, name, control))
    finally:
        source.drop() if source.in_flight else source.logout()


def sent_folders(overview: Overview) -> list[bytes]:
    """Raw names of the folders that hold sent mail, those that the server itself calls so first."""
    found = [
        folder
        for folder in overview.folders.values()
        if folder.selectable and role_of(folder, levels(folder.name, overview), overview.gmail) is Role.SENT
    ]
    found.sort(key=lambda folder: (not role_is_stated(folder), -(overview.status.get(folder.name, Status()).messages or 0)))
    return [folder.name for folder in found[:MOST_FOLDERS]]


def _newest(source: Session, name: bytes, control: Control) -> Iterator[bytes]:
    control.checkpoint()
    with contextlib.suppress(errors.CommandRefused):  # a folder that can't be read tells nothing
        exists = opened(source, fetch.examine(source, name)).exists
        if exists:
            yield from headers(source, ask_newest_headers(source, max(1, exists - NEWEST + 1), exists, FIELDS), NEWEST)
