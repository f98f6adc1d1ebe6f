"""The little language in which a `FaultProxy` is told what shall go wrong, and where.

A `Fault` is a point and an action, e.g. "cut the connection after 1,000 bytes of the third message that is appended":
``Fault(Literal("APPEND", byte=1000), Cut(), nth=3)``. Counting runs over all connections of a proxy unless ``connections`` says
otherwise; a fault acts from its ``nth`` meeting on, ``times`` times (None: for ever).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

# --- where ------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Connect:
    """A client has connected; nothing was said yet, not even TLS."""


@dataclass(frozen=True)
class Greeting:
    """The server's greeting is about to be passed on."""


@dataclass(frozen=True)
class Command:
    """A command's first line has come from the client; the server has seen nothing of it. ``names``: "APPEND", "SELECT|EXAMINE"."""

    names: str


@dataclass(frozen=True)
class Literal:
    """Inside a literal of such a command, when ``byte`` of its bytes were passed on; negative counts from the end, None: all."""

    names: str = "APPEND"
    byte: int | None = None


@dataclass(frozen=True)
class Reply:
    """The tagged reply to such a command has come from the server and is about to be passed on."""

    names: str


@dataclass(frozen=True)
class Untagged:
    """An untagged reply that holds ``text`` (upper case) in its first line is about to be passed on."""

    text: str


@dataclass(frozen=True)
class Body:
    """Inside a literal of a FETCH reply, when ``byte`` of its bytes were passed on (as in `Literal`)."""

    byte: int | None = 0


Point = Connect | Greeting | Command | Literal | Reply | Untagged | Body

# --- what -------------------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Cut:
    """End both connections; with ``reset`` the client's by RST, else by an orderly end of the stream."""

    reset: bool = True


@dataclass(frozen=True)
class Hang:
    """Pass nothing on any more in this direction; the connection stays open."""


@dataclass(frozen=True)
class Wait:
    """Go on after so many seconds."""

    seconds: float


@dataclass(frozen=True)
class Slow:
    """From here on pass bytes to the client (``up``: to the server) no faster than this."""

    bytes_per_second: float
    up: bool = False


@dataclass(frozen=True)
class Inject:
    """Send ``data`` to the client first; it is not checked for sense."""

    data: bytes


@dataclass(frozen=True)
class Answer:
    """At a `Command`: the server never sees it; the client gets ``text`` ("NO [UNAVAILABLE] later") as its tagged reply."""

    text: str


@dataclass(frozen=True)
class Replace:
    """At a `Reply`: what the server did stays done, but the client is told ``text``."""

    text: str


@dataclass(frozen=True)
class Swallow:
    """At a `Reply` or an `Untagged`: it never comes; what follows does."""


@dataclass(frozen=True)
class Shorten:
    """At a `Body`: only the first ``keep`` bytes come. ``honest``: so many are announced too; else the old size is."""

    keep: int
    honest: bool = True


@dataclass(frozen=True)
class Garble:
    """At a `Body`: some bytes in the middle are others; the size stays."""


@dataclass(frozen=True)
class Resize:
    """At a `Body`: another size is announced, ``by`` more or less; the bytes are all there."""

    by: int


Action = Cut | Hang | Wait | Slow | Inject | Answer | Replace | Swallow | Shorten | Garble | Resize


@dataclass(frozen=True)
class Fault:
    """What goes wrong and where. ``connections``: numbers (from 1) of those it may meet, empty for all."""

    at: Point
    do: Action
    nth: int = 1
    times: int | None = 1
    connections: Sequence[int] = ()

    def __post_init__(self) -> None:
        allowed: dict[type, tuple[type, ...]] = {
            Answer: (Command,),
            Replace: (Reply,),
            Swallow: (Reply, Untagged),
            Shorten: (Body,),
            Garble: (Body,),
            Resize: (Body,),
        }
        if not isinstance(self.at, allowed.get(type(self.do), (object,))):
            raise ValueError(f"{self.do} makes no sense at {self.at}")


@dataclass
class Faults:
    """Counts how often each fault's point was met and says which acts now."""

    faults: Sequence[Fault]
    met: Counter[int] = field(default_factory=Counter)
    fired: Counter[Fault] = field(default_factory=Counter)

    def at(self, kind: type, text: str, connection: int) -> Fault | None:
        """The first fault that acts at a point of this ``kind``; ``text`` is the command's name or the reply's line."""
        acting = None
        for number, fault in enumerate(self.faults):
            if (
                type(fault.at) is not kind
                or not _fits(fault.at, text)
                or (fault.connections and connection not in fault.connections)
            ):
                continue
            self.met[number] += 1
            late = fault.times is not None and self.met[number] >= fault.nth + fault.times
            if acting is None and self.met[number] >= fault.nth and not late:
                acting = fault
                self.fired[fault] += 1
        return acting


def _fits(point: Point, text: str) -> bool:
    match point:
        case Command(names) | Reply(names) | Literal(names, _):
            return text in names.split("|")
        case Untagged(wanted):
            return wanted in text.upper()
    return True
