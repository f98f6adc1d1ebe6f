"""Files that hold passwords: written so that only their owner can read them, and removed as thoroughly as a program can.

Must not know what is in them. On Windows a file's mode says nothing: who may read it follows from its folder, and a folder inside the
user's profile is closed to other users by default.
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.words import N_

OWNER_ONLY = 0o600
_BLOCK = 1 << 20
_SYNCED = re.compile(
    r"onedrive.*|dropbox.*|google ?drive.*|icloud.*|com~apple~clouddocs|cloudstorage|nextcloud.*|owncloud.*|box sync", re.IGNORECASE
)


class FileChanged(errors.MigrationError):
    title = "{path} is not the file that was read any more"
    hint = "It was left alone. Look at it, and remove it yourself when you don't need it."
    exit_status = 2


class NotRemoved(errors.MigrationError):
    title = "{path} could not be removed"
    hint = "Close the program that has it open, or remove it yourself."
    exit_status = 2


@dataclass(frozen=True)
class PlainFile:
    """A file as it was when it was read. ``synced``: it lies in a folder that a cloud service seems to copy."""

    path: Path
    digest: bytes

    @property
    def synced(self) -> bool:
        return any(_SYNCED.fullmatch(part) for part in self.path.absolute().parts[:-1])

    @classmethod
    def of(cls, path: Path, data: bytes) -> PlainFile:
        return cls(path, hashlib.sha256(data).digest())


def write_private(path: Path, data: bytes) -> None:
    """The file appears whole or not at all, readable by its owner only, also where one of that name was there. Raises OSError."""
    half = path.with_name(f".{path.name[:100]}.{secrets.token_hex(4)}.part")
    try:
        with os.fdopen(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0), OWNER_ONLY), "wb") as f:
            f.write(data)
            f.flush()
            os.fsync(f.fileno())
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def remove(plain: PlainFile) -> None:
    """Overwrite the file in its place with zeros, then remove it. Raises FileChanged, NotRemoved.

    A link is left alone, because what it points to may be used under another name. Overwriting reaches neither copies and backups nor what
    an SSD or a file system that copies on writing has put elsewhere; whoever offers this says so.
    """
    path = plain.path
    if path.is_symlink():
        raise NotRemoved(N_("it is a link to another file"), path=path)
    try:
        with path.open("r+b") as f:
            if os.fstat(f.fileno()).st_nlink > 1:
                raise NotRemoved(N_("the same file has another name, too"), path=path)
            if hashlib.sha256(f.read()).digest() != plain.digest:
                raise FileChanged(path=path)
            _zero(f.fileno(), f.tell())
        path.unlink()
    except FileNotFoundError:
        return
    except OSError as e:
        raise NotRemoved(e.strerror or str(e), path=path) from e


def _zero(descriptor: int, size: int) -> None:
    os.lseek(descriptor, 0, os.SEEK_SET)
    while size > 0:
        size -= os.write(descriptor, bytes(min(size, _BLOCK)))
    os.fsync(descriptor)
