"""Secrets at rest: readable with the right key, with no other, and gone when they are erased."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import keyring
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keyring.backend import KeyringBackend
from keyring.errors import KeyringError, PasswordDeleteError

from mailsafi_wizard import errors
from mailsafi_wizard.model import Mailbox, Secret, Side, SignInResult
from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.store import vault
from mailsafi_wizard.store.journal import Journal

PASSWORD = Secret('Kisumu, 2026 "x" § ☂ ')


class Keychain(KeyringBackend):
    """A keychain that forgets when the test ends."""

    priority = 1

    def __init__(self) -> None:
        super().__init__()
        self.held: dict[tuple[str, str], str] = {}

    def get_password(self, service: str, username: str) -> str | None:
        return self.held.get((service, username))

    def set_password(self, service: str, username: str, password: str) -> None:
        self.held[service, username] = password

    def delete_password(self, service: str, username: str) -> None:
        if self.held.pop((service, username), None) is None:
            raise PasswordDeleteError(username)


@pytest.fixture
def keychain() -> Iterator[Keychain]:
    before = keyring.get_keyring()
    made = Keychain()
    keyring.set_keyring(made)
    yield made
    keyring.set_keyring(before)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "acme.mailsafi"


def everything_in(path: Path) -> bytes:
    return b"".join(p.read_bytes() for p in path.parent.iterdir() if p.is_file())


def with_mailbox(path: Path) -> MigrationProject:
    project = MigrationProject.create(path)
    project.add_mailboxes([Mailbox("a@x", "a", "a")])
    return project


def test_without_a_keychain_nothing_is_kept(path: Path) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    assert project.has_secret(1, Side.SOURCE)
    project.close()
    again = MigrationProject.open(path)
    assert not again.has_secret(1, Side.SOURCE)
    again.close()


def test_with_a_keychain_the_next_day_knows_it_and_the_file_does_not_tell(path: Path, keychain: Keychain) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    project.close()
    assert PASSWORD.reveal().encode() not in everything_in(path)
    assert len(keychain.held) == 1
    again = MigrationProject.open(path)
    who = again.sign_in(1, Side.SOURCE)
    assert who is not None
    assert who.password == PASSWORD
    assert again.sign_in(1, Side.DESTINATION) is None
    again.close()


def test_a_keychain_that_has_lost_the_key_means_asking_again(path: Path, keychain: Keychain) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    project.close()
    keychain.held.clear()
    again = MigrationProject.open(path)
    assert not again.has_secret(1, Side.SOURCE)
    again.set_secret(1, Side.SOURCE, Secret("new"))
    again.close()
    third = MigrationProject.open(path)
    who = third.sign_in(1, Side.SOURCE)
    assert who is not None
    assert who.password == Secret("new")
    third.close()


def test_a_passphrase_opens_and_a_wrong_one_does_not(path: Path) -> None:
    project = with_mailbox(path)
    project.unlock(Secret("open sesame"))
    project.set_secret(1, Side.DESTINATION, PASSWORD)
    project.close()
    again = MigrationProject.open(path)
    assert not again.has_secret(1, Side.DESTINATION)
    with pytest.raises(vault.WrongPassphrase) as told:
        again.unlock(Secret("open barley"))
    assert "barley" not in str(told.value)
    again.unlock(Secret("open sesame"))
    assert again.has_secret(1, Side.DESTINATION)
    again.close()


def test_erased_is_erased(path: Path, keychain: Keychain) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    db = sqlite3.connect(path)
    sealed = bytes(db.execute("SELECT sealed FROM secret").fetchone()[0])
    db.close()
    project.erase_secrets()
    assert not project.has_secret(1, Side.SOURCE)
    project.close()
    assert keychain.held == {}
    assert sealed not in everything_in(path)
    assert sealed[12:] not in everything_in(path)


def test_a_sealed_secret_can_not_be_moved_to_another_mailbox(path: Path) -> None:
    journal = Journal.create(path)
    made = vault.by_passphrase(journal, Secret("p"))
    made.put(1, Side.SOURCE, PASSWORD)
    sealed = bytes(journal.rows("SELECT sealed FROM secret")[0][0])
    put = "INSERT OR REPLACE INTO secret VALUES (?, ?, ?)"
    for mailbox, side in ((2, Side.SOURCE), (1, Side.DESTINATION)):
        journal.write(put, mailbox, side.value, sealed)
        assert made.get(mailbox, side) is None
    journal.write(put, 1, Side.SOURCE.value, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    assert made.get(1, Side.SOURCE) is None
    journal.close()


def test_a_keychain_that_refuses_costs_nothing_that_is_sealed(
    path: Path, keychain: Keychain, monkeypatch: pytest.MonkeyPatch
) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    project.close()
    key = dict(keychain.held)
    keychain.held.clear()

    def refuse(*_args: object) -> None:
        raise KeyringError("locked")

    monkeypatch.setattr(Keychain, "set_password", refuse)
    again = MigrationProject.open(path)
    assert again.keeping is vault.Keeping.LOST
    again.set_secret(1, Side.DESTINATION, Secret("new"))
    assert again.has_secret(1, Side.DESTINATION)
    again.close()
    keychain.held.update(key)
    third = MigrationProject.open(path)
    assert third.keeping is vault.Keeping.KEYCHAIN
    assert third.places_with_secret() == {(1, Side.SOURCE)}
    third.close()


def test_where_the_secrets_are_is_told(path: Path) -> None:
    project = with_mailbox(path)
    told = [project.keeping]
    project.set_secret(1, Side.SOURCE, PASSWORD)
    project.unlock(Secret("open sesame"))  # what was given before is sealed now
    told.append(project.keeping)
    assert told == [vault.Keeping.SESSION, vault.Keeping.PASSPHRASE]
    project.close()
    again = MigrationProject.open(path)
    assert again.keeping is vault.Keeping.LOCKED
    again.unlock(Secret("open sesame"))
    who = again.sign_in(1, Side.SOURCE)
    assert who is not None
    assert who.password == PASSWORD
    again.close()


def test_from_the_keychain_to_a_passphrase_nothing_is_lost(path: Path, keychain: Keychain) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    project.unlock(Secret("open sesame"))
    assert keychain.held == {}
    project.close()
    again = MigrationProject.open(path)
    assert again.places_with_secret() == set()
    again.unlock(Secret("open sesame"))
    assert again.places_with_secret() == {(1, Side.SOURCE)}
    again.close()


def test_what_is_sealed_is_not_held_in_memory(path: Path, keychain: Keychain) -> None:
    journal = Journal.create(path)
    secrets = vault.Secrets(journal)
    secrets.put(1, Side.SOURCE, PASSWORD, keep=True)
    assert secrets.get(1, Side.SOURCE) == PASSWORD
    assert secrets._known == {}
    secrets.rest()
    assert secrets._vault is None
    assert secrets.get(1, Side.SOURCE) == PASSWORD
    journal.close()


def test_a_number_that_is_given_anew_inherits_no_password(path: Path, keychain: Keychain) -> None:
    project = MigrationProject.create(path)
    project.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,p1\nb@x.ke,b,p2\n")
    project.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,p1\n")
    project.add_mailboxes([Mailbox("c@x.ke", "c", "c@x.ke")])
    assert [box.id for box in project.mailboxes()] == [1, 2]
    assert project.places_with_secret() == {(1, Side.SOURCE), (1, Side.DESTINATION)}
    project.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,\nc@x.ke,c,\n")
    project.close()
    again = MigrationProject.open(path)
    assert again.places_with_secret() == set()
    again.close()


def test_a_new_password_makes_the_old_test_void_and_the_same_does_not(path: Path) -> None:
    project = MigrationProject.create(path)
    project.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,p1\nb@x.ke,b,p2\n")
    for number in (1, 2):
        project._journal.put_sign_in(SignInResult(number, Side.SOURCE, True))
    project.import_list(b"EmailAddress,UserName,Password\na@x.ke,a,other\nb@x.ke,b,p2\n")
    assert set(project.sign_in_results()) == {(2, Side.SOURCE)}
    project.close()


def sealed_bytes(path: Path) -> list[bytes]:
    db = sqlite3.connect(path)
    found = [bytes(row[0]) for row in db.execute("SELECT sealed FROM secret")]
    db.close()
    return found


@pytest.mark.parametrize("kind", ["keychain", "passphrase"])
def test_erased_is_proven_by_the_bytes_of_all_files(path: Path, keychain: Keychain, kind: str) -> None:
    """Hundreds of passwords, given again and again, so that pages are split and rearranged; and a list that was being mended."""
    project = MigrationProject.create(path)
    if kind == "passphrase":
        project.unlock(Secret("open sesame"))
    plain = [f"Plain-secret-{n}-of-many-§" for n in range(300)]
    sealed: set[bytes] = set()
    for turn in range(3):
        lines = "".join(f"user{n}@x.ke,user{n},{word}{turn}\n" for n, word in enumerate(plain))
        assert project.import_list(f"EmailAddress,UserName,Password\n{lines}".encode()).ok
        project.keep_draft(project.drafts_of_mailboxes())
        sealed |= set(sealed_bytes(path))
    assert len(sealed) == 3 * 601
    for word in plain:
        assert not any(word.encode(codec) in everything_in(path) for codec in ("utf-8", "utf-16-le"))
    done = project.erase_secrets()
    assert done.sealed == 601
    assert {file.name for file in done.files} >= {"acme.mailsafi"}
    content = everything_in(path)
    assert not any(part in content for whole in sealed for part in (whole[:16], whole[-16:]))
    assert project.places_with_secret() == set()
    assert project.kept_draft() == ()
    project.close()
    assert vault.found_in(vault.project_files(path), sealed) == set()
    assert keychain.held == {}


def test_what_is_left_is_told_and_not_called_erased(path: Path, keychain: Keychain) -> None:
    project = with_mailbox(path)
    project.set_secret(1, Side.SOURCE, PASSWORD)
    sealed = sealed_bytes(path)[0]
    path.with_name("other").write_bytes(b"." * ((1 << 22) - 8) + sealed)
    assert vault.found_in([path.with_name("other")], [sealed]) == {sealed}  # also across the blocks it is read in
    reader = sqlite3.connect(path)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM secret").fetchall()  # holds the old state, so the log can't be cut
    project._journal.rows("PRAGMA busy_timeout = 50")
    with pytest.raises(errors.MigrationError):
        project.erase_secrets()
    reader.close()
    assert project.erase_secrets().sealed == 1
    project.close()
    assert not vault.found_in(vault.project_files(path), [sealed])


@given(st.text(max_size=60))
def test_any_password_comes_back_exactly(text: str) -> None:
    journal = Journal.create(Path(_scratch()))
    key = vault.Vault(journal, b"k" * vault.KEY_BYTES)
    key.put(1, Side.SOURCE, Secret(text))
    assert key.get(1, Side.SOURCE) == Secret(text)
    journal.close()


def _scratch() -> str:
    import tempfile

    return tempfile.mkdtemp(prefix="vault-") + "/x.mailsafi"
