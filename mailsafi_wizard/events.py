"""What the engine tells while it works: small frozen facts, sent through one callable ``report(Event)``.

A listener (the screen, the JSON lines of the command line, a test's list) never talks back. `Progress` is cumulative, so a
listener may keep only the newest of each mailbox.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from mailsafi_wizard.records import dataclass

if TYPE_CHECKING:
    from mailsafi_wizard.model import CheckRecord, Difference, FailedMessage, Ledger, MailboxState


@dataclass(frozen=True)
class Event:
    """Base of all; `name` is what the command line writes as ``event``."""

    @property
    def name(self) -> str:
        return _snake(type(self).__name__)


Report = Callable[[Event], None]


def _snake(camel: str) -> str:
    return "".join("-" + c.lower() if c.isupper() else c for c in camel).lstrip("-")


@dataclass(frozen=True)
class RunStarted(Event):
    """The first event of a run."""

    mailboxes: int


@dataclass(frozen=True)
class StateChanged(Event):
    """A mailbox entered another state; ``why`` is a sentence for people, ``seconds`` how long a wait will last (0 none)."""

    mailbox_id: int
    address: str
    state: MailboxState
    why: str = ""
    seconds: float = 0.0


@dataclass(frozen=True)
class Progress(Event):
    """Running totals of one mailbox in this run. ``messages_done`` counts copied, present, excluded and failed alike."""

    mailbox_id: int
    folder: str
    messages_done: int
    messages_total: int
    bytes_done: int
    bytes_total: int
    copied: int
    failed: int


@dataclass(frozen=True)
class MessageFailed(Event):
    """A message that is given up, this time."""

    address: str
    message: FailedMessage


@dataclass(frozen=True)
class Remark(Event):
    """Something the admin should know that is no failure: a renamed folder, a dropped keyword, a date that had to be guessed."""

    mailbox_id: int
    address: str
    folder: str
    text: str


@dataclass(frozen=True)
class MailboxFinished(Event):
    """The last event of a mailbox in a run."""

    mailbox_id: int
    address: str
    state: MailboxState
    ledger: Ledger
    problem: str = ""  # title of what ended it, if anything did
    hint: str = ""
    detail: str = ""


@dataclass(frozen=True)
class Summary(Event):
    """The last event of a run. ``exit_status`` is that of the command line."""

    ledger: Ledger
    exit_status: int
    seconds: float


@dataclass(frozen=True)
class LookProgress(Event):
    """A look at a mailbox goes on: so many of its messages are listed."""

    mailbox_id: int
    address: str
    folder: str
    listed: int
    total: int


@dataclass(frozen=True)
class LookFinished(Event):
    """A mailbox was looked at; ``error`` is the problem's title where that failed."""

    mailbox_id: int
    address: str
    folders: int
    messages: int
    bytes: int
    error: str = ""


@dataclass(frozen=True)
class CheckProgress(Event):
    """Running totals of one mailbox's comparison by content; sizes in bytes."""

    mailbox_id: int
    address: str
    folder: str
    done: int
    total: int
    bytes_done: int
    bytes_total: int


@dataclass(frozen=True)
class DifferenceFound(Event):
    """A message that is not the same on both sides."""

    address: str
    difference: Difference


@dataclass(frozen=True)
class CheckFinished(Event):
    """A mailbox's comparison has ended."""

    address: str
    check: CheckRecord
