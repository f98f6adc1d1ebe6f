"""Can we switch? Gathers the numbers, keeps who overrode the gate and why, and asks MailSafi's mail servers whether they take the mail."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.project.copying import Copying
from mailsafi_wizard.project.switch import Switch
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.cutover import Facts, Gate, Override, Probe
    from mailsafi_wizard.report import Section

OVERRIDE = "switch.override"
PROBES = "switch.probes"
PROBE_AT = "switch.probe-at"  # a rehearsal's mail server, HOST:PORT on this computer
MOST_ASKED = 300  # addresses
SERVERS_AT_ONCE = 4


class Gatekeeping(Copying, Switch):
    """The decision to switch."""

    def gate(self, now: dt.datetime) -> Gate:
        """All checks as they stand; ``now`` is aware."""
        from mailsafi_wizard import cutover

        return cutover.judge(self.gate_facts(now), now, self.override())

    def gate_facts(self, now: dt.datetime) -> Facts:
        from mailsafi_wizard import cutover

        ledger, boxes = self.ledger(), self.mailboxes()
        seen = {folder.mailbox_id for folder in ledger.folders}
        clock, values = self.dns_clock(now), self.company.mailsafi
        states = {change.kind: change.state for change in self.record_changes()}
        last = self.last_snapshot()
        return cutover.Facts(
            mailboxes=len(boxes),
            complete=ledger.complete and all(box.id in seen for box in boxes) and not self.running,
            failed=ledger.failed,
            unaccounted=ledger.unaccounted,
            signed=self._signed(),
            last_delta=max((run.ended for run in self.runs() if run.ended and run.outcome in ("done", "incomplete")), default=None),
            ttl=clock.ttl,
            ttl_ready=clock.ready(now),
            ttl_ready_at=clock.low_from,
            spf_right=_right(states.get("SPF")),
            dkim_right=_right(states.get("DKIM")),
            dkim_given=bool(values.dkim_selector and values.dkim_value),
            strangers=sum(f.kind == "address" for f in self.findings()) if self.census() else None,
            probes=self.probes(),
            card_saved=self.records_before() is not None,
            mx_entered=bool(values.mx),
            grave=sum(f.grave for f in cutover.findings(last[1], values.mx)) if last else None,
            records_seen=last[0] if last else None,
        )

    def _signed(self) -> int | None:
        """How many users have signed off; None where none has."""
        read = getattr(self, "sign_offs", None)
        return len(read()) or None if callable(read) else None

    # --- the override

    def override(self) -> Override | None:
        from mailsafi_wizard.cutover import Override

        with contextlib.suppress(ValueError, KeyError, TypeError):
            return Override.from_facts(json.loads(self.note(OVERRIDE) or "{}"))
        return None

    def override_gate(self, name: str, reason: str, now: dt.datetime) -> None:
        """``name`` takes it on himself to switch though some checks are not green. Raises WrongUsage without name or reason."""
        from mailsafi_wizard.cutover import Override

        name, reason = " ".join(name.split()), " ".join(reason.split())
        if not name or not reason:
            raise errors.WrongUsage(what=N_("An override needs a name and a reason"))
        checks = tuple(check.key for check in self.gate(now).open_checks)
        self.set_note(OVERRIDE, json.dumps(Override(name, reason, now, checks).facts(), ensure_ascii=False))

    def take_back_override(self) -> None:
        self.set_note(OVERRIDE, "")

    # --- whether MailSafi takes the mail

    def probes(self) -> tuple[Probe, ...]:
        """What the mail servers that are entered now said when they were last asked."""
        from mailsafi_wizard.cutover import Probe

        with contextlib.suppress(ValueError, KeyError, TypeError):
            kept = tuple(Probe.from_facts(facts) for facts in json.loads(self.note(PROBES) or "[]"))
            if tuple(probe.host for probe in kept) == self.company.mailsafi.mx:
                return kept
        return ()

    def probe(self) -> tuple[Probe, ...]:
        """Asks each of MailSafi's mail servers whether it takes mail for every mailbox; sends none. Blocks up to a minute or two.

        Raises WrongUsage when MX values or mailboxes are missing.
        """
        from mailsafi_wizard.cutover import Probe
        from mailsafi_wizard.net import smtp_probe

        hosts = self.company.mailsafi.mx
        addresses = sorted({box.destination_user for box in self.mailboxes() if "@" in box.destination_user})[:MOST_ASKED]
        if not hosts or not addresses:
            raise errors.WrongUsage(what=N_("Enter MailSafi's MX values and the mailboxes first"))
        at, port = self._probe_at()
        with ThreadPoolExecutor(SERVERS_AT_ONCE, thread_name_prefix="probe") as pool:
            heard = list(pool.map(lambda host: smtp_probe.ask(host, addresses, port, at, self.ca_file), hosts))
        taken = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
        made = tuple(Probe(h.host, h.asked, h.accepted, h.later, tuple(h.refused), h.tls, h.problem, taken) for h in heard)
        self.set_note(PROBES, json.dumps([asdict(probe) for probe in made], ensure_ascii=False))
        return made

    def _probe_at(self) -> tuple[str, int]:
        """Where to connect: the servers themselves, or a rehearsal's stand-in. A rehearsal without one asks nobody."""
        from mailsafi_wizard.net.dns_records import Server
        from mailsafi_wizard.net.smtp_probe import PORT

        if not self.rehearsal:
            return "", PORT
        server = Server.parse(self.note(PROBE_AT))
        if not server.loopback:
            raise errors.WrongUsage(what=N_("A rehearsal asks no server but its own"))
        return server.address, server.port

    # --- the report

    def _report_sections(self) -> tuple[Section, ...]:
        from mailsafi_wizard.report import switch

        before, last = self.records_before(), self.last_snapshot()
        if last is None:
            return super()._report_sections()
        lines = [(c.kind, c.name, c.now, c.wanted) for c in self.record_changes()]
        old = [(r.name, r.kind, r.ttl, r.value) for r in self.card()]
        override = self.override()
        gate = self.gate(dt.datetime.now(dt.UTC))
        checks = [(c.title, c.standing.value, c.text, c.fields) for c in gate.checks]
        made = switch.section(
            self.company.timezone, before[0] if before else None, old, last[0], lines, self.switched, checks,
            (override.name, override.reason, override.when, override.checks) if override else None,
        )  # fmt: skip
        return (*super()._report_sections(), made)


def _right(state: object) -> bool | None:
    from mailsafi_wizard.cutover import State

    return None if state in (None, State.UNKNOWN) else state is State.RIGHT
