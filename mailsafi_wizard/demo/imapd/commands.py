"""Reads IMAP commands (RFC 9051 section 9) into tokens for an embedded server. Knows nothing of folders or connections."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from typing import TypeAlias

from mailsafi_wizard.demo.letters import MONTHS
from mailsafi_wizard.records import dataclass

LITERAL = re.compile(rb"\{(\d+)(\+?)\}\r?\n\Z")
_TOKEN = re.compile(rb'[ \t]*(?:(\()|(\))|"((?:[^"\\]|\\.)*)"|((?:[^\s()"\[\]]+|\[[^\]]*\](?:<\d+(?:\.\d+)?>)?|[\[\]])+))')
_DATE = re.compile(r"([ \d]\d)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)")


class BadCommand(Exception):
    """The line is not a command; the text says why. ``tag`` is that of the line, "*" where it has none."""

    tag = b"*"


class Atom(bytes):
    """A token that was neither quoted nor a literal."""


class Literal(bytes):
    """A token that came as a literal."""


Token: TypeAlias = "bytes | list[Token]"


@dataclass(frozen=True)
class Command:
    """One command: ``name`` in upper case ("UID FETCH" for those of UID), ``args`` its tokens."""

    tag: bytes
    name: str
    args: list[Token]

    def text(self, index: int) -> bytes:
        """Argument ``index`` as bytes; raises BadCommand when it is missing or a list."""
        if index >= len(self.args) or isinstance(self.args[index], list):
            raise BadCommand("an argument is missing")
        return bytes(self.args[index])  # type: ignore[arg-type]


def read_command(
    read_line: Callable[[], bytes], read_exactly: Callable[[int], bytes], go_ahead: Callable[[], None]
) -> Command | None:
    """The next command, None at the end of the stream. Asks for synchronising literals by ``go_ahead``; raises BadCommand."""
    pieces: list[tuple[bytes, bytes | None]] = []
    while True:
        line = read_line()
        if not line:
            return None
        found = LITERAL.search(line)
        if not found:
            pieces.append((line.rstrip(b"\r\n"), None))
            break
        if not found[2]:
            go_ahead()
        pieces.append((line[: found.start()], read_exactly(int(found[1]))))
    try:
        return _command(_tokens(pieces))
    except BadCommand as error:
        error.tag = pieces[0][0].split(b" ")[0] or b"*"
        raise


def _command(tokens: list[Token]) -> Command:
    if len(tokens) < 2 or not all(isinstance(t, Atom) for t in tokens[:2]):
        raise BadCommand("that is no command")
    tag, word, *args = tokens
    name = bytes(word).decode("ascii", "replace").upper()  # type: ignore[arg-type]
    if name == "UID" and args and isinstance(args[0], Atom):
        name, args = f"UID {args[0].decode('ascii', 'replace').upper()}", args[1:]
    return Command(bytes(tag), name, args)  # type: ignore[arg-type]


def _tokens(pieces: list[tuple[bytes, bytes | None]]) -> list[Token]:
    stack: list[list[Token]] = [[]]
    for line, literal in pieces:
        place = 0
        while found := _TOKEN.match(line, place):
            place = found.end()
            _take(found, stack)
        if line[place:].strip():
            raise BadCommand("the line cannot be read")
        if literal is not None:
            stack[-1].append(Literal(literal))
    if len(stack) != 1:
        raise BadCommand("a parenthesis is missing")
    return stack[0]


def _take(found: re.Match[bytes], stack: list[list[Token]]) -> None:
    if found[1]:
        stack.append([])
    elif found[2]:
        if len(stack) == 1:
            raise BadCommand("a parenthesis too many")
        done = stack.pop()
        stack[-1].append(done)
    elif found[3] is not None:
        stack[-1].append(re.sub(rb"\\(.)", rb"\1", found[3]))
    else:
        stack[-1].append(Atom(found[4]))


def date_time(text: bytes) -> dt.datetime:
    """An INTERNALDATE of APPEND; raises BadCommand."""
    found = _DATE.fullmatch(text.decode("ascii", "replace"))
    if not found:
        raise BadCommand("that is no date")
    day, month, *numbers = found.groups()[:6]
    offset = dt.timedelta(hours=int(found[8]), minutes=int(found[9])) * (-1 if found[7] == "-" else 1)
    try:
        year, hour, minute, second = map(int, numbers)
        return dt.datetime(year, MONTHS.index(month) + 1, int(day), hour, minute, second, tzinfo=dt.timezone(offset))
    except ValueError as error:
        raise BadCommand("that is no date") from error


def numbers(spec: bytes, existing: list[int]) -> list[int]:
    """Those of ``existing`` (ascending) that a sequence set such as ``3:7,9,12:*`` names; raises BadCommand."""
    chosen: set[int] = set()
    last = existing[-1] if existing else 0
    for part in spec.split(b","):
        if not re.fullmatch(rb"(\d+|\*)(:(\d+|\*))?", part):
            raise BadCommand("that is no sequence set")
        ends = [last if end == b"*" else int(end) for end in part.split(b":")]
        low, high = min(ends), max(ends)
        chosen.update(n for n in existing if low <= n <= high) if len(ends) > 1 else chosen.add(low)
    return [n for n in existing if n in chosen]


def pattern(reference: bytes, wanted: bytes, separator: bytes) -> re.Pattern[bytes]:
    """LIST's reference and name with its wildcards (RFC 9051 section 6.3.9.2) as a regular expression."""
    parts = re.split(rb"([*%])", reference + wanted)
    signs = {b"*": b".*", b"%": b"[^" + re.escape(separator) + b"]*"}
    return re.compile(b"".join(signs.get(part, re.escape(part)) for part in parts), re.DOTALL)
