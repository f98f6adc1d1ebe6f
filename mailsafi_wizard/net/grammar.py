"""Words of IMAP: names in modified UTF-7, quoted strings, structured replies (RFC 9051 section 9). The only importer of imapclient.

imapclient's parser is loaded when a reply is not plain: that takes longer than many a connection. For the same reason names are coded here: its
coder comes with the whole of it, and every mailbox with a folder in another language than English would wait for that.
"""

from __future__ import annotations

import binascii
import functools
import re

from mailsafi_wizard.records import dataclass

Parts = list[bytes]  # line, literal, line, literal, line ...: one untagged reply without its CRLFs

_PLAIN_NAME = re.compile(rb"[ -%'-~]*\Z")  # no "&" and nothing outside printable ASCII
_SHIFTED = re.compile("&([^-]*)-")
_TO_SHIFT = re.compile("&|[^ -~]+")
_TOKEN = re.compile(
    rb'(\()|(\)) ?|"([^"\\\r\n\x00]*)"(?: |(?=\))|\Z)|(0|[1-9]\d*)(?: |(?=\))|\Z)|([^\s()%\["{}\x00-\x1f\x7f]+)(?: |(?=\))|\Z)'
)


@dataclass(frozen=True)
class Literal:
    """An argument that must travel as a literal because no quoted string can hold it."""

    data: bytes


@functools.lru_cache(maxsize=4096)
def decode_name(raw: bytes) -> tuple[str, bool]:
    """A folder name for people, from modified UTF-7; the flag is False when the name is not valid and was read leniently."""
    if _PLAIN_NAME.match(raw):
        return raw.decode("ascii"), True
    try:
        text = _SHIFTED.sub(lambda found: _unshifted(found[1]), raw.decode("latin-1"))
        if encode_name(text) == raw:  # there is one way to write a name
            return text, True
    except ValueError:  # UnicodeError and binascii.Error are its kinds
        pass
    return raw.decode("utf-8", "backslashreplace"), False


def _unshifted(part: str) -> str:
    """What stands between "&" and "-": nothing for "&" itself, else UTF-16 in base 64 with a comma for the slash and no padding."""
    padded = part.replace(",", "/") + "=" * (-len(part) % 4)
    return binascii.a2b_base64(padded, strict_mode=True).decode("utf-16-be") if part else "&"


@functools.lru_cache(maxsize=4096)
def encode_name(text: str) -> bytes:
    """Modified UTF-7 of a folder name (RFC 3501 section 5.1.3); raises UnicodeEncodeError for half a surrogate pair."""

    def shifted(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        coded = binascii.b2a_base64(found[0].encode("utf-16-be"), newline=False).decode("ascii")
        return f"&{coded.rstrip('=').replace('/', ',')}-"

    return _TO_SHIFT.sub(shifted, text).encode("ascii")


def quoted(data: bytes) -> bytes | Literal:
    """``data`` as a quoted string, or as a literal where it holds CR, LF, NUL or 8-bit bytes."""
    if re.search(rb"[\r\n\x00\x80-\xff]", data):
        return Literal(data)
    return b'"' + data.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'


def structured(parts: Parts, start: int) -> tuple[object, ...]:
    """The reply ``parts`` from byte ``start`` of its first line as nested tuples; raises ValueError when it can't be read."""
    if sum(p.count(b"(") for p in parts[::2]) > 500:
        raise ValueError("parentheses too deep")
    if len(parts) == 1 and (found := _plainly(parts[0][start:])) is not None:
        return found
    from imapclient.exceptions import ProtocolError  # slow to load, and plain replies do without
    from imapclient.response_parser import parse_response

    lines = [parts[0][start:], *parts[1:]]
    tokens: list[bytes | tuple[bytes, bytes]] = [  # the parser wants each literal's size where the line had it
        (lines[i] + b"{%d}" % len(lines[i + 1]), lines[i + 1]) for i in range(0, len(lines) - 1, 2)
    ]
    tokens.append(lines[-1])
    try:
        return tuple(parse_response(tokens))
    except (ProtocolError, ValueError, RecursionError, AssertionError, IndexError, TypeError) as e:
        raise ValueError(str(e)[:200]) from e


def _plainly(line: bytes) -> tuple[object, ...] | None:
    """The same for a line of nothing but lists, atoms, numbers and strings without escapes; None for any other."""
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
