"""Reads messages: listings and bodies, many commands ahead (UID FETCH, RFC 9051 section 6.4.9). Nothing here can change a source.

Listings are read with one regex a line because a structured parser takes six times as long. A body is handed over only when the reply
that carries it has ended as it should and its length is right.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple, TypeVar

from mailsafi_wizard import errors
from mailsafi_wizard.net.grammar import Literal, quoted
from mailsafi_wizard.net.identity import LARGEST_HEADER, message_key
from mailsafi_wizard.net.session import LITERAL_END, Session
from mailsafi_wizard.net.wire import Deadline

_UID = re.compile(rb"[ (]UID (\d{1,10})(?=[ )\r])")
_SIZE = re.compile(rb"RFC822\.SIZE (\d{1,19})")
_FLAGS = re.compile(rb"FLAGS \(([^()\r\n]*)\)")
_DATE = re.compile(rb'INTERNALDATE "([^"\r\n]{0,64})"')
_FETCH = re.compile(rb"\* \d+ FETCH \(", re.I)
_BODY = re.compile(rb"BODY\[\] (?:(NIL)|\"((?:[^\"\\\r\n]|\\.)*)\"|~?\{(\d{1,19})\}\r?\n\Z)", re.I)
_USUAL = re.compile(
    rb'\* \d+ FETCH \(UID (\d{1,10}) FLAGS \(([^()\r\n]*)\) INTERNALDATE "([^"\r\n]{0,64})" BODY\[\] \{(\d{1,19})\}\r\n\Z'
)  # the answer to `ask_bodies`, with everything in the order asked
_USUAL_LISTED = re.compile(
    rb'\* \d+ FETCH \(UID ([1-9]\d{0,9})(?: FLAGS \(([^()\r\n]*)\))?(?: INTERNALDATE "([^"\r\n]{0,64})")? RFC822\.SIZE (\d{1,19})\)\r\n'
)  # the answer to `ask_listing`
_USUAL_AHEAD = re.compile(_USUAL.pattern.removesuffix(rb"\Z"))
_TAIL = re.compile(rb"(?: [^\r\n]*)?\)\r?\n\Z")
LARGEST_MESSAGE = 1 << 31
SMALL = 1 << 14  # bytes up to which a message is copied once more rather than asked for by itself
LITTLE = 64  # bytes in which no message has come whole
BIG = 1 << 20  # bytes from which a message is relayed in chunks instead of being held


class Listed(NamedTuple):
    """One line of a listing. ``flags`` and ``date`` are raw, b"" when not asked for; ``key`` is `message_key` of the header, 0 for none."""

    uid: int
    size: int
    flags: bytes
    date: bytes
    key: int


class Body(NamedTuple):
    """One whole message. ``flags`` is what stood between the parentheses; ``date`` is b"" when the server gave none that can be read."""

    uid: int
    flags: bytes
    date: bytes
    data: bytes


class Streamed(NamedTuple):
    """A big message that has begun. ``flags`` and ``date`` are None, and ``uid`` is 0, where the server sends them only after the content."""

    size: int
    flags: bytes | None
    date: bytes | None
    chunks: Iterator[bytes]
    uid: int = 0


class Passed(NamedTuple):
    """A big message that went by and is lost, because not all that must be known of it stood before its content."""

    uid: int


def uid_set(uids: Sequence[int]) -> bytes:
    """Ascending UIDs as a sequence set (RFC 9051 section 9, sequence-set), runs compacted."""
    ranges: list[bytes] = []
    i = 0
    while i < len(uids):
        j = i
        while j + 1 < len(uids) and uids[j + 1] == uids[j] + 1:
            j += 1
        ranges.append(b"%d" % uids[i] if i == j else b"%d:%d" % (uids[i], uids[j]))
        i = j + 1
    return b",".join(ranges)


def parse_uid_set(text: bytes, most: int = 1_000_000) -> list[int]:
    """The UIDs of a set in the order written; raises ValueError when it is not one or holds more than ``most``."""
    uids: list[int] = []
    for item in text.split(b","):
        first, _, last = item.partition(b":")
        low, high = int(first), int(last or first)
        if not 0 < min(low, high) <= max(low, high) < 1 << 32:
            raise ValueError("no UIDs")  # RFC 9051 section 2.3.1.1: 32 bits, and never 0
        step = 1 if high >= low else -1
        if len(uids) + abs(high - low) >= most:
            raise ValueError("too many UIDs")
        uids.extend(range(low, high + step, step))
    return uids


def examine(session: Session, name: bytes) -> bytes:
    """Sends EXAMINE (read-only, RFC 9051 section 6.3.3); returns its tag."""
    return session.send(b"EXAMINE", quoted(name))


def needs_go_ahead(session: Session, name: bytes) -> bool:
    """True when this folder's name can't be pipelined on this server."""
    argument = quoted(name)
    return isinstance(argument, Literal) and not session.can_push(len(argument.data))


def ask_listing(
    session: Session, uids: bytes, key: bool = False, flags: bool = False, date: bool = False, changed_since: int = 0
) -> bytes:
    """Sends UID FETCH for what a plan needs to know; returns the tag for `listing`."""
    items = b"UID" + (b" FLAGS" if flags else b"") + (b" INTERNALDATE" if date else b"")
    items += b"" if changed_since else b" RFC822.SIZE"
    items += b" BODY.PEEK[HEADER.FIELDS (MESSAGE-ID)]" if key else b""
    since = b" (CHANGEDSINCE %d)" % changed_since if changed_since else b""
    return session.send(b"UID FETCH", uids, b"(" + items + b")" + since)


def listing(session: Session, tag: bytes, most: int = 2_000_000, sized: bool = True) -> Iterator[Listed]:
    """The lines of a listing; replies without UID or of other kinds are passed over. UIDs may repeat or be unordered: callers decide.

    ``sized``: sizes were asked for, so a reply without one is no line of it but a change that somebody else made.
    """
    if session.came_early(tag):
        return
    stray = 0
    deadline = Deadline(session.wire.patience)
    count, plain = 0, sized
    while count < most:
        session.check(deadline)
        if plain:
            found = _come_listed(session)
            deadline.part(len(found))
            yield from found
            count += len(found)
            if count >= most:
                break
        line = session.wire.readline(1 << 20)
        count += 1
        if not _FETCH.match(line):
            if line.startswith(b"* "):
                stray += 1
                if stray > 20_000:
                    raise session.broken("a flood of replies nobody asked for")
                _pass_over(session, line)
                continue
            if session.settle(tag, line):
                return
        head, header = line, b""
        while literal := LITERAL_END.search(line):
            plain = False  # so will be the others
            size = int(literal[1])
            if size > LARGEST_HEADER:
                raise session.broken(f"a header of {size} bytes")
            header = session.wire.read_exactly(size)
            line = session.wire.readline(1 << 20)
            head += line
        if (not sized or _SIZE.search(head)) and (entry := _listed(head, header)):
            deadline.part()
            yield entry
    raise session.broken(f"more than {most} lines in a listing")


def _come_listed(session: Session) -> list[Listed]:
    """The lines in the usual form, without a literal, that have come whole; what follows them is left."""
    found, at, data = [], 0, session.wire.come()
    while usual := _USUAL_LISTED.match(data, at):
        uid, flags, date, size = usual.groups()
        found.append(Listed(int(uid), int(size), flags or b"", date or b"", 0))
        at = usual.end()
    if at:
        session.wire.read_exactly(at)
    return found


def _pass_over(session: Session, line: bytes) -> None:
    for part in session.whole(line)[:1]:
        session.watch([part])


def _listed(head: bytes, header: bytes) -> Listed | None:
    uid = _UID.search(head)
    if not uid or int(uid[1]) == 0:
        return None
    size, flags, date = _SIZE.search(head), _FLAGS.search(head), _DATE.search(head)
    return Listed(
        int(uid[1]),
        int(size[1]) if size else 0,
        flags[1] if flags else b"",
        date[1] if date else b"",
        message_key(header) if header else 0,
    )


def ask_bodies(session: Session, uids: Sequence[int]) -> bytes:
    """Sends UID FETCH of whole messages with flags and date; BODY.PEEK leaves \\Seen alone. Returns the tag for `bodies`."""
    return session.send(b"UID FETCH", uid_set(uids), b"(UID FLAGS INTERNALDATE BODY.PEEK[])")


def bodies(session: Session, tag: bytes, largest: int) -> Iterator[Body]:
    """Whole messages that come before the end of ``tag``: those of `ask_bodies`, and some of later such commands in flight.

    Servers may begin the next UID FETCH before they end one (RFC 9051 section 5.5); whoever keeps several in flight tells messages apart
    by UID. A literal of more than ``largest`` bytes breaks the connection instead of filling the memory.
    """
    return _each(session, tag, lambda line: _body(session, line, largest))


def messages(session: Session, tag: bytes, largest: int) -> Iterator[Body | Streamed | Passed]:
    """Like `bodies`, but messages from `BIG` on come as `Streamed`: what is not taken of one before the next is asked for is lost.

    Small ones are taken as many at a time as have come: a question to the connection for each costs more than its message.
    """
    wire = session.wire

    def take(line: bytes) -> Body | Streamed | Passed | None:
        usual = _USUAL.match(line)
        if usual and int(usual[4]) < BIG:  # most are, and then one look at the line is enough
            data = wire.read_exactly(int(usual[4]))
            _tail(session)
            return Body(int(usual[1]), usual[2], usual[3], data)
        return _big(session, line, largest) or _body(session, line, largest)

    return _each(session, tag, take, _come)


def _come(session: Session) -> Iterator[Body]:
    """The small messages, in the usual form, that have come whole; what follows them is left."""
    data = session.wire.come()
    if len(data) < LITTLE:
        return
    found, at, end = [], 0, len(data)
    while usual := _USUAL_AHEAD.match(data, at):
        begin = usual.end()
        size = int(usual[4])
        if size > SMALL or begin + size + 3 > end or data[begin + size : begin + size + 3] != b")\r\n":
            break
        found.append(Body(int(usual[1]), usual[2], usual[3], data[begin : begin + size]))
        at = begin + size + 3
    if at:
        session.wire.read_exactly(at)
    yield from found


Found = TypeVar("Found")


def _each(
    session: Session,
    tag: bytes,
    take: Callable[[bytes], Found | None],
    come: Callable[[Session], Iterator[Found]] | None = None,
) -> Iterator[Found]:
    """``take`` makes one FETCH reply of its first line; ``come`` may take many replies that have come whole, while messages are small."""
    if session.came_early(tag):
        return
    wire = session.wire
    stray, small = 0, True
    deadline = Deadline(wire.patience)
    while True:
        session.check(deadline)
        if come is not None and small:
            for one in come(session):
                yield one
                deadline.restart()
        line = wire.readline(1 << 20)
        if _FETCH.match(line):
            found = take(line)
            if found is not None:
                small = isinstance(found, Body) and len(found.data) <= SMALL
                yield found
                if isinstance(found, Streamed):
                    deque(found.chunks, maxlen=0)
                deadline.restart()  # whoever takes it may have taken long
                continue
        elif not line.startswith(b"* "):
            if session.settle(tag, line):
                return
        else:
            _pass_over(session, line)
        stray += 1
        if stray > 20_000:
            raise session.broken("a flood of replies nobody asked for")


def _big(session: Session, line: bytes, largest: int) -> Streamed | Passed | None:
    """A FETCH reply that carries a big message; None for any other."""
    literal = LITERAL_END.search(line)
    size = int(literal[1]) if literal else 0
    found = _BODY.search(line) if size >= BIG else None
    if not found or not found[3]:
        return None
    if size > largest:
        raise session.broken(f"a message of {size} bytes where at most {largest} were announced")
    head = line[: found.start()]
    uid, flags, date = _UID.search(head), _FLAGS.search(head), _DATE.search(head)
    if uid and flags and date:
        return Streamed(size, flags[1], date[1], _inline(session, size), int(uid[1]))
    for _piece in session.wire.chunks(size):
        pass
    tail = _tail(session)
    uid = uid or _UID.search(tail)
    return Passed(int(uid[1]) if uid else 0)


def _inline(session: Session, size: int) -> Iterator[bytes]:
    """The last piece only after the reply has ended as it should: until then the message may still turn out broken."""
    held = b""
    for piece in session.wire.chunks(size):
        if held:
            yield held
        held = piece
    _tail(session)
    if held:
        yield held


def _tail(session: Session) -> bytes:
    """What stands behind a content, to the end of its reply."""
    line = session.wire.readline(1 << 20)
    if line != b")\r\n" and not _TAIL.match(line):
        raise session.broken("a message whose end is not where it was announced")
    return line


def _body(session: Session, line: bytes, largest: int) -> Body | None:
    """One FETCH reply; None when it carries no body (a change of flags somebody else made)."""
    head, data, ends = line, None, _TAIL.search
    while True:
        found = _BODY.search(line)
        literal = LITERAL_END.search(line)
        if literal:
            size = int(literal[1])
            if size > largest:
                raise session.broken(f"a message of {size} bytes where at most {largest} were announced")
            piece = session.wire.read_exactly(size)
            if found and found[3]:
                data = piece
            line, ends = session.wire.readline(1 << 20), _TAIL.match  # right behind the literal
            head = head[: literal.start()] + line if head.endswith(literal[0]) else head + line
            continue
        if found and data is None:
            data = b"" if found[1] else re.sub(rb"\\(.)", rb"\1", found[2] or b"")
            start = len(head) - len(line)
            head = head[: start + found.start()] + head[start + found.end() :]  # what a message says is no attribute
        break
    if not ends(line):
        raise session.broken("a message whose end is not where it was announced")
    uid, flags, date = _UID.search(head), _FLAGS.search(head), _DATE.search(head)
    if data is None or not uid:
        return None
    return Body(int(uid[1]), flags[1] if flags else b"", date[1] if date else b"", data)


def ask_body(session: Session, uid: int) -> bytes:
    """Sends UID FETCH of one big message with flags and date; returns the tag for `stream`."""
    return session.send(b"UID FETCH", b"%d" % uid, b"(UID FLAGS INTERNALDATE BODY.PEEK[])")


def stream(session: Session, tag: bytes, largest: int) -> Streamed:
    """One big message of `ask_body`; its content comes in chunks and is never held whole. No other FETCH may be in flight before it.

    The iterator ends normally only when the reply ended as it should. Raises MessageVanished when the server sends no body.
    """
    for _ in range(20_000):
        line = session.wire.readline(1 << 20)
        if not line.startswith(b"* "):
            if session.settle(tag, line):
                raise MessageVanished(host=session.host)
            continue
        found = _BODY.search(line) if _FETCH.match(line) else None
        if not found:
            _pass_over(session, line)
            continue
        head = line[: found.start()]
        flags, date = _FLAGS.search(head), _DATE.search(head)
        facts = (flags[1] if flags else None, date[1] if date else None)
        if found[3]:
            size = int(found[3])
            if size > largest:
                raise session.broken(f"a message of {size} bytes where at most {largest} were announced")
            return Streamed(size, *facts, _streamed(session, tag, size))
        text = b"" if found[1] else re.sub(rb"\\(.)", rb"\1", found[2] or b"")
        return Streamed(len(text), *facts, _rest(session, tag, text))
    raise session.broken("a flood of replies nobody asked for")


def _streamed(session: Session, tag: bytes, size: int) -> Iterator[bytes]:
    held = b""
    for piece in _inline(session, size):
        if held:
            yield held
        held = piece
    yield from _rest(session, tag, held)


def _rest(session: Session, tag: bytes, last: bytes) -> Iterator[bytes]:
    """The last piece, only after the server has ended its reply: until then the message may still turn out broken."""
    for _parts in session.replies(tag):
        pass
    if last:
        yield last


class MessageVanished(errors.ServerError):
    """The message was listed, but the server sends no content for it."""

    title = "{host} does not deliver this message"
