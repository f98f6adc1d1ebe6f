"""Can we switch? One list of checks from plain numbers, so that whoever gathers them can change and the judgement stays. Pure."""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

FRESH = dt.timedelta(hours=24)  # how old the last copy may be on the evening of the change


class Standing(enum.Enum):
    """How one check stands."""

    GREEN = "green"
    RED = "red"
    UNKNOWN = "unknown"  # not looked at yet, which is not green


@dataclass(frozen=True)
class Probe:
    """What one of MailSafi's mail servers said when it was asked whether it takes mail for an address. No mail was sent.

    ``accepted`` of ``asked`` addresses; ``tls``: "" not offered, "yes", or what was wrong with it; ``problem``: why there is no answer.
    """

    host: str
    asked: int = 0
    accepted: int = 0
    later: int = 0  # "not now" (4xx), as greylisting says
    refused: tuple[tuple[str, str], ...] = ()  # (address, the server's words)
    tls: str = ""
    problem: str = ""
    taken: str = ""  # ISO 8601

    @property
    def good(self) -> bool:
        return not self.problem and self.asked > 0 and self.accepted + self.later == self.asked and self.accepted > 0

    def older_than(self, age: dt.timedelta, now: dt.datetime) -> bool:
        """Also when it is not known how old it is."""
        try:
            return now - dt.datetime.fromisoformat(self.taken) > age
        except (ValueError, TypeError):
            return True

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Probe:
        """The reverse of dataclasses.asdict; raises KeyError, TypeError or ValueError when it is none."""
        return cls(**{**facts, "refused": tuple((str(a), str(w)) for a, w in facts.get("refused") or ())})


@dataclass(frozen=True)
class Facts:
    """The numbers the gate is judged by. None: not known."""

    mailboxes: int = 0
    complete: bool = False  # the ledger of every mailbox balances and nothing failed
    failed: int = 0
    unaccounted: int = 0
    signed: int | None = None  # users who said that their mail is all there
    last_delta: dt.datetime | None = None  # when the last copy ended
    ttl: int | None = None
    ttl_ready: bool = False
    ttl_ready_at: dt.datetime | None = None
    spf_right: bool | None = None
    dkim_right: bool | None = None
    dkim_given: bool = False  # MailSafi's DKIM value was entered
    strangers: int | None = None  # addresses that get mail and have no mailbox; None before the look
    probes: tuple[Probe, ...] = ()
    card_saved: bool = False
    mx_entered: bool = False  # MailSafi's MX values
    grave: int | None = None  # things wrong with the records that lose mail
    records_seen: dt.datetime | None = None  # when the records were last looked up


@dataclass(frozen=True)
class Check:
    """One line of the gate. ``text`` is a template for ``fields``; ``step``: the wizard's step where it is mended."""

    key: str
    title: str
    standing: Standing
    text: str
    fields: tuple[tuple[str, object], ...] = ()
    step: str = ""

    @property
    def english(self) -> str:
        return self.text.format(**dict(self.fields))


@dataclass(frozen=True)
class Override:
    """Somebody takes it on himself to switch though a check is not green. ``when`` is aware; ``checks``: the keys that were not."""

    name: str
    reason: str
    when: dt.datetime
    checks: tuple[str, ...]

    def facts(self) -> dict[str, object]:
        return {**asdict(self), "when": self.when.isoformat(timespec="seconds")}

    @classmethod
    def from_facts(cls, facts: dict[str, Any]) -> Override:
        """The reverse of `facts`; raises KeyError, TypeError or ValueError when it is none."""
        when = dt.datetime.fromisoformat(facts["when"])
        return cls(str(facts["name"]), str(facts["reason"]), when, tuple(str(c) for c in facts["checks"]))


@dataclass(frozen=True)
class Gate:
    """All checks. ``override`` counts only while it covers every check that is not green."""

    checks: tuple[Check, ...]
    override: Override | None = None

    @property
    def open_checks(self) -> tuple[Check, ...]:
        return tuple(check for check in self.checks if check.standing is not Standing.GREEN)

    @property
    def green(self) -> bool:
        return not self.open_checks

    @property
    def overridden(self) -> bool:
        return self.override is not None and {c.key for c in self.open_checks} <= set(self.override.checks)

    @property
    def may_switch(self) -> bool:
        return self.green or self.overridden


def judge(facts: Facts, now: dt.datetime, override: Override | None = None) -> Gate:
    """The gate as it stands at ``now`` (aware)."""
    return Gate(tuple(_checks(facts, now)), override)


def _checks(facts: Facts, now: dt.datetime) -> Iterator[Check]:
    yield _ledger(facts)
    yield _signed(facts)
    yield _delta(facts, now)
    yield _ttl(facts)
    yield _spf(facts)
    yield _dkim(facts)
    yield _strangers(facts)
    yield _receiving(facts, now)
    yield _records(facts, now)
    if facts.card_saved:
        yield Check("card", _CARD, Standing.GREEN, N_("The old records are kept in the project."), (), "cutover")
    else:
        yield Check("card", _CARD, Standing.UNKNOWN, N_("Look up the records first: the card is made of them."), (), "cutover")


_CARD = N_("The way back")


def _ledger(f: Facts) -> Check:
    title = N_("All mail is accounted for")
    if f.complete and f.mailboxes:
        return Check("ledger", title, Standing.GREEN, N_("Every message of {n} mailboxes is accounted for."), (("n", f.mailboxes),))
    if f.failed or f.unaccounted:
        text = N_("{failed} messages failed, {open} are not accounted for.")
        return Check("ledger", title, Standing.RED, text, (("failed", f.failed), ("open", f.unaccounted)), "verify")
    return Check("ledger", title, Standing.RED, N_("Not every mailbox has been copied and checked."), (), "verify")


