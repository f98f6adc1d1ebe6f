"""On the welcome: whether the wizard may ask for newer versions, and the news when there is one.

It is asked only after a person has ticked it, at most once a day, and only while the welcome is seen: never while a project is open, so never in the
middle of a run. Where the program was built without an address to ask, none of it is shown.
"""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable

from PySide6.QtCore import QTimer, QUrl
from PySide6.QtGui import QDesktopServices, QHideEvent, QShowEvent
from PySide6.QtWidgets import QCheckBox, QWidget

from mailsafi_wizard import __version__, errors
from mailsafi_wizard.net import releases
from mailsafi_wizard.net.releases import Release
from mailsafi_wizard.net.web import host_of
from mailsafi_wizard.ui import menu
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import Button, Icon, box, column, label, row
from mailsafi_wizard.words import _

WAIT = 2000  # milliseconds after the welcome is shown: opening a project comes first
ALLOWED, ASKED_ON, KNOWN, PAGE = "newer/allowed", "newer/asked-on", "newer/version", "newer/page"  # in QSettings
Ask = Callable[[str], Release]


def today() -> str:
    return dt.datetime.now(dt.UTC).date().isoformat()


class NewerVersion(QWidget):
    """``address``: what is asked, "" for nothing. ``ask``: how."""

    def __init__(self, address: str | None = None, ask: Ask = releases.newest) -> None:
        super().__init__()
        self.address = releases.feed() if address is None else address
        self._ask = ask
        self._task: asyncio.Task[None] | None = None
        self.allow = QCheckBox(_("&Tell me of newer versions"))
        self.allow.setChecked(bool(menu.settings().value(ALLOWED, False, type=bool)))
        words = _("Asks {host} once a day for the number of the newest version, only on this page. Nothing is sent.")
        self.note = label(words.format(host=host_of(self.address)), "small", "muted")
        self.allow.setAccessibleDescription(self.note.text())
        self.news = label("", select=True)
        self.get = Button(_("Open the &page"), self._open, icon="globe")
        told = row(Icon("download", "info", 18), self.news, self.get, spacing=S)
        told.setStretch(1, 1)
        self.news_row = box(told)
        self.setLayout(column(self.news_row, self.allow, self.note, spacing=S))
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self.look)
        self.allow.toggled.connect(self._allowed)
        self._show_known()
        self.setVisible(bool(self.address))

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._timer.start(WAIT)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self._timer.stop()
        if self._task is not None:
            self._task.cancel()

    def _allowed(self, yes: bool) -> None:
        menu.settings().setValue(ALLOWED, yes)
        if yes:
            menu.settings().remove(ASKED_ON)
            self.look()
        elif self._task is not None:
            self._task.cancel()
        self._show_known()

    def look(self) -> None:
        """Ask, when that is allowed, wanted here and not yet done today."""
        if self.address and self.allow.isChecked() and self.isVisible() and menu.settings().value(ASKED_ON) != today():
            self._task = asyncio.get_running_loop().create_task(self._look())

    async def _look(self) -> None:
        menu.settings().setValue(ASKED_ON, today())  # whatever comes of it: once a day is once a day
        try:
            found = await asyncio.to_thread(self._ask, self.address)
        except errors.MigrationError as e:
            self.note.setText(f"{e.title_text}. {_(e.hint)}")
            return
        for key, value in ((KNOWN, found.version), (PAGE, found.page)):
            menu.settings().setValue(key, value)
        self._show_known()

    def _show_known(self) -> None:
        version = str(menu.settings().value(KNOWN, ""))
        newer = self.allow.isChecked() and releases.is_newer(version)
        self.news.setText(_("Version {new} is there; this is {old}.").format(new=version, old=__version__) if newer else "")
        self.news_row.setVisible(newer)

    def _open(self) -> None:
        QDesktopServices.openUrl(QUrl(str(menu.settings().value(PAGE, ""))))
