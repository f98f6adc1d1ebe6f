"""Secrets at rest: sealed by AES-GCM in the project file, the key in the system's keychain or made from a passphrase.

Each secret is bound to its project, mailbox and side, so that a sealed one can't be moved to another place. Without keychain and passphrase there is
no vault, and secrets live as long as the program. What is sealed is not kept in memory beside that: it is opened each time it is needed. (Python can't
overwrite a text in memory; what is let go of stays there until its place is used anew. See docs/decisions/0027-erased-means-read-back.md.)
"""

from __future__ import annotations

import base64
import enum
import os
import sys
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.model import Secret, Side
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.store.journal import Journal

SERVICE = "MailSafi Wizard"
KEY_BYTES, NONCE_BYTES, SALT_BYTES = 32, 12, 16
SCRYPT_N, SCRYPT_R, SCRYPT_P = 1 << 15, 8, 1  # about 0.1 s and 32 MiB for each try
_UNFINISHED = "vault.erasing"
_CHECK = b"MailSafi vault"


Place = tuple[int, str]  # the mailbox's number and the side's name; 0 and a name of its own for what belongs to no mailbox


class Keeping(enum.Enum):
    """Where a project's secrets are, as far as this computer can tell."""

    KEYCHAIN = "keychain"  # sealed, or will be as soon as there are any; the key is in the system's keychain
    PASSPHRASE = "passphrase"  # sealed, and the passphrase was given
    LOCKED = "locked"  # sealed under a passphrase that was not given yet
    LOST = "lost"  # sealed with a key that this computer's keychain does not have
    SESSION = "session"  # no keychain and no passphrase: they live as long as the program


class WrongPassphrase(errors.MigrationError):
    title = "The passphrase does not fit the project {path}"
    hint = "Give the passphrase under which its passwords were kept, or give the list again under a new one."
    exit_status = 2


class SecretsLeft(errors.MigrationError):
    title = "{count} sealed passwords are still in the project file {path}"
    hint = "Close every other program that may have the file open, such as a backup, and erase them again."
    exit_status = 2


@dataclass(frozen=True)
class Erased:
    """What erasing did. ``sealed``: how many sealed secrets were in the file; ``files``: those read afterwards, in which none was found."""

    sealed: int
    files: tuple[Path, ...]


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
        self.put_all({(mailbox_id, side.value): secret})

    def put_all(self, secrets: Mapping[Place, Secret]) -> None:
        """Seals many in one transaction; those that were there are overwritten, in the file too."""
        sealed = [(*place, self._sealed(place, secret)) for place, secret in secrets.items()]
        self._journal.rows("PRAGMA secure_delete = ON")
        self._journal.write_many("INSERT OR REPLACE INTO secret VALUES (?, ?, ?)", sealed)
        self._journal.rows("PRAGMA secure_delete = OFF")

    def get(self, mailbox_id: int, side: Side) -> Secret | None:
        """None when there is none, or it was sealed with another key."""
        return self.get_at((mailbox_id, side.value))

    def get_at(self, place: Place) -> Secret | None:
        found = self._journal.rows("SELECT sealed FROM secret WHERE mailbox_id = ? AND side = ?", *place)
        data = self._cipher.opened(bytes(found[0][0]), self._bound(place)) if found else None
        return None if data is None else Secret(data.decode("utf-8", "surrogatepass"))

    def _sealed(self, place: Place, secret: Secret) -> bytes:
        return self._cipher.sealed(secret.reveal().encode("utf-8", "surrogatepass"), self._bound(place))

    def _bound(self, place: Place) -> bytes:
        return self._id + b"\0%d\0" % place[0] + place[1].encode()


def sealed_places(journal: Journal) -> set[Place]:
    return {(int(row[0]), str(row[1])) for row in journal.rows("SELECT mailbox_id, side FROM secret")}


