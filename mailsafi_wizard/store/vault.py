"""Secrets at rest: sealed by AES-GCM in the project file, the key in the system's keychain or made from a passphrase.

Each secret is bound to its project, mailbox and side, so that a sealed one can't be moved to another place. Without keychain and passphrase there is
no vault, and secrets live as long as the program.
"""

from __future__ import annotations

import base64
import os
import sys
from collections.abc import Mapping

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, Side
from mailsafi_wizard.store.journal import Journal

SERVICE = "MailSafi Wizard"
KEY_BYTES, NONCE_BYTES, SALT_BYTES = 32, 12, 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1  # about 0.1 s and 32 MiB for each try
_CHECK = b"MailSafi vault"
Place = tuple[int, str]  # the mailbox's number and the side's name; 0 and a name of its own for what belongs to no mailbox


class WrongPassphrase(errors.MigrationError):
    title = "The passphrase does not fit the project {path}"
    hint = "Give the passphrase under which its passwords were kept, or give the list again under a new one."
    exit_status = 2


class Cipher:
    """AES-GCM with a fresh nonce before each sealed text; ``place`` is bound to it and not kept."""

    def __init__(self, key: bytes) -> None:
        from cryptography.hazmat.primitives.ciphers.aead import AESGCM  # slow to load, and needed only where there is a vault

        self._aes = AESGCM(key)

    def sealed(self, data: bytes, place: bytes) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return nonce + self._aes.encrypt(nonce, data, place)

    def opened(self, sealed: bytes, place: bytes) -> bytes | None:
        """None when it was sealed with another key or for another place, or was changed."""
        from cryptography.exceptions import InvalidTag

        try:
            return self._aes.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], place)
        except (InvalidTag, ValueError):
            return None


class Vault:
    """An open vault. Raises ProjectError and its kinds when the file can't be written."""

    def __init__(self, journal: Journal, key: bytes) -> None:
        self._journal = journal
        self._cipher = Cipher(key)
        self._id = journal.note("vault.id").encode()

    def put(self, mailbox_id: int, side: Side, secret: Secret) -> None:
        self.put_at((mailbox_id, side.value), secret)

    def put_at(self, place: Place, secret: Secret) -> None:
        sealed = self._cipher.sealed(secret.reveal().encode("utf-8", "surrogatepass"), self._place(*place))
        self._journal.write("INSERT OR REPLACE INTO secret VALUES (?, ?, ?)", *place, sealed)

    def get(self, mailbox_id: int, side: Side) -> Secret | None:
        return self.get_at((mailbox_id, side.value))

    def get_at(self, place: Place) -> Secret | None:
        """None when there is none, or it was sealed with another key."""
        found = self._journal.rows("SELECT sealed FROM secret WHERE mailbox_id = ? AND side = ?", *place)
        if not found:
            return None
        sealed = bytes(found[0][0])
        data = self._cipher.opened(sealed, self._place(*place))
        return None if data is None else Secret(data.decode("utf-8", "surrogatepass"))

    def _place(self, mailbox_id: int, name: str) -> bytes:
        return self._id + b"\0%d\0" % mailbox_id + name.encode()


