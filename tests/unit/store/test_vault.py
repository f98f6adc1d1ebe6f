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
from keyring.errors import PasswordDeleteError

from mailsafi_wizard.model import Mailbox, Secret, Side
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