class Secrets:
    """All secrets of one open project: in the vault where there is one, else in memory."""

    def __init__(self, journal: Journal) -> None:
        self._journal = journal
        self._known: dict[Place, Secret] = {}  # only what is not sealed
        self._passing: set[Place] = set()  # of these, the ones that are not to be kept
        self._vault: Vault | None = None
        self._erasing: set[bytes] = set()  # what an erasing that broke off has still to look for
        self._there = False  # the key was in the keychain when it was last asked for
        self._looked = False  # for the keychain's key: asking again costs a call to another program each time

    def put(self, mailbox_id: int, side: Side, secret: Secret, keep: bool) -> None:
        """Known from now on; ``keep``: also for later days, sealed, where there is a vault."""
        self.put_all({(mailbox_id, side.value): secret}, keep)

    def put_all(self, secrets: Mapping[Place, Secret], keep: bool) -> None:
        given = {place: secret for place, secret in secrets.items() if secret}
        self.forget(secrets.keys() - given.keys())
        vault = self._open(make=True) if keep and given else None
        if vault is None:
            self._known.update(given)
            self._passing = self._passing - set(given) if keep else self._passing | set(given)
            return
        vault.put_all(given)
        for place in given:
            self._known.pop(place, None)

    def forget(self, places: Iterable[Place]) -> None:
        """These have no secret any more, or their mailbox is gone."""
        gone = list(places)
        for place in gone:
            self._known.pop(place, None)
        if gone:
            _erase_rows(self._journal, gone)

    def get(self, mailbox_id: int, side: Side) -> Secret | None:
        return self.get_at((mailbox_id, side.value))

    def get_at(self, place: Place) -> Secret | None:
        if place in self._known:
            return self._known[place]
        vault = self._open(make=False)
        return vault.get_at(place) if vault is not None else None

    def places(self) -> set[Place]:
        """All places with a secret that can be used now; nothing is opened for the answer."""
        return set(self._known) | (sealed_places(self._journal) if self._can_open() else set())

    def keeping(self) -> Keeping:
        if self._journal.note("vault.kind") == "passphrase":
            return Keeping.PASSPHRASE if self._vault is not None else Keeping.LOCKED
        if self._can_open():
            return Keeping.KEYCHAIN
        if sealed_places(self._journal):
            return Keeping.LOST
        return Keeping.KEYCHAIN if has_keychain() else Keeping.SESSION

    def unlock(self, passphrase: Secret) -> None:
        """Opens what is kept under a passphrase, or begins to keep everything under this one; raises WrongPassphrase."""
        if self._journal.note("vault.kind") == "passphrase":
            self._vault = by_passphrase(self._journal, passphrase)
            self._seal_known()
            return
        old, name = self._open(make=False), self._journal.note("vault.id")
        moving = {place: secret for place in sealed_places(self._journal) if old and (secret := old.get_at(place))}
        self._vault = by_passphrase(self._journal, passphrase, moving)
        self._seal_known()
        _forget_key(name)

    def _seal_known(self) -> None:
        """What was given before there was a vault and was meant to be kept."""
        assert self._vault is not None
        waiting = {place: secret for place, secret in self._known.items() if place not in self._passing}
        self._vault.put_all(waiting)
        for place in waiting:
            del self._known[place]

    def rest(self) -> None:
        """Let go of the key where the keychain gives it again. One made from a passphrase stays: else the admin would be asked each time."""
        if self._journal.note("vault.kind") == "keychain":
            self._vault = None

    def erase(self) -> Erased:
        """Forgets all of them, in memory, in the file and in the keychain; raises SecretsLeft when the file still holds some."""
        self._known.clear()
        self._passing.clear()
        self._vault, self._looked, self._there = None, False, False
        self._erasing |= {bytes(row[0]) for row in self._journal.rows("SELECT sealed FROM secret")}
        done = erase(self._journal, self._erasing)
        self._erasing = set()
        return done

    def _open(self, make: bool) -> Vault | None:
        if self._vault is None and (make or self._there or not self._looked):
            self._vault = by_keychain(self._journal, make)
            self._looked, self._there = True, self._vault is not None
        return self._vault

    def _can_open(self) -> bool:
        """Whether what is sealed can be opened, without holding the key longer than for the answer."""
        if not self._looked:
            self._open(make=False)
            self.rest()
        return self._vault is not None or self._there


