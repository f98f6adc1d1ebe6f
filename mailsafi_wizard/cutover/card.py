"""The card for going back: the records exactly as they were before anything was changed, as text. Pure."""

from __future__ import annotations

from mailsafi_wizard.cutover.records import by_preference
from mailsafi_wizard.net.dns_records import Snapshot
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class Kept:
    """One record of before."""

    name: str
    kind: str
    ttl: int | None
    value: str


def kept(snapshot: Snapshot) -> tuple[Kept, ...]:
    """Every record that the domain's own servers showed (resolvers, where none of them answered), each once; MX in order of preference."""
    found: dict[tuple[str, str], tuple[Kept, ...]] = {}
    for view in sorted(snapshot.views, key=lambda v: not v.authoritative):
        for answer in view.answers:
            key = (answer.name, answer.kind)
            if answer.values and key not in found and not answer.aliases:
                ordered = by_preference(answer.values) if answer.kind == "MX" else answer.values
                found[key] = tuple(Kept(answer.name, answer.kind, answer.ttl, value) for value in ordered)
    return tuple(record for records in found.values() for record in records)


def as_zone(records: tuple[Kept, ...]) -> str:
    """As lines of a zone file (RFC 1035 section 5), which any DNS provider's support can read."""
    return "".join(f"{r.name}. {r.ttl if r.ttl is not None else ''} IN {r.kind} {_value(r)}\n" for r in records)


def _value(record: Kept) -> str:
    if record.kind == "TXT":
        return quoted(record.value)
    if record.kind in ("MX", "CNAME", "NS", "SRV", "SOA"):
        return dotted(record.kind, record.value)
    return record.value


def dotted(kind: str, value: str) -> str:
    """With the last dot that a zone file wants behind whole names."""
    words = value.split()
    for place in (0, 1) if kind == "SOA" else (-1,):
        if words:
            words[place] = words[place].rstrip(".") + "."
    return " ".join(words)


def quoted(text: str, longest: int = 255) -> str:
    """A TXT value in pieces of at most 255 bytes, as the wire wants them (RFC 1035 section 3.3.14)."""
    data = text.encode("utf-8")
    pieces = [data[i : i + longest] for i in range(0, len(data), longest)] or [b""]
    return " ".join(f'"{_escaped(piece)}"' for piece in pieces)


def _escaped(piece: bytes) -> str:
    return "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else (f"\\{chr(b)}" if b in b'"\\' else f"\\{b:03d}") for b in piece)
