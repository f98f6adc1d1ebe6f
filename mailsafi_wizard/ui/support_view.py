"""The support bundle before it is saved: its files, and the text of each, exactly as they will be in it."""

from __future__ import annotations

import asyncio
import datetime as dt
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QFontDatabase
from PySide6.QtWidgets import QListWidget, QPlainTextEdit, QSplitter, QWidget

from mailsafi_wizard.support import bundle
from mailsafi_wizard.support.bundle import BundleFile
from mailsafi_wizard.ui import ask, formats
from mailsafi_wizard.ui.problems import Problem
from mailsafi_wizard.ui.theme import XL, L, M, S, theme
from mailsafi_wizard.ui.widgets import Button, box, column, label, row
from mailsafi_wizard.words import _


def title() -> str:
    return _("Support bundle")


def lead() -> str:
    return _("Read what would be handed over. Nothing leaves this computer: you save a file and decide yourself who gets it.")


class SupportView(QWidget):
    """``make`` gathers the files; it is called on a thread. ``folder`` is where saving begins."""

    closed = Signal()
    told = Signal(str)
    failed = Signal(object)

    def __init__(self, make: Callable[[], tuple[BundleFile, ...]], folder: Path) -> None:
        super().__init__()
        self.setObjectName("page")
        self._make, self._folder = make, folder
        self.files: tuple[BundleFile, ...] = ()
        self.list = QListWidget()
        self.list.setAccessibleName(_("Files of the bundle"))
        self.list.currentRowChanged.connect(self._show)
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setTabChangesFocus(True)
        self.text.setAccessibleName(_("Text of the file"))
        self.text.setFont(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont))
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.about = label("", "small", "muted")
        self.state = label(_("Gathering…"), "small", "muted")
        self.back = Button(_("&Back"), self.closed.emit, icon="arrow-left")
        self.save_button = Button(_("&Save the bundle…"), self._ask_where, kind="primary", icon="download")
        self.save_button.setEnabled(False)
        promise = label(
            _(
                "People, folders and servers are numbers, the same in all files. No password, subject or text of a mail is in it; what a server said is"
                " kept only where its words are known to be harmless."
            ),
            tone="muted",
        )
        right = box(column(self.about, self.text, spacing=S))
        split = QSplitter()
        split.addWidget(self.list)
        split.addWidget(right)
        split.setStretchFactor(1, 1)
        split.setHandleWidth(M)
        split.setSizes([theme().px(260), theme().px(640)])
        split.setChildrenCollapsible(False)
        bottom = row(self.back, self.state, self.save_button, spacing=M)
        bottom.setStretch(1, 1)
        whole = column(promise, split, bottom, spacing=L, margins=(XL, L, XL, XL))
        whole.setStretch(1, 1)
        self.setLayout(whole)
        self._task: asyncio.Task[None] | None = None

    def begin(self) -> None:
        self._task = asyncio.get_running_loop().create_task(self._gather())

    async def _gather(self) -> None:
        try:
            files = await asyncio.to_thread(self._make)
        except Exception as error:  # noqa: BLE001 the top of this thread's work: shown in place
            self.state.setText("")
            self.failed.emit(error)
            return
        self.show_files(files)

    def show_files(self, files: tuple[BundleFile, ...]) -> None:
        self.files = files
        self.list.clear()
        self.list.addItems([file.name for file in files])
        self.list.setCurrentRow(0)
        self.save_button.setEnabled(True)
        size = sum(len(file.text.encode("utf-8", "replace")) for file in files)
        self.state.setText(_("{n} files, {size} of text").format(n=len(files), size=formats.size(size)))

    def _show(self, place: int) -> None:
        if 0 <= place < len(self.files):
            self.about.setText(_(self.files[place].about))
            self.text.setPlainText(self.files[place].text)

    def _ask_where(self) -> None:
        name = _("MailSafi support {day}.zip").format(day=dt.date.today().isoformat())  # noqa: DTZ011 the day on the admin's own clock
        ask.ask_save(self, _("Save the support bundle"), self._folder / name, _("ZIP (*.zip)"), self.save)

    def save(self, path: Path) -> None:
        """Writes what is shown, no more and no less."""
        try:
            bundle.write(self.files, path)
        except OSError as error:
            self.failed.emit(error)
            return
        self.state.setText(_("Saved as {name}").format(name=path.name))
        self.told.emit(_("The support bundle was saved"))


def could_not(error: BaseException) -> Problem:
    """A disk that refuses is no bug."""
    if isinstance(error, OSError):
        return Problem(
            _("The support bundle could not be saved."),
            remedy=_("Choose another folder."),
            detail=error.strerror or "",
            of_a_place=True,
        )
    return Problem.of(error)
