"""Files for users, one each: names that no two share on any system, and never half a file."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TypeVar

from mailsafi_wizard.signin.values import safe_name

T = TypeVar("T")


def write_each(
    folder: Path, things: Iterable[T], address: Callable[[T], str], ending: str, write: Callable[[T, Path], object]
) -> int:
    """``write(thing, path)`` for each, under its user's ``address``; returns how many. Raises OSError."""
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


def write_whole(path: Path, data: bytes) -> None:
    """All of it under its name, or nothing. Raises OSError."""
    part = path.with_name(f".{path.name}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)
