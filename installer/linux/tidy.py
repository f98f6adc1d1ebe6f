"""Makes the frozen folder fit for other computers: no debugging symbols, and no library is looked for where Python was built.

Only what belongs to Python itself is touched. What comes in wheels, Qt above all, stays byte for byte as its makers publish it; and nothing may be taken
off the program's own file, which carries its modules at its end.
"""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

from installer.linux import libraries


class NoTool(RuntimeError):
    """A program that is needed for packing is not installed."""


def tidy(app: Path) -> None:
    """Raises NoTool and CalledProcessError."""
    for tool in ("strip", "patchelf", "objdump"):
        if shutil.which(tool) is None:
            raise NoTool(f"{tool} is needed here; it is in Debian's package {'patchelf' if tool == 'patchelf' else 'binutils'}")
    for file in pythons(app):
        subprocess.run(["strip", "--strip-unneeded", str(file)], check=True)
        subprocess.run(["patchelf", "--remove-rpath", str(file)], check=True)
    if strays := [file.name for file in libraries.binaries(app) if not all(is_own_place(part) for part in search_path(file))]:
        raise RuntimeError(f"these look for libraries at a place of the computer they were built on: {', '.join(strays)}")


def pythons(app: Path) -> list[Path]:
    """The interpreter's library and its modules."""
    home = app / "_internal"
    return [
        file
        for file in libraries.binaries(home)
        if "lib-dynload" in file.parts or (file.parent == home and file.name.startswith("libpython"))
    ]


def search_path(file: Path) -> list[str]:
    done = subprocess.run(["patchelf", "--print-rpath", str(file)], capture_output=True, text=True, check=False)
    return [part for part in done.stdout.strip().split(":") if part]  # a file without such a table has no path either


def is_own_place(part: str) -> bool:
    return part.startswith("$ORIGIN")
