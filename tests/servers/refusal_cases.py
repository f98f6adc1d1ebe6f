"""Refusals by a real server's proxy: for a while, for one thing, or for good."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tests.servers.break_cases import PLAIN
from tests.servers.cases import Case, Ending
from tests.servers.faults import Answer, Command, Fault, Point, Replace, Reply

PATIENT = {
    "unavailable": "NO [UNAVAILABLE] the backend is not there",
    "throttled": "NO [THROTTLED] slower, please",
    "limit": "NO [LIMIT] too many commands",
    "inuse": "NO [INUSE] the folder is locked",
    "serverbug": "NO [SERVERBUG] internal error",
    "backoff-time": "BAD Request is throttled. Suggested Backoff Time: 700 milliseconds",
    "try-again": "NO Temporary error, try again later",
    "rate": "NO rate limit exceeded",
    "bandwidth": "NO Account exceeded command or bandwidth limits.",
    "plain-no": "NO sorry",
}


def _at(point: Point, text: str, nth: int = 1, times: int | None = 1) -> tuple[Fault, ...]:
    action = Answer(text) if isinstance(point, Command) else Replace(text)
    return (Fault(point, action, nth=nth, times=times),)


def waits() -> Iterator[Case]:
    """The server asks for patience twice, then goes on."""
    late: dict[str, Any] = {"compared": {"order": False}}  # what was in flight behind the refused message came in before it
    for word, text in PATIENT.items():
        yield Case(f"append-{word}", destination=_at(Command("APPEND"), text, 2, 2), **late)
        yield Case(f"append-single-{word}", destination=_at(Command("APPEND"), text, 7, 2), hide=PLAIN["single"], **late)
        yield Case(f"append-waiting-{word}", destination=_at(Command("APPEND"), text, 7, 2), hide=PLAIN["waiting"], **late)
        yield Case(f"fetch-{word}", source=_at(Command("UID FETCH"), text, 6, 2))
        yield Case(f"examine-{word}", source=_at(Command("EXAMINE"), text, 2, 2))
    for word in ("unavailable", "throttled", "limit", "backoff-time", "try-again"):
        yield Case(f"sign-in-{word}", source=_at(Command("AUTHENTICATE|LOGIN"), PATIENT[word], times=2))
        yield Case(f"destination-sign-in-{word}", destination=_at(Command("AUTHENTICATE|LOGIN"), PATIENT[word], times=2))
        yield Case(f"list-{word}", source=_at(Command("LIST"), PATIENT[word]))
        yield Case(f"create-{word}", destination=_at(Command("CREATE"), PATIENT[word]))
        yield Case(f"select-{word}", destination=_at(Command("SELECT"), PATIENT[word]))
        yield Case(f"read-back-{word}", destination=_at(Command("EXAMINE"), PATIENT[word]))


def door() -> Iterator[Case]:
    """At the sign-in, for good or for a while."""
    refused = "NO [AUTHENTICATIONFAILED] wrong user name or password"
    at = Command("AUTHENTICATE|LOGIN")
    yield Case("source-password-refused", source=_at(at, refused, times=None), ending=Ending.STOPPED)
    yield Case("destination-password-refused", destination=_at(at, refused, times=None), ending=Ending.STOPPED)
    yield Case("source-account-blocked", source=_at(at, "NO [ALERT] account is locked", times=None), ending=Ending.STOPPED)
    many = "NO [LIMIT] Maximum number of connections from user+IP exceeded"
    yield Case("too-many-connections-twice", source=_at(at, many, times=2))
    yield Case("too-many-connections-for-good", source=_at(at, many, times=None), ending=Ending.STOPPED)
    yield Case("source-never-available", source=_at(at, "NO [UNAVAILABLE] later", times=None), ending=Ending.STOPPED)


def single_things() -> Iterator[Case]:
    """One folder or one message, for good."""
    yield Case("append-trycreate", destination=_at(Command("APPEND"), "NO [TRYCREATE] no such folder", 2))
    order: dict[str, bool] = {"order": False}
    yield Case(
        "append-trycreate-single",
        destination=_at(Command("APPEND"), "NO [TRYCREATE] no such folder", 9),
        hide=PLAIN["single"],
        compared=order,
    )
    for way in ("single", "waiting", "poorest"):
        full = "NO [OVERQUOTA] mailbox is full"
        yield Case(f"overquota-{way}", destination=_at(Command("APPEND"), full, 30, None), hide=PLAIN[way], ending=Ending.NAMED)
    yield Case(
        "overquota-batch", destination=_at(Command("APPEND"), "NO [OVERQUOTA] mailbox is full", 2, None), ending=Ending.NAMED
    )
    yield Case("overquota-in-words", destination=_at(Command("APPEND"), "NO Quota exceeded", 2, None), ending=Ending.NAMED)
    yield Case("append-never", destination=_at(Command("APPEND"), "NO sorry", times=None), ending=Ending.NAMED)
    yield Case("append-bad-for-good", destination=_at(Command("APPEND"), "BAD what?", times=None), ending=Ending.NAMED)
    yield Case(
        "append-unavailable-for-good", destination=_at(Command("APPEND"), "NO [UNAVAILABLE] later", 3, None), ending=Ending.STOPPED
    )
    yield Case("all-folders-shut", source=_at(Command("EXAMINE"), "NO cannot open", times=None), ending=Ending.NAMED)
    yield Case("create-refused", destination=_at(Command("CREATE"), "NO [NOPERM] you may not", times=None), ending=Ending.NAMED)
    yield Case(
        "subscribe-refused", destination=_at(Command("SUBSCRIBE"), "NO cannot", times=None), compared={"subscriptions": False}
    )
    yield Case("namespace-refused", source=_at(Command("NAMESPACE"), "BAD unknown", times=None))
    yield Case("status-refused", source=_at(Command("STATUS"), "NO cannot", times=None), hide_source=("LIST-STATUS",))
    yield Case(
        "read-back-refused", destination=_at(Command("EXAMINE"), "NO [UNAVAILABLE] later", times=None), ending=Ending.STOPPED
    )
    yield Case("logout-refused", source=_at(Reply("LOGOUT"), "NO stay", times=None))


def all_refusals() -> list[Case]:
    return [case for group in (waits(), door(), single_things()) for case in group]
