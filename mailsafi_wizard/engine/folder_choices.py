"""The admin's own word on single folders: taken along or left out, whatever the rules say. Kept in the project file."""

from __future__ import annotations

import json

from mailsafi_wizard.store.journal import Journal

_NOTE = "folders.chosen."  # and the mailbox's number: JSON, raw name (each byte a character) -> true or false


def key(raw: bytes) -> str:
    """A raw folder name as text, each byte a character."""
    return raw.decode("latin-1")


def choices(journal: Journal, mailbox_id: int) -> dict[bytes, bool]:
    """Raw folder name -> whether it is taken along; only folders on which there is a word."""
    text = journal.note(f"{_NOTE}{mailbox_id}")
    return {name.encode("latin-1"): bool(taken) for name, taken in json.loads(text).items()} if text else {}


def choose(journal: Journal, mailbox_id: int, raw: bytes, taken: bool | None) -> None:
    """Keeps the word on one folder; None takes it back, so that the rules decide."""
    known = choices(journal, mailbox_id)
    known.pop(raw, None)
    if taken is not None:
        known[raw] = taken
    journal.set_note(f"{_NOTE}{mailbox_id}", json.dumps({key(name): value for name, value in known.items()}))
