"""To which addresses of the company mail was sent, read from header fields that anyone may have written. Pure; never fails, never long."""

from __future__ import annotations

import email.utils
import re
from collections import Counter
from collections.abc import Collection, Iterable

FIELDS = (b"To", b"Cc", b"Delivered-To", b"X-Original-To")
LONGEST_FIELD = 4_000  # characters of one field that are read: an address list of hundreds says no more
MOST_FIELDS = 12  # of one message
MOST_ADDRESSES = 300  # kept of one mailbox, the most frequent ones
_UNFOLD = re.compile(r"\r?\n(?=[ \t])")
_FIELD = re.compile(r"(?im)^(?:to|cc|delivered-to|x-original-to)[ \t]*:(.*)$")
_LOCAL = re.compile(r"[^\s<>()\[\],:;@\"\\\x00-\x1f\x7f]{1,64}\Z")


def addresses(header: bytes, domains: Collection[str]) -> set[str]:
    """Addresses of ``domains`` (lower case) in the fields of one header block; lower case, without a "+tag"."""
    text = _UNFOLD.sub(" ", header.decode("utf-8", "replace"))
    found: set[str] = set()
    for value in _FIELD.findall(text)[:MOST_FIELDS]:
        short = value[:LONGEST_FIELD].casefold()
        if any(domain in short for domain in domains):
            found |= {a for pair in _pairs(short) if (a := _of(pair[1], domains))}
    return found


def _pairs(value: str) -> list[tuple[str, str]]:
    """Names and addresses of a list (RFC 5322 section 3.4); none where it can't be read."""
    if value.count("(") > 20:  # comments may be nested, and the library's reader follows them down
        return []
    try:
        return email.utils.getaddresses([value])
    except (ValueError, IndexError, TypeError, AttributeError, RecursionError):
        return []


def _of(address: str, domains: Collection[str]) -> str:
    local, at, domain = address.strip().rpartition("@")
    if not at or domain not in domains or not _LOCAL.match(local) or not local.isprintable():
        return ""
    return f"{local.partition('+')[0] or local}@{domain}"


def counted(headers: Iterable[bytes], domains: Collection[str]) -> tuple[tuple[str, int], ...]:
    """Address -> messages sent to it, the most frequent first, at most MOST_ADDRESSES."""
    wanted = {d.casefold() for d in domains if d}
    found: Counter[str] = Counter()
    for header in headers:
        found.update(addresses(header, wanted))
        if len(found) > 10 * MOST_ADDRESSES:
            found = Counter(dict(found.most_common(5 * MOST_ADDRESSES)))
    return tuple(found.most_common(MOST_ADDRESSES))
