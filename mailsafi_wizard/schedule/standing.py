"""Which tasks of the plan are done, by what the project knows: a pure function from facts. Nothing is done because its day has passed.

A task that the program can't see is done when the admin ticks it, and is then told as the admin's word. What comes undone later (a sign-in
that fails, a record that was changed back) is open again.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field

from mailsafi_wizard.model import Company, Ledger, RunRecord
from mailsafi_wizard.model.plan import Done, Task
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.schedule.tasks import TASKS
from mailsafi_wizard.words import N_

STRAGGLERS = dt.timedelta(hours=72)  # after the cutover nobody remembers the old record any more


@dataclass(frozen=True)
class RecordsSeen:
    """One look at the domain's records. ``right``: kinds that stood as wanted ("TTL", "SPF", "DKIM"); ``switched``: MX leads to MailSafi only."""

    taken: dt.datetime
    right: frozenset[str] = frozenset()
    switched: bool = False
    ttl: int | None = None  # seconds, of the MX record


@dataclass(frozen=True)
class Facts:
    """What the project knows. Mailboxes are told by their numbers; times are aware."""

    company: Company = field(default_factory=Company)
    destination_host: str = ""
    mailboxes: frozenset[int] = frozenset()
    weighed: frozenset[int] = frozenset()  # a census without an error
    signed_in: frozenset[int] = frozenset()  # the last test went well on both sides
    signed_in_there: frozenset[int] = frozenset()  # the last test went well at MailSafi
    servers_passed: bool = False  # the last test of both servers as they are entered now
    ledgers: Mapping[int, Ledger] = field(default_factory=dict)
    running: bool = False
    runs: Sequence[RunRecord] = ()  # oldest first
    records: Sequence[RecordsSeen] = ()  # oldest first, of the domain that is entered now
    notices_sent: Mapping[str, dt.datetime] = field(default_factory=dict)  # by the notice's key
    notices_saved: Mapping[str, dt.datetime] = field(default_factory=dict)
    ticks: Mapping[str, dt.datetime] = field(default_factory=dict)  # by the word's key
    report_saved: dt.datetime | None = None

    @property
    def copied(self) -> frozenset[int]:
        """Mailboxes whose accounts are complete."""
        return frozenset(number for number, ledger in self.ledgers.items() if ledger.complete)

    @property
    def begun(self) -> frozenset[int]:
        return frozenset(number for number, ledger in self.ledgers.items() if ledger.folders)

    @property
    def all_copied(self) -> bool:
        return bool(self.mailboxes) and self.mailboxes <= self.copied and not self.running

    @property
    def ended(self) -> list[RunRecord]:
        return [run for run in self.runs if run.ended is not None]


def done(facts: Facts, days: Mapping[str, dt.date]) -> dict[str, Done]:
    """What is done, by the tasks' keys. ``days``: on which day each task is planned; some are done only when it happened then or later."""
    found: dict[str, Done] = {}
    for task in TASKS:
        made = _one(task, facts, days)
        if made is not None:
            found[task.key] = made
    return found


def _one(task: Task, facts: Facts, days: Mapping[str, dt.date]) -> Done | None:
    if task.word:
        when = facts.ticks.get(task.word)
        return Done(N_("You ticked it; the wizard cannot see it"), when, word=True) if when else None
    if task.notice:
        return _told(task.notice, facts)
    if task.key in ("delta", "stragglers"):
        return _fresh_run(task.key, facts, days)
    return _RULES[task.key](facts)


def _told(notice: str, facts: Facts) -> Done | None:
    if when := facts.notices_sent.get(notice):
        return Done(N_("Sent to the users"), when)
    if when := facts.notices_saved.get(notice):
        return Done(N_("Saved as mail files; whether they were sent is not known"), when)
    return None


def _if(true: object, how: str, when: dt.datetime | None = None) -> Done | None:
    return Done(how, when) if true else None


def _values(facts: Facts) -> Done | None:
    values = facts.company.mailsafi
    entered = (
        facts.destination_host,
        values.mx,
        values.spf,
        values.dkim_selector,
        values.dkim_value,
        values.webmail,
        values.smtp_host,
    )
    return _if(all(entered), N_("All values are entered"))


def _everywhere(known: frozenset[int], facts: Facts) -> bool:
    """A mailbox that was copied was signed in, on both sides."""
    return bool(facts.mailboxes) and facts.mailboxes <= known | facts.begun


