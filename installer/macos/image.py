"""The disk image for macOS: signed and notarised where the credentials for that are in the environment, else as it is.

Not verified by hand: written by Apple's documentation (codesign, notarytool, stapler, hdiutil) and run by the workflow on a Mac only.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

from installer.facts import Facts

HERE = Path(__file__).resolve().parent
PROFILE = "MAC_NOTARY_PROFILE"  # of `xcrun notarytool store-credentials`


def build(app: Path, out: Path, work: Path, facts: Facts, environment: Mapping[str, str] = os.environ) -> Path:
    """Writes mailsafi-wizard-VERSION-macos-ARCHITECTURE.dmg into ``out``; raises CalledProcessError."""
    if facts.mac_identity:
        _run(sign_app(app, facts.mac_identity))
        _run(["codesign", "--verify", "--deep", "--strict", str(app)])
    folder = work / "dmg"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    _run(["ditto", str(app), str(folder / app.name)])  # keeps signatures and links, which a plain copy need not
    (folder / "Applications").symlink_to("/Applications")
    file = out / f"mailsafi-wizard-{facts.version}-macos-{facts.architecture}.dmg"
    file.unlink(missing_ok=True)
    _run(["hdiutil", "create", "-volname", "MailSafi Wizard", "-srcfolder", str(folder), "-format", "UDZO", "-ov", str(file)])
    if facts.mac_identity:
        _run(["codesign", "--sign", facts.mac_identity, "--timestamp", str(file)])
    if profile := environment.get(PROFILE, ""):
        _run(["xcrun", "notarytool", "submit", str(file), "--keychain-profile", profile, "--wait"])
        _run(["xcrun", "stapler", "staple", str(file)])
    return file


def sign_app(app: Path, identity: str) -> list[str]:
    """The command that signs all of it, with the hardened runtime that notarisation asks for."""
    entitlements = str(HERE / "entitlements.plist")
    options = ["--force", "--deep", "--options", "runtime", "--timestamp", "--entitlements", entitlements]
    return ["codesign", *options, "--sign", identity, str(app)]


def _run(command: list[str]) -> None:
    subprocess.run(command, check=True)
