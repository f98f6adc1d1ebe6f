"""Asks where newer versions are announced for the number of the newest one. Nothing about this computer, its user or its projects is sent.

The address is part of an installed program (``release.json`` among the resources, written when it was built); without one, as in a checkout, there is
nobody to ask. What comes is a stranger's: its size is bounded, and only a version's number and a secure address are taken from it. Whether a person
has agreed, and when to ask, is for the caller to know.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from mailsafi_wizard import __version__, errors, resources
from mailsafi_wizard.net import web
from mailsafi_wizard.net.oauth_errors import IssuerUnreachable
from mailsafi_wizard.records import dataclass

MOST_BYTES = 64 * 1024
HEADERS = {
    "User-Agent": "MailSafi-Wizard",
    "Accept": "application/json",
}  # no version, no system: nothing to tell one asker from another
_NUMBER = re.compile(r"(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})")


class NoAnswer(errors.MigrationError):
    title = "{host} did not say which version is the newest"
    hint = "Nothing depends on it. The wizard asks again another day."


@dataclass(frozen=True)
class Release:
    """``page``: where it can be had, an https address."""

    version: str
    page: str


def feed() -> str:
    """The https address that is asked; "" when this program was built without one."""
    try:
        told = json.loads(resources.path("release.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    address = told.get("feed") if isinstance(told, dict) else ""
    return address if isinstance(address, str) and web.is_secure(address) else ""


def newest(address: str, ca_file: Path | None = None) -> Release:
    """The newest version that is announced at ``address``; raises NoAnswer."""
    host = web.host_of(address)
    try:
        with web.reaching(host), web.web(ca_file) as session:
            session.auth = lambda request: request  # else a password for this host in the person's .netrc would be sent along
            with session.get(address, headers=HEADERS, stream=True) as response:
                data = response.raw.read(MOST_BYTES + 1, decode_content=True) if response.ok else b""
    except (IssuerUnreachable, errors.CertificateUnknown) as e:
        raise NoAnswer(e.detail, host=host) from e
    return read(data, host)


def read(data: bytes, host: str) -> Release:
    """``{"version": "1.2.3", "page": "https://..."}``, and whatever else; raises NoAnswer."""
    try:
        told = json.loads(data) if len(data) <= MOST_BYTES else None
    except (ValueError, RecursionError) as e:
        raise NoAnswer("its answer is not JSON", host=host) from e
    version, page = (told.get("version"), told.get("page")) if isinstance(told, dict) else (None, None)
    if not (isinstance(version, str) and _NUMBER.fullmatch(version) and isinstance(page, str) and web.is_secure(page)):
        raise NoAnswer("its answer names no version", host=host)
    return Release(version, page)


def is_newer(version: str, than: str = __version__) -> bool:
    """Of two numbers like 1.2.3; what stands behind a hyphen comes before its release."""
    return _order(version) > _order(than)


def _order(version: str) -> tuple[int, int, int, bool]:
    found = _NUMBER.match(version)
    if not found:
        return (0, 0, 0, False)
    return int(found[1]), int(found[2]), int(found[3]), found.end() == len(version)
