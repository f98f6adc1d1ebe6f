"""Who still sends to the old server after the change: senders of mail that arrived there since, read from its INBOX. Changes nothing."""

from __future__ import annotations

import datetime as dt
import email.utils
import re
from collections import Counter

from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.attributes import parsed, readable_date
from mailsafi_wizard.net.headers import ask_headers, headers
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

MOST = 200  # newest messages of a mailbox whose senders are read
_FROM = re.compile(r"(?ims)^from[ \t]*:(.*?)(?=\r?\n[^ \t]|\Z)")
_SEARCH = re.compile(rb"\* SEARCH((?: \d{1,10}\b)*)", re.I)
LONGEST_ADDRESS = 254


@dataclass(frozen=True)
class Late:
    """What arrived in one mailbox: (sender, messages), and when the last message came (aware)."""

    senders: tuple[tuple[str, int], ...] = ()
    messages: int = 0
    last: dt.datetime | None = None


def look(job: Job, since: dt.datetime) -> Late:
    """Mail in the source's INBOX that arrived after ``since`` (aware); raises MigrationError when it can't be read."""
    session = connect(job.source, job.source_sign_in, job.trust, job.patience)
    try:
        found = _arrived(session, since)
        names: Counter[str] = Counter()
        if found:
            uids = sorted(found)[-MOST:]
            tag = ask_headers(session, uids, (b"FROM",))
            names.update(sender for header in headers(session, tag, len(uids)) if (sender := sender_of(header)))
        return Late(tuple(names.most_common()), len(found), max(found.values(), default=None))
    finally:
        session.drop()


def _arrived(session: Session, since: dt.datetime) -> dict[int, dt.datetime]:
    """UID -> arrival. SEARCH knows days only (RFC 9051 section 6.4.4), in the server's own zone: a day more is asked for, then looked at closely."""
    opened(session, fetch.examine(session, b"INBOX"))
    day = (since - dt.timedelta(days=1)).astimezone(dt.UTC)
    month = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")[day.month - 1]
    replies = session.try_run(f"UID SEARCH SINCE {day.day}-{month}-{day.year}".encode("ascii"))
    if replies is None:
        wanted = b"1:*"  # a server that can't search by date: the whole folder is looked at
    else:
        lines = [match for parts in replies if (match := _SEARCH.match(parts[0]))]
        uids = sorted({int(number) for match in lines for number in match[1].split()})
        wanted = fetch.uid_set(uids) if uids else b""
    if not wanted:
        return {}
    tag = fetch.ask_listing(session, wanted, date=True)
    dated = [(uid, parsed(readable_date(date))) for uid, _size, _flags, date, _key in fetch.listing(session, tag)]
    return {uid: when for uid, when in dated if when is not None and when > since}


def sender_of(header: bytes) -> str:
    """The address in From, lower case; "" where there is none that can be read."""
    match = _FROM.search(header.decode("utf-8", "replace"))
    if match is None:
        return ""
    value = " ".join(match[1].split())[:2000]
    try:
        address = email.utils.parseaddr(value)[1].lower()
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return ""
    sound = address.count("@") == 1 and address.isprintable() and " " not in address and len(address) <= LONGEST_ADDRESS
    return address if sound else ""
