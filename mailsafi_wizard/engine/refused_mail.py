"""Messages that the destination refused for good: each is kept as a file beside the project, and sent repaired where the admin chose that."""

from __future__ import annotations

from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.engine import message_files
from mailsafi_wizard.engine.repair import LARGEST, repaired
from mailsafi_wizard.model import MessageState
from mailsafi_wizard.net import fetch, identity
from mailsafi_wizard.net.append import Appender, Outgoing
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord, Intent, Outcome
from mailsafi_wizard.words import N_


class RefusedMail:
    """Works on one mailbox. ``place`` is where its files go; None keeps nothing."""

    def __init__(self, journal: Journal, source: Session, destination: Session, place: Path | None, repair: bool) -> None:
        self._journal = journal
        self._source = source
        self._destination = destination
        self._place = place
        self._repair = repair

    def keep(self, record: FolderRecord, uid: int, size: int) -> str:
        """Saves the message as the source delivers it; what to tell about it, "" for nothing. Raises ConnectionLost and kin."""
        if self._place is None:
            return ""
        try:
            message_files.write(self._source, record, uid, size, self._place)
        except OSError as e:
            return N_("a refused message could not be saved as {path}: {why}").format(
                path=message_files.folder_place(self._place, record) / f"{uid}.eml", why=e.strerror or e
            )
        except (fetch.MessageVanished, errors.CommandRefused) as e:
            return N_("a refused message could not be saved: {why}").format(why=e.detail or e.title_text)
        return N_("messages that MailSafi refused are saved in {path}").format(path=self._place)

    def mend(self, record: FolderRecord, uid: int, size: int, flags: bytes, date: bytes) -> str:
        """Sends a repaired copy where that was chosen; what was changed when it arrived, "" when nothing was or could be done."""
        if not self._repair or size > LARGEST:
            return ""
        data, changes = repaired(b"".join(message_files.pieces(self._source, record, uid, size)))
        if not changes:
            return ""
        intent = Intent(
            record.id, uid, len(data), identity.content_digest(data), identity.message_key(identity.header_of(data)), flags, date
        )
        self._journal.record((), [intent])
        appender: Appender[None] = Appender(self._destination, careful=True)
        appender.send(record.destination, [Outgoing(uid, flags, date, len(data), data)], None)
        settled = appender.settled()[0]
        if settled.refusal is not None:
            self._journal.forget(record.id, [uid])
            return ""
        words = "repaired: " + ", ".join(changes)
        d_uid = settled.uids[0] if settled.uids else None
        self._journal.record([Outcome(record.id, uid, MessageState.COPIED, d_uid, intent.digest, words)])
        return words
