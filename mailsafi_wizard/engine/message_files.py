"""Messages of the source as .eml files, byte for byte as it delivers them. Read by EXAMINE and BODY.PEEK: nothing changes there."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from pathlib import Path

from mailsafi_wizard import errors
from mailsafi_wizard.engine.job import Job, connect
from mailsafi_wizard.engine.lookup import opened
from mailsafi_wizard.model import Mailbox
from mailsafi_wizard.net import fetch
from mailsafi_wizard.net.session import Session
from mailsafi_wizard.records import dataclass
from mailsafi_wizard.saving import safe_name, whole
from mailsafi_wizard.store.rows import FolderRecord


@dataclass(frozen=True)
class Saved:
    """Files that were written, and the messages (source UID, why) that could not be."""

    files: tuple[Path, ...]
    problems: tuple[tuple[int, str], ...] = ()


def mailbox_place(place: Path, box: Mailbox) -> Path:
    """Where the files of one mailbox go: "a/b@x" is not "a_b@x"."""
    name = safe_name(box.address)
    return place / (name if name == box.address else f"{name} ({box.id})")


def folder_place(place: Path, record: FolderRecord) -> Path:
    """Where the files of one folder go: "a/b" is not "a_b"."""
    name = safe_name(record.source_name)
    return place / (name if name == record.source_name else f"{name} ({record.id})")


def pieces(source: Session, record: FolderRecord, uid: int, size: int) -> Iterator[bytes]:
    """The content of one message in chunks. Raises MessageVanished, CommandRefused, and ConnectionLost and kin."""
    opened(source, fetch.examine(source, record.source))
    return fetch.stream(source, fetch.ask_body(source, uid), size * 2 + (1 << 20)).chunks


def write(source: Session, record: FolderRecord, uid: int, size: int, place: Path) -> Path:
    """Writes one message below ``place``, readable by this user only; raises OSError too. No half file is left."""
    folder = folder_place(place, record)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{uid}.eml"
    with whole(path) as half, open(os.open(half, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        for piece in pieces(source, record, uid, size):
            file.write(piece)
    return path


def save(job: Job, record: FolderRecord, uids: Sequence[int], place: Path) -> Saved:
    """Writes these messages below ``place``; those kept at their refusal are copied, the server is asked for the others only."""
    kept = folder_place(mailbox_place(job.refused_folder, job.mailbox), record) if job.refused_folder else None
    target = folder_place(place, record)
    files: list[Path] = []
    wanted: list[int] = []
    for uid in sorted(set(uids)):
        here = kept / f"{uid}.eml" if kept else None
        if here is not None and here.is_file():
            target.mkdir(parents=True, exist_ok=True, mode=0o700)
            files.append(Path(shutil.copyfile(here, target / here.name)))
        else:
            wanted.append(uid)
    problems: tuple[tuple[int, str], ...] = ()
    if wanted:
        fetched, problems = _fetched(job, record, wanted, place)
        files += fetched
    return Saved(tuple(files), problems)


def _fetched(job: Job, record: FolderRecord, uids: Sequence[int], place: Path) -> tuple[list[Path], tuple[tuple[int, str], ...]]:
    files: list[Path] = []
    problems: list[tuple[int, str]] = []
    source = connect(job.source, job.source_sign_in, job.trust, job.patience)
    try:
        numbers = opened(source, fetch.examine(source, record.source))
        if None not in (numbers.validity, record.s_validity) and numbers.validity != record.s_validity:
            raise errors.FolderRenumbered(host=source.host)
        listed = fetch.listing(source, fetch.ask_listing(source, fetch.uid_set(uids)))
        sizes = {entry.uid: entry.size for entry in listed}
        for uid in uids:
            if uid not in sizes:
                problems.append((uid, "it is no longer at the old server"))
                continue
            try:
                files.append(write(source, record, uid, sizes[uid], place))
            except (fetch.MessageVanished, errors.CommandRefused) as e:
                problems.append((uid, e.detail or e.title_text))
    finally:
        source.drop() if source.in_flight else source.logout()
    return files, tuple(problems)
