"""What came of it: states, ledgers, failures, runs, and the facts of the report."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from typing import TYPE_CHECKING

from mailsafi_wizard.events import Event, MailboxFinished, Report, StateChanged
from mailsafi_wizard.model import FailedMessage, Ledger, MailboxState, Side
from mailsafi_wizard.project.sign_in_tests import SignInTests
from mailsafi_wizard.store.journal import Journal

if TYPE_CHECKING:
    from mailsafi_wizard.model import RunRecord
    from mailsafi_wizard.report import ReportFacts, Section


class Results(SignInTests):
    """The accounts of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._ledgers: dict[int, tuple[int, Ledger]] = {}
        self._versions: Counter[int] = Counter()

    def state(self, mailbox_id: int) -> MailboxState:
        return self._journal.state(mailbox_id)[0]

    def problem(self, mailbox_id: int) -> tuple[str, str, str]:
        """Title, hint and the server's words of what ended the mailbox's last run; empty when nothing did."""
        return self._journal.state(mailbox_id)[1:]

    def ledger(self, mailbox_id: int | None = None) -> Ledger:
        """The accounts of one mailbox or of all. They are counted anew when something about a mailbox was told, and remembered between."""
        if mailbox_id is not None:
            return self._accounts(mailbox_id)
        return Ledger.joined(self._accounts(mailbox.id) for mailbox in self.mailboxes())

    def _accounts(self, mailbox_id: int) -> Ledger:
        version = self._versions[mailbox_id]
        known = self._ledgers.get(mailbox_id)
        if known is None or known[0] != version:
            known = self._ledgers[mailbox_id] = (version, self._journal.ledger(mailbox_id))
        return known[1]

    def _noting(self, report: Report) -> Report:
        """``report``, but what it tells of a mailbox also ends what is remembered of its accounts."""

        def told(event: Event) -> None:
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

    def report_facts(self, now: dt.datetime) -> ReportFacts:
        """Everything the report says, from the project file alone."""
        from mailsafi_wizard.report import build_facts, environment

        endpoints = {side: self.endpoint(side) for side in Side}
        return build_facts(
            self.company,
            self.mailboxes(),
            self.ledger(),
            self.failures(),
            self.remarks(),
            self.runs(),
            endpoints,
            now,
            rehearsal=self.rehearsal,
            environment=environment(),
            extra=self._report_sections(),
        )

    def _report_sections(self) -> tuple[Section, ...]:
        """Sections of the report that other rooms make."""
        return ()
