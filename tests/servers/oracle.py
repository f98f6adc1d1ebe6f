"""An independent reader of whole accounts: what is on a server, and how two accounts differ.

Uses imaplib alone and none of the product's code, so that a mistake there can't hide here. Opens folders by EXAMINE and reads
by BODY.PEEK.
"""

from __future__ import annotations

import calendar
import contextlib
import datetime as dt
import hashlib
import imaplib
import re
import ssl
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from tests.servers.names import decode

Name = tuple[str, ...]
_MONTHS = {name: number for number, name in enumerate(calendar.month_abbr) if name}
_LIST = re.compile(rb'\((?P<flags>[^)]*)\) (?P<separator>NIL|"(?:\\?.)") ?(?P<name>.*)', re.DOTALL)
_DATE = re.compile(rb'INTERNALDATE "( ?\d+)-(\w{3})-(\d{4}) (\d\d):(\d\d):(\d\d) ([+-])(\d\d)(\d\d)"')


@dataclass(frozen=True)
class Message:
    """One stored message. ``digest``: SHA-256 of its text with every line end as CR LF; ``date``: INTERNALDATE in UTC."""

    digest: str
    flags: frozenset[str]
    date: dt.datetime | None
    size: int
    uid: int = field(compare=False, default=0)
    message_id: str = field(compare=False, default="")


@dataclass(frozen=True)
class Snapshot:
    """A whole account: messages in UID order, by folder (name as a tuple of components, the namespace's prefix taken off)."""

    folders: dict[Name, list[Message]]
    subscribed: frozenset[Name]
    uidvalidity: dict[Name, int]

    @property
    def messages(self) -> int:
        return sum(map(len, self.folders.values()))


def snapshot(host: str, port: int, user: str, password: str, ca: Path | str | None) -> Snapshot:
    """Read everything ``user`` owns over TLS; ``ca`` None: in cleartext. Raises imaplib's errors and OSError."""
    connection = _connect(host, port, ca)
    try:
        connection.authenticate("PLAIN", lambda _: f"\0{user}\0{password}".encode())
        connection.capabilities = tuple(connection.capability()[1][0].decode().upper().split())  # others before the sign-in
        return _read(connection)
    finally:
        with contextlib.suppress(imaplib.IMAP4.error, OSError):
            connection.logout()


def _connect(host: str, port: int, ca: Path | str | None) -> imaplib.IMAP4:
    if ca is None:
        return imaplib.IMAP4(host, port, timeout=60)
    return imaplib.IMAP4_SSL(host, port, ssl_context=ssl.create_default_context(cafile=str(ca)), timeout=60)


def _read(connection: imaplib.IMAP4) -> Snapshot:
    prefix = _prefix(connection)
    folders: dict[Name, list[Message]] = {}
    validities: dict[Name, int] = {}
    for raw, name, flags in _listed(connection, "LIST", prefix):
        if {"\\noselect", "\\nonexistent"} & flags:
            continue
        status, data = connection.select(_quoted(raw), readonly=True)
        if status != "OK":
            raise imaplib.IMAP4.error(f"EXAMINE {raw!r}: {data!r}")
        validities[name] = int((connection.response("UIDVALIDITY")[1] or [b"0"])[0] or 0)
        folders[name] = sorted(_messages(connection, int(data[0] or 0)), key=lambda m: m.uid)
        connection.response("FETCH")
    subscribed = frozenset(name for _raw, name, flags in _listed(connection, "LSUB", prefix) if "\\noselect" not in flags)
    return Snapshot(folders, subscribed, validities)


def _prefix(connection: imaplib.IMAP4) -> bytes:
    if "NAMESPACE" not in connection.capabilities:
        return b""
    answer = connection.namespace()[1][0]
    found = re.match(rb'\(\("((?:[^"\\]|\\.)*)"', answer if isinstance(answer, bytes) else b"")
    return re.sub(rb"\\(.)", rb"\1", found[1]) if found else b""


def _listed(connection: imaplib.IMAP4, command: str, prefix: bytes) -> Iterator[tuple[bytes, Name, set[str]]]:
    answer = connection.list('""', "*") if command == "LIST" else connection.lsub('""', "*")
    for line in answer[1]:
        if line is None:
            continue
        head, literal = line if isinstance(line, tuple) else (line, None)
        found = _LIST.fullmatch(head)
        if found is None:
            if head:
                raise imaplib.IMAP4.error(f"cannot read {line!r}")
            continue  # what follows a literal
        raw = literal if literal is not None else _unquoted(found["name"])
        separator = b"" if found["separator"] == b"NIL" else found["separator"][1:-1].replace(b"\\\\", b"\\")
        yield raw, _components(raw, separator, prefix), {f.lower() for f in found["flags"].decode().split()}


