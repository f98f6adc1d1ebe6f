"""The look before the copy: every mailbox weighed, what it brought up, and the admin's word on single folders."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.engine.runner import AT_ONCE, LEARNED
from mailsafi_wizard.engine.slots import MAILBOXES, Slots
from mailsafi_wizard.events import LookFinished, Report
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.project.results import Results
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.engine.census import Look
    from mailsafi_wizard.model import Finding, Forecast, MailboxCensus
    from mailsafi_wizard.report import Section

KNOWN_ADDRESSES = "addresses.known"  # the note with addresses that the admin says need no mailbox of their own (JSON)


class Censuses(Results):
    """Looks at mailboxes and keeps what was found."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._looking = Control()
        self._arrived: tuple[int, dict[int, int]] = (-1, {})
        self._found: tuple[object, tuple[Finding, ...]] | None = None
        self._read: dict[int, tuple[str, MailboxCensus]] = {}  # by mailbox: a look as it is kept, and as it was read

    def take_census(self, report: Report, mailbox_ids: Iterable[int] | None = None) -> tuple[MailboxCensus, ...]:
        """Looks at mailboxes side by side, as many at once as the servers bear; writes nothing but the project file, each as it comes.

        ``report`` hears `LookProgress` and `LookFinished` from worker threads. After `stop_look` the rest keeps what was known.
        """
        from mailsafi_wizard.engine.census import Census
        from mailsafi_wizard.engine.task_round import TaskRound
        from mailsafi_wizard.model import MailboxCensus

        self._looking = Control()
        jobs, missing = self._jobs(mailbox_ids)
        now = dt.datetime.now(dt.UTC).replace(microsecond=0)
        boxes = {box.id: box for box, _side in missing}
        found = [self._kept(box, MailboxCensus(box.id, error=N_("No password is known")), report) for box in boxes.values()]
        domains = self._domains()

        def look(job: Job) -> None:
            found.append(self._kept(job.mailbox, Census(self._look(job, domains), report, self._looking, now).take(), report))

        def give_up(job: Job, error: errors.MigrationError) -> None:
            found.append(self._kept(job.mailbox, MailboxCensus(job.mailbox.id, error=str(error), taken=now), report))

        TaskRound(jobs, look, give_up, self._slots(), self._looking, leave=self._journal.release_thread).run()
        self._secrets.rest()
        return tuple(sorted(found, key=lambda c: c.mailbox_id))

    def _slots(self) -> Slots:
        """What is learned of mailboxes side by side holds for a copy, too."""
        note = LEARNED + MAILBOXES

        def learned(what: str, size: int) -> None:
            if what == MAILBOXES:
                self.set_note(note, str(size))

        return Slots(AT_ONCE, {MAILBOXES: int(self.note(note) or 0)}, learned)

    def stop_look(self) -> None:
        """Ends the look; mailboxes that are finished keep what was found. Returns at once."""
        self._looking.stop()

    def _look(self, job: Job, domains: frozenset[str]) -> Look:
        from mailsafi_wizard.engine import folder_choices
        from mailsafi_wizard.engine.census import Look

        known = {r.source: r.destination for r in self._journal.folders(job.mailbox.id) if r.destination}
        return Look(job, known, folder_choices.choices(self._journal, job.mailbox.id), domains)

    def _kept(self, box: Mailbox, census: MailboxCensus, report: Report) -> MailboxCensus:
        """Stores what was found; a look that saw nothing does not take away what an earlier one saw."""
        from mailsafi_wizard.engine import preflight

        if census.error and not census.folders:
            earlier = next((text for number, text in self._journal.census() if number == box.id), "")
            census = replace(preflight.census_from_text(box.id, earlier), error=census.error) if earlier else census
        self._journal.put_census(box.id, preflight.census_to_text(census))
        report(LookFinished(box.id, box.address, len(census.folders), census.messages, census.bytes, census.error))
        return census

    def census(self) -> tuple[MailboxCensus, ...]:
        from mailsafi_wizard.engine import preflight

        for number, text in (rows := self._journal.census()):
            known = self._read.get(number)
            if known is None or known[0] != text:
                self._read[number] = text, preflight.census_from_text(number, text)
        return tuple(self._read[number][1] for number, _text in rows)

    def expected_sizes(self) -> dict[int, int]:
        """Mailbox id -> bytes still to come, by the look and by how many messages are accounted for; without those of which nothing is known."""
        ledgers = self.ledgers()
        expected = {}
        for census in self.census():
            ledger = ledgers.get(census.mailbox_id)
            if ledger is not None:
                left = ledger.unaccounted / ledger.source if ledger.source else 1.0
                expected[census.mailbox_id] = round(census.bytes * left)
        return expected

    def forecast(self) -> Forecast | None:
        from mailsafi_wizard.engine import preflight

        return preflight.forecast(self.census(), self.runs())

    def choose_folder(self, mailbox_id: int, raw_name: str, taken: bool | None) -> None:
        """The admin's word on one source folder (`FolderCensus.raw_name`): taken along, left out, or None for what the rules say.

        It holds for every run from now on. Raises WrongUsage while a run is active.
        """
        from mailsafi_wizard.engine import folder_choices

        if self._copying:
            raise errors.WrongUsage(what=N_("Folders can be chosen when the copy is not running"))
        folder_choices.choose(self._journal, mailbox_id, raw_name.encode("latin-1"), taken)

    @property
    def _copying(self) -> bool:
        """Whether a run is active."""
        return False

    def findings(self) -> tuple[Finding, ...]:
        """What the looks brought up, the weightiest first."""
        from mailsafi_wizard.report import findings

        version = self._versions.total()
        if self._arrived[0] != version:  # summing over all messages takes a while in a large project
            self._arrived = version, self._journal.arrived_bytes()
        asked = version, self.mailboxes(), self.census(), self.known_addresses()
        if self._found is None or self._found[0] != asked:
            self._found = asked, tuple(findings.findings(asked[1], asked[2], self._arrived[1], asked[3]))
        return self._found[1]

    def known_addresses(self) -> frozenset[str]:
        """Addresses that receive mail and need no mailbox of their own: aliases, lists, or nobody's."""
        return frozenset(json.loads(self.note(KNOWN_ADDRESSES) or "[]"))

    def add_known_addresses(self, addresses: Iterable[str]) -> None:
        known = self.known_addresses() | {a.strip().lower() for a in addresses}
        self.set_note(KNOWN_ADDRESSES, json.dumps(sorted(known)))

    def _domains(self) -> frozenset[str]:
        given = {d.lower() for d in self.company.domains}
        return frozenset(given | {m.address.rpartition("@")[2].lower() for m in self.mailboxes() if "@" in m.address})

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.report import findings

        return (findings.section(self.findings()),) if self.census() else ()
