"""How much a mailbox takes: its quota (RFC 9208) and the largest message (RFC 7889). Asks only, changes nothing."""

from __future__ import annotations

from mailsafi_wizard import errors
from mailsafi_wizard.net.grammar import Parts, structured
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass

UNIT = 1024  # of the resource STORAGE (RFC 9208 section 5.1)
_LARGEST = 1 << 63


@dataclass(frozen=True)
class Quota:
    """The narrowest of a mailbox's quotas. Sizes in bytes; a limit is None where there is none."""

    used: int = 0
    limit: int | None = None
    messages_used: int = 0
    messages_limit: int | None = None


def quota(session: Session) -> Quota:
    """What GETQUOTAROOT of INBOX says (RFC 9208 section 4.1.2); no limits where the server has no quotas or does not tell."""
    if not any(c == "QUOTA" or c.startswith("QUOTA=") for c in session.capabilities):
        return Quota()
    try:
        replies = session.run(b'GETQUOTAROOT "INBOX"')
    except (errors.CommandRefused, errors.ServerBusy):
        return Quota()
    storage, messages = [], []
    for parts in replies:
        for name, used, limit in _resources(parts):
            if name == "STORAGE":
                storage.append((used * UNIT, limit * UNIT))
            elif name == "MESSAGE":
                messages.append((used, limit))
    return Quota(*_narrowest(storage), *_narrowest(messages))


def _resources(parts: Parts) -> list[tuple[str, int, int]]:
    """(name, used, limit) of each resource of a QUOTA reply; none of anything else."""
    if not parts[0].upper().startswith(b"* QUOTA "):
        return []
    try:
        _root, items = structured(parts, 8)[:2]
    except ValueError:
        return []
    if not isinstance(items, tuple):
        return []
    triples = zip(items[::3], items[1::3], items[2::3], strict=False)
    return [
        (name.decode("ascii", "replace").upper(), used, limit)
        for name, used, limit in triples
        if isinstance(name, bytes)
        and isinstance(used, int)
        and isinstance(limit, int)
        and 0 <= used < _LARGEST
        and 0 <= limit < _LARGEST
    ]


def _narrowest(found: list[tuple[int, int]]) -> tuple[int, int | None]:
    """(used, limit) with the least room left."""
    return min(found, key=lambda pair: pair[1] - pair[0], default=(0, None))


def append_limit(session: Session) -> int | None:
    """The largest message in bytes that the server takes (RFC 7889); None when it doesn't say.

    Where the capability has no figure, STATUS of INBOX is asked (section 3.2), so nothing may be in flight.
    """
    for capability in session.capabilities:
        name, _, value = capability.partition("=")
        if name == "APPENDLIMIT" and value.isascii() and value.isdigit() and len(value) < 19:
            return int(value)
    if "APPENDLIMIT" not in session.capabilities:
        return None
    for parts in session.try_run(b'STATUS "INBOX" (APPENDLIMIT)') or []:
        limit = _status_limit(parts)
        if limit is not None:
            return limit
    return None


def _status_limit(parts: Parts) -> int | None:
    if not parts[0].upper().startswith(b"* STATUS "):
        return None
    try:
        items = structured(parts, 9)[1]
    except (ValueError, IndexError):
        return None
    found = items[1] if isinstance(items, tuple) and len(items) == 2 and items[0] == b"APPENDLIMIT" else None
    return found if isinstance(found, int) and 0 < found < _LARGEST else None
