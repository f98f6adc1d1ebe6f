"""The end of a project: who signs in with which program, which sheets were made, what was lent and given back, when the old server may close."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import uuid
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from mailsafi_wizard import errors
from mailsafi_wizard.engine.control import Control
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.model import Mailbox, MailboxState, Program, Role, Side
from mailsafi_wizard.net.attributes import parsed
from mailsafi_wizard.project.copying import Copying
from mailsafi_wizard.project.switch import Switch
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store import arrivals
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.vault import Erased
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.cutover.closing import Closing, Credential, Login
    from mailsafi_wizard.report import Section
    from mailsafi_wizard.signin import Sheet, SignInValues

PROGRAMS, SHEETS, LENT, REVOKED, ERASED, ID = "programs", "sheets", "lent", "revoked", "erased", "project.id"  # names of notes
_NOT_RECEIVED = (Role.SENT.value, Role.DRAFTS.value)


@dataclass(frozen=True)
class ProgramsSeen:
    """What a mailbox's sent mail says: programs with how many messages each wrote, the most used first; or the problem's title."""

    mailbox_id: int
    seen: tuple[tuple[Program, int], ...] = ()
    error: str = ""


@dataclass(frozen=True)
class SheetsMade:
    """The last time a mailbox's sheet was written. ``form`` is "pdf", "html" or "mail"."""

    when: dt.datetime
    language: str
    form: str


