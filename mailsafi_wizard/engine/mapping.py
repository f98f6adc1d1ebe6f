"""Joins the folder plan with the journal and the destination: which folders there are, and creating those that are missing."""

from __future__ import annotations

from collections.abc import Callable, Container, Sequence

from mailsafi_wizard import errors
from mailsafi_wizard.engine.folder_choices import choices
from mailsafi_wizard.engine.folders import FolderMap, FolderPlan
from mailsafi_wizard.engine.lookup import Lookup
from mailsafi_wizard.model import Role
from mailsafi_wizard.net import listing
from mailsafi_wizard.net.grammar import quoted
from mailsafi_wizard.net.listing import ListedFolder, Overview
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.store.journal import Journal
from mailsafi_wizard.store.rows import FolderRecord
from mailsafi_wizard.words import N_

_USES = {Role.SENT, Role.DRAFTS, Role.TRASH, Role.JUNK, Role.ARCHIVE}


class Mapper:
    """Works on one mailbox. ``remark(folder, text)`` hears of renames."""

    def __init__(
        self, journal: Journal, mailbox_id: int, source: Overview, destination: Overview, remark: Callable[[str, str], None]
    ) -> None:
        self._journal = journal
        self._mailbox_id = mailbox_id
        self._source = source
        self._destination = destination
        self._remark = remark
        self._known = {r.source: r for r in journal.folders(mailbox_id)}
        destinations = {raw: r.destination for raw, r in self._known.items() if r.destination}
        self._map = FolderMap(source, destination, destinations, choices(journal, mailbox_id))
        self._plans: dict[bytes, FolderPlan] = {}

    def records(self) -> list[FolderRecord]:
        """The folders of this pass, INBOX first. One that the source no longer lists keeps its rows but is not visited."""
        found: list[FolderRecord] = []
        for plan in self._map.plans():
            if not plan.selectable:
                continue
            if self._source.folders[plan.source].doubtful and plan.source not in self._source.status:
                self._remark(plan.source_name, N_("is listed by the old server in a broken form and does not exist there"))
                continue
            self._plans[plan.source] = plan
            found.append(self._record(plan))
        self._close_gone({r.source for r in found})
        return sorted(found, key=lambda r: r.role == Role.ALL.value)

    def _close_gone(self, listed: set[bytes]) -> None:
        """Folders that the source lists no more: what was copied of them stays at the destination, nothing of them is open."""
        gone = [r for raw, r in self._known.items() if raw not in listed and (r.s_count or not r.checked)]
        for record in gone:
            self._journal.set_gone(record.id, self._journal.live_uids(record.id))
            record.s_count, record.s_claimed_next, record.checked = 0, None, 1
            self._remark(record.source_name, N_("is no longer at the old server"))
        self._journal.save_folders(gone)

    def _record(self, plan: FolderPlan) -> FolderRecord:
        known = self._known.get(plan.source)
        role = plan.role.value if plan.role else ""
        if known and (known.destination, known.excluded_reason, known.role) == (plan.destination, plan.excluded_reason, role):
            return known
        if plan.renamed and not plan.excluded_reason:
            self._remark(plan.source_name, N_("is named {name} at MailSafi").format(name=plan.destination_name))
        if plan.excluded_reason:
            self._remark(plan.source_name, N_("left out: {why}").format(why=plan.excluded_reason))
        return self._journal.put_folder(
            FolderRecord(
                0, self._mailbox_id, plan.source, plan.source_name, plan.destination, plan.destination_name, role, plan.excluded_reason,
                int(plan.renamed),
            )
        )  # fmt: skip

    def create(
        self,
        session: Session,
        records: Sequence[FolderRecord],
        reset: Sequence[FolderRecord],
        lookup: Lookup | None = None,
        select: Container[int] = (),
    ) -> None:
        """Creates and subscribes what is missing. A folder that held copies and is gone was removed by its user: it stays so.

        With ``lookup``, its look at all folders (``select`` for writing) rides behind, so that on a long line all costs one wait.
        """
        again = {r.id for r in reset}
        wanted = [
            r
            for r in records
            if not r.excluded_reason and not self._known_there(r.destination) and (r.d_validity is None or r.id in again)
        ]
        coming = {r.id for r in wanted}
        tags = [(r, self._ask_create(session, r)) for r in wanted if isinstance(quoted(r.destination), bytes)]
        subscriptions = self._ask_subscribe(session, records, coming)
        present = [r for r in records if not r.excluded_reason and (r.id in coming or r.destination in self._destination.folders)]
        if lookup:
            lookup.ask(present, select)
        refused = [(r, e) for r, tag in tags if (e := _refusal(session, tag))]
        for tag in subscriptions:
            _refusal(session, tag)
        if refused and lookup:
            lookup.forget()
        for record, error in refused:
            self._create_otherwise(session, record, error)
        for record in wanted:
            if not self._known_there(record.destination):
                self._destination.folders[record.destination] = ListedFolder(
                    record.destination, self._destination.separator, frozenset()
                )
        for tag in self._ask_subscribe(session, [r for r, _error in refused], set()):
            _refusal(session, tag)
        if lookup:
            lookup.look(present, select) if refused else lookup.answer()

    def _known_there(self, name: bytes) -> bool:
        folder = self._destination.folders.get(name)
        return folder is not None and folder.selectable  # a name above a folder is not yet a folder

    def _ask_create(self, session: Session, record: FolderRecord) -> bytes:
        role = Role(record.role) if record.role else None
        use = b" (USE (" + role.value.encode() + b"))" if role in _USES and session.has("CREATE-SPECIAL-USE") else b""
        name = quoted(record.destination)
        assert isinstance(name, bytes)
        return session.send(b"CREATE", name + use)

    def _create_otherwise(self, session: Session, record: FolderRecord, error: errors.ServerError) -> None:
        """CREATE was refused: the folder may be there all the same; else without its role; else under a safe name."""
        if self._is_there(session, record.destination):
            return
        if isinstance(error, (errors.ServerBusy, errors.TooManyConnections, errors.OverQuota)):
            raise error
        if session.try_run(b"CREATE", quoted(record.destination)) is not None:
            return
        if self._is_there(session, record.destination):
            return
        safe = self._map.safe_variant(self._plans[record.source])
        session.try_run(b"CREATE", quoted(safe.destination))
        if not self._is_there(session, safe.destination):
            self._remark(record.source_name, N_("could not be created at MailSafi: {why}").format(why=error.detail))
            return
        record.destination, record.destination_name, record.renamed = safe.destination, safe.destination_name, 1
        self._journal.put_folder(record)
        self._remark(
            record.source_name,
            N_("is named {name} at MailSafi, which refused the name: {why}").format(name=safe.destination_name, why=error.detail),
        )

    def _is_there(self, session: Session, name: bytes) -> bool:
        """Whether the destination has a folder of exactly this name; its counts are taken along."""
        replies = session.try_run(b'LIST ""', quoted(name)) or []
        found = Overview()
        for parts in replies:
            listing.take_list(parts, found)
        if name not in found.folders or not found.folders[name].selectable:
            return False  # a name above a folder is not yet a folder
        self._destination.folders[name] = found.folders[name]
        self._destination.status.update(listing.statuses(session, [name]))
        return True

    def _ask_subscribe(self, session: Session, records: Sequence[FolderRecord], coming: Container[int]) -> list[bytes]:
        """Folders subscribed at the source are subscribed here too (RFC 9051 section 6.3.7); done once for each. ``coming`` are being created."""
        tags = []
        for record in records:
            plan = self._plans[record.source]
            there = self._destination.folders.get(record.destination)
            name = quoted(record.destination)
            missing = record.id in coming or (there and not there.subscribed)
            if plan.subscribed and missing and record.d_validity is None and isinstance(name, bytes):
                tags.append(session.send(b"SUBSCRIBE", name))
        return tags


def _refusal(session: Session, tag: bytes) -> errors.ServerError | None:
    """Waits for one command; its refusal, or None when it went well."""
    try:
        for _ in session.replies(tag):
            pass
    except errors.ServerError as e:
        if session.dead:
            raise
        return e
    return None
