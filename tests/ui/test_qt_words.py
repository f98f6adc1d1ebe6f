"""Qt's own words speak the language of the program, and change with it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QApplication, QFileDialog, QLabel, QLineEdit

from mailsafi_wizard import words
from mailsafi_wizard.ui import qt_words


@pytest.fixture
def translator(qapp: QApplication) -> Iterator[qt_words.QtWords]:
    made = qt_words.QtWords(qapp)
    qapp.installTranslator(made)
    yield made
    qapp.removeTranslator(made)
    words.use("en")


def menu() -> list[str]:
    edit = QLineEdit("amina")
    found = edit.createStandardContextMenu()
    return [action.text().split("\t")[0] for action in found.actions() if action.text()]


def test_the_menu_of_a_field_follows_the_language(translator: qt_words.QtWords) -> None:
    words.use("sw")
    assert menu() == ["&Tendua", "&Rudia", "Ka&ta", "&Nakili", "&Bandika", "Futa", "Chagua zote"]
    words.use("en")
    assert menu() == ["&Undo", "&Redo", "Cu&t", "&Copy", "&Paste", "Delete", "Select All"]


def test_what_is_not_known_stays(translator: qt_words.QtWords) -> None:
    words.use("sw")
    assert QCoreApplication.translate("Anywhere", "nothing of ours") == "nothing of ours"


def test_the_dialog_for_files_is_in_swahili(translator: qt_words.QtWords) -> None:
    words.use("sw")
    dialog = QFileDialog()
    dialog.setOption(QFileDialog.Option.DontUseNativeDialog)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    assert {"&Jina la faili:", "&Aina za faili:"} <= {one.text() for one in dialog.findChildren(QLabel)}
    dialog.deleteLater()
