"""What the domain's records say, kept as snapshots, for the change-over: records now and wanted, the clock, the card for going back."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.model import Side
from mailsafi_wizard.project.answers import Answers
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.cutover import Change, Clock, Finding
    from mailsafi_wizard.cutover.card import Kept
    from mailsafi_wizard.cutover.spread import Line
    from mailsafi_wizard.net.dns_records import Snapshot

Taken = tuple[dt.datetime, "Snapshot"]
SEEN = "dns.seen"  # the note that says when the newest snapshot was last found to be still so
BEFORE = "dns.before"  # the note that holds the records as they were before anything was changed
PANEL = "dns.panel"
FLAPPING = dt.timedelta(minutes=15)


class Switch(Answers):
    """The records of the first domain."""

    def __init__(self, journal: Journal) -> None:
        super().__init__(journal)
        self._history: tuple[object, tuple[Taken, ...]] = (None, ())
        self._newest: Snapshot | None = None

    @property
    def resolvers(self) -> tuple[str, ...]:
        """Resolvers to ask, ``HOST[:PORT]``; empty for the computer's own and public ones."""
        return tuple(self.note("dns.resolvers").split())

    def set_resolvers(self, resolvers: Iterable[str]) -> None:
        self.set_note("dns.resolvers", " ".join(resolvers))

    @property
    def panel(self) -> str:
        """The DNS provider's panel in whose words changes are told; an id of `cutover.panels`, or ""."""
        return self.note(PANEL)

    def set_panel(self, panel_id: str) -> None:
        self.set_note(PANEL, panel_id)

    def look_up(self) -> Snapshot:
        """What the first domain's records say now; kept. The first look makes the card for going back. A rehearsal asks its own servers only.

        Raises WrongUsage without a domain, DnsUnreachable when nobody answered.
        """
        from mailsafi_wizard.net import dns  # slow to load, and a copy does without

        company = self.company
        if not company.domains:
            raise errors.WrongUsage(what=N_("No domain was entered yet"))
        values, find_own = company.mailsafi, not self.rehearsal
        found = dns.look_up(company.domains[0], values.dkim_selector, self.resolvers, find_own, values.spf)
        self._keep_records(found)
        return found

    def _keep_records(self, found: Snapshot) -> None:
        """Only what is news becomes a snapshot: a page that looks every minute would fill the file."""
        history = self.snapshots()
        if not history or _news(history[-1], found):
            self.add_dns_snapshot(json.dumps(found.facts()))
        self.set_note(SEEN, dt.datetime.now(dt.UTC).isoformat(timespec="seconds"))
        self._newest = found
        self._make_card(found)

    def last_snapshot(self) -> Taken | None:
        """The newest answer of `look_up` about the domain that is entered now, and when it was given."""
        history = self.snapshots()
        if not history:
            return None
        taken, snapshot = history[-1]
        newest = self._newest if self._newest and self._newest.domain == snapshot.domain else snapshot
        with contextlib.suppress(ValueError):
            taken = max(taken, dt.datetime.fromisoformat(self.note(SEEN)))
        return taken, newest

    def snapshots(self) -> tuple[Taken, ...]:
        """All that were different from the one before, of the domain that is entered now, oldest first."""
        from mailsafi_wizard.net import dns
        from mailsafi_wizard.net.dns_records import Snapshot

        rows = self.dns_snapshots()
        domains = self.company.domains
        key = (len(rows), rows[-1][0] if rows else None, domains)
        if self._history[0] != key:
            made = []
            for taken, text in rows if domains else ():
                with contextlib.suppress(ValueError, KeyError, TypeError, errors.WrongUsage):
                    snapshot = Snapshot.from_facts(json.loads(text))
                    if snapshot.domain == dns.normal(domains[0]):
                        made.append((taken, snapshot))
            self._history = key, tuple(made)
        return self._history[1]

    def dns_snapshots(self) -> tuple[tuple[dt.datetime, str], ...]:
        return self._journal.dns_snapshots()

    def add_dns_snapshot(self, json_text: str) -> None:
        self._journal.add_dns_snapshot(dt.datetime.now(dt.UTC), json_text)

    # --- the card for going back

    def _make_card(self, found: Snapshot) -> None:
        """Once, from a look that has seen the MX and before the change; then it is never written over for this domain."""
        from mailsafi_wizard import cutover

        if self.records_before() is not None or cutover.now_at(found, found.domain, "MX") is None:
            return
        if not cutover.switched(found, self.company.mailsafi):
            taken = dt.datetime.now(dt.UTC).isoformat(timespec="seconds")
            self.set_note(BEFORE, json.dumps({"taken": taken, "snapshot": found.facts()}))

    def records_before(self) -> Taken | None:
        """How the records stood before anything was changed, and when that was seen; None before the first look."""
        from mailsafi_wizard.net import dns
        from mailsafi_wizard.net.dns_records import Snapshot

        with contextlib.suppress(ValueError, KeyError, TypeError, errors.WrongUsage):
            kept = json.loads(self.note(BEFORE) or "{}")
            snapshot = Snapshot.from_facts(kept["snapshot"])
            if self.company.domains and snapshot.domain == dns.normal(self.company.domains[0]):
                return dt.datetime.fromisoformat(kept["taken"]), snapshot
        return None

    def card(self) -> tuple[Kept, ...]:
        """The old records exactly, () before the first look."""
        from mailsafi_wizard.cutover.card import kept

        before = self.records_before()
        return kept(before[1]) if before else ()

    # --- what is to be done, and how it stands

    def record_changes(self) -> tuple[Change, ...]:
        """Records now against records wanted. Nothing is advised before the card for going back is kept."""
        from mailsafi_wizard import cutover

        last, before = self.last_snapshot(), self.records_before()
        values = self.company.mailsafi
        if last is None or (before is None and not cutover.switched(last[1], values)):
            return ()
        source = self.endpoint(Side.SOURCE)
        return cutover.changes(last[1], values, before[1] if before else None, (source.host,) if source else ())

    def record_findings(self) -> tuple[Finding, ...]:
        """What is wrong with the records as they are, and would be with those that are wanted; after the change, what still points at the old servers."""
        from mailsafi_wizard import cutover

        last, before, mx = self.last_snapshot(), self.records_before(), self.company.mailsafi.mx
        if last is None:
            return ()
        found = list(cutover.findings(last[1], mx))
        for change in self.record_changes():
            if change.kind == "SPF" and change.state is cutover.State.CHANGE:
                found += cutover.spf_findings(last[1], change.wanted[0])
        if before and self.switched:
            hosts = [line.split()[-1] for line in cutover.now_at(before[1], before[1].domain, "MX") or ()]
            found += cutover.left_behind(last[1], hosts)
        return tuple(dict.fromkeys(found))

    def dns_clock(self, now: dt.datetime) -> Clock:
        """How long the old records may be remembered; ``now`` is aware."""
        from mailsafi_wizard import cutover

        return cutover.clock(self.snapshots(), self.company.cutover_at, now)

    def who_sees_what(self) -> tuple[Line, ...]:
        """Each name server through time."""
        from mailsafi_wizard.cutover.spread import lines

        history, last = list(self.snapshots()), self.last_snapshot()
        if last is not None and history and last[0] > history[-1][0]:
            history.append(last)
        return lines(history, self.company.mailsafi.mx)

    @property
    def switched(self) -> bool:
        """Every server asked in the last look shows MailSafi's MX records and no other."""
        from mailsafi_wizard import cutover

        last = self.last_snapshot()
        return last is not None and cutover.switched(last[1], self.company.mailsafi)

    def changed_at(self) -> dt.datetime | None:
        """When one of the domain's own servers (any server, where none could be asked) was first seen with MailSafi's MX; None before."""
        from mailsafi_wizard.cutover.spread import Sees

        lines = self.who_sees_what()
        points = [p for line in lines for n, p in enumerate(line.points) if p[1] is Sees.NEW or (n and p[1] is Sees.BOTH)]
        before = self.records_before()
        return min((moment for moment, _sees in points), default=None) if before else None

    # --- the rehearsal

    def enter_in_rehearsal(self, change: Change) -> None:
        """Plays the admin at the DNS provider's panel: enters one change at the rehearsal's own name server.

        Raises WrongUsage outside a rehearsal, or when the name server is not on this computer.
        """
        from mailsafi_wizard.net import dns_update

        if not self.rehearsal or not self.resolvers:
            raise errors.WrongUsage(what=N_("Records are entered at your DNS provider; only a rehearsal enters them itself"))
        ttl = int(change.wanted[0]) if change.kind.startswith("TTL") else None
        values = (*change.beside, *change.wanted) if ttl is None else ()
        dns_update.enter(self.resolvers[0], self.company.domains[0], change.name, change.record, values, ttl)


def _news(kept: Taken, found: Snapshot) -> bool:
    """Whether ``found`` tells something else. A server that now answers and now does not is news every `FLAPPING` at most."""
    old, new = _compared(kept[1]), _compared(found)
    if old == new:
        return False
    if dt.datetime.now(dt.UTC) - kept[0] >= FLAPPING or [v.server for v in old.views] != [v.server for v in new.views]:
        return True
    pairs = [
        (a, b) for view, other in zip(old.views, new.views, strict=True) for a in view.answers if (b := other.get(a.name, a.kind))
    ]
    return any(a != b for a, b in pairs if a.rcode and b.rcode)


def _compared(snapshot: Snapshot) -> Snapshot:
    """Without what changes by itself: the TTLs that resolvers count down."""
    views = tuple(
        view if view.authoritative else replace(view, answers=tuple(replace(a, ttl=None) for a in view.answers))
        for view in snapshot.views
    )
    return replace(snapshot, views=views, others=tuple(replace(a, ttl=None) for a in snapshot.others))
