"""What the window shows without a project: start one, open one, rehearse."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtWidgets import QWidget

from mailsafi_wizard.ui.newer import NewerVersion
from mailsafi_wizard.ui.theme import XL, XS, L, S
from mailsafi_wizard.ui.tile import Tile
from mailsafi_wizard.ui.widgets import Button, column, label, row
from mailsafi_wizard.words import _

LONGEST = 70  # letters of a folder's name that are shown


def _opener(path: Path, do: Callable[[], object]) -> Button:
    folder = str(path.parent)
    shown = folder if len(folder) <= LONGEST else "…" + folder[-LONGEST:]
    return Button(f"{path.stem}   ({shown})", do, kind="quiet", icon="file", hint=str(path))


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
            layout.addLayout(column(*(row(_opener(path, do), 1) for path, do in recent), spacing=XS))
        layout.addStretch(1)
        self.newer = NewerVersion()
        layout.addWidget(self.newer)
        self.setLayout(layout)
