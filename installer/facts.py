"""What a build is told about itself: version, names, addresses. Made once by ``build`` and read by every part."""

from __future__ import annotations

import datetime as dt
import json
import os
import platform
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from installer import versions

IDENTIFIER = "com.mailsafi.wizard"
MAINTAINER = "MailSafi Wizard contributors <support@mailsafi.com>"
HOME = "https://mailsafi.com"


@dataclass(frozen=True)
class Facts:
    """``feed``: where a newer version is announced, "" for nowhere; ``when``: the moment the source is of, so that a build can be repeated."""

    version: str
    feed: str
    when: dt.datetime
    notes: str
    architecture: str = "amd64"  # as Debian calls it
    maintainer: str = MAINTAINER
    home: str = HOME
    mac_identity: str = ""

    def release_file(self) -> str:
        """The resource that tells the frozen program what it is; see ``mailsafi_wizard.net.releases``."""
        return json.dumps({"version": self.version, "feed": self.feed}, indent=2) + "\n"


def gather(root: Path, feed: str) -> Facts:
    """Raises BadVersion and, for an address that is not encrypted, ValueError."""
    if feed and (urlsplit(feed).scheme != "https" or not urlsplit(feed).hostname):
        raise ValueError(f"{feed!r} is no address that begins with https://")
    version = versions.version(root)
    notes = versions.notes((root / "CHANGELOG.md").read_text("utf-8"), version)
    return Facts(version, feed, moment(root), notes, architecture(), mac_identity=os.environ.get("MAC_SIGNING_IDENTITY", ""))


def moment(root: Path) -> dt.datetime:
    """SOURCE_DATE_EPOCH, else the last commit, else now."""
    told = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not told.isdigit():
        told = _last_commit(root)
    return dt.datetime.fromtimestamp(int(told), dt.UTC) if told.isdigit() else dt.datetime.now(dt.UTC).replace(microsecond=0)


def _last_commit(root: Path) -> str:
    if shutil.which("git") is None:
        return ""
    done = subprocess.run(["git", "-C", str(root), "log", "-1", "--format=%ct"], capture_output=True, text=True, check=False)
    return done.stdout.strip() if done.returncode == 0 else ""


def architecture() -> str:
    names = {"x86_64": "amd64", "AMD64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    machine = platform.machine()
    return names.get(machine, machine.lower())


def system() -> str:
    return {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")
