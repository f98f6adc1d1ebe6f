"""What the domain's records say, kept as snapshots, for the change-over."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.project.answers import Answers

if TYPE_CHECKING:
    from mailsafi_wizard.net.dns import Snapshot


class Switch(Answers):
    """The records of the first domain."""

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
