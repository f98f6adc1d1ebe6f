"""Finding the source's server, whose it is, and what must exist at MailSafi first."""

from __future__ import annotations

import contextlib
import json
import threading
from typing import TYPE_CHECKING

from mailsafi_wizard.model import Side, SignInStyle
from mailsafi_wizard.project.answers import Answers

if TYPE_CHECKING:
    from mailsafi_wizard.net import providers
    from mailsafi_wizard.net.found import Discovery
    from mailsafi_wizard.store.needed_list import Needed, NeededList


class Preparation(Answers):
    """What is found and ticked before anything is copied."""

    def discover(self, asked: str, cancel: threading.Event | None = None) -> Discovery:
        """Looks for the server of a domain or address, within 5 s; kept. A rehearsal asks its own name server, on this computer only.

        ``cancel`` ends it at once with what was found so far. Raises WrongUsage for what is neither domain nor address.
        """
        from mailsafi_wizard.net import (
            discovery,  # slow to load, and a copy does without
            providers,  # slow to load, and a copy does without
        )

        resolvers = tuple(self.note("dns.resolvers").split())
        found = discovery.discover(asked, discovery.Where(resolvers, self._trust, loopback=self.rehearsal), cancel)
        self.set_note("discovery", json.dumps(found.facts()))
        if not found.candidates and found.provider == providers.GENERIC:
            return found
        self.set_provider(found.provider)
        return found

    def last_discovery(self) -> Discovery | None:
        """What `discover` found last."""
        from mailsafi_wizard.net.found import Discovery

        with contextlib.suppress(ValueError, KeyError, TypeError, AttributeError):
            return Discovery.from_facts(json.loads(self.note("discovery")))
        return None

    @property
    def provider(self) -> providers.Provider:
        """Who runs the source, as found or chosen; the generic one when that is not known."""
        from mailsafi_wizard.net import providers

        return providers.get(self.note("provider"))

    def known_admin_styles(self) -> tuple[SignInStyle, ...]:
        """Ways in which an administrator signs in at this provider, the likeliest first."""
        named = {style.value: style for style in SignInStyle}
        return tuple(named[way.style] for way in self.provider.one_for_all if way.style in named)

    def set_provider(self, provider_id: str) -> None:
        self.set_note("provider", provider_id)

    # --- what must exist at MailSafi first

    def needed(self) -> tuple[Needed, ...]:
        """Users, aliases and lists to create, with their state."""
        from mailsafi_wizard.store import needed_list

        with contextlib.suppress(ValueError, KeyError, TypeError):
            return needed_list.from_facts(json.loads(self.note("needed") or "[]"))
        return ()

    def set_needed(self, rows: tuple[Needed, ...]) -> None:
        from mailsafi_wizard.store import needed_list

        self.set_note("needed", json.dumps(needed_list.facts(rows), ensure_ascii=False))

    def import_needed(self, data: bytes) -> NeededList:
        """Adds what a txt or CSV file names; what is there keeps its state. Nothing is taken over from a file with an error."""
        from mailsafi_wizard.store import needed_list

        read = needed_list.read(data)
        if not read.problems:
            self.set_needed(needed_list.merged(self.needed(), read.rows))
        return read

    def propose_needed(self) -> None:
        """Adds a user for every mailbox of the migration."""
        from mailsafi_wizard.store import needed_list
        from mailsafi_wizard.store.needed_list import Kind, Needed

        boxes = self._journal.mailboxes()
        self.set_needed(needed_list.merged(self.needed(), tuple(Needed(Kind.USER, box.destination_user) for box in boxes)))

    def check_needed(self) -> int:
        """Marks as seen every user whose mailbox at MailSafi has been signed in to; the answer is how many are newly so."""
        results = self._journal.sign_ins()
        seen = {
            box.destination_user.casefold()
            for box in self._journal.mailboxes()
            if (result := results.get((box.id, Side.DESTINATION))) is not None and result.ok
        }
        before = self.needed()
        after = tuple(row.seen() if row.address.casefold() in seen else row for row in before)
        if after != before:
            self.set_needed(after)
        return sum(a != b for a, b in zip(before, after, strict=True))