def _credentials(facts: Facts) -> Done | None:
    return _if(_everywhere(facts.signed_in, facts), N_("Every sign-in works, on both sides"))


def _users(facts: Facts) -> Done | None:
    return _if(_everywhere(facts.signed_in_there, facts), N_("Every mailbox could be signed in at MailSafi"))


def _prepare(facts: Facts) -> Done | None:
    return _if(facts.servers_passed or facts.begun, N_("Both servers passed the test"))


def _census(facts: Facts) -> Done | None:
    return _if(bool(facts.mailboxes) and facts.mailboxes <= facts.weighed, N_("Every mailbox was looked at"))


def _pilot(facts: Facts) -> Done | None:
    return _if(facts.mailboxes & facts.copied, N_("A mailbox was copied and its accounts balance"))


def _copy(facts: Facts) -> Done | None:
    first = facts.runs[0].started if facts.runs else None
    return _if(bool(facts.mailboxes) and facts.mailboxes <= facts.begun, N_("Copying has begun for every mailbox"), first)


def _verify(facts: Facts) -> Done | None:
    last = facts.ended[-1].ended if facts.ended else None
    return _if(facts.all_copied, N_("Every mailbox is copied and balances"), last)


def _fresh_run(key: str, facts: Facts, days: Mapping[str, dt.date]) -> Done | None:
    """A run that began on the task's day or later and brought everything; for stragglers 72 hours after the cutover or later."""
    if key not in days:
        return None
    soonest = dt.datetime.combine(days[key], dt.time(), facts.company.zone)
    if key == "stragglers":
        at = facts.company.cutover_at
        if at is None or not (facts.records and facts.records[-1].switched):
            return None
        soonest = at + STRAGGLERS
    fresh = [run for run in facts.ended if run.started >= soonest and run.outcome == "done"]
    return _if(fresh, N_("A run brought everything that was new"), fresh[0].ended if fresh else None)


def _before_cutover(facts: Facts) -> Sequence[RecordsSeen]:
    """A TTL that is raised again after the cutover, or an SPF that loses its old part then, does not undo what was in time."""
    at = facts.company.cutover_at
    return [seen for seen in facts.records if at is None or seen.taken < at] or facts.records


def _since(records: Sequence[RecordsSeen], is_so: Callable[[RecordsSeen], bool]) -> dt.datetime | None:
    """Since when it was seen without a break up to the last look; None when the last look says otherwise."""
    since = None
    for seen in reversed(records):
        if not is_so(seen):
            break
        since = seen.taken
    return since


def _record(kind: str, how: str) -> Callable[[Facts], Done | None]:
    def rule(facts: Facts) -> Done | None:
        since = _since(_before_cutover(facts), lambda seen: kind in seen.right)
        return _if(since, how, since)

    return rule


def _cutover(facts: Facts) -> Done | None:
    since = _since(facts.records, lambda seen: seen.switched)
    return _if(since, N_("Every name server that was asked leads to MailSafi"), since)


def _report(facts: Facts) -> Done | None:
    """Saved after everything it tells had happened."""
    saved = facts.report_saved
    whole = saved is not None and all(run.ended is not None and run.ended.replace(microsecond=0) <= saved for run in facts.runs)
    return _if(whole, N_("The report was saved"), saved)


_RULES: Mapping[str, Callable[[Facts], Done | None]] = {
    "values": _values,
    "inventory": lambda facts: _if(facts.mailboxes, N_("The mailboxes are listed")),
    "records": lambda facts: _if(
        facts.records, N_("The records were looked up"), facts.records[0].taken if facts.records else None
    ),
    "prepare": _prepare,
    "users": _users,
    "credentials": _credentials,
    "census": _census,
    "pilot": _pilot,
    "copy": _copy,
    "verify": _verify,
    "dns-ttl": _record("TTL", N_("A low TTL was seen in the records")),
    "spf": _record("SPF", N_("MailSafi's part was seen in the SPF record")),
    "dkim": _record("DKIM", N_("The key was seen in the records")),
    "cutover": _cutover,
    "report": _report,
}


def old_ttl(records: Sequence[RecordsSeen]) -> int:
    """The longest time, in seconds, for which the MX record was seen to be remembered; 0 when it was never looked up."""
    return max((seen.ttl or 0 for seen in records), default=0)
