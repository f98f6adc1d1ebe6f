"""What a mailbox holds: namespaces, folders, roles, counts, in as few round trips as the server's extensions allow.

LIST and STATUS (RFC 9051 section 6.3), NAMESPACE, LIST-STATUS (RFC 5819), SPECIAL-USE (RFC 6154). Invalid names are kept as raw bytes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import field

from mailsafi_wizard import errors
from mailsafi_wizard.net.grammar import Parts, quoted, structured
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

MOST_FOLDERS = 20_000
STATUS_AHEAD = 64


@dataclass(frozen=True)
class ListedFolder:
    """One LIST reply. ``name`` is raw, as the server wrote it; ``attributes`` are lower case, with their backslash."""

    name: bytes
    separator: bytes  # b"" where the server has no hierarchy
    attributes: frozenset[str]
    subscribed: bool = False
    doubtful: bool = False  # read from a reply that breaks the grammar

    @property
    def selectable(self) -> bool:
        return not self.attributes & {"\\noselect", "\\nonexistent"}


@dataclass(frozen=True)
class Status:
    """Numbers of one folder; None where the server gave none. ``size`` is in bytes (STATUS=SIZE, RFC 8438)."""

    messages: int | None = None
    uidnext: int | None = None
    uidvalidity: int | None = None
    modseq: int | None = None
    size: int | None = None


@dataclass
class Overview:
    """All of a mailbox at a glance. ``prefix`` is the personal namespace's; ``foreign`` are prefixes of other users' and shared folders.

    ``gmail``: the server says that it is Gmail, whose folders are labels of the same mail.
    """

    prefix: bytes = b""
    separator: bytes = b""
    foreign: tuple[bytes, ...] = ()
    folders: dict[bytes, ListedFolder] = field(default_factory=dict)
    status: dict[bytes, Status] = field(default_factory=dict)
    garbled: list[str] = field(default_factory=list)  # LIST replies in which not even a name could be found
    gmail: bool = False


def inbox_folded(name: bytes) -> bytes:
    """INBOX in any spelling is INBOX (RFC 9051 section 5.1)."""
    return b"INBOX" if name.upper() == b"INBOX" else name


def overview(session: Session, sizes: bool = False) -> Overview:
    """Namespaces, folders, subscriptions and counts; ``sizes`` asks for the folders' bytes too (may cost the server time).

    Raises CommandRefused when even LIST is refused.
    """
    result = Overview(gmail=session.has("X-GM-EXT-1"))
    wanted = _status_items(session, sizes)
    with_status = session.has("LIST-STATUS")
    namespace = session.send(b"NAMESPACE") if session.has("NAMESPACE") else None
    listed = session.send(b'LIST "" "*"' + _return_options(session, wanted if with_status else b""))
    subscribed = None if session.has("LIST-EXTENDED") else session.send(b'LSUB "" "*"')
    if namespace:
        _take_namespace(session, namespace, result)
    for parts in session.replies(listed, most=MOST_FOLDERS * 2):
        take_list(parts, result)
        _take_status(parts, result)
    if subscribed:
        _take_subscriptions(session, subscribed, result)
    if not result.separator:
        result.separator = next((f.separator for f in result.folders.values() if f.separator), b"")
    missing = [f.name for f in result.folders.values() if f.selectable and f.name not in result.status]
    result.status.update(statuses(session, missing, wanted))
    return result


def _status_items(session: Session, sizes: bool) -> bytes:
    items = [b"MESSAGES", b"UIDNEXT", b"UIDVALIDITY"]
    if session.has("CONDSTORE") or session.has("QRESYNC"):
        items.append(b"HIGHESTMODSEQ")
    if sizes and session.has("STATUS=SIZE"):
        items.append(b"SIZE")
    return b" ".join(items)


def _return_options(session: Session, status_items: bytes) -> bytes:
    options = []
    if session.has("LIST-EXTENDED"):
        options.append(b"SUBSCRIBED")
        if session.has("SPECIAL-USE"):
            options.append(b"SPECIAL-USE")
    if status_items:
        options.append(b"STATUS (" + status_items + b")")
    return b" RETURN (" + b" ".join(options) + b")" if options else b""


def _take_namespace(session: Session, tag: bytes, result: Overview) -> None:
    try:
        replies = list(session.replies(tag))
    except errors.CommandRefused:
        return
    for parts in replies:
        if not parts[0].upper().startswith(b"* NAMESPACE "):
            continue
        try:
            personal, others, shared = (structured(parts, 12) + (None,) * 3)[:3]
            if isinstance(personal, tuple) and personal:
                result.prefix, result.separator = _bytes(personal[0][0]), _bytes(personal[0][1])
            foreign = [item for group in (others, shared) if isinstance(group, tuple) for item in group]
            result.foreign = tuple(_bytes(item[0]) for item in foreign if _bytes(item[0]))
        except (ValueError, TypeError, IndexError):
            continue


def _bytes(value: object) -> bytes:
    """An astring as bytes: imapclient's parser turns digits into int and NIL into None."""
    if isinstance(value, bytes):
        return value
    return b"" if value is None else str(value).encode()


