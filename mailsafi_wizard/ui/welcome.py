"""What the window shows without a project: start one, open one, rehearse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from mailsafi_wizard.ui.newer import NewerVersion
from mailsafi_wizard.ui.theme import XL, L, S
from mailsafi_wizard.ui.tile import Tile
from mailsafi_wizard.ui.widgets import Button, column, label, row
from mailsafi_wizard.words import _


class Welcome(QWidget):
    """Three large choices and the projects that were open last."""

    def __init__(
        self,
        new: Callable[[], object],
        open_: Callable[[], object],
        rehearse: Callable[[], object] | None,
        recent: Sequence[tuple[Path, Callable[[], object]]],
    ) -> None:
        super().__init__()
        self.setObjectName("page")
        self.new = Tile(
            "plus",
            _("Start a new migration"),
            _("Answer a few questions; about 30 days later everybody reads mail at MailSafi."),
            new,
        )
        self.open = Tile(
            "folder", _("Open a project"), _("Go on where you stopped. Everything is in one file that ends in .mailsafi."), open_
        )
        tiles = row(self.new, self.open, spacing=L)
        if rehearse is not None:
            text = _("Try the whole way first, with a sample company on this computer. It takes minutes and touches nothing real.")
            self.rehearse = Tile("flask", _("Rehearse"), text, rehearse)
            tiles.addWidget(self.rehearse)
        layout = column(tiles, spacing=L, margins=(XL, L, XL, XL))
        if recent:
            layout.addSpacing(S)
            layout.addWidget(label(_("Opened last"), "heading"))
            for path, do in recent:
                button = Button(f"{path.stem}   ({path.parent})", do, kind="quiet", icon="file")
                layout.addLayout(row(button, 1))
        layout.addStretch(1)
        self.newer = NewerVersion()
        layout.addWidget(self.newer)
        self.setLayout(layout)
