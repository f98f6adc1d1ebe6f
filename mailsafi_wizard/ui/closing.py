"""Closing the window: at once when nothing runs; else the admin chooses to go on in the background or to stop and go on later."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.project import MigrationProject
from mailsafi_wizard.ui import ask
from mailsafi_wizard.words import _

LOOK_EVERY = 100  # milliseconds


class Shell(Protocol):
    """What closing asks of the window."""

    project: MigrationProject | None

    def go_to_background(self) -> None: ...
    def say(self, text: str) -> None: ...


def in_background(has_tray: bool) -> str:
    return _("Keep copying in the tray") if has_tray else _("Keep copying, put the window aside")


def ask_what_to_do(window: QWidget, shell: Shell, has_tray: bool, then: Callable[[], object]) -> None:
    """``then`` once the copy has been stopped. Escape changes nothing."""
    text = _("If you stop, everything copied so far is kept, and the copy goes on from there the next time you open the project.")
    ask.ask(
        window,
        _("Mailboxes are still being copied"),
        text,
        ask.Answer(_("Back"), lambda: None),
        ask.Answer(in_background(has_tray), shell.go_to_background),
        ask.Answer(_("Stop, go on later"), lambda: stop_then(window, shell, then)),
    )


def stop_then(window: QWidget, shell: Shell, then: Callable[[], object]) -> None:
    """Stop the copy without holding the window; what is on its way is settled first."""
    project = shell.project
    if project is None:
        return
    shell.say(_("Finishing what is on its way…"))
    project.stop()
    waiting = QTimer(window)
    waiting.setInterval(LOOK_EVERY)

    def look() -> None:
        if not project.running:
            waiting.stop()
            waiting.deleteLater()
            then()

    waiting.timeout.connect(look)
    waiting.start()
