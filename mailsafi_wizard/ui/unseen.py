"""Drawing where nobody looks: pages on paper and pictures, on computers with and without a screen."""

from __future__ import annotations

import os
import sys
from collections.abc import MutableMapping


def be_unseen(environment: MutableMapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """Whatever Qt draws from now on is seen by nobody; to be called before there is an application. A platform that was chosen stays."""
    environment["QT_QPA_PLATFORM"] = environment.get("QT_QPA_PLATFORM") or "offscreen"
    find_fonts(environment, platform)


def find_fonts(environment: MutableMapping[str, str] = os.environ, platform: str = sys.platform) -> None:
    """On Windows, Qt without a screen looks for fonts beside itself, where none are, and would draw pages without a letter."""
    if platform == "win32":
        environment.setdefault("QT_QPA_FONTDIR", environment.get("WINDIR", r"C:\Windows") + r"\Fonts")
