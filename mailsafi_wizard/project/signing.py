"""What users say of their mail: the sheets they check by, their replies, who has not answered."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.model import HOW, CheckSheet, FolderLedger, FolderLine, Mailbox, SignOff, SpotCheck
from mailsafi_wizard.net.attributes import parsed, readable_date
from mailsafi_wizard.project.checking import Checking
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.sign_offs import SignOffs
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.report import Section
    from mailsafi_wizard.signoff import Reply

SUBJECTS = "sheets.subjects"  # the note: whether sheets show subjects, which are private


class Signing(Checking):
    """Sign-offs of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._sign_offs = SignOffs(journal)
        self._sheets_control = Control()

    # --- sheets

    @property
    def show_subjects(self) -> bool:
        """Whether the sheets show the subjects of the messages to look for: the admin's choice, off by default."""
        return self.note(SUBJECTS) == "1"

    @show_subjects.setter
    def show_subjects(self, on: bool) -> None:
        self.set_note(SUBJECTS, "1" if on else "")

    def checked_mailboxes(self) -> tuple[Mailbox, ...]:
        """Mailboxes of which something was copied: only their users can check."""
        begun = {folder.mailbox_id for folder in self.ledger().folders}
        return tuple(box for box in self.mailboxes() if box.id in begun)

    def make_sheets(
        self, mailbox_ids: Iterable[int], now: dt.datetime
    ) -> tuple[dict[int, CheckSheet], dict[int, errors.MigrationError]]:
        """Check sheets by mailbox, and the problems of those whose messages could not be read: those have sheets without spot checks.

        The messages to look for are chosen once and named again each time; sender and date are read from the source. Blocks.
        """
        from mailsafi_wizard.engine.task_round import TaskRound

        self._sheets_control = Control()
        wanted = {box.id: box for box in self.checked_mailboxes()} if mailbox_ids else {}
        wanted = {number: wanted[number] for number in mailbox_ids if number in wanted}
        jobs, missing = self._jobs(wanted)
        spots: dict[int, list[SpotCheck]] = {}
        problems: dict[int, errors.MigrationError] = {
            box.id: errors.WrongUsage(what=N_("No password is known for {address}").format(address=box.address))
            for box, _side in missing
        }

        def look(job: Job) -> None:
            try:
                spots[job.mailbox.id] = self._spots(job, now)
            except errors.ServerError as e:
                problems[job.mailbox.id] = e

        def give_up(job: Job, error: errors.MigrationError) -> None:
            problems[job.mailbox.id] = error

        TaskRound(jobs, look, give_up, self._slots(), self._sheets_control, leave=self._journal.release_thread).run()
        self._secrets.rest()
        made = {number: CheckSheet(number, now, self._folder_lines(number), tuple(spots.get(number, ()))) for number in wanted}
        return made, problems

    def stop_sheets(self) -> None:
        self._sheets_control.stop()

    def _spots(self, job: Job, now: dt.datetime) -> list[SpotCheck]:
        from mailsafi_wizard.engine import spot_checks

        number, records = job.mailbox.id, self._journal.folders(job.mailbox.id)
        chosen = self._sign_offs.spots().get(number)
        if not chosen:
            chosen = spot_checks.choose(self._checks, records, random.SystemRandom())
            self._sign_offs.put_spots(number, chosen, now)
        found = spot_checks.read(job, records, chosen, self.show_subjects, self.company.zone) if chosen else []
        if len(found) < len(chosen):  # some are gone from the source: others are chosen
            chosen = spot_checks.choose(self._checks, records, random.SystemRandom())
            self._sign_offs.put_spots(number, chosen, now)
            found = spot_checks.read(job, records, chosen, self.show_subjects, self.company.zone)
        return found

    def _folder_lines(self, mailbox_id: int) -> tuple[FolderLine, ...]:
        ids = self.folder_ids(mailbox_id)
        found = [self._folder_line(f, ids.get(f.source_name)) for f in self.ledger(mailbox_id).folders if not f.excluded_reason]
        return tuple(line for line in found if line.messages)

    def _folder_line(self, folder: FolderLedger, number: int | None) -> FolderLine:
        days = [
            when.astimezone(self.company.zone).date()
            for raw in self._checks.dates(number or 0)
            if (when := parsed(readable_date(raw)))
        ]
        oldest, newest = (min(days).isoformat(), max(days).isoformat()) if days else ("", "")
        return FolderLine(folder.destination_name, folder.copied + folder.present - folder.removed, oldest, newest)

    def sheets_written(self) -> dict[int, tuple[dt.datetime | None, dt.datetime | None]]:
        """Mailbox -> when its sheet was last written as a file, and when a reminder was."""
        return self._sign_offs.written()

    def mark_sheets(self, mailbox_ids: Sequence[int], now: dt.datetime, reminder: bool = False) -> None:
        known = self._sign_offs.spots()
        for number in mailbox_ids:
            if number not in known:  # one without messages to look for
                self._sign_offs.put_spots(number, [], now)
        self._sign_offs.mark_written(mailbox_ids, now, reminder)

    # --- sign-offs

    def sign_offs(self) -> dict[int, SignOff]:
        """By mailbox; only of mailboxes that something was copied of."""
        begun = {box.id for box in self.checked_mailboxes()}
        return {number: found for number, found in self._sign_offs.all().items() if number in begun}

    def sign_off(self, mailbox_ids: Iterable[int], who: str, how: str, now: dt.datetime, words: str = "") -> None:
        """Records that the mail is there; ``who`` "" stands for each mailbox's own address. Raises WrongUsage before anything was copied."""
        boxes = {box.id: box for box in self.checked_mailboxes()}
        wanted = list(mailbox_ids)
        if how not in HOW or any(number not in boxes for number in wanted):
            raise errors.WrongUsage(what=N_("A sign-off needs a mailbox of which something was copied, and a way it was given"))
        who = " ".join(who.split())
        self._sign_offs.put([SignOff(number, who or boxes[number].address, now, how, words) for number in wanted])

    def take_back_sign_off(self, mailbox_ids: Iterable[int]) -> None:
        self._sign_offs.take_back(mailbox_ids)

    def read_replies(self, text: str) -> tuple[Reply, ...]:
        """What users wrote back, from pasted text; records nothing."""
        from mailsafi_wizard.signoff import read_replies

        return read_replies(text, [box.address for box in self.checked_mailboxes()])

    def not_signed_off(self) -> tuple[Mailbox, ...]:
        """Whose users have not said yet that the mail is there."""
        signed = self.sign_offs()
        return tuple(box for box in self.mailboxes() if box.id not in signed)

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.report import checks

        signed = self.sign_offs()
        if not signed:
            return super()._report_sections()
        made = checks.sign_off_section(self.company.timezone, self.mailboxes(), signed)
        return (*super()._report_sections(), made)


def signed_off(project: Signing) -> tuple[int, int]:
    """(how many users have said that their mail is there, of how many mailboxes): for the gate of the cutover."""
    return len(project.sign_offs()), len(project.mailboxes())
