"""Whom mail servers run as: the system user "mail" under root, else oneself. Knows nothing of servers."""

from __future__ import annotations

import grp
import os
import pwd
import shutil
from pathlib import Path
from typing import Any


def is_root() -> bool:
    return os.geteuid() == 0


def user() -> str:
    return "mail" if is_root() else pwd.getpwuid(os.geteuid()).pw_name


def group() -> str:
    return "mail" if is_root() else grp.getgrgid(os.getegid()).gr_name


def give(path: Path) -> None:
    """Make ``path`` the servers' own."""
    if is_root():
        shutil.chown(path, user(), group())


def as_owner() -> dict[str, Any]:
    """Options for Popen that start a program as the owner."""
    return {"user": user(), "group": group(), "extra_groups": []} if is_root() else {}
