"""A Debian package from the frozen folder. The pure parts (control file, dependencies, copyright) are functions of texts."""

from __future__ import annotations

import datetime as dt
import email.utils
import gzip
import hashlib
import json
import re
import shutil
import subprocess
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from installer import versions
from installer.facts import Facts
from installer.linux import desktop, libraries

PACKAGE = "mailsafi-wizard"
HERE = Path(__file__).resolve().parent

# The package that brings a library which is not in the bundle. The two names of one library around Debian's change to 64-bit times need no care: the
# newer package provides the older name.
BRINGS: Mapping[str, str] = {
    **dict.fromkeys(
        ("libc.so.6", "libm.so.6", "libdl.so.2", "libpthread.so.0", "librt.so.1", "libutil.so.1", "libresolv.so.2"), "libc6"
    ),
    "libcrypt.so.1": "libcrypt1",
    "libstdc++.so.6": "libstdc++6",
    "libgcc_s.so.1": "libgcc-s1",
    "libGL.so.1": "libgl1",
    "libEGL.so.1": "libegl1",
    "libGLX.so.0": "libglx0",
    "libOpenGL.so.0": "libopengl0",
    "libdrm.so.2": "libdrm2",
    "libgbm.so.1": "libgbm1",
    "libxcb.so.1": "libxcb1",
    "libX11.so.6": "libx11-6",
    "libX11-xcb.so.1": "libx11-xcb1",
    "libwayland-client.so.0": "libwayland-client0",
    "libwayland-cursor.so.0": "libwayland-cursor0",
    "libwayland-egl.so.1": "libwayland-egl1",
}
# Data that libraries in the bundle look for, and what no program says goodbye to.
ALSO = ("ca-certificates", "fontconfig-config", "xkb-data")
RECOMMENDED = ("fonts-noto-core", "gnome-keyring | keepassxc | kwalletmanager")


class UnknownLibrary(Exception):
    """A library is neither in the bundle nor known to come with a Debian package."""


# --- pure


def depends(needed: Iterable[str], bundled: Iterable[str], glibc: int) -> list[str]:
    """What the package depends on, when its files ask for the libraries ``needed``; raises UnknownLibrary. ``glibc``: 36 for 2.36."""
    outside = sorted(set(needed) - set(bundled))
    unknown = [name for name in outside if name not in BRINGS and not libraries.is_loader(name)]
    if unknown:
        raise UnknownLibrary(f"not in the program, and no package is known for it: {', '.join(unknown)}")
    packages = {BRINGS[name] for name in outside if name in BRINGS} - {"libc6"}
    return [f"libc6 (>= 2.{glibc})", *sorted({*packages, *ALSO})]


def control(version: str, architecture: str, kilobytes: int, needs: Sequence[str], maintainer: str, home: str) -> str:
    lines = {
        "Package": PACKAGE,
        "Version": version,
        "Architecture": architecture,
        "Maintainer": maintainer,
        "Installed-Size": str(kilobytes),
        "Depends": ", ".join(needs),
        "Recommends": ", ".join(RECOMMENDED),
        "Section": "mail",
        "Priority": "optional",
        "Homepage": home,
        "Description": "move a company's mailboxes to MailSafi over IMAP",
    }
    for name, text in lines.items():
        if "\n" in text:
            raise ValueError(f"the field {name} must be one line")
    long = (
        "A wizard for one administrator: it finds the old mail server, copies all",
        "mailboxes as they are, compares both sides message by message, writes what",
        "the users need to know and says when the domain can be switched.",
        ".",
        "It changes nothing at the old server, and can be stopped at any moment. The",
        "same can be done by commands, without a screen.",
    )
    return "".join(f"{name}: {text}\n" for name, text in lines.items() if text) + "".join(f" {line}\n" for line in long)


def copyright_file(works: Iterable[tuple[str, str]], mit: str) -> str:
    """Debian's copyright file: the program's own licence, and where those of the others are. ``works``: (name, licence)."""
    body = "\n".join(f" {line}" if line.strip() else " ." for line in mit.strip().splitlines()[2:])
    others = "\n".join(f"  * {name}: {licence}" for name, licence in works)
    return (
        "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n"
        "Upstream-Name: MailSafi Wizard\n"
        "Comment: The program holds works of others, each under its own licence. Their texts, and how to put in\n"
        " another version of Qt (LGPL), are in /usr/share/doc/mailsafi-wizard/licences:\n"
        f"{others}\n"
        "\n"
        "Files: *\n"
        f"Copyright: {_holder(mit)}\n"
        "License: Expat\n"
        f"{body}\n"
    )


