"""Strangers' words where Qt or the desktop would take them for HTML: folder names, servers' answers, names in certificates.

What is taken for HTML may load a picture from any server, which on Windows hands over the admin's own name and password digest.
"""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QWidget


def as_tip(text: str) -> str:
    """For a tool tip, which has no format of its own to be set."""
    return f'<p style="white-space: pre-wrap">{html.escape(text)}</p>' if "<" in text else text


def for_desktop(text: str) -> str:
    """For a notification: most desktops read the tags in it, some show escaped ones as they are, so there are none."""
    return text.replace("<", "‹").replace(">", "›")


def only_plain(widget: QWidget) -> None:
    """Every label in ``widget`` shows its text as it is; for what Qt has put together."""
    for part in widget.findChildren(QLabel):
        part.setTextFormat(Qt.TextFormat.PlainText)
        part.setOpenExternalLinks(False)
