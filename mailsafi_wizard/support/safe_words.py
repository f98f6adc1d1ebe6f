"""Outside words made safe: only words of a fixed vocabulary pass, all others become "…".

Looking for secrets and taking them out can be cheated by any encoding nobody thought of. Here it is the other way round: what is not known to
be harmless does not pass. The vocabulary (`resources/support/words.txt`) holds what mail servers, operating systems and this program say of
errors; a subject, a name, a password or its base64 is in none of it.
"""

from __future__ import annotations

import re
from functools import lru_cache

from mailsafi_wizard import resources

GAP = "…"
MOST = 300  # characters of one outside sentence that are kept
_OURS = re.compile(r"(?:mailbox|folder|server|domain)-(?:\d{1,9}|source|destination|other)")  # what `pseudonyms` gives
_CODES = re.compile(r"[245]\d\d|[245]\.\d{1,2}\.\d{1,2}")  # of SMTP (RFC 5321 section 4.2, RFC 3463)
_EDGES = "[](){}<>\"'.,:;!?"


class Ours(str):
    """Text of this program itself, such as its version, which the log tells as it is."""

    __slots__ = ()


@lru_cache(maxsize=1)
def vocabulary() -> frozenset[str]:
    return frozenset(resources.path("support/words.txt").read_text("utf-8").split())


def is_safe(word: str) -> bool:
    """Whether one word, without what stands at its edges, may be shown."""
    if _CODES.fullmatch(word) or _OURS.fullmatch(word):
        return True
    return word.isascii() and all(part in vocabulary() for part in re.split(r"[-/_]", word.lower()))


def safe_words(text: str) -> str:
    """``text`` on one line, with every word that is not of the vocabulary as a gap; gaps in a row are one."""
    told: list[str] = []
    for word in text[: 4 * MOST].split():
        core = word.strip(_EDGES)
        if core and is_safe(core):
            told.append(word if len(word) <= len(core) + 3 else core)
        elif not told or told[-1] != GAP:
            told.append(GAP)
    return " ".join(told)[:MOST]
