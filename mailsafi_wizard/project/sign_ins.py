"""The mailboxes of the migration, how each is signed in on both sides, and whether that worked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from mailsafi_wizard import errors
from mailsafi_wizard.engine.job import Job
from mailsafi_wizard.model import Endpoint, Mailbox, Secret, Side, SignIn, SignInResult
from mailsafi_wizard.project.admin_logins import AdminLogins
from mailsafi_wizard.store.vault import Erased, Keeping
from mailsafi_wizard.words import N_

if TYPE_CHECKING:
    from mailsafi_wizard.store.credential_list import CredentialList, Row


class SignIns(AdminLogins):
    """Mailboxes and their secrets."""

    def mailboxes(self) -> tuple[Mailbox, ...]:
        return self._journal.mailboxes()

    def add_mailboxes(self, mailboxes: Iterable[Mailbox]) -> None:
        self._journal.put_mailboxes(mailboxes)

    @property
    def has_admin_login(self) -> bool | None:
        """True where the old server is entered without the mailboxes' own passwords; None where the list itself must tell."""
        return True if self.admin(Side.SOURCE) or self.oauth(Side.SOURCE) else None

    def import_list(self, data: bytes) -> CredentialList:
        """Reads a list; stores mailboxes and secrets only when no line has an error. Mailboxes without history that it no longer names go."""
        from mailsafi_wizard.store import credential_list

        parsed = credential_list.read(data, self.company.domains, self.has_admin_login)
        if parsed.ok:
            self._take_rows(parsed.rows)
        return parsed

    def _take_rows(self, found: Sequence[Row]) -> None:
        rows = {(r.user, r.destination_user, r.source_host): r for r in found}
        self._journal.put_mailboxes(Mailbox(r.address, r.user, r.destination_user, 0, r.source_host, r.user_root) for r in found)
        gone: list[int] = []
        secrets: dict[tuple[int, str], Secret] = {}
        for box in self.mailboxes():
            row = rows.get((box.source_user, box.destination_user, box.source_host))
            if row is None:
                gone.append(box.id)
                continue
            secrets[box.id, Side.SOURCE.value] = row.password
            secrets[box.id, Side.DESTINATION.value] = row.destination_secret
        nothing = Secret("")  # what can't be opened now counts as nothing, so an empty cell never erases it
        changed = [place for place, secret in secrets.items() if (self._secrets.get_at(place) or nothing) != secret]
        self._journal.forget_sign_ins(changed)
        self._secrets.put_all({place: secrets[place] for place in changed}, keep=not self.rehearsal)
        self._journal.remove_mailboxes(gone)
        stay = {box.id for box in self.mailboxes()}
        self._secrets.forget(place for place in self._secrets.places() if place[0] and place[0] not in stay)

    def has_secret(self, mailbox_id: int, side: Side) -> bool:
        return (mailbox_id, side.value) in self._secrets.places()

    def places_with_secret(self) -> set[tuple[int, Side]]:
        """(mailbox, side) of all passwords that are known; asked once for a whole table."""
        return {(number, Side(name)) for number, name in self._secrets.places() if number}

    def places_with_way_in(self) -> set[tuple[int, Side]]:
        """(mailbox, side) of all that can be tried: by a password of its own, a login for all, or its user's consent."""
        found, boxes = self.places_with_secret(), self.mailboxes()
        for side in Side:
            if self.covers_all(side):
                found |= {(box.id, side) for box in boxes}
            elif self.oauth(side) is not None:
                found |= {(box.id, side) for box in boxes if self.has_consent(side, box)}
        return found

    def can_sign_in(self, box: Mailbox, side: Side) -> bool:
        """Whether anything is known to try: a password of its own, an administrator's login, or a token."""
        return self._sign_in(box, side) is not None

    def set_secret(self, mailbox_id: int, side: Side, password: Secret) -> None:
        """Known from now on; kept in the file, sealed, where there is a keychain or a passphrase."""
        self._secrets.put(mailbox_id, side, password, keep=not self.rehearsal)

    def unlock(self, passphrase: Secret) -> None:
        """Keeps the project's secrets under a passphrase; raises `vault.WrongPassphrase` when they are kept under another."""
        self._secrets.unlock(passphrase)

    @property
    def keeping(self) -> Keeping:
        """Where the passwords of this project are."""
        return self._secrets.keeping()

    def erase_secrets(self) -> Erased:
        """Forgets every password, in memory, in the file and in the keychain, and reads the file's bytes for proof; raises SecretsLeft."""
        self._tokens.clear()
        return self._secrets.erase()

    def sign_in(self, mailbox_id: int, side: Side) -> SignIn | None:
        """None when no password is known in this session."""
        box = next((m for m in self.mailboxes() if m.id == mailbox_id), None)
        return self._sign_in(box, side) if box else None

    def _sign_in(self, box: Mailbox, side: Side) -> SignIn | None:
        password = self._secrets.get(box.id, side)
        if found := self._for_all(box, side, bool(password)):
            return found
        user = box.source_user if side is Side.SOURCE else box.destination_user
        return SignIn(user, password) if password else None

    def sign_in_results(self) -> dict[tuple[int, Side], SignInResult]:
        return dict(self._journal.sign_ins())

    def _jobs(self, mailbox_ids: Iterable[int] | None = None) -> tuple[list[Job], list[tuple[Mailbox, Side]]]:
        """Jobs of the mailboxes that can be signed in, and the (mailbox, side) for which no password is known."""
        source, destination = self.endpoint(Side.SOURCE), self.endpoint(Side.DESTINATION)
        if source is None or destination is None:
            raise errors.WrongUsage(what=N_("Both servers must be entered first"))
        self._gates.clear()  # whoever starts again has mended something
        wanted = None if mailbox_ids is None else set(mailbox_ids)
        jobs, missing = [], []
        for box in self.mailboxes():
            if wanted is not None and box.id not in wanted:
                continue
            here, there = self._sign_in(box, Side.SOURCE), self._sign_in(box, Side.DESTINATION)
            missing += [(box, side) for side, who in ((Side.SOURCE, here), (Side.DESTINATION, there)) if who is None]
            if here and there:
                own = own_endpoint(box, source)
                jobs.append(
                    Job(
                        box,
                        own,
                        here,
                        destination,
                        there,
                        self._trust,
                        self.patience,
                        self.persistence,
                        self.refused_folder,
                        self.repair,
                    )
                )
        return jobs, missing


def own_endpoint(box: Mailbox, source: Endpoint) -> Endpoint:
    """The server a mailbox comes from: the list may name one of its own."""
    return Endpoint(box.source_host, source.port, source.security) if box.source_host else source
