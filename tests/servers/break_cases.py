"""Breaks on either side, at every step: cut, reset, silence, a trickle, NO, BAD, BYE, garbage, literals that lie."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.servers.cases import Case, Ending, big
from tests.servers.faults import (
    Action,
    Answer,
    Body,
    Command,
    Connect,
    Cut,
    Fault,
    Greeting,
    Hang,
    Inject,
    Literal,
    Point,
    Replace,
    Reply,
    Resize,
    Shorten,
    Slow,
    Swallow,
    Untagged,
)

TRICKLE = 40  # bytes a second

BOTH: dict[str, Point] = {
    "connect": Connect(),
    "greeting": Greeting(),
    "sign-in": Command("AUTHENTICATE|LOGIN"),
    "sign-in-reply": Reply("AUTHENTICATE|LOGIN"),
    "namespace": Command("NAMESPACE"),
    "list": Command("LIST"),
    "list-line": Untagged("* LIST"),
    "list-reply": Reply("LIST"),
}
SOURCE: dict[str, tuple[Point, int]] = {
    **{name: (point, 1) for name, point in BOTH.items()},
    "examine": (Command("EXAMINE"), 2),
    "examine-reply": (Reply("EXAMINE"), 1),
    "listing": (Command("UID FETCH"), 1),
    "listing-line": (Untagged(" FETCH ("), 5),
    "listing-reply": (Reply("UID FETCH"), 1),
    "body-start": (Body(0), 1),
    "body-inside": (Body(700), 3),
    "body-end": (Body(-1), 2),
    "body-after": (Body(None), 2),
    "fetch-reply": (Reply("UID FETCH"), 9),
    "logout": (Command("LOGOUT"), 1),
    "logout-reply": (Reply("LOGOUT"), 1),
}
DESTINATION: dict[str, tuple[Point, int]] = {
    **{name: (point, 1) for name, point in BOTH.items()},
    "create": (Command("CREATE"), 1),
    "create-reply": (Reply("CREATE"), 2),
    "subscribe": (Command("SUBSCRIBE"), 1),
    "subscribe-reply": (Reply("SUBSCRIBE"), 1),
    "select": (Command("SELECT"), 1),
    "append": (Command("APPEND"), 1),
    "literal-start": (Literal("APPEND", 0), 2),
    "literal-inside": (Literal("APPEND", 500), 5),
    "literal-end": (Literal("APPEND", None), 3),
    "append-reply": (Reply("APPEND"), 1),
    "later-append-reply": (Reply("APPEND"), 3),
    "read-back": (Command("EXAMINE"), 1),
    "read-back-line": (Untagged(" FETCH ("), 3),
    "read-back-reply": (Reply("UID FETCH"), 1),
    "logout": (Command("LOGOUT"), 1),
    "logout-reply": (Reply("LOGOUT"), 1),
}
ACTIONS: dict[str, Action] = {"fin": Cut(reset=False), "rst": Cut(), "silence": Hang()}


def _point(found: Point, nth: int, action: Action) -> Fault:
    return Fault(found, action, nth=nth)


def cuts() -> Iterator[Case]:
    """One break, at each step of each side."""
    for step, (point, nth) in SOURCE.items():
        for word, action in ACTIONS.items():
            yield Case(f"source-{step}-{word}", source=(_point(point, nth, action),))
    for step, (point, nth) in DESTINATION.items():
        for word, action in ACTIONS.items():
            yield Case(f"destination-{step}-{word}", destination=(_point(point, nth, action),))


PLAIN = {
    "single": ("MULTIAPPEND",),
    "waiting": ("MULTIAPPEND", "LITERAL+", "LITERAL-"),
    "blind": ("MULTIAPPEND", "UIDPLUS"),
    "poorest": (
        "MULTIAPPEND",
        "LITERAL+",
        "LITERAL-",
        "UIDPLUS",
        "SPECIAL-USE",
        "LIST-STATUS",
        "LIST-EXTENDED",
        "CONDSTORE",
        "QRESYNC",
    ),
}


def poorer_destinations() -> Iterator[Case]:
    """The same around APPEND where the destination takes one message a command, wants to be asked, or does not tell UIDs."""
    steps = ("append", "literal-inside", "literal-end", "append-reply", "later-append-reply")
    for way, hidden in PLAIN.items():
        yield Case(f"{way}-nothing-wrong", hide=hidden)
        for step in steps:
            point, nth = DESTINATION[step]
            for word in ("fin", "silence") if step != "append" else ("rst",):
                yield Case(f"{way}-{step}-{word}", destination=(_point(point, nth + 4, ACTIONS[word]),), hide=hidden)


def big_ones() -> Iterator[Case]:
    """Around messages that are relayed in pieces."""
    yield Case("big-nothing-wrong", seed=big)
    yield Case("big-waiting-nothing-wrong", seed=big, hide=PLAIN["waiting"])
    for word, action in ACTIONS.items():
        yield Case(f"big-literal-{word}", destination=(Fault(Literal("APPEND", 900_000), action),), seed=big, may_not_fire=True)
        yield Case(
            f"big-literal-waiting-{word}",
            destination=(Fault(Literal("APPEND", -10), action, nth=41),),
            seed=big,
            hide=PLAIN["waiting"],
        )
        yield Case(f"big-body-{word}", source=(Fault(Body(900_000), action, nth=40),), seed=big)
    yield Case("big-body-shorter-than-announced", source=(Fault(Body(), Shorten(500_000, honest=False), nth=40),), seed=big)
    yield Case("big-body-shortened", source=(Fault(Body(), Shorten(500_000), nth=40),), seed=big)


def slow_ones() -> Iterator[Case]:
    """A server that does not fall silent but crawls."""
    crawl = Slow(TRICKLE)
    yield Case("source-crawls-from-greeting", source=(Fault(Greeting(), crawl),))
    yield Case("source-crawls-in-listing", source=(Fault(Untagged(" FETCH ("), crawl, nth=4),))
    yield Case("source-crawls-in-body", source=(Fault(Body(100), crawl, nth=8),))
    yield Case("destination-crawls-from-greeting", destination=(Fault(Greeting(), crawl),))
    yield Case("destination-crawls-after-append", destination=(Fault(Reply("APPEND"), crawl),))
    yield Case("destination-takes-a-trickle", destination=(Fault(Literal("APPEND", 100), Slow(2000, up=True), nth=6),))


def lies() -> Iterator[Case]:
    """Literals that are not as announced, replies that make no sense, replies that never come."""
    late: dict[str, Any] = {"compared": {"order": False}}  # such a message is read again, and comes after the others
    for nth in (1, 6):
        yield Case(f"body-{nth}-shortened", source=(Fault(Body(), Shorten(10), nth=nth),), **late)
        yield Case(f"body-{nth}-shorter-than-announced", source=(Fault(Body(), Shorten(10, honest=False), nth=nth),))
        yield Case(f"body-{nth}-announced-larger", source=(Fault(Body(), Resize(7), nth=nth),), **late)
        yield Case(f"body-{nth}-announced-smaller", source=(Fault(Body(), Resize(-7), nth=nth),))
        yield Case(f"body-{nth}-emptied", source=(Fault(Body(), Shorten(0), nth=nth),), **late)
    garbage = Inject(b"\x00\xff)(garbage\x80\r\n")
    yield Case("source-garbage", source=(Fault(Reply("UID FETCH"), garbage),))
    yield Case("source-garbage-between-bodies", source=(Fault(Untagged("BODY[]"), garbage, nth=12),))
    yield Case("destination-garbage", destination=(Fault(Reply("APPEND"), garbage),))
    yield Case("source-foreign-tag", source=(Fault(Reply("UID FETCH"), Inject(b"ZZ99 OK done\r\n")),))
    yield Case("destination-foreign-tag", destination=(Fault(Reply("APPEND"), Inject(b"ZZ99 OK done\r\n")),))
    for name in ("EXAMINE", "UID FETCH", "LIST", "NAMESPACE"):
        yield Case(f"source-no-reply-to-{name.lower().replace(' ', '-')}", source=(Fault(Reply(name), Swallow()),))
    for name in ("CREATE", "APPEND", "SELECT", "EXAMINE", "UID FETCH"):
        yield Case(f"destination-no-reply-to-{name.lower().replace(' ', '-')}", destination=(Fault(Reply(name), Swallow()),))
    yield Case("source-drops-one-listing-line", source=(Fault(Untagged("RFC822.SIZE"), Swallow(), nth=3),))
    yield Case("source-drops-one-body", source=(Fault(Untagged("BODY[]"), Swallow(), nth=3),), **late)
    yield Case("destination-drops-one-read-back-line", destination=(Fault(Untagged("RFC822.SIZE"), Swallow(), nth=3),))


def goodbyes() -> Iterator[Case]:
    """BYE, and then nothing."""
    for code in ("", "[UNAVAILABLE] "):
        bye = Inject(f"* BYE {code}shutting down\r\n".encode())
        word = "bye-unavailable" if code else "bye"
        for step in ("examine", "listing-line", "fetch-reply"):
            point, nth = SOURCE[step]
            yield Case(f"source-{step}-{word}", source=(Fault(point, bye, nth=nth),))
        for step in ("create", "append-reply", "read-back"):
            point, nth = DESTINATION[step]
            yield Case(f"destination-{step}-{word}", destination=(Fault(point, bye, nth=nth),))


def again_and_again() -> Iterator[Case]:
    """More than one break in a run, on one side or both."""
    yield Case("source-cut-every-tenth-body", source=(*(Fault(Body(50), Cut(), nth=n) for n in (10, 20, 30, 40, 50)),))
    yield Case("destination-cut-at-three-appends", destination=tuple(Fault(Reply("APPEND"), Cut(), nth=n) for n in (1, 3, 5)))
    both = Fault(Body(None), Cut(), nth=20), Fault(Literal("APPEND", 10), Cut(), nth=30)
    yield Case("both-sides-cut", source=both[:1], destination=both[1:])
    yield Case("source-refuses-three-connects", source=(Fault(Connect(), Cut(), times=3),))
    yield Case("destination-refuses-three-connects", destination=(Fault(Connect(), Cut(), times=3),))
    yield Case("reply-to-append-lost-twice", destination=(Fault(Reply("APPEND"), Cut(), times=2),))
    yield Case("never-connects", source=(Fault(Connect(), Cut(), times=None),), ending=Ending.STOPPED)
    yield Case("destination-never-connects", destination=(Fault(Connect(), Cut(), times=None),), ending=Ending.STOPPED)
    yield Case("source-dies-for-good", source=(Fault(Body(0), Cut(), nth=20, times=None), Fault(Connect(), Cut(), nth=2, times=None)),
               ending=Ending.STOPPED)  # fmt: skip


def misunderstood() -> Iterator[Case]:
    """A single NO or BAD where none is due, and an OK that was turned into a NO although the work was done."""
    for name in ("NAMESPACE", "LIST", "EXAMINE", "UID FETCH", "LOGOUT"):
        for word in ("NO", "BAD"):
            label = name.lower().replace(" ", "-")
            yield Case(f"source-{word.lower()}-to-{label}", source=(Fault(Command(name), Answer(f"{word} not now")),), runs=2)
    for name in ("NAMESPACE", "LIST", "CREATE", "SUBSCRIBE", "SELECT", "APPEND", "EXAMINE", "UID FETCH", "LOGOUT"):
        for word in ("NO", "BAD"):
            label = name.lower().replace(" ", "-")
            compared = {"subscriptions": name != "SUBSCRIBE"}
            yield Case(f"destination-{word.lower()}-to-{label}", destination=(Fault(Command(name), Answer(f"{word} not now")),), runs=2,
                       compared=compared)  # fmt: skip
    yield Case("append-done-but-told-no", destination=(Fault(Reply("APPEND"), Replace("NO [UNAVAILABLE] try again"), nth=2),))
    yield Case("create-done-but-told-no", destination=(Fault(Reply("CREATE"), Replace("NO [UNAVAILABLE] try again")),))


def all_breaks() -> list[Case]:
    found = [cuts(), poorer_destinations(), big_ones(), slow_ones(), lies(), goodbyes(), again_and_again(), misunderstood()]
    return [case for group in found for case in group]