class Finishing(Copying, Switch):
    """The last step of a project."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._programs_control = Control()
        self._newest_mail: tuple[tuple[int, int], dt.datetime | None] | None = None

    # --- sign-in sheets

    @property
    def project_id(self) -> uuid.UUID:
        """Stays the same for as long as the project file lives."""
        if not self.note(ID):
            self.set_note(ID, str(uuid.uuid4()))
        return uuid.UUID(self.note(ID))

    def look_at_programs(
        self, report: Callable[[ProgramsSeen], None], mailbox_ids: Iterable[int] | None = None
    ) -> tuple[ProgramsSeen, ...]:
        """Reads two header fields of the newest sent messages at the source, mailboxes side by side; writes nothing there. Keeps what it found.

        ``report`` is called from worker threads. Raises WrongUsage without servers; a mailbox's problem is in its result.
        """
        from mailsafi_wizard.engine import programs
        from mailsafi_wizard.engine.task_round import TaskRound

        jobs, missing = self._jobs(mailbox_ids)
        found = [ProgramsSeen(number, error=N_("No password is known")) for number in {box.id for box, _side in missing}]
        control = self._programs_control = Control()

        def keep(result: ProgramsSeen) -> None:
            found.append(result)
            report(result)

        def look(job: Job) -> None:
            try:
                keep(ProgramsSeen(job.mailbox.id, tuple(programs.look(job, control).items())))
            except errors.MigrationError as e:
                keep(ProgramsSeen(job.mailbox.id, error=e.title_text))

        def give_up(job: Job, error: errors.MigrationError) -> None:
            keep(ProgramsSeen(job.mailbox.id, error=error.title_text))

        TaskRound(jobs, look, give_up, self._slots(), control, leave=self._journal.release_thread).run()
        self._secrets.rest()
        known = self.programs() | {one.mailbox_id: one.seen for one in found if not one.error}
        self.set_note(PROGRAMS, json.dumps({str(box): [[p.value, n] for p, n in seen] for box, seen in known.items()}))
        return tuple(sorted(found, key=lambda one: one.mailbox_id))

    def stop_programs(self) -> None:
        """Ends the look: mailboxes that are finished keep what was found. Returns at once."""
        self._programs_control.stop()

    def programs(self) -> dict[int, tuple[tuple[Program, int], ...]]:
        """By mailbox: programs and how many messages each wrote, the most used first; mailboxes that were not looked at are not in it."""
        names = {program.value: program for program in Program}
        kept = self._kept_facts(PROGRAMS)
        with contextlib.suppress(ValueError, TypeError):  # it can be looked for again
            return {int(box): tuple((names[name], int(n)) for name, n in seen if name in names) for box, seen in kept.items()}
        return {}

    def sign_in_values(self, box: Mailbox) -> SignInValues:
        from mailsafi_wizard.signin import values_of

        return values_of(self.company, box, self.endpoint(Side.DESTINATION))

    def sheet(self, box: Mailbox, language: str, seen: Mapping[int, tuple[tuple[Program, int], ...]] | None = None) -> Sheet:
        """One user's sign-in sheet. ``seen``: what `programs` gave, where it is known already."""
        from mailsafi_wizard.signin import make

        used = (self.programs() if seen is None else seen).get(box.id, ())
        return make(self.sign_in_values(box), language, [program for program, _count in used])

    def sheets(self, language: str) -> tuple[Sheet, ...]:
        """Everybody's sheet, in the order of the mailboxes."""
        seen = self.programs()
        return tuple(self.sheet(box, language, seen) for box in self.mailboxes())

    def note_sheets(self, language: str, form: str, boxes: Iterable[Mailbox] | None = None) -> None:
        """The sheets of ``boxes`` (None: everybody's) were written or sent just now."""
        now, among = _now(), self.mailboxes() if boxes is None else boxes
        self.set_note(SHEETS, json.dumps(self._kept_facts(SHEETS) | {str(box.id): [now, language, form] for box in among}))

    def sheets_made(self) -> dict[int, SheetsMade]:
        found = {}
        for box, (when, language, form) in self._kept_facts(SHEETS).items():
            found[int(box)] = SheetsMade(dt.datetime.fromisoformat(when), str(language), str(form))
        return found

    # --- what was lent

    def credentials(self) -> tuple[Credential, ...]:
        """Everything that was lent for the migration and must be taken back, known also after the secrets were erased."""
        from mailsafi_wizard.cutover.closing import to_revoke

        lent, logins = self._remember_lent()
        hosts = {side: endpoint.host for side in Side if (endpoint := self.endpoint(side)) is not None}
        return to_revoke([box for box in self.mailboxes() if box.id in lent], logins, hosts)

    def _remember_lent(self) -> tuple[set[int], list[Login]]:
        """Mailboxes whose own password was used at the source, and the logins for many mailboxes, also those that were given up since."""
        from mailsafi_wizard.cutover.closing import Lent, Login

        kept = self._kept_facts(LENT)
        logins = dict.fromkeys([Login(Side(side), Lent(kind), who) for side, kind, who in kept.get("logins", ())] + self._logins())
        lent = set(kept.get("mailboxes", ())) | {box for box, side in self.places_with_secret() if side is Side.SOURCE}
        if not any(login.side is Side.SOURCE for login in logins):
            signed = {box for (box, side), result in self.sign_in_results().items() if side is Side.SOURCE and result.ok}
            lent |= signed | {box for box, state in self.states().items() if state is not MailboxState.NEW}
        facts = {"mailboxes": sorted(lent), "logins": [[one.side.value, one.kind.value, one.who] for one in logins]}
        if facts != kept:
            self.set_note(LENT, json.dumps(facts, ensure_ascii=False))
        return lent, list(logins)

    def _logins(self) -> list[Login]:
        """Logins for many mailboxes that are in use now, as the notes about them say."""
        from mailsafi_wizard.cutover.closing import Lent, Login

        found = []
        for side in Side:
            if admin := self._kept_facts(f"admin.{side.value}"):
                found.append(Login(side, Lent.ADMIN, str(admin.get("user") or admin.get("style") or "")))
            app = self._kept_facts(f"oauth.{side.value}")
            way = str(app.get("way", ""))
            if way.endswith("-user"):
                found.append(Login(side, Lent.CONSENT, str(app.get("client_id") or way)))
            elif way:
                kind = Lent.MICROSOFT_APP if way.startswith("microsoft") else Lent.GOOGLE_APP
                found.append(Login(side, kind, str(app.get("client_id") or way)))
        return found

    def forget_admin(self, side: Side) -> None:
        """As `AdminLogins.forget_admin`; what was lent stays known by name."""
        self._remember_lent()
        super().forget_admin(side)

    def revoked(self) -> dict[str, dt.datetime]:
        """When the admin said that a credential was taken back, by its key."""
        return {str(key): dt.datetime.fromisoformat(when) for key, when in self._kept_facts(REVOKED).items()}

    def set_revoked(self, key: str, on: bool) -> None:
        kept = {name: when for name, when in self._kept_facts(REVOKED).items() if name != key}
        self.set_note(REVOKED, json.dumps(kept | ({key: _now()} if on else {}), ensure_ascii=False))

    def erase_secrets(self) -> Erased:
        """As `Copying.erase_secrets`; what was lent stays known by name, and what was proven is kept with its time."""
        self._remember_lent()
        done = super().erase_secrets()
        self.set_note(ERASED, json.dumps({"when": _now(), "sealed": done.sealed, "files": [file.name for file in done.files]}))
        return done

    def erased(self) -> tuple[dt.datetime, int] | None:
        """When the secrets were erased last, and how many sealed ones were in the file then; None when never, or when there are some again."""
        kept = self._kept_facts(ERASED)
        if not kept or self.places_with_secret() or any(self.covers_all(side) for side in Side):
            return None
        return dt.datetime.fromisoformat(str(kept["when"])), int(kept["sealed"])

    # --- closing

    def last_arrival(self) -> dt.datetime | None:
        """When the newest mail reached the old server, as of the last run."""
        latest = _soon()
        state = self._versions.total(), len(self.runs())
        if self._newest_mail is None or self._newest_mail[0] != state:  # reading some hundred thousand dates takes a moment
            found = (parsed(date) for _box, date in arrivals.newest_dates(self._journal, _NOT_RECEIVED))
            newest = max((when for when in found if when is not None and when <= latest), default=None)
            self._newest_mail = state, newest
        return self._newest_mail[1]

    def closing(self, now: dt.datetime) -> Closing:
        """When the old server may be closed, and why. Takes a moment in a large project."""
        from mailsafi_wizard.cutover.closing import closing

        return closing(self._looks(), self.company.mailsafi, self.runs(), self.last_arrival(), self.ledger().complete, now)

    def _looks(self) -> list[tuple[dt.datetime, Any]]:
        from mailsafi_wizard.net import dns

        found, domains = [], self.company.domains
        for taken, text in self.dns_snapshots():
            with contextlib.suppress(ValueError, KeyError, TypeError, errors.WrongUsage):
                snapshot = dns.Snapshot.from_facts(json.loads(text))
                if domains and snapshot.domain == dns.normal(domains[0]):
                    found.append((taken, snapshot))
        return found

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.cutover import closing
        from mailsafi_wizard.report import finish_sections

        made, when = self.sheets_made(), self.revoked()
        sheets = [
            (box.address, one.when if one else None, one.language if one else "", one.form if one else "")
            for box in self.mailboxes()
            for one in (made.get(box.id),)
        ]
        return (
            *super()._report_sections(),
            *finish_sections(
                sheets,
                [(*closing.in_words(one), when.get(one.key)) for one in self.credentials()],
                lambda show: closing.sentences(self.closing(dt.datetime.now(dt.UTC)), show),
                self.erased(),
                self.company.timezone,
            ),
        )

    def _kept_facts(self, name: str) -> dict[str, Any]:
        """A note that holds a JSON object; {} where there is none."""
        try:
            found = json.loads(self.note(name) or "{}")
        except ValueError:
            return {}
        return found if isinstance(found, dict) else {}


def _now() -> str:
    return dt.datetime.now(dt.UTC).isoformat(timespec="seconds")


def _soon() -> dt.datetime:
    """No mail can have arrived later than this: a server whose clock is a day ahead is believed, one that says 2099 is not."""
    return dt.datetime.now(dt.UTC) + dt.timedelta(days=1)
