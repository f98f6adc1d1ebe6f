"""Structured replies as nearly every server writes them (RFC 9051 section 4), read quickly. Whatever is odd is left to the full parser."""

from __future__ import annotations

import re

_TOKEN = re.compile(
    rb'(\()|(\)) ?|"([^"\\\r\n\x00]*)"(?: |(?=\))|\Z)|(0|[1-9]\d*)(?: |(?=\))|\Z)|([^\s()%\["{}\x00-\x1f\x7f]+)(?: |(?=\))|\Z)'
)


def plainly(line: bytes) -> tuple[object, ...] | None:
    """``line`` as nested tuples of bytes, numbers and None for NIL; None when it holds anything but lists, atoms, numbers and plain strings."""
    found: list[object] = []
    open_lists: list[list[object]] = []
    place = 0
    while match := _TOKEN.match(line, place):
        place = match.end()
        opening, closing, string, number, atom = match.groups()
        if opening:
            open_lists.append(found)
            found = []
        elif closing:
            if not open_lists:
                return None
            outer = open_lists.pop()
            outer.append(tuple(found))
            found = outer
        elif string is not None:
            found.append(string)
        elif number:
            found.append(int(number))
        elif atom.upper() == b"NIL" != atom:
            return None
        else:
            found.append(None if atom == b"NIL" else atom)
    return tuple(found) if place == len(line) and not open_lists else None
