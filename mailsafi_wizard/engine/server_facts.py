"""What a server offers after sign-in, kept in the project for support: capabilities and how far away it is. No greeting, no name."""

from __future__ import annotations

import json

from mailsafi_wizard.model import Side
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal

NOTE = "capabilities."  # and the side


def remember(journal: Journal, side: Side, session: Session) -> None:
    """Written only when it has changed."""
    facts = json.dumps(sorted(session.capabilities), ensure_ascii=True)[:20_000]
    if journal.note(NOTE + side.value) != facts:
        journal.set_note(NOTE + side.value, facts)


def remembered(journal: Journal, side: Side) -> list[str]:
    try:
        found = json.loads(journal.note(NOTE + side.value) or "[]")
    except ValueError:
        return []
    return [str(word) for word in found] if isinstance(found, list) else []
