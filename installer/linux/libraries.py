"""What the files of the frozen folder ask of the system: shared libraries, and how new a C library. Reads them with binutils' objdump."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterable
from pathlib import Path

_LOADER = re.compile(r"^ld-linux[^/]*\.so\.\d+$")
_GLIBC = re.compile(rb"GLIBC_2\.(\d+)(?:\.\d+)?\0")
_NEEDED = re.compile(r"^\s*NEEDED\s+(\S+)$", re.MULTILINE)
MAGIC = b"\x7fELF"


def is_loader(name: str) -> bool:
    return bool(_LOADER.match(name))


def binaries(app: Path) -> list[Path]:
    """Every program and library in the folder."""
    files = (file for file in sorted(app.rglob("*")) if file.is_file() and not file.is_symlink())
    return [file for file in files if _begins(file) == MAGIC]


def _begins(file: Path) -> bytes:
    with file.open("rb") as f:
        return f.read(4)


def wants(app: Path) -> tuple[set[str], set[str], int]:
    """(libraries that are asked for, libraries that are there, x of the newest GLIBC_2.x); raises CalledProcessError."""
    files = binaries(app)
    needed: set[str] = set()
    for start in range(0, len(files), 50):
        some = [str(file) for file in files[start : start + 50]]
        done = subprocess.run(["objdump", "--private-headers", *some], capture_output=True, text=True, check=True)
        needed |= needed_in(done.stdout)
    return needed, {file.name for file in files}, newest_glibc(file.read_bytes() for file in files)


def needed_in(objdump: str) -> set[str]:
    """The libraries that objdump names."""
    return set(_NEEDED.findall(objdump))


def newest_glibc(files: Iterable[bytes]) -> int:
    """The largest x of GLIBC_2.x in the version tables of these files; 0 when none asks for any."""
    return max((int(number) for data in files for number in _GLIBC.findall(data)), default=0)
