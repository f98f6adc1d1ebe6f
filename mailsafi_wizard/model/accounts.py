"""What becomes of mail: states, and the accounts that must balance."""

from __future__ import annotations

import enum
from collections.abc import Iterable, Mapping
from functools import cached_property

from mailsafi_wizard.records import dataclass


class Role(enum.Enum):
    """Special use of a folder (RFC 6154), INBOX included for convenience."""

    INBOX = "\\Inbox"
    SENT = "\\Sent"
    DRAFTS = "\\Drafts"
    TRASH = "\\Trash"
    JUNK = "\\Junk"
    ARCHIVE = "\\Archive"
    ALL = "\\All"
    FLAGGED = "\\Flagged"
    IMPORTANT = "\\Important"


class MessageState(enum.IntEnum):
    """Where one source message stands; the number is what the project file stores. A message without one is still to be copied."""

    COPYING = 1  # sent or about to be: in doubt until the answer is stored
    COPIED = 2
    PRESENT = 3  # was at the destination already
    EXCLUDED = 4
    FAILED = 5


class MailboxState(enum.Enum):
    """Where a mailbox stands in a run."""

    NEW = "new"  # never run
    WAITING = "waiting"  # in the queue of a run
    CONNECTING = "connecting"
    LOOKING = "looking"  # listing folders and messages
    COPYING = "copying"
    CHECKING = "checking"  # reading the destination back
    BACKING_OFF = "backing off"  # a server asked to wait, or a link broke
    RESTING = "resting"  # until a time of day: the day's data are used up, or copying is for other hours
    PAUSED = "paused"
    STOPPED = "stopped"
    DONE = "done"  # every message accounted for, none failed
    INCOMPLETE = "incomplete"  # finished, but some messages failed or do not balance
    REFUSED = "refused"  # not reachable, not trusted or sign-in refused


@dataclass(frozen=True)
class FailedMessage:
    """One message that could not be copied, named so that a person can find it. ``date`` is INTERNALDATE as the server wrote it."""

    mailbox_id: int
    folder: str
    uid: int
    size: int
    date: str
    reason: str


@dataclass(frozen=True)
class FolderLedger:
    """One folder's accounts, in messages. Every source message is in exactly one of the four counts, or is *unaccounted*.

    ``confirmed`` is how many of copied + present the destination itself showed when it was read back.
    """

    mailbox_id: int
    source_name: str
    destination_name: str
    role: Role | None = None
    source: int = 0
    copied: int = 0
    present: int = 0  # was there before
    excluded: int = 0
    failed: int = 0
    confirmed: int = 0
    removed: int = 0  # of the confirmed ones, later deleted by the user at the destination
    source_bytes: int = 0
    excluded_reason: str = ""
    renamed: bool = False
    checked: bool = False  # the destination was read back after the last change

    @property
    def unaccounted(self) -> int:
        """Source messages in no state yet; 0 in a finished folder."""
        return self.source - self.copied - self.present - self.excluded - self.failed

    @property
    def balanced(self) -> bool:
        return (
            self.unaccounted == 0 and (self.excluded_reason != "" or self.checked) and self.confirmed == self.copied + self.present
        )


@dataclass(frozen=True)
class Ledger:
    """Folders' accounts, of one mailbox or of all. Sums are made once: a large company has twenty thousand folders."""

    folders: tuple[FolderLedger, ...] = ()

    def _sum(self, name: str) -> int:
        return sum(getattr(f, name) for f in self.folders)

    @cached_property
    def source(self) -> int:
        return self._sum("source")

    @cached_property
    def copied(self) -> int:
        return self._sum("copied")

    @cached_property
    def present(self) -> int:
        return self._sum("present")

    @cached_property
    def excluded(self) -> int:
        return self._sum("excluded")

    @cached_property
    def failed(self) -> int:
        return self._sum("failed")

    @cached_property
    def confirmed(self) -> int:
        return self._sum("confirmed")

    @cached_property
    def unaccounted(self) -> int:
        return self._sum("unaccounted")

    @cached_property
    def source_bytes(self) -> int:
        return self._sum("source_bytes")

    @cached_property
    def balanced(self) -> bool:
        """True when every folder balances; an empty ledger does not (nothing was looked at)."""
        return bool(self.folders) and all(f.balanced for f in self.folders)

    @cached_property
    def complete(self) -> bool:
        """Balanced and nothing failed: the only state that may be called done."""
        return self.balanced and self.failed == 0

    @cached_property
    def by_mailbox(self) -> Mapping[int, Ledger]:
        """Each mailbox's own accounts, of those that have folders here."""
        found: dict[int, list[FolderLedger]] = {}
        for folder in self.folders:
            found.setdefault(folder.mailbox_id, []).append(folder)
        return {mailbox_id: Ledger(tuple(folders)) for mailbox_id, folders in found.items()}

    def of(self, mailbox_id: int) -> Ledger:
        return self.by_mailbox.get(mailbox_id) or Ledger()

    @classmethod
    def joined(cls, ledgers: Iterable[Ledger]) -> Ledger:
        return cls(tuple(f for ledger in ledgers for f in ledger.folders))