def _signed(f: Facts) -> Check:
    title = N_("Users have checked")
    if f.signed is None:
        return Check("signed", title, Standing.UNKNOWN, N_("No sign-off has been recorded."), (), "verify")
    text = N_("{signed} of {all} users have said that their mail is there.")
    good = f.mailboxes > 0 and f.signed >= f.mailboxes
    fields = (("signed", f.signed), ("all", f.mailboxes))
    return Check("signed", title, Standing.GREEN if good else Standing.RED, text, fields, "verify")


def _delta(f: Facts, now: dt.datetime) -> Check:
    title = N_("The last copy is fresh")
    if f.last_delta is None:
        return Check("delta", title, Standing.RED, N_("Nothing has been copied yet."), (), "migrate")
    hours = max(0, int((now - f.last_delta).total_seconds() // 3600))
    text = N_("The last copy ended {hours} hours ago.") if hours else N_("The last copy ended within the last hour.")
    good = dt.timedelta() <= now - f.last_delta <= FRESH
    return Check("delta", title, Standing.GREEN if good else Standing.RED, text, (("hours", hours),), "migrate")


def _ttl(f: Facts) -> Check:
    title = N_("Nobody remembers the old MX for long")
    if f.ttl is None:
        return Check("ttl", title, Standing.UNKNOWN, N_("The domain's own name servers have not told the TTL."), (), "cutover")
    if f.ttl_ready:
        return Check("ttl", title, Standing.GREEN, N_("The TTL is {ttl} seconds, and has been long enough."), (("ttl", f.ttl),))
    if f.ttl_ready_at is None:
        return Check("ttl", title, Standing.RED, N_("The TTL is {ttl} seconds. Lower it."), (("ttl", f.ttl),), "cutover")
    text = N_("The TTL is {ttl} seconds, but some still remember the longer one, until {moment}.")
    return Check("ttl", title, Standing.RED, text, (("ttl", f.ttl), ("moment", f.ttl_ready_at)), "cutover")


def _spf(f: Facts) -> Check:
    title = N_("MailSafi may send for you (SPF)")
    if f.spf_right is None:
        return Check(
            "spf", title, Standing.UNKNOWN, N_("Not known: enter MailSafi's value, then look up the records."), (), "start"
        )
    if f.spf_right:
        return Check("spf", title, Standing.GREEN, N_("One SPF record allows the old and the new servers."))
    return Check("spf", title, Standing.RED, N_("The SPF record has to be changed first."), (), "cutover")


def _dkim(f: Facts) -> Check:
    title = N_("MailSafi's signature is known (DKIM)")
    if not f.dkim_given:
        return Check("dkim", title, Standing.UNKNOWN, N_("MailSafi's DKIM value was not entered."), (), "start")
    if f.dkim_right:
        return Check("dkim", title, Standing.GREEN, N_("The key is published."))
    standing = Standing.UNKNOWN if f.dkim_right is None else Standing.RED
    return Check("dkim", title, standing, N_("The key is not published yet."), (), "cutover")


def _strangers(f: Facts) -> Check:
    title = N_("Every address has a mailbox")
    if f.strangers is None:
        return Check(
            "addresses", title, Standing.UNKNOWN, N_("Take the look in Migrate: it finds addresses without one."), (), "migrate"
        )
    if not f.strangers:
        return Check("addresses", title, Standing.GREEN, N_("No address is known that gets mail and has no mailbox or alias."))
    text = N_("{n} addresses get mail and have no mailbox or alias at MailSafi.")
    return Check("addresses", title, Standing.RED, text, (("n", f.strangers),), "migrate")


def _receiving(f: Facts, now: dt.datetime) -> Check:
    title = N_("MailSafi takes the mail")
    if not f.mx_entered:
        return Check("receiving", title, Standing.UNKNOWN, N_("MailSafi's MX values were not entered."), (), "start")
    if not f.probes:
        return Check("receiving", title, Standing.UNKNOWN, N_("Not asked yet. Asking sends no mail."), (), "cutover")
    bad = [probe for probe in f.probes if not probe.good]
    if not bad and any(probe.older_than(FRESH, now) for probe in f.probes):
        return Check("receiving", title, Standing.UNKNOWN, N_("They were asked more than a day ago. Ask again."), (), "cutover")
    if not bad:
        return Check("receiving", title, Standing.GREEN, N_("All of MailSafi's mail servers accept your addresses."))
    if bad[0].problem:
        text = N_("{host} could not be asked: {why}")
        return Check("receiving", title, Standing.RED, text, (("host", bad[0].host), ("why", bad[0].problem)), "cutover")
    text = N_("{host} does not accept {n} of {all} addresses.")
    fields = (("host", bad[0].host), ("n", bad[0].asked - bad[0].accepted), ("all", bad[0].asked))
    return Check("receiving", title, Standing.RED, text, fields, "cutover")


def _records(f: Facts, now: dt.datetime) -> Check:
    title = N_("Nothing is wrong with the records")
    if f.grave is None:
        return Check("records", title, Standing.UNKNOWN, N_("The records have not been looked up yet."), (), "cutover")
    if f.records_seen is None or now - f.records_seen > FRESH:
        text = N_("The records were looked up more than a day ago. Look again.")
        return Check("records", title, Standing.UNKNOWN, text, (), "cutover")
    if f.grave:
        return Check("records", title, Standing.RED, N_("{n} things have to be mended first."), (("n", f.grave),), "cutover")
    return Check("records", title, Standing.GREEN, N_("Nothing was found."))
