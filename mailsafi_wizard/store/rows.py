"""Rows of the project file as the engine handles them."""

from __future__ import annotations

from typing import NamedTuple

from mailsafi_wizard.model import MessageState
from mailsafi_wizard.records import dataclass


@dataclass
class FolderRecord:
    """One folder pair. s_ is the source's, d_ the destination's: validity = UIDVALIDITY, modseq = HIGHESTMODSEQ, count = messages.

    All source UIDs below ``s_next`` have a row; all destination UIDs below ``d_next`` are known, as ours or as foreign.
    """

    id: int
    mailbox_id: int
    source: bytes
    source_name: str
    destination: bytes
    destination_name: str
    role: str = ""
    excluded_reason: str = ""
    renamed: int = 0
    s_validity: int | None = None
    s_next: int = 1
    s_claimed_next: int | None = None
    s_modseq: int | None = None
    s_count: int = 0
    s_bytes: int = 0
    d_validity: int | None = None
    d_next: int = 1
    d_count: int | None = None
    d_modseq: int | None = None
    checked: int = 0


class Intent(NamedTuple):
    """A message about to be sent. ``digest`` is None for one that is relayed in chunks: it is known only afterwards."""

    folder_id: int
    uid: int
    size: int
    digest: bytes | None
    key: int
    flags: bytes
    date: bytes


class Outcome(NamedTuple):
    """What became of a message."""

    folder_id: int
    uid: int
    state: MessageState
    d_uid: int | None = None
    digest: bytes | None = None
    reason: str = ""
    size: int = 0
    key: int = 0
    flags: bytes = b""
    date: bytes = b""

    @property
    def placed(self) -> int | None:
        """The destination UID; None for one that the user has deleted there since (see `Journal.forget_source`)."""
        return self.d_uid if self.d_uid is None or self.d_uid > 0 else None


class Unconfirmed(NamedTuple):
    """A message that counts as stored but has not been seen at the destination yet."""

    uid: int
    d_uid: int | None
    size: int
    key: int
    digest: bytes | None
    state: int


class Foreign(NamedTuple):
    """A message at the destination that did not come from us, as far as known."""

    uid: int
    size: int
    key: int
    digest: bytes | None