def _components(raw: bytes, separator: bytes, prefix: bytes) -> Name:
    if raw.upper() == b"INBOX":
        return ("INBOX",)
    same_case = bytes.upper if prefix.upper().startswith(b"INBOX") else bytes
    if same_case(raw).startswith(same_case(prefix)):
        raw = raw[len(prefix) :]
    parts = raw.split(separator) if separator else [raw]
    names = [decode(part) for part in parts]
    if names[0].upper() == "INBOX":
        names[0] = "INBOX"
    return tuple(names)


def _quoted(raw: bytes) -> str:
    return '"' + raw.decode("latin-1").replace("\\", "\\\\").replace('"', '\\"') + '"'


def _unquoted(raw: bytes) -> bytes:
    return re.sub(rb"\\(.)", rb"\1", raw[1:-1]) if raw.startswith(b'"') else raw


def _messages(connection: imaplib.IMAP4, exists: int) -> Iterator[Message]:
    for start in range(1, exists + 1, 500):
        end = min(start + 499, exists)
        status, data = connection.fetch(f"{start}:{end}", "(UID FLAGS INTERNALDATE RFC822.SIZE BODY.PEEK[])")
        if status != "OK":
            raise imaplib.IMAP4.error(f"FETCH: {data!r}")
        yield from (_message(head, body) for head, body in _pairs(data))


def _pairs(data: Iterable[object]) -> Iterator[tuple[bytes, bytes]]:
    """(all of a FETCH reply but the text, the text): the attributes may stand before or after the literal."""
    head, body = b"", None
    for item in data:
        if isinstance(item, tuple):
            head, body = item
        elif isinstance(item, bytes) and body is not None:
            yield head + b" " + item, body
            body = None
        elif isinstance(item, bytes) and b"BODY[] " in item:  # an empty or a quoted text
            found = re.search(rb'BODY\[\] (NIL|"((?:[^"\\]|\\.)*)")', item)
            yield item, (re.sub(rb"\\(.)", rb"\1", found[2] or b"") if found else b"")


def _message(head: bytes, body: bytes) -> Message:
    flags = re.search(rb"FLAGS \(([^)]*)\)", head)
    uid, size = re.search(rb"UID (\d+)", head), re.search(rb"RFC822\.SIZE (\d+)", head)
    if not (flags and uid and size):
        raise imaplib.IMAP4.error(f"incomplete FETCH: {head!r}")
    names = frozenset(_flag(f) for f in flags[1].decode("latin-1").split()) - {"\\Recent"}
    return Message(digest(body), names, _date(head), int(size[1]), int(uid[1]), _message_id(body))


def _flag(name: str) -> str:
    return "\\" + name[1:].capitalize() if name.startswith("\\") else name.lower()


def digest(body: bytes) -> str:
    """SHA-256 over ``body`` with CR LF, LF all written as CR LF."""
    return hashlib.sha256(re.sub(rb"\r?\n", b"\r\n", body)).hexdigest()


def _date(head: bytes) -> dt.datetime | None:
    found = _DATE.search(head)
    if not found:
        return None
    day, month, year, hour, minute, second, sign, off_hour, off_minute = (g.decode() for g in found.groups())
    offset = dt.timedelta(hours=int(off_hour), minutes=int(off_minute)) * (-1 if sign == "-" else 1)
    try:
        local = dt.datetime(int(year), _MONTHS[month], int(day), int(hour), int(minute), int(second), tzinfo=dt.UTC)
    except (ValueError, KeyError):
        return None
    return local - offset


def _message_id(body: bytes) -> str:
    found = re.search(rb"^message-id:\s*(\S+)", body[:20000], re.IGNORECASE | re.MULTILINE)
    return found[1].decode("latin-1") if found else ""


FolderMap = Mapping[Name, Name] | Callable[[Name], Name] | None


def compare(
    source: Snapshot,
    destination: Snapshot,
    folder_map: FolderMap = None,
    *,
    subscriptions: bool = True,
    order: bool = True,
    dates: bool = True,
    may_hold_more: bool = False,
) -> list[str]:
    """How ``destination`` differs from ``source``, a readable line each; empty when equal.

    ``folder_map``: where a source folder should be found (a mapping lists only the exceptions). Folders that only the destination
    has are no difference while they are empty. ``may_hold_more``: the destination had mail of its own before.
    """
    where = _mapper(folder_map)
    found: list[str] = []
    for name, messages in source.folders.items():
        target = where(name)
        label = "/".join(name) if name == target else f"{'/'.join(name)} -> {'/'.join(target)}"
        if target not in destination.folders:
            found.append(f"folders: {label} is missing ({len(messages)} messages)")
            continue
        found += [f"{label}: {line}" for line in _folder(messages, destination.folders[target], order, dates, may_hold_more)]
    found += _surplus(source, destination, where, may_hold_more)
    if subscriptions:
        found += _subscriptions(source, destination, where)
    return found


