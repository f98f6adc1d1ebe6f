"""What a version is called on each system, and what is told about it. Pure: texts in, texts out."""

from __future__ import annotations

import re
from pathlib import Path

_VERSION = re.compile(r"""^__version__ = ["']([^"']+)["']$""", re.MULTILINE)
_SEMANTIC = re.compile(r"^(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?$")
_HEADING = re.compile(r"^## \[([^\]]+)\](?: - (\d{4}-\d{2}-\d{2}))?\s*$", re.MULTILINE)


class BadVersion(ValueError):
    """The text is no version as semver.org describes it, or nothing is known of it."""


def version(root: Path) -> str:
    """The program's version, from the one place where it stands."""
    found = _VERSION.search((root / "mailsafi_wizard" / "__init__.py").read_text("utf-8"))
    if not found:
        raise BadVersion("mailsafi_wizard/__init__.py has no __version__")
    parts(found[1])
    return found[1]


def parts(text: str) -> tuple[int, int, int, str]:
    """Major, minor, patch and what stands behind a hyphen ("" for a release); raises BadVersion."""
    found = _SEMANTIC.match(text)
    if not found:
        raise BadVersion(f"{text!r} is not like 1.2.3 or 1.2.3-rc.1")
    return int(found[1]), int(found[2]), int(found[3]), found[4] or ""


def of_debian(text: str, build: int = 1) -> str:
    """1.2.0-rc.1 -> 1.2.0~rc.1-1: a tilde sorts before the release, as Debian's policy 5.6.12 says."""
    major, minor, patch, before = parts(text)
    return f"{major}.{minor}.{patch}" + (f"~{before.replace('-', '.')}" if before else "") + f"-{build}"


def of_windows(text: str) -> tuple[int, int, int, int]:
    """Four numbers up to 65,535; a release is above everything before it."""
    major, minor, patch, before = parts(text)
    numbers = re.findall(r"\d+", before)
    last = 65535 if not before else min(int(numbers[-1]) if numbers else 0, 65534)
    if max(major, minor, patch) > 65535:
        raise BadVersion(f"{text!r} has a number that Windows cannot hold")
    return major, minor, patch, last


def of_mac(text: str) -> str:
    """CFBundleShortVersionString knows nothing but three numbers."""
    return ".".join(str(number) for number in parts(text)[:3])


def notes(changelog: str, wanted: str) -> str:
    """The part of CHANGELOG.md about version ``wanted``, or what is not released yet when there is none of it; raises BadVersion."""
    headings = list(_HEADING.finditer(changelog))
    for name in (wanted, "Unreleased"):
        for place, heading in enumerate(headings):
            if heading[1] == name:
                end = headings[place + 1].start() if place + 1 < len(headings) else len(changelog)
                text = _without_links(changelog[heading.end() : end]).strip()
                if text:
                    return text + "\n"
    raise BadVersion(f"CHANGELOG.md says nothing about {wanted}")


def _without_links(text: str) -> str:
    """The definitions of links that stand at the end of the file belong to no version."""
    return re.sub(r"^\[[^\]]+\]: \S+\s*$", "", text, flags=re.MULTILINE)


def release_day(changelog: str, wanted: str) -> str:
    """The day (YYYY-MM-DD) that CHANGELOG.md gives for a version, "" when none."""
    return next((heading[2] or "" for heading in _HEADING.finditer(changelog) if heading[1] == wanted), "")
