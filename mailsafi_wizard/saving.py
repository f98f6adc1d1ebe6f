"""Files that are saved for people: names that every system takes, never half a file, and one for each user.

Must not know what is in them. Files that hold passwords have a home of their own (`store.private_file`).
"""

from __future__ import annotations

import contextlib
import os
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")

_UNSAFE = frozenset('<>:"/\\|?*')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|\Z)", re.I)  # devices on Windows
LONGEST = 80  # characters of a name
LONGEST_BYTES = 200  # in UTF-8: file systems take 255, and an ending is to come


def safe_name(text: str) -> str:
    """``text`` as one part of a path on any system, at most `LONGEST` characters; never "." or ".."."""
    name = "".join("_" if c in _UNSAFE or not c.isprintable() else c for c in text)
    name = _cut(name.strip(" ."))
    return _cut(f"_{name}") if _RESERVED.match(name) else name or "_"


def _cut(name: str) -> str:
    return name[:LONGEST].encode()[:LONGEST_BYTES].decode("utf-8", "ignore").rstrip(" .")


@contextlib.contextmanager
def whole(path: Path) -> Iterator[Path]:
    """Gives another path to write to, which takes the place of ``path`` when the block has ended well and is removed when not. Raises OSError."""
    half = path.with_name(f".{_cut(path.name)}.part")
    try:
        yield half
        os.replace(half, path)
    finally:
        half.unlink(missing_ok=True)


def write_whole(path: Path, data: bytes) -> None:
    """All of it under its name, or nothing. Raises OSError."""
    with whole(path) as half:
        half.write_bytes(data)


def write_each(
    folder: Path, things: Iterable[T], address: Callable[[T], str], ending: str, write: Callable[[T, Path], object]
) -> int:
    """``write(thing, path)`` for each, under its user's ``address``, no two under one name; returns how many. Raises OSError."""
    folder.mkdir(parents=True, exist_ok=True)
    used: set[str] = set()
    for thing in things:
        stem = name = safe_name(address(thing))
        number = 1
        while name.casefold() in used:
            number += 1
            name = f"{stem} ({number})"
        used.add(name.casefold())
        write(thing, folder / f"{name}{ending}")
    return len(used)
