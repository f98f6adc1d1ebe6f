"""Finds what an SPF record leads to, so that its look-ups can be counted (RFC 7208 section 4.6.4). Asks through one callable only."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable

from mailsafi_wizard.net.dns_records import Answer

MOST = 30  # questions for one record: enough to see that it is too many
Find = Callable[[str, str], Awaitable[Answer]]
_TERM = re.compile(r"[-+~?]?(include:|exists:|redirect=|a|mx)(?::)?([^/\s]*)", re.I)


def is_spf(text: str) -> bool:
    """Whether a TXT record is an SPF record (RFC 7208 section 4.5)."""
    return text.lower() == "v=spf1" or text.lower().startswith("v=spf1 ")


def asks(term: str, domain: str) -> tuple[str, str] | None:
    """(name, type) that one term of a record makes a receiver look up; None for one that needs nothing or whose name has macros."""
    match = _TERM.match(term)
    if match is None or (match[1].lower() in ("a", "mx") and not re.fullmatch(r"[-+~?]?(?:a|mx)(?:[:/].*)?", term, re.I)):
        return None
    kind = {"include:": "TXT", "redirect=": "TXT", "exists:": "A", "a": "A", "mx": "MX"}[match[1].lower()]
    name = (match[2] or domain).lower().rstrip(".")
    return None if "%" in name else (name, kind)


async def walk(domain: str, texts: Iterable[str], find: Find) -> None:
    """Ask for everything the record in ``texts`` leads to, level by level; a circle ends at what is known."""
    seen: set[tuple[str, str]] = {(domain, "TXT")}
    level = [(domain, text) for text in texts if is_spf(text)]
    while level and len(seen) < MOST:
        wanted: list[tuple[str, str]] = []
        for owner, text in level:
            for term in text.split()[1:]:
                question = asks(term, owner)
                if question and question not in seen and len(seen) < MOST and fits(question[0]):
                    seen.add(question)
                    wanted.append(question)
        answers = await asyncio.gather(*(find(name, kind) for name, kind in wanted))
        level = [(answer.name, text) for answer in answers if answer.kind == "TXT" for text in answer.values if is_spf(text)]


def fits(name: str) -> bool:
    """Whether ``name`` can be asked for at all (RFC 1035 section 2.3.4)."""
    labels = name.split(".")
    return len(name) < 254 and name.isascii() and name.isprintable() and " " not in name and all(0 < len(x) < 64 for x in labels)
