#!/usr/bin/env python3
"""Unpacks mail servers that Debian does not let stand beside Dovecot, so that tests can run them from a folder.

Standard library only: `dev.py` calls it before anything is installed, as ``python3 tests/servers/unpacked.py``. Nothing is
installed on the computer and no root is needed, but the package lists of apt must be there.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[2] / ".venv" / "servers"
PACKAGES = {
    "cyrus": ["cyrus-imapd", "cyrus-common", "libsasl2-modules"],
    "courier": ["courier-imap", "courier-base", "courier-authlib", "courier-authlib-userdb"],
    "nsd": ["nsd"],
    "unbound": ["unbound"],
}


def root(name: str) -> Path:
    """Where the files of server ``name`` lie, as if that folder were "/"; raises FileNotFoundError that says what to run."""
    folder = FOLDER / name
    if not (folder / "complete").exists():
        raise FileNotFoundError(f"{name} is not unpacked. Run: python3 {Path(__file__).resolve()}")
    return folder


def reachable(name: str, scratch: Path) -> Path:
    """`root`, or a copy of it in ``scratch`` where a user without rights could not get to it (below /root, say)."""
    folder = root(name)
    if os.geteuid() != 0 or all(parent.stat().st_mode & 0o001 for parent in folder.parents):
        return folder
    return Path(shutil.copytree(folder, scratch / name, symlinks=True))


def library_path(folder: Path) -> str:
    """LD_LIBRARY_PATH for the programs of a server unpacked in ``folder``."""
    return ":".join(sorted({str(file.parent) for file in folder.rglob("lib*.so*")}))


def unpack(name: str) -> None:
    """Download and unpack server ``name`` unless that was done; raises CalledProcessError when apt cannot."""
    if (FOLDER / name / "complete").exists():
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=FOLDER) as scratch:
        downloads, target = Path(scratch) / "debs", Path(scratch) / name
        downloads.mkdir()
        packages = PACKAGES[name] + missing_libraries(PACKAGES[name])
        _run(["apt-get", "-q", "-o", "APT::Sandbox::User=root", "download", *packages], downloads)
        for archive in sorted(downloads.glob("*.deb")):
            _run(["dpkg-deb", "--extract", str(archive), str(target)], downloads)
        (target / "complete").write_text("\n".join(packages) + "\n", encoding="utf-8")
        shutil.rmtree(FOLDER / name, ignore_errors=True)
        target.rename(FOLDER / name)
    (FOLDER / name).chmod(0o755)  # servers give up root's rights and must still find their programs


def missing_libraries(packages: list[str]) -> list[str]:
    """The libraries these packages need, directly or not, that are not installed."""
    words = ["recommends", "suggests", "conflicts", "breaks", "replaces", "enhances"]
    depends = ["apt-cache", "depends", "--recurse", *(f"--no-{word}" for word in words), *packages]
    output = subprocess.run(depends, check=True, capture_output=True, text=True).stdout
    wanted = {line.strip() for line in output.splitlines() if re.match(r"lib[\w.+-]+$", line)}
    query = ["dpkg-query", "--show", "--showformat", "${db:Status-Status} ${Package}\n"]
    installed = subprocess.run(query, check=True, capture_output=True, text=True).stdout.splitlines()
    return sorted(wanted - {line.partition(" ")[2] for line in installed if line.startswith("installed ")} - set(packages))


def _run(command: list[str], folder: Path) -> None:
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, env={**os.environ, "LC_ALL": "C"})


def main() -> int:
    if not shutil.which("apt-get") or not shutil.which("dpkg-deb"):
        print("this is not a Debian system: the tests with Cyrus and Courier will fail", file=sys.stderr)
        return 0
    for name in PACKAGES:
        try:
            unpack(name)
        except subprocess.CalledProcessError as error:
            print(f"{name} could not be unpacked: {error}", file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
