"""Whether one message is the same on both sides, but for its content. Pure: a three-way comparison with what was sent."""

from __future__ import annotations

from mailsafi_wizard.model import Differs
from mailsafi_wizard.net.attributes import parsed, readable_date, storable_flags

Flags = frozenset[bytes]


def flags_of(raw: bytes, permanent: frozenset[bytes] | None) -> Flags:
    """Flags that count, in lower case: those that the destination can hold (``permanent``, None when that is unknown)."""
    return frozenset(flag.lower() for flag in storable_flags(raw, permanent)[0].split())


def flags_differ(
    sent: bytes, here: bytes, there: bytes, permanent: frozenset[bytes] | None = None, present: bool = False
) -> tuple[Differs, str] | None:
    """What is to be said of a message's flags: ``sent`` with it or after it, ``here`` at the source now, ``there`` at the destination.

    What the source has changed since is ours to carry over; whatever else differs its user did at the destination. Of one that
    was ``present`` there before, the flags were never ours.
    """
    base, now, shown = (flags_of(raw, permanent) for raw in (sent, here, there))
    late = ((now - base) - shown) | ((base - now) & shown)
    if late:
        return Differs.FLAGS, _said(now, shown)
    return None if present or now == shown else (Differs.USER_FLAGS, _said(now, shown))


def _said(here: Flags, there: Flags) -> str:
    """ "\\seen | -": what is only at the source, and what is only at the destination."""
    return " | ".join(b" ".join(sorted(some)).decode("ascii", "replace") or "-" for some in (here - there, there - here))


def date_differs(sent: bytes, here: bytes, there: bytes) -> str:
    """Both dates where they are not the same moment, "" where they are, or where one can't be read. ``sent`` b"": the source's own."""
    wanted = parsed(readable_date(sent)) or parsed(readable_date(here))
    shown = parsed(readable_date(there))
    if wanted is None or shown is None or wanted == shown:
        return ""
    return f"{wanted.isoformat(sep=' ')} | {shown.isoformat(sep=' ')}"