def _mapper(folder_map: FolderMap) -> Callable[[Name], Name]:
    if callable(folder_map):
        return folder_map
    exceptions = folder_map or {}
    return lambda name: exceptions.get(name, name)


def _surplus(source: Snapshot, destination: Snapshot, where: Callable[[Name], Name], may_hold_more: bool) -> list[str]:
    wanted = {where(name) for name in source.folders}
    extra = {n: m for n, m in destination.folders.items() if n not in wanted and m}
    if may_hold_more:
        return []
    return [f"folders: {'/'.join(name)} holds {len(mail)} messages and is not on the source" for name, mail in extra.items()]


def _subscriptions(source: Snapshot, destination: Snapshot, where: Callable[[Name], Name]) -> list[str]:
    wanted = {where(name) for name in source.subscribed if name in source.folders}
    return [f"subscriptions: {'/'.join(name)} is not subscribed" for name in sorted(wanted - destination.subscribed)]


def _folder(source: list[Message], destination: list[Message], order: bool, dates: bool, may_hold_more: bool) -> Iterator[str]:
    here, there = Counter(m.digest for m in source), Counter(m.digest for m in destination)
    missing, surplus = here - there, there - here
    altered = _altered(source, destination, missing, surplus)
    for old, new in altered:
        missing[old.digest] -= 1
        surplus[new.digest] -= 1
        yield f"altered: {_line(old)} became UID {new.uid}, {new.size} bytes"
    for digest_, count in (+missing).items():
        yield f"lost: {_named(source, digest_)}" + (f", {count} times" if count > 1 else "")
    for digest_, count in (+surplus).items():
        if digest_ in here:
            yield f"doubled: {_named(destination, digest_)} is there {here[digest_] + count} times, not {here[digest_]}"
        elif not may_hold_more:
            yield f"surplus: {_named(destination, digest_)} is not on the source"
    for digest_ in here:
        if here[digest_] == there[digest_]:
            yield from _attributes(digest_, source, destination, dates)
    common = [m.digest for m in destination if m.digest in here]
    if order and here == Counter(common):
        yield from (f"order: place {i}, UID {m.uid}, is out of order" for i, m in _out_of_order(source, common))


def _out_of_order(source: list[Message], common: list[str]) -> list[tuple[int, Message]]:
    return [(i, m) for i, (m, other) in enumerate(zip(source, common, strict=True), 1) if m.digest != other][:1]


def _altered(
    source: list[Message], destination: list[Message], missing: Counter[str], surplus: Counter[str]
) -> list[tuple[Message, Message]]:
    """Pairs of a lost message and a surplus one that carry the same Message-ID and date."""
    twins = {_twin(m): m for m in destination if surplus[m.digest]}
    lost = {_twin(m): m for m in source if missing[m.digest]}
    return [(message, twins[twin]) for twin, message in lost.items() if twin in twins]


def _twin(message: Message) -> tuple[object, ...]:
    return (message.message_id, message.date)


def _attributes(digest_: str, source: list[Message], destination: list[Message], dates: bool) -> Iterator[str]:
    here = [m for m in source if m.digest == digest_]
    there = [m for m in destination if m.digest == digest_]
    if Counter(m.flags for m in here) != Counter(m.flags for m in there):
        yield f"flags: {_line(here[0])} has {_flags(here)} on the source, {_flags(there)} at the destination"
    if dates and Counter(_moment(m) for m in here) != Counter(_moment(m) for m in there):
        yield f"dates: {_line(here[0])} is {sorted(map(str, (m.date for m in there)))} at the destination"


def _moment(message: Message) -> int | None:
    """The date in seconds of a 32-bit clock: some servers show a date before 1970 as one after 2100."""
    return None if message.date is None else int(message.date.timestamp()) % (1 << 32)


def _flags(messages: list[Message]) -> str:
    return " / ".join(" ".join(sorted(m.flags)) or "none" for m in messages[:3])


def _line(message: Message) -> str:
    return f"UID {message.uid}, {message.size} bytes, {message.date}, {message.message_id or 'no Message-ID'}"


def _named(messages: list[Message], digest_: str) -> str:
    return next(_line(m) for m in messages if m.digest == digest_)
