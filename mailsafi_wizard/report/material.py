"""What a report is made of, gathered from the project by whoever asks for it, and what follows from it at once. Pure."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Mapping
from dataclasses import field

from mailsafi_wizard.model import Company, Endpoint, FailedMessage, FolderLedger, Ledger, Mailbox, RunRecord, Side
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import _

Place = tuple[int, str, int]  # mailbox, folder, UID: one message of the source


@dataclass(frozen=True)
class KeptMessage:
    """A message that was not copied and is kept as a file on this computer. ``subject`` only where the admin chose to show it."""

    file: str
    subject: str = ""


@dataclass(frozen=True)
class Surroundings:
    """What the program ran on, what the servers said of themselves, and how it was set. Pairs are name and value, in words."""

    environment: tuple[tuple[str, str], ...] = ()
    servers: tuple[tuple[str, str], ...] = ()
    settings: tuple[tuple[str, str], ...] = ()
    kept_folder: str = ""  # where messages that were refused are kept, "" when there are none
    mail_sent_by: str = ""  # the server through which notices were sent


@dataclass(frozen=True)
class Material:
    """What the sections are made of."""

    company: Company
    mailboxes: tuple[Mailbox, ...]
    ledger: Ledger
    failures: tuple[FailedMessage, ...]
    remarks: tuple[tuple[int, str, str], ...]
    runs: tuple[RunRecord, ...]
    endpoints: Mapping[Side, Endpoint | None]
    now: dt.datetime
    surroundings: Surroundings = Surroundings()
    kept: Mapping[Place, KeptMessage] = field(default_factory=dict)
    repairs: tuple[FailedMessage, ...] = ()  # messages that arrived in a changed form; ``reason`` says what was changed
    subjects: bool = False
    rehearsal: bool = False

    @functools.cached_property
    def by_mailbox(self) -> dict[int, Ledger]:
        folders: dict[int, list[FolderLedger]] = {mailbox.id: [] for mailbox in self.mailboxes}
        for folder in self.ledger.folders:
            folders.setdefault(folder.mailbox_id, []).append(folder)
        return {mailbox_id: Ledger(tuple(found)) for mailbox_id, found in folders.items()}

    @functools.cached_property
    def addresses(self) -> dict[int, str]:
        return {mailbox.id: mailbox.address for mailbox in self.mailboxes}

    def address(self, mailbox_id: int) -> str:
        return self.addresses.get(mailbox_id) or _("mailbox {number}").format(number=mailbox_id)

    @property
    def untouched(self) -> int:
        """How many mailboxes nothing is known of."""
        return sum(not self.by_mailbox[mailbox.id].folders for mailbox in self.mailboxes)

    @property
    def complete(self) -> int:
        """How many mailboxes are complete."""
        return sum(self.by_mailbox[mailbox.id].complete for mailbox in self.mailboxes)

    @property
    def done(self) -> bool:
        return self.ledger.complete and not self.untouched
