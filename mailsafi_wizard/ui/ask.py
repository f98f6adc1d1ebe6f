"""Asks: before what can't be undone, and for files. Nothing waits for the answer; it comes by a call while the window goes on.

The last question for a place can be put `again`, for when that place turned out to refuse.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget
from shiboken6 import isValid

from mailsafi_wizard.records import dataclass
from mailsafi_wizard.ui.plain_words import only_plain


@dataclass(frozen=True)
class Answer:
    """One way to answer: what its button says and what then happens. ``danger`` marks one that can't be undone."""

    text: str
    do: Callable[[], object]
    danger: bool = False


def ask(parent: QWidget, title: str, text: str, *answers: Answer) -> QMessageBox:
    """Open a question over the window. Escape and closing it mean the first answer, which must be the harmless one."""
    asked = QMessageBox(parent)
    asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    asked.setWindowTitle(title)
    asked.setText(title)
    asked.setInformativeText(text)
    only_plain(asked)
    buttons = []
    for answer in answers:
        role = QMessageBox.ButtonRole.DestructiveRole if answer.danger else QMessageBox.ButtonRole.AcceptRole
        button = asked.addButton(answer.text, role)
        button.clicked.connect(lambda _checked=False, do=answer.do: do())
        buttons.append(button)
    asked.setDefaultButton(buttons[0])
    asked.setEscapeButton(buttons[0])
    asked.open()
    return asked


_last: list[Callable[[], object]] = []  # what puts the last question for a place once more


def again() -> bool:
    """Ask for a place as it was asked last; False where nothing was asked yet, or who asked is gone."""
    return bool(_last and _last[0]())


def can_ask_again() -> bool:
    return bool(_last)


def ask_save(parent: QWidget, title: str, proposal: Path, kinds: str, then: Callable[[Path], object]) -> QFileDialog:
    """Ask where to save; the system's own dialogue asks before it overwrites."""
    dialog = QFileDialog(parent, title, str(proposal), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(proposal.suffix.lstrip("."))
    dialog.selectFile(proposal.name)
    return _opened(dialog, then, lambda: ask_save(parent, title, proposal, kinds, then))


def ask_open(parent: QWidget, title: str, folder: Path, kinds: str, then: Callable[[Path], object]) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(folder), kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    return _opened(dialog, then, lambda: ask_open(parent, title, folder, kinds, then))


def ask_folder(parent: QWidget, title: str, folder: Path, then: Callable[[Path], object]) -> QFileDialog:
    dialog = QFileDialog(parent, title, str(folder))
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    return _opened(dialog, then, lambda: ask_folder(parent, title, folder, then))


def _opened(dialog: QFileDialog, then: Callable[[Path], object], once_more: Callable[[], QFileDialog]) -> QFileDialog:
    parent = dialog.parentWidget()

    def repeat() -> bool:
        if not isValid(parent):
            return False
        once_more()
        return True

    _last[:] = [repeat]
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()
    return dialog
