"""What is to be expected and what has been: census, runs, forecast."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from mailsafi_wizard.model.accounts import Role


@dataclass(frozen=True)
class FolderCensus:
    """What a look at one source folder found."""

    name: str
    role: Role | None
    messages: int
    bytes: int
    destination_name: str
    excluded_reason: str = ""
    renamed: bool = False


@dataclass(frozen=True)
class MailboxCensus:
    """What a look at one mailbox found. ``error`` is the problem's title where the look failed."""

    mailbox_id: int
    folders: tuple[FolderCensus, ...] = ()
    error: str = ""

    @property
    def messages(self) -> int:
        return sum(f.messages for f in self.folders if not f.excluded_reason)

    @property
    def bytes(self) -> int:
        return sum(f.bytes for f in self.folders if not f.excluded_reason)


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
