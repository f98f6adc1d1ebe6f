"""Files with passwords: for their owner only, whole or not at all, and removed without touching anything else."""

from __future__ import annotations

import os
import stat
import sys
from pathlib import Path

import pytest

from mailsafi_wizard.store import private_file
from mailsafi_wizard.store.private_file import PlainFile

posix = pytest.mark.skipif(sys.platform == "win32", reason="a file's mode says nothing on Windows")


@posix
def test_only_the_owner_reads_it_whatever_was_there(tmp_path: Path) -> None:
    path = tmp_path / "list.txt"
    path.write_text("old")
    path.chmod(0o644)
    private_file.write_private(path, b"secret")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == b"secret"
    assert list(tmp_path.iterdir()) == [path]


def test_what_can_not_be_written_leaves_no_half(tmp_path: Path) -> None:
    target = tmp_path / "folder"
    target.mkdir()
    (target / "inside").touch()
    with pytest.raises((IsADirectoryError, PermissionError)):
        private_file.write_private(target, b"secret")
    assert list(tmp_path.iterdir()) == [target]


def plain(tmp_path: Path) -> PlainFile:
    path = tmp_path / "list.txt"
    path.write_bytes(b"secret" * 1000)
    return PlainFile.of(path, path.read_bytes())


def test_removal_overwrites_in_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = plain(tmp_path)
    seen = []
    monkeypatch.setattr(Path, "unlink", lambda path, missing_ok=False: seen.append(path.read_bytes()))
    private_file.remove(one)
    assert seen == [bytes(6000)]
    monkeypatch.undo()
    private_file.remove(PlainFile.of(one.path, bytes(6000)))
    assert not one.path.exists()
    private_file.remove(one)  # gone already: nothing to do


def test_a_file_that_was_changed_since_is_left_alone(tmp_path: Path) -> None:
    one = plain(tmp_path)
    one.path.write_bytes(b"something new")
    with pytest.raises(private_file.FileChanged):
        private_file.remove(one)
    assert one.path.read_bytes() == b"something new"


@posix
def test_links_are_left_alone(tmp_path: Path) -> None:
    one = plain(tmp_path)
    link = tmp_path / "link"
    link.symlink_to(one.path)
    with pytest.raises(private_file.NotRemoved):
        private_file.remove(PlainFile(link, one.digest))
    os.link(one.path, tmp_path / "second name")
    with pytest.raises(private_file.NotRemoved):
        private_file.remove(one)
    assert one.path.read_bytes() == b"secret" * 1000


@pytest.mark.parametrize(
    ("folder", "synced"),
    [("OneDrive - Acme", True), ("Dropbox", True), ("Google Drive", True), ("Documents", False), ("Dropped", False)],
)
def test_folders_of_cloud_services_are_known(folder: str, synced: bool) -> None:
    assert PlainFile(Path("/home/a") / folder / "list.txt", b"").synced is synced