class Secrets:
    """All secrets of one open project: those known now, and behind them the vault where there is one."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[Place, Secret] = {}
        self._vault: Vault | None = None

    def put(self, mailbox_id: int, side: Side, secret: Secret, keep: bool) -> None:
        """Known from now on; ``keep``: also for later days, sealed, where there is a vault."""
        self.put_all({(mailbox_id, side.value): secret}, keep)

    def put_all(self, secrets: Mapping[Place, Secret], keep: bool) -> None:
        for place, secret in secrets.items():
            self._known[place] = secret
            if secret and keep:
                self._vault = self._vault or by_keychain(self._journal, make=True)
                if self._vault is not None:
                    self._vault.put_at(place, secret)

    def get(self, mailbox_id: int, side: Side) -> Secret | None:
        return self.get_at((mailbox_id, side.value))

    def get_at(self, place: Place) -> Secret | None:
        if place not in self._known:
            self._vault = self._vault or by_keychain(self._journal, make=False)
            found = self._vault.get_at(place) if self._vault is not None else None
            if found is None:
                return None
            self._known[place] = found
        return self._known[place]

    def unlock(self, passphrase: Secret) -> None:
        """Raises WrongPassphrase."""
        self._vault = by_passphrase(self._journal, passphrase)

    def erase(self) -> None:
        """Forgets all of them, in memory, in the file and in the keychain."""
        self._known.clear()
        self._vault = None
        erase(self._journal)


def by_passphrase(journal: Journal, passphrase: Secret) -> Vault:
    """The project's vault under ``passphrase``, made when there is none yet; raises WrongPassphrase."""
    if journal.note("vault.kind") != "passphrase":
        _begin(journal, "passphrase")
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    salt = base64.b64decode(journal.note("vault.salt"))
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    key = kdf.derive(passphrase.reveal().encode("utf-8", "surrogatepass"))
    cipher, check = Cipher(key), journal.note("vault.check")
    if not check:
        journal.set_note("vault.check", base64.b64encode(cipher.sealed(_CHECK, salt)).decode())
    elif cipher.opened(base64.b64decode(check), salt) != _CHECK:
        raise WrongPassphrase(path=journal.path)
    return Vault(journal, key)


def by_keychain(journal: Journal, make: bool) -> Vault | None:
    """The project's vault with the key from the keychain; None where there is no keychain, or no key and not ``make``."""
    if journal.note("vault.kind") == "passphrase" or not has_keychain():
        return None
    import keyring  # slow to load, and not needed where there is no keychain
    from keyring.errors import KeyringError

    name = journal.note("vault.id")
    try:
        text = keyring.get_password(SERVICE, name) if name else None
        if text is None:
            if not make:
                return None
            _begin(journal, "keychain")
            text = base64.b64encode(os.urandom(KEY_BYTES)).decode()
            keyring.set_password(SERVICE, journal.note("vault.id"), text)
        return Vault(journal, base64.b64decode(text))
    except (KeyringError, ValueError, OSError):
        return None


def has_keychain() -> bool:
    """Whether the system has a place for keys; on Linux that needs a session bus."""
    if sys.platform == "linux" and not os.environ.get("DBUS_SESSION_BUS_ADDRESS") and "PYTHON_KEYRING_BACKEND" not in os.environ:
        return False
    import keyring
    from keyring.backends import fail, null

    return not isinstance(keyring.get_keyring(), (fail.Keyring, null.Keyring))


def erase(journal: Journal) -> None:
    """All sealed secrets, their notes and the key in the keychain; the places in the file are overwritten."""
    name = journal.note("vault.id")
    _erase_rows(journal)
    for key in ("vault.kind", "vault.id", "vault.salt", "vault.check"):
        journal.set_note(key, "")
    if name and has_keychain():
        import keyring
        from keyring.errors import KeyringError

        try:
            keyring.delete_password(SERVICE, name)
        except KeyringError:
            return  # it was not there


def _erase_rows(journal: Journal) -> None:
    if not journal.rows("SELECT 1 FROM secret LIMIT 1"):
        return
    journal.rows("PRAGMA secure_delete = ON")  # what is deleted is overwritten, in the file and, by the checkpoint, in its log
    journal.write("DELETE FROM secret")
    journal.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.rows("PRAGMA secure_delete = OFF")


def _begin(journal: Journal, kind: str) -> None:
    """A new vault: what another key has sealed can't be read any more and goes."""
    _erase_rows(journal)
    journal.set_note("vault.kind", kind)
    journal.set_note("vault.id", base64.b32encode(os.urandom(10)).decode().lower())
    journal.set_note("vault.salt", base64.b64encode(os.urandom(SALT_BYTES)).decode())
    journal.set_note("vault.check", "")
