"""One migration: the only door of the screen and the command line to everything below. Delegates, computes nothing.

Every method may be called from any thread. Those that talk to servers block: a screen calls them beside its event loop.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine import inspection, preflight
from mailsafi_wizard.engine.pacer import LONG
from mailsafi_wizard.engine.runner import AT_ONCE, Runner
from mailsafi_wizard.engine.worker import Job
from mailsafi_wizard.events import Event, MailboxFinished, Report, StateChanged
from mailsafi_wizard.model import (
    Company,
    Endpoint,
    FailedMessage,
    Forecast,
    Ladder,
    Ledger,
    Mailbox,
    MailboxCensus,
    MailboxState,
    RunRecord,
    Secret,
    Side,
    SignIn,
    SignInResult,
    SignInStyle,
)
from mailsafi_wizard.net import ladder
from mailsafi_wizard.net.wire import Patience, Trust
from mailsafi_wizard.report import ReportFacts, build_facts
from mailsafi_wizard.store import credential_list
from mailsafi_wizard.store.credential_list import CredentialList
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.vault import Secrets

if TYPE_CHECKING:
    from mailsafi_wizard.net.dns import Snapshot


class MigrationProject:
    """One project file and what can be asked of it."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self.path = journal.path
        self._secrets = Secrets(journal)
        self._admin: dict[Side, tuple[str, Secret, SignInStyle]] = {}
        self._runner: Runner | None = None
        self._ledgers: dict[int, tuple[int, Ledger]] = {}
        self._versions: Counter[int] = Counter()
        self.patience = Patience()
        self.persistence = LONG

    @classmethod
    def create(cls, path: Path) -> MigrationProject:
        """A new project file; raises ProjectError and its kinds, also when a file of this name exists."""
        project = cls(Journal.create(path))
        project.set_note("begun", dt.datetime.now(dt.UTC).date().isoformat())
        return project

    @classmethod
    def open(cls, path: Path) -> MigrationProject:
        """Raises ProjectMissing, NotAProject, NewerProject, DamagedProject, ProjectInUse or ProjectReadOnly; the file is then unchanged."""
        return cls(Journal.open(path))

    def close(self) -> None:
        """Stops a run cleanly, then closes the file."""
        if self._runner and self._runner.running:
            self._runner.stop()
            self._runner.wait(60)
        self._journal.close()

    def give_up_after(self, seconds: float) -> None:
        """How long a run waits for a server that worked before and is gone now; hours unless said otherwise."""
        self.persistence = replace(self.persistence, known=seconds)

    # --- facts the admin gave

    @property
    def rehearsal(self) -> bool:
        return self.note("rehearsal") == "1"

    @property
    def begun(self) -> dt.date:
        """The day the project was started (UTC)."""
        text = self.note("begun")
        return dt.date.fromisoformat(text) if text else dt.datetime.now(dt.UTC).date()

    @property
    def company(self) -> Company:
        text = self.note("company")
        return Company.from_facts(json.loads(text)) if text else Company()

    def set_company(self, company: Company) -> None:
        self.set_note("company", json.dumps(company.facts(), ensure_ascii=False))

    def endpoint(self, side: Side) -> Endpoint | None:
        text = self.note(f"endpoint.{side.value}")
        if not text:
            return None
        url, _, pin = text.partition(" ")
        parsed = Endpoint.parse(url)
        return Endpoint(parsed.host, parsed.port, parsed.security, pin)

    def set_endpoint(self, side: Side, endpoint: Endpoint | None) -> None:
        self.set_note(f"endpoint.{side.value}", f"{endpoint.url} {endpoint.pin}".strip() if endpoint else "")

    @property
    def ca_file(self) -> Path | None:
        text = self.note("ca_file")
        return Path(text) if text else None

    @ca_file.setter
    def ca_file(self, path: Path | None) -> None:
        self.set_note("ca_file", str(path.resolve()) if path else "")

    @property
    def refused_folder(self) -> Path:
        """Where messages that the destination refused are kept as files, by mailbox and folder."""
        return self.path.with_name(f"{self.path.stem} - not copied")

    @property
    def repair(self) -> bool:
        """Whether messages that the destination refuses are sent repaired (see `engine.repair`): the admin's choice, off by default."""
        return self.note("repair") == "1"

    @repair.setter
    def repair(self, on: bool) -> None:
        self.set_note("repair", "1" if on else "")

    def note(self, key: str) -> str:
        return self._journal.note(key)

    def set_note(self, key: str, value: str) -> None:
        self._journal.set_note(key, value)

    # --- servers

    @property
    def _trust(self) -> Trust:
        return Trust(self.ca_file)

    def climb(self, side: Side, sign_in: SignIn | None = None) -> Ladder:
        """Tests one server rung by rung; raises WrongUsage when none was entered."""
        endpoint = self.endpoint(side)
        if endpoint is None:
            raise errors.WrongUsage(what=f"No {side.value} server was entered yet")
        return ladder.climb(endpoint, self._trust, self.patience, sign_in)

    # --- mailboxes and their secrets

    def mailboxes(self) -> tuple[Mailbox, ...]:
        return self._journal.mailboxes()

    def add_mailboxes(self, mailboxes: Iterable[Mailbox]) -> None:
        self._journal.put_mailboxes(mailboxes)

    def import_list(self, data: bytes) -> CredentialList:
        """Reads a list; stores mailboxes and secrets only when no line has an error. Mailboxes without history that it no longer names go."""
        parsed = credential_list.read(data)
        if not parsed.ok:
            return parsed
        rows = {(r.user, r.destination_user, r.source_host): r for r in parsed.rows}
        self._journal.put_mailboxes(
            Mailbox(r.address, r.user, r.destination_user, 0, r.source_host, r.user_root) for r in parsed.rows
        )
        gone = []
        for box in self.mailboxes():
            row = rows.get((box.source_user, box.destination_user, box.source_host))
            if row is None:
                gone.append(box.id)
                continue
            self.set_secret(box.id, Side.SOURCE, row.password)
            self.set_secret(box.id, Side.DESTINATION, row.destination_secret)
        self._journal.remove_mailboxes(gone)
        return parsed

    def has_secret(self, mailbox_id: int, side: Side) -> bool:
        return bool(self._secrets.get(mailbox_id, side))

    def set_secret(self, mailbox_id: int, side: Side, password: Secret) -> None:
        """Known from now on; kept in the file, sealed, where there is a keychain or a passphrase."""
        self._secrets.put(mailbox_id, side, password, keep=not self.rehearsal)

    def unlock(self, passphrase: Secret) -> None:
        """Keeps the project's secrets under a passphrase; raises `vault.WrongPassphrase` when they are kept under another."""
        self._secrets.unlock(passphrase)

    def erase_secrets(self) -> None:
        """Forgets every password, in memory, in the file and in the keychain."""
        self._admin.clear()
        self._secrets.erase()

    def set_admin(self, side: Side, user: str, password: Secret, style: SignInStyle) -> None:
        """One login for all mailboxes of a side, used where a mailbox has no password of its own."""
        self._admin[side] = (user, password, style)

    def sign_in(self, mailbox_id: int, side: Side) -> SignIn | None:
        """None when no password is known in this session."""
        box = next((m for m in self.mailboxes() if m.id == mailbox_id), None)
        return self._sign_in(box, side) if box else None

    def _sign_in(self, box: Mailbox, side: Side) -> SignIn | None:
        user = box.source_user if side is Side.SOURCE else box.destination_user
        if password := self._secrets.get(box.id, side):
            return SignIn(user, password)
        if side in self._admin:
            admin, secret, style = self._admin[side]
            return SignIn(user, secret, style, admin)
        return None

    def test_sign_ins(
        self, report: Callable[[SignInResult], None], mailbox_ids: Iterable[int] | None = None
    ) -> tuple[SignInResult, ...]:
        """Signs in everywhere, side by side; ``report`` is called from worker threads."""
        jobs, missing = self._jobs(mailbox_ids)
        results = [
            SignInResult(box.id, side, False, "No password is known", "Enter it or load the list again.") for box, side in missing
        ]
        for result in results:
            self._keep(result, report)
        tasks = [(job, side) for job in jobs for side in Side]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="sign-in") as pool:
            results += pool.map(lambda t: self._keep(preflight.try_sign_in(*t), report), tasks)
        return tuple(results)

    def _keep(self, result: SignInResult, report: Callable[[SignInResult], None]) -> SignInResult:
        self._journal.put_sign_in(result)
        report(result)
        return result

    def sign_in_results(self) -> dict[tuple[int, Side], SignInResult]:
        return self._journal.sign_ins()

    def _jobs(self, mailbox_ids: Iterable[int] | None = None) -> tuple[list[Job], list[tuple[Mailbox, Side]]]:
        """Jobs of the mailboxes that can be signed in, and the (mailbox, side) for which no password is known."""
        source, destination = self.endpoint(Side.SOURCE), self.endpoint(Side.DESTINATION)
        if source is None or destination is None:
            raise errors.WrongUsage(what="Both servers must be entered first")
        wanted = None if mailbox_ids is None else set(mailbox_ids)
        jobs, missing = [], []
        for box in self.mailboxes():
            if wanted is not None and box.id not in wanted:
                continue
            here, there = self._sign_in(box, Side.SOURCE), self._sign_in(box, Side.DESTINATION)
            missing += [(box, side) for side, who in ((Side.SOURCE, here), (Side.DESTINATION, there)) if who is None]
            if here and there:
                own = Endpoint(box.source_host, source.port, source.security) if box.source_host else source
                jobs.append(
                    Job(
                        box,
                        own,
                        here,
                        destination,
                        there,
                        self._trust,
                        self.patience,
                        self.persistence,
                        self.refused_folder,
                        self.repair,
                    )
                )
        return jobs, missing

    # --- the copy

    def take_census(self, report: Report, mailbox_ids: Iterable[int] | None = None) -> tuple[MailboxCensus, ...]:
        """Looks at all mailboxes side by side; writes nothing but the project file."""
        jobs, missing = self._jobs(mailbox_ids)
        unknown = [MailboxCensus(number, error="No password is known") for number in {box.id for box, _ in missing}]
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="census") as pool:
            found = [*unknown, *pool.map(preflight.take_census, jobs)]
        for census in found:
            self._journal.put_census(census.mailbox_id, preflight.census_to_text(census))
        return tuple(found)

    def census(self) -> tuple[MailboxCensus, ...]:
        return tuple(preflight.census_from_text(number, text) for number, text in self._journal.census())

    def forecast(self) -> Forecast | None:
        return preflight.forecast(self.census(), self.runs())

    def start(self, report: Report) -> None:
        """Starts all mailboxes in background threads; raises WrongUsage when servers, mailboxes or passwords are missing."""
        if self.running:
            return
        jobs, missing = self._jobs()
        if missing:
            raise errors.WrongUsage(what=f"No password is known for {missing[0][0].address} at the {missing[0][1].value}")
        if not jobs:
            raise errors.WrongUsage(what="There are no mailboxes yet")
        self._runner = Runner(self._journal, jobs, self._noting(report))
        self._runner.start()

    @property
    def running(self) -> bool:
        return bool(self._runner and self._runner.running)

    @property
    def broken(self) -> BaseException | None:
        """What ended the last run though it should not have: a full disk, or a bug."""
        return self._runner.broken if self._runner else None

    def pause(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.pause(mailbox_id)

    def resume(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.resume(mailbox_id)

    def stop(self, mailbox_id: int | None = None) -> None:
        if self._runner:
            self._runner.stop(mailbox_id)

    def wait(self, timeout: float | None = None) -> bool:
        """True when no run is active any more."""
        return self._runner.wait(timeout) if self._runner else True

    # --- results

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
            report(event)

        return told

    def failures(self, mailbox_id: int | None = None) -> tuple[FailedMessage, ...]:
        return self._journal.failures(mailbox_id)

    def remarks(self) -> tuple[tuple[int, str, str], ...]:
        return self._journal.remarks()

    def runs(self) -> tuple[RunRecord, ...]:
        return self._journal.runs()

    def verify(self, report: Report, deep: bool = False) -> tuple[Ledger, tuple[errors.MigrationError, ...]]:
        """Reads both servers again and brings the ledger up to date; ``deep`` compares every message by content. Copies nothing.

        Returns the ledger and the problems of mailboxes that could not be read.
        """
        jobs, missing = self._jobs()
        if missing:
            raise errors.WrongUsage(what=f"No password is known for {missing[0][0].address} at the {missing[0][1].value}")
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="verify") as pool:
            problems = list(pool.map(lambda job: inspection.inspect(job, self._journal, self._noting(report), deep), jobs))
        return self.ledger(), tuple(p for p in problems if p)

    def report_facts(self, now: dt.datetime) -> ReportFacts:
        """Everything the report says, from the project file alone."""
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
        )

    # --- the switch

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Resolvers to ask, ``HOST[:PORT]``; empty for the computer's own and public ones."""
        return tuple(self.note("dns.resolvers").split())

    def set_resolvers(self, resolvers: Iterable[str]) -> None:
        self.set_note("dns.resolvers", " ".join(resolvers))

    def look_up(self) -> Snapshot:
        """What the first domain's records say now; kept as a snapshot. A rehearsal asks its own name server only.

        Raises WrongUsage without a domain, DnsUnreachable when nobody answered.
        """
        from mailsafi_wizard.net import dns  # slow to load, and a copy does without

        company = self.company
        if not company.domains:
            raise errors.WrongUsage(what="No domain was entered yet")
        found = dns.look_up(company.domains[0], company.mailsafi.dkim_selector, self.resolvers, authoritative=not self.rehearsal)
        self.add_dns_snapshot(json.dumps(found.facts()))
        return found

    def last_snapshot(self) -> tuple[dt.datetime, Snapshot] | None:
        """The newest kept answer of `look_up` about the domain that is entered now, and when it was given."""
        from mailsafi_wizard.net import dns

        for taken, text in reversed(self.dns_snapshots()):
            with contextlib.suppress(ValueError, KeyError, TypeError):
                snapshot = dns.Snapshot.from_facts(json.loads(text))
                if self.company.domains and snapshot.domain == dns.normal(self.company.domains[0]):
                    return taken, snapshot
        return None

    def dns_snapshots(self) -> tuple[tuple[dt.datetime, str], ...]:
        return self._journal.dns_snapshots()

    def add_dns_snapshot(self, json_text: str) -> None:
        self._journal.add_dns_snapshot(dt.datetime.now(dt.UTC), json_text)
