"""What came of it: states, ledgers, failures, runs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING

from mailsafi_wizard.events import Event, MailboxFinished, Report, StateChanged
from mailsafi_wizard.model import FailedMessage, Ledger, MailboxState
from mailsafi_wizard.project.logged import EventLog
from mailsafi_wizard.project.sign_in_tests import SignInTests
from mailsafi_wizard.store.journal import Journal

if TYPE_CHECKING:
    from mailsafi_wizard.model import RunRecord
    from mailsafi_wizard.report import Section

MANY = 5  # mailboxes whose accounts are counted by one question


class Results(SignInTests):
    """The accounts of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._ledgers: dict[int, tuple[int, Ledger]] = {}
        self._whole: tuple[tuple[Ledger, ...], Ledger] = ((), Ledger())
        self._versions: Counter[int] = Counter()

    def state(self, mailbox_id: int) -> MailboxState:
        return self._journal.state(mailbox_id)[0]

    def states(self) -> Mapping[int, MailboxState]:
        """Of every mailbox; asked once for a whole table."""
        return self._journal.states()

    def problem(self, mailbox_id: int) -> tuple[str, str, str]:
        """Title, hint and the server's words of what ended the mailbox's last run; empty when nothing did."""
        return self._journal.state(mailbox_id)[1:]

    def ledger(self, mailbox_id: int | None = None) -> Ledger:
        """The accounts of one mailbox or of all. They are counted anew when something about a mailbox was told, and remembered between."""
        if mailbox_id is not None:
            return self._accounts(mailbox_id)
        parts = tuple(self.ledgers().values())
        if self._whole[0] != parts:
            self._whole = parts, Ledger.joined(parts)
        return self._whole[1]

    def ledgers(self) -> dict[int, Ledger]:
        """The accounts of every mailbox, in the order of the list."""
        ids = [mailbox.id for mailbox in self.mailboxes()]
        self._count_together([number for number in ids if not self._known(number)])
        return {number: self._accounts(number) for number in ids}

    def _known(self, mailbox_id: int) -> bool:
        known = self._ledgers.get(mailbox_id)
        return known is not None and known[0] == self._versions[mailbox_id]

    def _count_together(self, mailbox_ids: list[int]) -> None:
        """Many at once by one question instead of one for each."""
        if len(mailbox_ids) < MANY:
            return
        versions = {number: self._versions[number] for number in mailbox_ids}  # read first: what is told meanwhile counts anew
        found = self._journal.ledger()
        self._ledgers |= {number: (version, found.of(number)) for number, version in versions.items()}

    def _accounts(self, mailbox_id: int) -> Ledger:
        version = self._versions[mailbox_id]
        known = self._ledgers.get(mailbox_id)
        if known is None or known[0] != version:
            known = self._ledgers[mailbox_id] = (version, self._journal.ledger(mailbox_id))
        return known[1]

    def _noting(self, report: Report) -> Report:
        """``report``, but what it tells of a mailbox also ends what is remembered of its accounts."""

        logged = EventLog(lambda number: {record.source_name: record.id for record in self._journal.folders(number)})

        def told(event: Event) -> None:
            logged(event)
            if isinstance(event, (MailboxFinished, StateChanged)):
                self._versions[event.mailbox_id] += 1
            if isinstance(event, MailboxFinished):
                self._ledgers[event.mailbox_id] = (self._versions[event.mailbox_id], event.ledger)
            report(event)

        return told

    def failures(self, mailbox_id: int | None = None) -> tuple[FailedMessage, ...]:
        return self._journal.failures(mailbox_id)

    def remarks(self) -> tuple[tuple[int, str, str], ...]:
        return self._journal.remarks()

    def runs(self) -> tuple[RunRecord, ...]:
        return self._journal.runs()

    def _report_sections(self) -> tuple[Section, ...]:
        """Sections of the report that other rooms make."""
        return ()
