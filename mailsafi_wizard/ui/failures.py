"""The messages that were not copied, with the reason of each, and the way to where they lie as files. Knows no project: a page says where that is."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from mailsafi_wizard.model import FailedMessage
from mailsafi_wizard.ui.copy_lists import failure_columns
from mailsafi_wizard.ui.rows import RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.theme import S
from mailsafi_wizard.ui.widgets import Button, column, label
from mailsafi_wizard.ui.wrap_row import WrapRow
from mailsafi_wizard.words import _

Failure = tuple[str, FailedMessage]  # with the mailbox's address


def open_place(path: Path) -> None:
    """In the system's own file manager."""
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))


class FailuresPart(QWidget):
    """``place``: the folder in which refused messages are kept as files; it may not be there."""

    def __init__(self, place: Path, timezone: str, verify: Callable[[], object]) -> None:
        super().__init__()
        self._place = place
        self.model: RowsModel[Failure] = RowsModel(
            failure_columns(timezone), key=lambda f: (f[1].mailbox_id, f[1].folder, f[1].uid)
        )
        self.words = label("", "small", "muted")
        self.open = Button(
            _("Open their folder"),
            lambda: open_place(self._place),
            kind="quiet",
            icon="folder",
            hint=_("Each refused message as a file, and index.csv, which says which is which"),
        )
        self.retry = Button(_("Retry them in Verify"), verify, kind="quiet", icon="refresh")
        self.above = WrapRow(self.words, self.open, self.retry, grow=self.words)
        layout = column(self.above, Table(_("Problems"), self.model, _("No message has failed.")), spacing=S, margins=(0, S, 0, 0))
        layout.setStretch(1, 1)
        self.setLayout(layout)

    def show_failures(self, found: Sequence[Failure], running: bool) -> None:
        """``running``: what failed may still be copied in this run."""
        self.model.show_rows(found)
        kept = self._place.is_dir()
        self.words.setText(_("What MailSafi refused is kept in “{folder}”.").format(folder=self._place.name) if kept else "")
        self.open.setVisible(kept)
        self.retry.setVisible(bool(found) and not running)
