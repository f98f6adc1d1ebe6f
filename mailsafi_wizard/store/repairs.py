"""Messages that arrived in a changed form, because the destination refused them as they were, from the journal. Speaks SQL only."""

from __future__ import annotations

from mailsafi_wizard.model import FailedMessage
from mailsafi_wizard.store.journal import Journal


def repaired(journal: Journal) -> tuple[FailedMessage, ...]:
    """Each by name; ``reason`` says what was changed, sizes are those of what was sent."""
    found = journal.rows(
        "SELECT f.mailbox_id, f.source_name, m.uid, m.size, CAST(m.date AS TEXT), m.reason FROM message m JOIN folder f ON f.id = m.folder_id"
        " WHERE m.state = 2 AND m.reason <> '' AND m.gone = 0 ORDER BY f.mailbox_id, f.id, m.uid"
    )
    return tuple(FailedMessage(*row) for row in found)