def take_list(parts: Parts, result: Overview) -> None:
    """Adds a folder when ``parts`` is a LIST reply that can be read."""
    if not parts[0].upper().startswith(b"* LIST "):
        return
    try:
        attributes, separator, name, *_rest = structured(parts, 7)
    except ValueError:
        if not _recover(parts, result):
            result.garbled.append(" ".join(parts[0][:100].decode("utf-8", "backslashreplace").split()))
        return
    flags = frozenset(_bytes(a).decode("ascii", "replace").lower() for a in (attributes if isinstance(attributes, tuple) else ()))
    raw = inbox_folded(_name(parts, name))
    known = result.folders.get(raw)
    if known:
        flags |= known.attributes
    if len(result.folders) < MOST_FOLDERS:
        result.folders[raw] = ListedFolder(raw, _bytes(separator), flags, "\\subscribed" in flags)


_LAST_NAME = re.compile(rb'(?: "((?:[^"\\]|\\.)*)"| ([^\s"(){]+))$')


def _recover(parts: Parts, result: Overview) -> bool:
    """A folder from a LIST reply that breaks the grammar: by its last word, when that can be a name. It may not exist."""
    if len(parts) > 1:
        name = parts[-2] if parts[-1] == b"" else b""
    else:
        found = _LAST_NAME.search(parts[0])
        name = re.sub(rb"\\(.)", rb"\1", found[1]) if found and found[1] is not None else (found[2] if found else b"")
    if not name or len(name) > 1000 or name.upper() == b"NIL":
        return False
    raw = inbox_folded(name)
    if raw not in result.folders and len(result.folders) < MOST_FOLDERS:
        result.folders[raw] = ListedFolder(raw, result.separator, frozenset(), doubtful=True)
    return True


def _name(parts: Parts, parsed: object) -> bytes:
    """The raw name. A bare number keeps its leading zeros and NIL is a name here, so both are read from the line itself."""
    if isinstance(parsed, bytes):
        return parsed
    return parts[0].rsplit(b" ", 1)[-1]


def _take_subscriptions(session: Session, tag: bytes, result: Overview) -> None:
    try:
        for parts in session.replies(tag, most=MOST_FOLDERS):
            if parts[0].upper().startswith(b"* LSUB "):
                _subscribe(parts, result)
    except errors.CommandRefused:
        return


def _subscribe(parts: Parts, result: Overview) -> None:
    try:
        attributes, _separator, raw = structured(parts, 7)[:3]
    except ValueError:
        return
    if isinstance(attributes, tuple) and any(_bytes(a).lower() == b"\\noselect" for a in attributes):
        return  # only a name above subscribed ones (RFC 3501 section 6.3.9)
    name = inbox_folded(_name(parts, raw))
    folder = result.folders.get(name)
    if folder:
        result.folders[name] = ListedFolder(folder.name, folder.separator, folder.attributes, True)


def _take_status(parts: Parts, result: Overview) -> None:
    if not parts[0].upper().startswith(b"* STATUS "):
        return
    try:
        name, items = structured(parts, 9)[:2]
        if not isinstance(items, tuple):
            return
        pairs = dict(zip((_bytes(k).upper() for k in items[::2]), items[1::2], strict=False))
    except ValueError:
        return
    raw = inbox_folded(name if isinstance(name, bytes) else _bytes(name))
    result.status[raw] = Status(
        *(_number(pairs.get(key)) for key in (b"MESSAGES", b"UIDNEXT", b"UIDVALIDITY", b"HIGHESTMODSEQ", b"SIZE"))
    )


def _number(value: object) -> int | None:
    """A count a server may honestly give: RFC 9051 numbers have 32 bits, modseq and sizes 63."""
    return value if isinstance(value, int) and 0 <= value < 1 << 63 else None


def statuses(session: Session, names: Iterable[bytes], items: bytes = b"MESSAGES UIDNEXT UIDVALIDITY") -> dict[bytes, Status]:
    """STATUS of many folders, pipelined; a folder whose STATUS is refused is left out."""
    result = Overview()
    waiting: list[bytes] = []
    for name in names:
        argument = quoted(name)
        if not isinstance(argument, bytes):
            _drain(session, waiting, result, 0)
        waiting.append(session.send(b"STATUS", argument, b"(" + items + b")"))
        _drain(session, waiting, result, STATUS_AHEAD if isinstance(argument, bytes) else 0)
    _drain(session, waiting, result, 0)
    return result.status


def _drain(session: Session, waiting: list[bytes], result: Overview, keep: int) -> None:
    while len(waiting) > keep:
        for parts in _forgiving(session, waiting.pop(0)):
            _take_status(parts, result)


def _forgiving(session: Session, tag: bytes) -> Iterator[Parts]:
    try:
        yield from session.replies(tag)
    except (errors.CommandRefused, errors.ServerBusy):
        return
