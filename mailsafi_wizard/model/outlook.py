"""What is to be expected and what has been: census, runs, forecast."""

from __future__ import annotations

import datetime as dt
import enum
from functools import cached_property

from mailsafi_wizard.model.accounts import Role
from mailsafi_wizard.records import dataclass


@dataclass(frozen=True)
class FolderCensus:
    """What a look at one source folder found. Days are INTERNALDATE's own, None where the folder is empty or was not listed.

    ``elsewhere``: of a folder that shows all mail, how much is surely in other folders too and is copied from there.
    """

    name: str
    role: Role | None
    messages: int
    bytes: int
    destination_name: str
    excluded_reason: str = ""
    renamed: bool = False
    oldest: dt.date | None = None
    newest: dt.date | None = None
    largest: int = 0
    raw_name: str = ""  # as it travels, each byte a character; "" in a look taken by an older version
    problem: str = ""  # why the server did not let it be listed
    elsewhere: int = 0
    elsewhere_bytes: int = 0
    chosen: bool | None = None  # the admin's own choice: True taken along, False left out; None: by the rules


@dataclass(frozen=True)
class BigMessage:
    """A message larger than the destination takes. ``date`` is INTERNALDATE as the server wrote it."""

    folder: str
    uid: int
    size: int
    date: str


@dataclass(frozen=True)
class MailboxCensus:
    """What a look at one mailbox found. ``error`` is the problem's title where the look failed; folders seen until then are kept.

    Sizes in bytes; a limit is None where the destination names none.
    """

    mailbox_id: int
    folders: tuple[FolderCensus, ...] = ()
    error: str = ""
    taken: dt.datetime | None = None
    quota_used: int = 0
    quota_limit: int | None = None
    messages_used: int = 0
    messages_limit: int | None = None
    largest_taken: int | None = None  # the destination takes no larger message
    too_big: tuple[BigMessage, ...] = ()  # the first of them
    too_big_count: int = 0
    addresses: tuple[tuple[str, int], ...] = ()  # of the company's domains: to which recent mail was sent, and how many messages

    @cached_property
    def messages(self) -> int:
        return sum(f.messages - f.elsewhere for f in self.folders if not f.excluded_reason)

    @cached_property
    def bytes(self) -> int:
        return sum(f.bytes - f.elsewhere_bytes for f in self.folders if not f.excluded_reason)


class Weight(enum.Enum):
    """How much a finding matters."""

    BAD = "bad"  # mail would not arrive
    CHECK = "check"  # a person should look at it
    NOTE = "note"


@dataclass(frozen=True)
class Finding:
    """Something a look brought up, with what to do now. ``kind``: "quota", "too-big", "pop", "address", "folder" or "look"."""

    kind: str
    weight: Weight
    mailbox: str  # its address, "" for the company
    what: str
    todo: str
    subject: str = ""  # of "address": the address


@dataclass(frozen=True)
class RunRecord:
    """One run, for history and report. ``outcome`` is "running", "done", "incomplete", "stopped" or "broken off"."""

    id: int
    started: dt.datetime
    ended: dt.datetime | None
    messages: int  # copied in this run
    bytes: int
    outcome: str


@dataclass(frozen=True)
class Forecast:
    """How long copying takes, in seconds, as a range; ``basis`` says what the figure rests on."""

    low: float
    high: float
    messages: int
    bytes: int
    basis: str