def by_passphrase(journal: Journal, passphrase: Secret, moving: Mapping[Place, Secret] | None = None) -> Vault:
    """The project's vault under ``passphrase``, made when there is none yet; raises WrongPassphrase.

    ``moving``: what a new vault takes over from the one before it.
    """
    from cryptography.hazmat.primitives.kdf.scrypt import Scrypt

    old = journal.note("vault.kind") == "passphrase"
    salt = base64.b64decode(journal.note("vault.salt")) if old else os.urandom(SALT_BYTES)
    kdf = Scrypt(salt=salt, length=KEY_BYTES, n=SCRYPT_N, r=SCRYPT_R, p=SCRYPT_P)
    key = kdf.derive(passphrase.reveal().encode("utf-8", "surrogatepass"))
    cipher = Cipher(key)
    if not old:
        _begin(journal, "passphrase", new_name(), salt, cipher.sealed(_CHECK, salt))
        vault = Vault(journal, key)
        vault.put_all(moving or {})
        return vault
    if cipher.opened(base64.b64decode(journal.note("vault.check")), salt) != _CHECK:
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
            name, text = new_name(), base64.b64encode(os.urandom(KEY_BYTES)).decode()
            keyring.set_password(SERVICE, name, text)
            _begin(journal, "keychain", name)  # only now: a keychain that refuses must not cost what is sealed
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


def new_name() -> str:
    return base64.b32encode(os.urandom(10)).decode().lower()


def _begin(journal: Journal, kind: str, name: str, salt: bytes = b"", check: bytes = b"") -> None:
    """A new vault: what another key has sealed can't be read any more and goes."""
    _erase_rows(journal)
    for key, value in (("id", name), ("salt", base64.b64encode(salt).decode()), ("check", base64.b64encode(check).decode())):
        journal.set_note(f"vault.{key}", value)
    journal.set_note("vault.kind", kind)


# --- erasing -----------------------------------------------------------------------------------------------------------------


def erase(journal: Journal, sealed: Collection[bytes]) -> Erased:
    """All sealed secrets, their notes and the key in the keychain; then the file is read, byte by byte, for what was ``sealed``.

    Must not be called while another thread writes. Raises SecretsLeft when something was found, ProjectInUse while another program reads the
    file, and DiskFull where there is no room to write the file anew; it can then be called again.
    """
    _forget_key(journal.note("vault.id"))
    _erase_rows(journal)
    for key in ("vault.kind", "vault.id", "vault.salt", "vault.check"):
        journal.set_note(key, "")
    if sealed or journal.note(_UNFINISHED):
        journal.set_note(_UNFINISHED, "1")
        _rewrite(journal)
        journal.set_note(_UNFINISHED, "")
    files = project_files(journal.path)
    left = len(found_in(files, sealed))
    if left:
        raise SecretsLeft(count=left, path=journal.path)
    return Erased(len(sealed), files)


def project_files(path: Path) -> tuple[Path, ...]:
    """The project file and those that SQLite keeps beside it."""
    return tuple(p for p in (path, path.with_name(path.name + "-wal"), path.with_name(path.name + "-shm")) if p.exists())


def found_in(files: Iterable[Path], sealed: Iterable[bytes]) -> set[bytes]:
    """Those of ``sealed`` of which the beginning or the end stands in one of the files."""
    needles = {part: whole for whole in sealed for part in (whole[:16], whole[-16:])}
    found: set[bytes] = set()
    for file in files:
        before = b""
        with file.open("rb") as f:
            while block := f.read(1 << 22):
                text = before + block
                found |= {whole for part, whole in needles.items() if part in text}
                before = text[-15:]
    return found


def _erase_rows(journal: Journal, places: Iterable[Place] | None = None) -> None:
    """These or, for None, all."""
    there = sealed_places(journal)
    gone = there if places is None else there & set(places)
    if not gone:
        return
    journal.rows("PRAGMA secure_delete = ON")  # what is deleted is overwritten, in the file and, by the checkpoint, in its log
    journal.write_many("DELETE FROM secret WHERE mailbox_id = ? AND side = ?", gone)
    journal.rows("PRAGMA wal_checkpoint(TRUNCATE)")
    journal.rows("PRAGMA secure_delete = OFF")


def _rewrite(journal: Journal) -> None:
    """The whole file anew: what lay in the gaps of pages that were rearranged is gone, too."""
    journal.rows("VACUUM")
    journal.rows("PRAGMA wal_checkpoint(TRUNCATE)")


def _forget_key(name: str) -> None:
    if not name or not has_keychain():
        return
    import keyring
    from keyring.errors import KeyringError

    try:
        keyring.delete_password(SERVICE, name)
    except KeyringError:
        return  # it was not there
