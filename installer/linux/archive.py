"""A tar.gz for Linux without Debian's packages: unpack anywhere, no administrator needed. An optional script adds the menu entry."""

from __future__ import annotations

import datetime as dt
import shutil
import tarfile
from pathlib import Path

from installer.facts import Facts
from installer.linux import desktop

HERE = Path(__file__).resolve().parent


def build(app: Path, out: Path, work: Path, facts: Facts) -> Path:
    """Writes mailsafi-wizard-VERSION-linux-ARCHITECTURE.tar.gz into ``out``."""
    name = f"{desktop.NAME}-{facts.version}-linux-{facts.architecture}"
    root = work / "tar" / name
    shutil.rmtree(root.parent, ignore_errors=True)
    shutil.copytree(app, root, symlinks=True)
    desktop.write(root / "share", facts.version, facts.when)
    for script in ("add-to-menu.sh", "remove-from-menu.sh"):
        shutil.copyfile(HERE / script, root / script)
        (root / script).chmod(0o755)
    (root / "README.txt").write_text(readme(facts.version), "utf-8")
    file = out / f"{name}.tar.gz"
    write(root, file, facts.when)
    return file


def readme(version: str) -> str:
    return (
        f"MailSafi Wizard {version} for Linux\n\n"
        "Start:            ./mailsafi-wizard\n"
        "Check:            ./mailsafi-wizard --selftest\n"
        "Menu entry:       ./add-to-menu.sh   (for you alone; ./remove-from-menu.sh takes it away again)\n"
        "Remove:           ./remove-from-menu.sh, then delete this folder. Your projects (*.mailsafi) are where you put them.\n\n"
        "Needed: a desktop with X11 or Wayland, its libGL and libEGL, and a font.\n"
        "It uses Qt and PySide6 under the LGPL, and works of others; licences, and how to put in another Qt: _internal/licences.\n"
    )


def write(root: Path, file: Path, when: dt.datetime) -> None:
    """The folder as it is, owned by root, with one time for all: the same source gives the same archive."""

    def plain(entry: tarfile.TarInfo) -> tarfile.TarInfo:
        entry.uid = entry.gid = 0
        entry.uname = entry.gname = "root"
        entry.mtime = int(when.timestamp())
        if not entry.issym():
            entry.mode = 0o755 if entry.isdir() or entry.mode & 0o100 else 0o644
        return entry

    with tarfile.open(file, "w:gz", compresslevel=9, format=tarfile.PAX_FORMAT) as tar:
        for path in [root, *sorted(root.rglob("*"))]:
            tar.add(path, path.relative_to(root.parent).as_posix(), recursive=False, filter=plain)
