"""A second look at both servers, in three depths; single messages, and those that failed as files."""

from __future__ import annotations

import threading
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.events import Report
from mailsafi_wizard.model import CheckPlan, CheckRecord, Depth, Difference, Ledger, MessageLine
from mailsafi_wizard.project.answers import NO_PASSWORD
from mailsafi_wizard.project.copying import Copying
from mailsafi_wizard.store.checks import Checks
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.engine.check_round import CheckRound
    from mailsafi_wizard.engine.message_files import Saved
    from mailsafi_wizard.report import Section

PAGE = 1000  # messages of a folder shown at once


class Checking(Copying):
    """Comparisons of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._checks = Checks(journal)
        self._round: CheckRound | None = None
        self._check_over = threading.Event()
        self._check_over.set()
        self.check_stopped = False  # the last one did not reach its end, because somebody stopped it

    def verify(
        self, report: Report, deep: bool = False, plan: CheckPlan | None = None, mailbox_ids: Iterable[int] | None = None
    ) -> tuple[Ledger, tuple[errors.MigrationError, ...]]:
        """Reads both servers again, brings the ledger up to date and compares as ``plan`` says. Copies nothing. Blocks to the end.

        ``deep`` is short for a plan that compares everything by content. Returns the ledger and the problems of mailboxes that could not
        be read. Raises WrongUsage during a copy or another comparison, and when servers or passwords are missing.
        """
        from mailsafi_wizard.engine.check_round import CheckRound

        if self.running:
            raise errors.WrongUsage(what=N_("The servers can be compared when the copy is not running"))
        if self.checking:
            raise errors.WrongUsage(what=N_("The servers are being compared already"))
        jobs, missing = self._jobs(mailbox_ids)
        if missing:
            raise errors.WrongUsage(what=NO_PASSWORD[missing[0][1]].format(address=missing[0][0].address))
        plan = plan or CheckPlan(Depth.EVERYTHING if deep else Depth.COUNTS)
        self._round = CheckRound(self._journal, jobs, plan, self._noting(report), self.regulated(), self._slots())
        self.check_stopped = False
        self._check_over.clear()
        try:
            problems = self._round.run()
        finally:
            self.check_stopped = self._round.stopped
            self._round = None
            self._check_over.set()
            self._secrets.rest()
        return self.ledger(), problems

    @property
    def checking(self) -> bool:
        return self._round is not None

    @property
    def check_paused(self) -> bool:
        made = self._round
        return made is not None and made.paused

    def pause_check(self) -> None:
        if made := self._round:
            made.pause()

    def resume_check(self) -> None:
        if made := self._round:
            made.resume()

    def stop_check(self) -> None:
        """Ends the comparison; one of the same kind goes on from there. Returns at once."""
        if made := self._round:
            made.stop()

    def wait_for_check(self, timeout: float | None = None) -> bool:
        """True when none is active any more."""
        return self._check_over.wait(timeout)

    def start(self, report: Report, mailbox_ids: Iterable[int] | None = None) -> None:
        if self.checking:
            raise errors.WrongUsage(what=N_("The copy can start when the comparison has ended, or was stopped"))
        super().start(report, mailbox_ids)

    def retry_failed(self, report: Report, mailbox_ids: Iterable[int]) -> None:
        """A run of the mailboxes named that have failed messages; raises WrongUsage when none has, and as `start`."""
        wanted = set(mailbox_ids)
        failed = {folder.mailbox_id for folder in self.ledger().folders if folder.failed} & wanted
        if not failed:
            raise errors.WrongUsage(what=N_("No message has failed there"))
        self.start(report, failed)

    # --- results

    def checks(self) -> dict[int, CheckRecord]:
        """The newest comparison of every mailbox that has one."""
        return self._checks.newest()

    def differences(self, mailbox_id: int, by_users: bool = False) -> tuple[Difference, ...]:
        """What the newest comparison of a mailbox found, 10,000 at most: what is nobody's wish, or what users did at the new server."""
        last = self._checks.last(mailbox_id)
        return self._checks.differences(last.id, by_users) if last else ()

    def messages(self, folder_id: int, after: int = 0, failed_only: bool = False) -> list[MessageLine]:
        """The next thousand of a folder's messages by UID, from the one after ``after`` on; the folder as `folder_ids` has it."""
        return self._checks.messages(folder_id, after, PAGE, failed_only)

    def folder_ids(self, mailbox_id: int) -> dict[str, int]:
        """Readable source name -> number in the project file."""
        return {record.source_name: record.id for record in self._journal.folders(mailbox_id)}

    def save_messages(self, mailbox_id: int, folder: str, uids: Sequence[int], place: Path) -> Saved:
        """Writes messages as .eml files into ``place``: those kept at their refusal, the others read anew from the source. Blocks.

        Raises WrongUsage when no password is known, ServerError and its kinds, and OSError where the place can't be written.
        """
        from mailsafi_wizard.engine import message_files

        jobs, _missing = self._jobs([mailbox_id])
        if not jobs:
            raise errors.WrongUsage(what=N_("No password is known for this mailbox"))
        record = next((r for r in self._journal.folders(mailbox_id) if r.source_name == folder), None)
        if record is None:
            raise errors.WrongUsage(what=N_("There is no folder {folder} in this mailbox").format(folder=folder))
        try:
            return message_files.save(jobs[0], record, uids, place)
        finally:
            self._secrets.rest()

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.report import checks

        newest, content = self._checks.newest(), self._checks.newest_with_content()
        if not newest:
            return super()._report_sections()
        found = {number: self.differences(number) for number in newest}
        return (*super()._report_sections(), checks.section(self.company.timezone, self.mailboxes(), newest, content, found))