def _holder(mit: str) -> str:
    found = re.search(r"^Copyright \(c\) (.+)$", mit, re.MULTILINE | re.IGNORECASE)
    if not found:
        raise ValueError("LICENSE names no holder of the copyright")
    return found[1].strip()


def changelog(version: str, notes: str, maintainer: str, day: dt.datetime) -> str:
    """Debian's form: a heading, indented lines, a signature."""
    heading = f"{PACKAGE} ({version}) unstable; urgency=medium"
    body = [
        textwrap.fill(item, 79, initial_indent="  * ", subsequent_indent="    ", break_on_hyphens=False) for item in _items(notes)
    ]
    return "\n".join([heading, "", *body, "", f" -- {maintainer}  {email.utils.format_datetime(day)}", ""])


def _items(notes: str) -> list[str]:
    """The points of the release notes; an indented line goes on with the point above it."""
    items: list[str] = []
    for line in notes.splitlines():
        if line.startswith("- "):
            items.append(line[2:])
        elif line.strip() and not line.startswith("#"):
            items[-1:] = [f"{items[-1]} {line.strip()}"] if items else [line.strip()]
    return items


# --- putting it together


def build(app: Path, out: Path, work: Path, facts: Facts) -> Path:
    """Writes the .deb of the frozen folder ``app`` into ``out``; ``work`` is scratch. Raises UnknownLibrary and CalledProcessError."""
    root = work / "deb"
    shutil.rmtree(root, ignore_errors=True)
    lay_out(app, root, facts)
    kilobytes = sum(-(-file.lstat().st_size // 1024) for file in root.rglob("*"))
    needed, bundled, glibc = libraries.wants(app)
    version = versions.of_debian(facts.version)
    text = control(version, facts.architecture, kilobytes, depends(needed, bundled, glibc), facts.maintainer, facts.home)
    (root / "DEBIAN").mkdir()
    (root / "DEBIAN" / "control").write_text(text, "utf-8")
    (root / "DEBIAN" / "md5sums").write_text(_sums(root), "utf-8")
    _permissions(root)
    file = out / f"{PACKAGE}_{version}_{facts.architecture}.deb"
    command = ["dpkg-deb", "--root-owner-group", "-Zxz", "--build", str(root), str(file)]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return file


def lay_out(app: Path, root: Path, facts: Facts) -> None:
    """Every file in its place below ``root``."""
    home = root / "usr/lib" / PACKAGE
    shutil.copytree(app, home, symlinks=True)
    documents = root / "usr/share/doc" / PACKAGE
    documents.mkdir(parents=True)
    shutil.move(home / "_internal/licences", documents / "licences")  # where Debian keeps them; the program finds them by the link
    (home / "_internal/licences").symlink_to(f"../../../share/doc/{PACKAGE}/licences")
    (root / "usr/bin").mkdir()
    (root / "usr/bin" / PACKAGE).symlink_to(f"../lib/{PACKAGE}/{PACKAGE}")
    desktop.write(root / "usr/share", facts.version, facts.when)
    _documents(documents, root, facts)


def _documents(folder: Path, root: Path, facts: Facts) -> None:
    checkout = HERE.parents[1]
    works = [tuple(entry) for entry in json.loads((checkout / "build/installer/works.json").read_text("utf-8"))]
    (folder / "copyright").write_text(copyright_file(works, (checkout / "LICENSE").read_text("utf-8")), "utf-8")
    text = changelog(versions.of_debian(facts.version), facts.notes, facts.maintainer, facts.when)
    for name, words in (("changelog.Debian.gz", text), ("changelog.gz", (checkout / "CHANGELOG.md").read_text("utf-8"))):
        (folder / name).write_bytes(gzip.compress(words.encode(), 9, mtime=0))
    overrides = root / "usr/share/lintian/overrides" / PACKAGE
    overrides.parent.mkdir(parents=True)
    shutil.copyfile(HERE / "lintian-overrides", overrides)


def _sums(root: Path) -> str:
    files = sorted(file for file in root.rglob("*") if file.is_file() and not file.is_symlink() and file.parent.name != "DEBIAN")
    return "".join(
        f"{hashlib.md5(file.read_bytes(), usedforsecurity=False).hexdigest()}  {file.relative_to(root)}\n" for file in files
    )


def _permissions(root: Path) -> None:
    """What the umask of whoever builds made of them is of no weight."""
    root.chmod(0o755)
    for file in root.rglob("*"):
        if not file.is_symlink():
            file.chmod(0o755 if file.is_dir() or file == root / "usr/lib" / PACKAGE / PACKAGE else 0o644)
