"""Taking a credential list in: dropped, chosen or pasted, and everything that is wrong with it, by line, at once."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QFrame, QWidget

from mailsafi_wizard import errors
from mailsafi_wizard.store import credential_list
from mailsafi_wizard.store.credential_list import CredentialList
from mailsafi_wizard.ui.rows import Column, RowsModel
from mailsafi_wizard.ui.tables import Table
from mailsafi_wizard.ui.widgets import Card, Chip, Tone, column, label, row
from mailsafi_wizard.words import _, ngettext

KINDS = "*.txt *.csv *.tsv *.xlsx"


def read_file(path: Path) -> bytes:
    """What a list's file holds, as far as it could be one; raises WrongUsage for what can't be read, such as a folder."""
    try:
        with path.open("rb") as f:
            return f.read(credential_list.MAX_BYTES + 1)
    except OSError as e:
        raise errors.WrongUsage(e.strerror or str(e), what=_("{file} can't be read").format(file=path.name)) from e


class DropArea(QFrame):
    """Where a list can be dropped."""

    dropped = Signal(Path)
    dropped_text = Signal(str)

    def __init__(self, inner: QWidget, kind: str = "card") -> None:
        super().__init__()
        self.setProperty("kind", kind)
        self.setAcceptDrops(True)
        self.setLayout(column(inner))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls() or event.mimeData().hasText():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        data = event.mimeData()
        files = [url.toLocalFile() for url in data.urls() if url.isLocalFile()]
        if files:
            self.dropped.emit(Path(files[0]))
        elif data.hasText():
            self.dropped_text.emit(data.text())
        event.acceptProposedAction()


class ListProblems(Card):
    """Every problem of a list, by line, at once."""

    def __init__(self) -> None:
        super().__init__()
        self.chip = Chip()
        self.summary = label("", "strong")
        top = row(self.chip, self.summary)
        top.setStretch(1, 1)
        columns: list[Column[tuple[int, credential_list.Problem]]] = [
            Column(_("Line"), lambda p: str(p[1].line) if p[1].line else _("all"), sort=lambda p: p[1].line, numeric=True),
            Column(_("Weight"), lambda p: _severity(p[1])[2], state=lambda p: _severity(p[1])[:2]),
            Column(_("What is wrong"), lambda p: p[1].text, stretch=True, tip=lambda p: p[1].text),
        ]
        model: RowsModel[tuple[int, credential_list.Problem]] = RowsModel(columns, key=lambda p: p[0])
        self.table = Table(_("Problems of the list"), model)
        self.add(top, self.table)

    def show_list(self, parsed: CredentialList) -> None:
        errors, warnings = len(parsed.errors), len(parsed.warnings)
        if errors:
            self.chip.say(_("Not imported"), Tone.BAD)
            words = ngettext(
                "{n} line must be mended before the list can be used.",
                "{n} lines must be mended before the list can be used.",
                errors,
            )
        else:
            self.chip.say(_("Imported"), Tone.GOOD)
            words = ngettext("{n} line looks odd; please check it.", "{n} lines look odd; please check them.", warnings)
        self.summary.setText(words.format(n=errors or warnings))
        self.table.rows_model.show_rows(enumerate(parsed.problems))
        self.setVisible(bool(parsed.problems))


def _severity(problem: credential_list.Problem) -> tuple[Tone, str, str]:
    if problem.severity == credential_list.ERROR:
        return Tone.BAD, "", _("Must be mended")
    return Tone.WARN, "", _("Please check")
