"""The credential list as it is being mended, given out, and taken out of the way; and whose password must be set anew."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox, Secret, Side
from mailsafi_wizard.project.sign_ins import SignIns
from mailsafi_wizard.store.vault import Keeping

if TYPE_CHECKING:
    from mailsafi_wizard.engine.resets import Reset
    from mailsafi_wizard.store.list_rows import Draft, Problem, Row

_DRAFT = (0, "draft")  # its place among the secrets: it is full of passwords
_CHOICES = "resets"


class PasswordsLocked(errors.MigrationError):
    title = "The passwords of {path} can't be opened now"
    hint = "Unlock them first, at the head of the window, or give the list again."
    exit_status = 2


class Lists(SignIns):
    """What is done with the list as a whole."""

    # --- mending

    def check_drafts(self, drafts: Sequence[Draft]) -> list[Problem]:
        from mailsafi_wizard.store import list_rows

        return list_rows.check(drafts, self.company.domains, self.has_admin_login)

    def take_drafts(self, drafts: Sequence[Draft]) -> list[Problem]:
        """Makes them the project's mailboxes, unless a row has an error; then nothing changes. The answer is all problems."""
        from mailsafi_wizard.store.list_rows import ERROR

        problems = self.check_drafts(drafts)
        if drafts and not any(problem.severity == ERROR for problem in problems):
            self._take_rows([draft.row for draft in drafts])
            self.keep_draft(())
        return problems

    def drafts_of_mailboxes(self) -> tuple[Draft, ...]:
        """The project's mailboxes as rows that can be mended, numbered from 1; raises PasswordsLocked."""
        from mailsafi_wizard.store.list_rows import Draft

        if self.keeping is Keeping.LOCKED:
            raise PasswordsLocked(path=self.path)
        return tuple(Draft(row) for row in self.list_rows())

    def list_rows(self) -> list[Row]:
        return [self._as_row(number, box) for number, box in enumerate(self.mailboxes(), 1)]

    def _as_row(self, number: int, box: Mailbox) -> Row:
        from mailsafi_wizard.store.list_rows import Row

        here, there = (self._secrets.get(box.id, side) or Secret("") for side in Side)
        other_name = "" if box.destination_user == box.address else box.destination_user
        other_secret = Secret("") if there == here else there
        return Row(number, box.address, box.source_user, here, other_name, other_secret, box.source_host, box.user_root)

    def keep_draft(self, drafts: Sequence[Draft]) -> None:
        """What was typed outlives the window: sealed like the passwords it holds, or in memory where nothing can be sealed."""
        if drafts:
            text = json.dumps([_facts(draft) for draft in drafts])
            self._secrets.put_all({_DRAFT: Secret(text)}, keep=not self.rehearsal)
        else:
            self._secrets.forget([_DRAFT])

    def kept_draft(self) -> tuple[Draft, ...]:
        """() where there is none, and where it can't be opened (yet)."""
        secret = self._secrets.get_at(_DRAFT)
        return tuple(map(_from_facts, json.loads(secret.reveal()))) if secret else ()

    # --- giving it out

    def _whole_list(self) -> list[Row]:
        if self.keeping in (Keeping.LOCKED, Keeping.LOST):
            raise PasswordsLocked(path=self.path)
        return self.list_rows()

    def write_list(self, path: Path) -> int:
        """The list with its passwords in the clear, for reading back; how many mailboxes. Raises PasswordsLocked, WrongUsage and OSError."""
        from mailsafi_wizard.store import credential_list, private_file

        rows = self._whole_list()
        private_file.write_private(path, _written(lambda: credential_list.write(rows)))
        return len(rows)

    def write_sealed_list(self, path: Path, passphrase: Secret) -> int:
        """The same for MailSafi's team, in a locked .zip; how many mailboxes. Raises WrongUsage (also for a weak passphrase) and OSError."""
        from mailsafi_wizard.store import private_file, sealed_list

        rows = self._whole_list()
        private_file.write_private(path, _written(lambda: sealed_list.sealed(rows, passphrase)))
        return len(rows)

    # --- passwords to be set anew

    def resets(self) -> tuple[Reset, ...]:
        from mailsafi_wizard.engine import resets

        return resets.proposed(
            self.mailboxes(), self.places_with_secret(), self.sign_in_results(), self._choices(), bool(self.has_admin_login)
        )

    def choose_reset(self, mailbox_id: int, wanted: bool) -> None:
        """The admin's word on whether a mailbox's password is set anew."""
        box = next(box for box in self.mailboxes() if box.id == mailbox_id)
        kept = json.loads(self.note(_CHOICES) or "{}")
        self.set_note(_CHOICES, json.dumps({**kept, box.source_user: wanted}))

    def _choices(self) -> dict[int, bool]:
        """By the user name, because a mailbox's number may be given anew."""
        kept = json.loads(self.note(_CHOICES) or "{}")
        return {box.id: bool(kept[box.source_user]) for box in self.mailboxes() if box.source_user in kept}

    def write_resets(self, path: Path) -> int:
        """As CSV, without any password; how many. Raises OSError."""
        from mailsafi_wizard.engine import resets
        from mailsafi_wizard.store import private_file

        found = self.resets()
        private_file.write_private(path, resets.as_csv(found))
        return len(found)


def _written(call: Callable[[], bytes]) -> bytes:
    try:
        return call()
    except ValueError as e:
        raise errors.WrongUsage(what=str(e)) from e


def _facts(draft: Draft) -> list[object]:
    row, told = draft.row, [[p.line, p.severity, p.text] for p in draft.told]
    secrets = [row.password.reveal(), row.destination_password.reveal()]
    return [row.line, row.address, row.user, row.destination_address, row.source_host, row.user_root, secrets, told]


def _from_facts(facts: Sequence[Any]) -> Draft:
    from mailsafi_wizard.store.list_rows import Draft, Problem, Row

    line, address, user, destination, host, root, secrets, told = facts
    row = Row(line, address, user, Secret(secrets[0]), destination, Secret(secrets[1]), host, root)
    return Draft(row, tuple(Problem(*problem) for problem in told))
