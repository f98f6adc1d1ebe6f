"""What a comparison of both servers is, what it finds, and what users say of their mail."""

from __future__ import annotations

import datetime as dt
import enum
import math

from mailsafi_wizard.model.accounts import MessageState
from mailsafi_wizard.records import dataclass

LEAST_SAMPLE = 20  # messages of a mailbox
USUAL_SHARE = 0.01


class Depth(enum.Enum):
    """How closely both sides are compared. Counts, identity, flags and dates always are; the others add content."""

    COUNTS = "counts"
    SAMPLE = "sample"
    EVERYTHING = "everything"


class Differs(enum.Enum):
    """What is not the same on both sides."""

    MISSING = "missing"  # we put it there or found it there, and it never showed itself
    BYTES = "bytes"
    FLAGS = "flags"  # the old server's have changed since they were last carried over, or were never carried over
    DATE = "date"
    UNREAD = "unread"  # could not be compared
    USER_REMOVED = "user-removed"  # was seen there and is gone: its user's doing
    USER_MOVED = "user-moved"
    USER_FLAGS = "user-flags"  # its user reads, answers, marks: the later word


USERS = frozenset({Differs.USER_REMOVED, Differs.USER_MOVED, Differs.USER_FLAGS})


@dataclass(frozen=True)
class Difference:
    """One message that is not the same; ``uid`` is the source's, 0 for a whole folder. ``detail`` says what, in a server's words or ours."""

    mailbox_id: int
    folder: str
    uid: int
    kind: Differs
    detail: str = ""

    @property
    def by_user(self) -> bool:
        """Done by the mailbox's user at the new server: nothing is wrong."""
        return self.kind in USERS


@dataclass(frozen=True)
class CheckPlan:
    """What is asked for. ``share`` of each mailbox's messages, at least ``least`` of them, for a sample."""

    depth: Depth = Depth.COUNTS
    share: float = USUAL_SHARE
    least: int = LEAST_SAMPLE

    def sample_size(self, messages: int) -> int:
        """How many of a mailbox's messages are compared by content."""
        if self.depth is Depth.EVERYTHING:
            return messages
        return min(messages, max(self.least, math.ceil(messages * self.share))) if self.depth is Depth.SAMPLE else 0


@dataclass(frozen=True)
class CheckRecord:
    """One mailbox's comparison. ``outcome``: "running" (or cut off), "done", "stopped" or "broken"; sizes in bytes, of the destination."""

    id: int
    mailbox_id: int
    started: dt.datetime
    ended: dt.datetime | None
    depth: Depth
    share: float
    least: int
    seed: int
    listed: int = 0  # messages whose identity, flags and dates were compared
    compared: int = 0  # messages whose content was compared
    compared_bytes: int = 0
    outcome: str = "running"
    problem: str = ""
    wrong: int = 0  # differences that are nobody's wish
    by_users: int = 0

    @property
    def plan(self) -> CheckPlan:
        return CheckPlan(self.depth, self.share, self.least)


@dataclass(frozen=True)
class MessageLine:
    """One source message as the project file knows it. ``date`` is INTERNALDATE as the server wrote it; ``size`` in bytes."""

    folder_id: int
    uid: int
    date: str
    size: int
    state: MessageState
    reason: str = ""
    removed: bool = False  # its user has deleted it at the new server since


@dataclass(frozen=True)
class SpotCheck:
    """A message chosen by chance that a user is to look for. ``subject`` only where the admin chose so."""

    folder: str
    sender: str
    date: str  # ISO 8601, "" unknown
    size: int
    subject: str = ""


@dataclass(frozen=True)
class FolderLine:
    """One folder as its user is to find it."""

    name: str
    messages: int
    oldest: str  # ISO 8601 days, "" where the folder is empty
    newest: str


@dataclass(frozen=True)
class CheckSheet:
    """What a user is given to check by."""

    mailbox_id: int
    made: dt.datetime
    folders: tuple[FolderLine, ...]
    spots: tuple[SpotCheck, ...]

    @property
    def messages(self) -> int:
        return sum(folder.messages for folder in self.folders)


@dataclass(frozen=True)
class SignOff:
    """A user has said that the mail is there. ``how``: one of `HOW`; ``words``: what was written, if anything."""

    mailbox_id: int
    who: str
    at: dt.datetime
    how: str
    words: str = ""


HOW = ("wrote back", "phoned", "told in person", "checked by you")
