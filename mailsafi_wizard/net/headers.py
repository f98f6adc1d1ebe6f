"""Reads a few header fields of some messages (RFC 9051 section 6.4.5, HEADER.FIELDS), by BODY.PEEK: nothing is marked as read."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from mailsafi_wizard.net.fetch import uid_set
from mailsafi_wizard.net.session import Session

_FETCH = re.compile(rb"\* \d+ FETCH \(", re.I)
_QUOTED = re.compile(rb'HEADER\.FIELDS \([^)]*\)\] "((?:[^"\\\r\n]|\\.)*)"', re.I)
LONGEST = 32_000  # bytes of one message's fields that are looked at


def ask_headers(session: Session, uids: Sequence[int], fields: Sequence[bytes]) -> bytes:
    """Sends UID FETCH for ``fields`` (names only) of the messages ``uids``, ascending; returns the tag for `headers`."""
    return session.send(b"UID FETCH", uid_set(uids), b"(BODY.PEEK[HEADER.FIELDS (" + b" ".join(fields) + b")])")


def ask_newest_headers(session: Session, first: int, last: int, fields: Sequence[bytes]) -> bytes:
    """As `ask_headers`, for the messages with the numbers ``first`` to ``last`` in the open folder (1 is the oldest)."""
    return session.send(b"FETCH", b"%d:%d" % (first, last), b"(BODY.PEEK[HEADER.FIELDS (" + b" ".join(fields) + b")])")


def headers(session: Session, tag: bytes, most: int) -> Iterator[bytes]:
    """The header blocks that come, at most LONGEST bytes of each; raises the refusal, or BrokenProtocol after ``most`` replies too many."""
    for parts in session.replies(tag, most + 1000):
        if not _FETCH.match(parts[0]):
            continue
        if len(parts) > 1:
            yield parts[1][:LONGEST]
        elif found := _QUOTED.search(parts[0]):
            yield re.sub(rb"\\(.)", rb"\1", found[1])[:LONGEST]
